"""The audit log: who did what, for editors with the right scope, never for the public."""

import json
from typing import Any, Final

from redis.asyncio import Redis

from ticker.log.keys import Keys
from ticker.log.records import STAMP, encode
from ticker.model.channel import Channel
from ticker.model.draft import Author
from ticker.model.line import Line
from ticker.model.times import rfc3339

AUDIT_KEPT: Final = 20_000
"""Entries of the audit log kept per channel; older ones also go by the channel's days."""

_PAGE: Final = 500  # entries that are read at once


def entry_of(action: str, author: Author, after: Line, before: Line | None, private: dict[str, Any]) -> str:
    """Give the entry of an act as the log keeps it, with STAMP for its time. Of `private`, what is None is left out."""
    entry: dict[str, Any] = {"at": 0, "action": action, "line": after.id, "version": after.version, "token": author.token}
    entry |= {name: value for name, value in private.items() if value is not None}
    if before is not None:
        entry["before"] = _wording(before)
    if after.usable:
        entry["after"] = _wording(after)
    return encode(entry).replace('"at":0', f'"at":{STAMP}', 1)


def _wording(line: Line) -> dict[str, Any]:
    wording: dict[str, Any] = {
        "text": line.text,
        "urgency": int(line.urgency),
        "topics": list(line.topics),
        "pinned": line.pinned,
    }
    return wording | {name: value for name in ("source", "url", "expires") if (value := getattr(line, name)) is not None}


async def audit_entries(
    redis: Redis, keys: Keys, channel: Channel, *, line: str | None, limit: int, after: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Give the newest entries first, of one line or of all, and where the next page begins, if there is one: its `after`.

    `{"at", "action", "line", "version", "token", "kind"?, "correction"?, "note"?, "reason"?, "before"?, "after"?}`; before
    and after are `{"text", "source"?, "urgency", "topics", "url"?, "pinned", "expires"?}`. Raises redis-py's errors.
    """
    found: list[tuple[str, dict[str, Any]]] = []
    newest = f"({after}" if after else "+"
    while len(found) <= limit:
        page: Any = await redis.xrevrange(keys.channel(channel.id).audit, max=newest, count=_PAGE)
        entries = ((place.decode(), json.loads(fields[b"entry"])) for place, fields in page)
        found += ((place, entry) for place, entry in entries if line is None or entry["line"] == line)
        if len(page) < _PAGE:
            break
        newest = f"({page[-1][0].decode()}"
    following = found[limit - 1][0] if len(found) > limit else None
    return [_public(entry) for _, entry in found[:limit]], following


def _public(entry: dict[str, Any]) -> dict[str, Any]:
    entry["at"] = rfc3339(entry["at"])
    for wording in (entry.get("before"), entry.get("after")):
        if wording and "expires" in wording:
            wording["expires"] = rfc3339(wording["expires"])
    return entry
