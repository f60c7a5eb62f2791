"""The lines that are measured: text with a mark that tells the load client which it is, when it left and if it is whole."""

import json
import time
import zlib
from typing import Final

from ticker.model.line import TEXT_MOST, Line, Status

_MARK: Final = 5 + 8 + 16 + 4 + 8  # bytes: "@TICK", number, time, length of the padding, checksum


def text(number: int, size: int) -> str:
    """Give a line's text of `size` bytes in UTF-8, published now.

    A line has at most 500 characters. One of more bytes is padded with letters that take three bytes each, as a Chinese
    newsroom's would.
    """
    left = size - _MARK
    wide = 0 if size <= TEXT_MOST else left // 3
    narrow = left - 3 * wide
    if narrow < 0 or _MARK + narrow + wide > TEXT_MOST:
        raise ValueError(f"a line of {size} bytes cannot be made")
    padding = "".join(chr(ord("a") + (number + place) % 26) for place in range(narrow)) + "新" * wide
    stamped = f"{number:08x}{time.monotonic_ns():016x}{left:04x}"
    checksum = zlib.crc32(stamped.encode() + padding.encode())
    return f"@TICK{stamped}{checksum:08x}{padding}"


def message(number: int, size: int) -> str:
    """Give what our own server would send of such a line, for servers that pass on what they are given."""
    line = Line(
        id="01KAV4ZJ7D8Q2M5X9R3T6W1BNC",
        channel="en",
        version=1,
        status=Status.USABLE,
        published=1_764_020_000_000,
        updated=1_764_020_000_000,
        text=text(number, size),
    )
    envelope = {"type": "publish", "cursor": f"{number}-2914083172", "line": line.as_json()}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":"))
