"""oEmbed 1.0 (https://oembed.com): a CMS that meets an address of ours asks here what to show in its place.

The answer is a frame and nothing else: no script, and no quotation beside it, since WordPress removes the one and hides the
frame for the other. It carries no text of a line: an answer is kept by those who asked, often for ever, and a withdrawn
text must not be (invariant 4). What the frame shows is asked of us each time.
"""

import json
from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Any, Final
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from starlette.datastructures import QueryParams

from ticker.edge.problems import Problem
from ticker.model.channel import CHANNEL_ID, Channel
from ticker.model.line import LINE_ID, Line
from ticker.pages.embedding import HEIGHTS, Embedding, embedding_of

WIDTH: Final = 640
"""px, unless the consumer has less room; the frame fills whatever it is given."""

CACHE_AGE: Final = 86_400  # s; an answer tells nothing that changes
MEDIA_TYPES: Final = {"json": "application/json", "xml": "text/xml; charset=utf-8"}
DISCOVERED: Final = {"json": "application/json", "xml": "text/xml"}
"""As which a link names them, with `+oembed` behind."""

SANDBOX: Final = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
"""What our frames need: scripts, and links that open a page which is not shut in."""

_LEAST_LIST: Final = 160  # px; where a list has less room than three lines, a strip shows more
_NARROW: Final = 320  # px; a frame may become this narrow on a phone, whatever width was asked for

_LATIN: Final = (9.5, 25, 115)
_ARABIC: Final = (9.5, 34, 140)
_LETTERS: Final = dict.fromkeys(("ar", "fa", "ur"), _ARABIC)
"""px: a letter, measured generously, a row, and all that stands around the text; as web/static/ticker.css sets them."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an address of ours is about."""

    channel: str
    line: str | None
    embedding: Embedding


def endpoint(base_url: str, address: str, form: str) -> str:
    """Give the address that answers for `address`, as pages name it for discovery."""
    return f"{base_url}/oembed?url={quote(address, safe='')}&format={form}"


def target_of(url: str, base_url: str) -> Target | None:
    """Give what `url` leads to: a live page, a line's page, or the embed page of either; None for any other address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != urlsplit(base_url).netloc.lower():
        return None
    query = QueryParams(parts.query)
    match parts.path.strip("/").split("/"):
        case [channel] if CHANNEL_ID.fullmatch(channel):
            return Target(channel, None, embedding_of(query, display="list"))
        case [channel, "embed"]:
            return Target(channel, None, embedding_of(query))
        case [channel, "lines", line] | [channel, "lines", line, "embed"] if LINE_ID.fullmatch(line):
            return Target(channel, line, Embedding(scheme=embedding_of(query).scheme))
    return None


def answer(target: Target, channel: Channel, line: Line | None, base_url: str, most: tuple[int, int]) -> dict[str, Any]:
    """Give the members of the answer; `most` is the widest and highest (px) that the frame may be."""
    embedding, height = target.embedding, line_height(line, channel.language) if line else target.embedding.height
    if height > most[1] and not line and most[1] < _LEAST_LIST:
        embedding, height = embedding.strip(), HEIGHTS["crawl"]
    width, height = min(WIDTH, most[0]), min(height, most[1])
    source = f"{base_url}/{channel.id}{f'/lines/{line.id}' if line else ''}/embed{embedding.query}"
    return {
        "version": "1.0",
        "type": "rich",
        "provider_name": urlsplit(base_url).netloc,
        "provider_url": f"{base_url}/",
        "author_name": channel.title,
        "author_url": f"{base_url}/{channel.id}",
        "title": channel.title,
        "cache_age": CACHE_AGE,
        "width": width,
        "height": height,
        "html": frame(source, channel.title, width, height),
    }


def frame(source: str, title: str, width: int | str, height: int) -> str:
    """Give the HTML of a frame, valid as HTML and as XHTML."""
    return (
        f'<iframe src="{escape(source)}" title="{escape(title)}" width="{width}" height="{height}" frameborder="0" '
        f'loading="lazy" sandbox="{SANDBOX}"></iframe>'
    )


def line_height(line: Line, language: str) -> int:
    """Give the height (px) that a line's own frame needs where it is narrowest, by its letters: nobody has laid it out."""
    letter, row, rest = _LETTERS.get(language.partition("-")[0], _LATIN)
    text = ceil((len(line.text) + len(line.source or "")) * letter / (_NARROW - 35)) * row
    if line.correction is None:
        return rest + text
    return rest + text + 2 * row + ceil(len(line.correction) * letter / (_NARROW - 67)) * row


def written(members: dict[str, Any], form: str) -> bytes:
    """Give an answer in its form, one of MEDIA_TYPES."""
    if form == "json":
        return json.dumps(members, ensure_ascii=False).encode()
    root = ElementTree.Element("oembed")
    for name, value in members.items():
        ElementTree.SubElement(root, name).text = str(value)
    declared = b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
    return declared + ElementTree.tostring(root, encoding="unicode").encode()


def most_of(query: QueryParams) -> tuple[int, int]:
    """Give `maxwidth` and `maxheight` (px). Raises Problem (invalid-request) where one is no whole number above 0."""
    return _most(query, "maxwidth"), _most(query, "maxheight")


def _most(query: QueryParams, name: str) -> int:
    raw = query.get(name, "")
    if raw and (not raw.isascii() or not raw.isdigit() or len(raw) > 6 or int(raw) == 0):
        raise Problem("invalid-request", f"{name} must be a whole number of pixels.", errors=[(name, "must be a whole number")])
    return int(raw) if raw else 100_000
