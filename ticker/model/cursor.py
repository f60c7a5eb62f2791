"""The cursor: the name of one event in a channel's log.

A cursor is the stream id `N-R`: N counts events without a hole, R is a random 32-bit number. Two histories that went apart
(a lost tail, a flush, a restored backup) may reach the same N, but not with the same R, so a cursor is never mistaken for a
place in a history it does not belong to. It is opaque to viewers: looked up, never compared.
"""

import re
from typing import NewType

Cursor = NewType("Cursor", str)

START = Cursor("0-0")
"""Before the first event; the `prev` of the first entry of a log."""

_CURSOR = re.compile(r"(0|[1-9]\d{0,15})-(0|[1-9]\d{0,9})")


def parse_cursor(raw: str) -> Cursor | None:
    """Give the cursor that `raw` spells, or None: what is no cursor names nothing, and is answered like any unknown one."""
    return Cursor(raw) if _CURSOR.fullmatch(raw) else None


def number(cursor: Cursor) -> int:
    """Give N of `N-R`: how many events the history had at this cursor."""
    return int(cursor.partition("-")[0])
