"""Text that cannot be anything but text (invariant 7).

Everything an editor writes passes `plain` once, at the edge. What comes out is safe in every output we have: it is NFC, one
line, made of XML 1.0 characters, and free of what could change the meaning of its surroundings:

- C0, DEL and C1 controls are refused: XML 1.0 cannot carry most of them, and one in one line would break a whole feed.
- Lone surrogates are refused: they cannot be encoded as UTF-8.
- Noncharacters (U+FDD0-FDEF, U+xxFFFE, U+xxFFFF) are refused: the W3C feed validator warns about them.
- Bidi controls are stripped, not refused: word processors add them unseen, and one that is never closed would turn around
  the text that follows on an embedding page. Direction is the job of the markup (`dir`, `<bdi>`).
- White space around the text goes and runs of spaces become one. A line break inside is refused like any control: two
  pasted headlines must not become one line on every screen.
"""

import json
import re
import unicodedata

_BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SPACES = re.compile(" {2,}")
_BREAKS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
_REFUSED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def plain(raw: str, *, most: int) -> str:
    """Give `raw` as one clean line of at least 1 and at most `most` characters.

    Raises ValueError, with a message for the editor, when it cannot be one.
    """
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", raw.translate(_BIDI)).strip())
    refused = _REFUSED.search(text)
    if refused and refused.group() in _BREAKS:
        raise ValueError("contains a line break; a line is one line")
    if refused:
        raise ValueError(f"contains the character U+{ord(refused.group()):04X}, which is not text")
    if not text or not any(_visible(character) for character in text):
        raise ValueError("is empty")
    if len(text) > most:
        raise ValueError(f"has {len(text)} characters; at most {most} are allowed")
    return text


def meant_as_json(text: str) -> bool:
    """Tell whether text that came without a type is JSON, broken or not. A bracket may also begin a line, as in "[Live] …"."""
    start = text.lstrip(" \t\r\n")[:1]
    if start != "[":
        return start == "{"
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _visible(character: str) -> bool:
    """Tell whether somebody would see it: not a space, a zero-width joiner, a byte order mark or a mark without a base."""
    return unicodedata.category(character)[0] not in "ZCM"
