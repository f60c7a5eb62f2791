"""How a line is kept in Redis, and how entries of the log are read.

A record is the line as JSON with private members (`by`, `keys`). Times are milliseconds. The script stamps them, since only
the store's own clock is one for all processes: a record on its way there holds STAMP, a raw control character that cannot
occur in encoded JSON, wherever the script puts the time of the change.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from ticker.model.cursor import Cursor
from ticker.model.event import Event, EventType
from ticker.model.line import Line, Status, Urgency

STAMP: Final = "\x01"

_KEPT = ("text", "source", "urgency", "correction", "topics", "url", "pinned", "expires")


def encode(value: Any) -> str:
    """Give compact JSON, the same for the same value: scripts find fragments in it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def record_of(line: Line, *, by: str, keys: list[str], stamp_published: bool = False, stamp_updated: bool = True) -> str:
    """Give the record of `line` with STAMP in place of the times that the script sets."""
    fields: dict[str, Any] = {"version": line.version, "status": line.status.value, "published": 0, "updated": 0}
    if line.usable:
        fields |= {name: getattr(line, name) for name in _KEPT}
    times = {
        "published": STAMP if stamp_published else str(line.published),
        "updated": STAMP if stamp_updated else str(line.updated),
    }
    record = encode(fields | {"by": by, "keys": keys})
    head = f'"published":{times["published"]},"updated":{times["updated"]}'
    # The times stand before the text, so the first match is ours.
    return record.replace('"published":0,"updated":0', head, 1)


def line_of(line_id: str, channel: str, record: bytes | str) -> Line:
    """Read a record."""
    fields: dict[str, Any] = json.loads(record)
    kept = {name: fields[name] for name in _KEPT if name in fields}
    if kept:
        kept["urgency"] = Urgency(kept["urgency"])
        kept["topics"] = tuple(kept["topics"])
    return Line(
        id=line_id,
        channel=channel,
        version=fields["version"],
        status=Status(fields["status"]),
        published=fields["published"],
        updated=fields["updated"],
        **kept,
    )


def keys_of(record: bytes | str) -> list[str]:
    """Give the idempotency fields that belong to a record."""
    keys: list[str] = json.loads(record)["keys"]
    return keys


def text_fragment(text: str) -> str:
    """Give the bytes by which the script finds a record of the same text; quotes inside are escaped: nothing else matches."""
    return f'"text":{encode(text)},'


def event_of(entry_id: bytes, fields: Mapping[bytes, bytes]) -> Event:
    """Read an entry of the events stream. Any other type is a change, as `pin` is one: the record tells the rest."""
    kind = fields[b"type"].decode()
    return Event(
        cursor=Cursor(entry_id.decode()),
        type=EventType(kind) if kind in set(EventType) else EventType.CORRECT,
        line=fields[b"line"].decode(),
        version=int(fields[b"version"]),
        at=int(fields[b"at"]),
        prev=Cursor(fields[b"prev"].decode()),
        forgot=tuple(fields.get(b"forgot", b"").decode().split()),
    )
