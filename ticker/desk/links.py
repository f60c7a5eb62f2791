"""The address of an article, as editors paste it, made into one that every output can carry.

Feeds need an ASCII URI (RFC 3986), while browsers show and copy addresses with Arabic or accented paths. So what a URI may not
hold is percent-encoded, and a host by IDNA. Whatever two readers could understand differently is refused instead: a user
before the host (`https://bank.example@evil.example`), a backslash, spaces and unseen characters, and the few letters that
older and newer IDNA send to different hosts.
"""

import re
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from ticker.model.line import URL_MOST

_KEPT: Final = "!$%&'()*+,/:;=?@~"  # with letters, digits and _.- what a path, query or fragment may hold
_HOST: Final = re.compile(r"(?=.*[a-z0-9])[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\]")
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_AMBIGUOUS: Final = frozenset("ßς\u200c\u200d")  # RFC 5894, section 7.2
_JOINERS: Final = "\u200c\u200d"  # unseen, but Persian and Indic words are spelt with them
_WRONG: Final = "must be a web address with a host and without a user, as in https://news.example/story"


def article_link(raw: str) -> str:
    """Give `raw` as an http(s) URI of at most 2000 ASCII characters; raises ValueError with a message for the editor."""
    raw = raw.strip(" ")
    if len(raw) > URL_MOST:
        raise ValueError(f"has {len(raw)} characters; at most {URL_MOST} are allowed")
    refused = next((character for character in raw if _refused(character)), None)
    if refused is not None:
        raise ValueError(f"contains the character U+{ord(refused):04X}, which a web address may not hold")
    if "://" not in raw:
        raise ValueError("must be a web address that begins with https:// or http://")
    try:
        parts = urlsplit(raw)
        host = _host(parts.netloc)
    except ValueError:  # an IPv6 address that is none, a label that IDNA refuses
        raise ValueError(_WRONG) from None
    if parts.scheme not in ("http", "https"):
        raise ValueError(_WRONG)
    rest = (quote(_LONE_PERCENT.sub("%25", part), safe=_KEPT) for part in (parts.path, parts.query, parts.fragment))
    link = urlunsplit((parts.scheme, host, *rest))
    if len(link) > URL_MOST:
        raise ValueError(f"has {len(link)} characters once percent-encoded; at most {URL_MOST} are allowed")
    return link


def _refused(character: str) -> bool:
    return character in "\\ " or not (character.isprintable() or character in _JOINERS)


def _host(netloc: str) -> str:
    """Give the ASCII host and port; ValueError when there is none or a user stands before it."""
    host, colon, port = netloc.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = netloc, ""
    if not host.isascii():
        if not _AMBIGUOUS.isdisjoint(host):
            raise ValueError(host)
        host = host.encode("idna").decode("ascii")
    host = host.lower()
    if not _HOST.fullmatch(host) or not re.fullmatch(r"[0-9]{0,5}", port) or int(port or 0) > 65535:
        raise ValueError(netloc)
    return f"{host}:{port}" if port else host
