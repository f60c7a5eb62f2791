"""The audit log: who did what, for editors with the right scope, never for the public."""

import json
from typing import Any

from redis.asyncio import Redis

from ticker.log.keys import Keys
from ticker.model.channel import Channel
from ticker.model.times import rfc3339


async def audit_entries(redis: Redis, keys: Keys, channel: Channel, *, line: str | None, limit: int) -> list[dict[str, Any]]:
    """Give the newest entries first, of one line or of all.

    `{"at", "action", "line", "version", "token", "kind"?, "correction"?, "note"?, "reason"?, "before"?, "after"?}`; before
    and after are `{"text", "source"?, "urgency", "topics", "url"?, "pinned", "expires"?}`. Raises redis-py's errors.
    """
    found: list[dict[str, Any]] = []
    newest = "+"
    while len(found) < limit:
        page: Any = await redis.xrevrange(keys.channel(channel.id).audit, max=newest, count=500)
        for _, fields in page:
            entry = json.loads(fields[b"entry"])
            if line is None or entry["line"] == line:
                found.append(_public(entry))
        if len(page) < 500:
            break
        newest = "(" + page[-1][0].decode()
    return found[:limit]


def _public(entry: dict[str, Any]) -> dict[str, Any]:
    entry["at"] = rfc3339(entry["at"])
    for wording in (entry.get("before"), entry.get("after")):
        if wording and "expires" in wording:
            wording["expires"] = rfc3339(wording["expires"])
    return entry
