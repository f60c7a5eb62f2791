"""A newsroom on a real Redis: an editor who writes, and what is found in the log afterwards."""

import json
import secrets
from copy import copy
from dataclasses import asdict, replace
from typing import Any

from redis.asyncio import Redis

from tests.logbook import channel
from ticker.log.audit import audit_entries
from ticker.log.keys import ChannelKeys, Keys
from ticker.log.records import event_of
from ticker.log.redis import client
from ticker.log.writer import Key, Posted, Writer
from ticker.model.channel import Channel
from ticker.model.draft import Author, Change, ChangeKind, Draft, Withdrawal
from ticker.model.event import Event
from ticker.model.line import Line

EDITOR = Author("editor")
MARKER = "XYZZY-PLUGH"  # a text that is in no key, script or setting


class Newsroom:
    """Writes to a log of its own, on one channel."""

    def __init__(self, url: str, *, window: float = 120.0, **retention: int) -> None:
        self.url = url
        self.keys = Keys(f"test-{secrets.token_hex(4)}")
        self.channel: Channel = channel(**retention)
        self.redis: Redis = client(url)
        self.writer = Writer(self.redis, self.keys, duplicate_window=window)

    async def aclose(self) -> None:
        """Leave nothing behind."""
        if names := await self.redis.keys(f"ticker:{{{self.keys.newsroom}}}:*"):
            await self.redis.delete(*names)
        await self.redis.aclose()

    def edition(self, channel_id: str) -> "Newsroom":
        """Give another edition of the same newsroom, on the same connections."""
        other = copy(self)
        other.channel = replace(self.channel, id=channel_id)
        return other

    # -- what an editor does --

    async def publish(self, text: str, key: Key | None = None, author: Author = EDITOR, **fields: Any) -> Posted:
        return await self.writer.publish(self.channel, Draft(text, **fields), author, key)

    async def change(
        self,
        line: Line | str,
        kind: ChangeKind = ChangeKind.UPDATE,
        key: Key | None = None,
        expected: int | None = None,
        correction: str | None = None,
        **fields: Any,
    ) -> Posted:
        line_id = line if isinstance(line, str) else line.id
        return await self.writer.change(self.channel, line_id, Change(kind, fields, correction), EDITOR, key, expected)

    async def correct(self, line: Line | str, text: str, key: Key | None = None, expected: int | None = None) -> Posted:
        return await self.change(line, ChangeKind.CORRECTION, key, expected, "It was wrong.", text=text)

    async def withdraw(self, line: Line | str, key: Key | None = None, expected: int | None = None) -> Posted:
        line_id = line if isinstance(line, str) else line.id
        return await self.writer.withdraw(self.channel, line_id, Withdrawal("It was not so."), EDITOR, key, expected)

    async def audit(self, line: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
        entries, _ = await audit_entries(self.redis, self.keys, self.channel, line=line, limit=limit)
        return entries

    # -- what is in the log --

    @property
    def found(self) -> ChannelKeys:
        return self.keys.channel(self.channel.id)

    async def events(self) -> list[Event]:
        entries: Any = await self.redis.xrange(self.found.events)
        return [event_of(entry, fields) for entry, fields in entries]

    async def record(self, line: Line) -> dict[str, Any]:
        raw: Any = await self.redis.hget(self.found.lines, line.id)
        record: dict[str, Any] = json.loads(raw)
        return record

    async def kept(self) -> set[str]:
        """Give the ids of the lines that the log keeps."""
        names: Any = await self.redis.hkeys(self.found.lines)
        return {name.decode() for name in names}

    async def in_order(self, which: str) -> list[str]:
        """Give the ids of a sorted set."""
        ids: Any = await self.redis.zrange(which, 0, -1)
        return [line.decode() for line in ids]

    async def back_up(self) -> dict[str, Any]:
        """Give the log as it is now, to `restore`."""
        return {name: await self.redis.dump(name) for name in asdict(self.found).values()}

    async def restore(self, backup: dict[str, Any]) -> None:
        """Go back to an older log, at one moment, as after a failover."""
        async with self.redis.pipeline(transaction=True) as at_once:
            for name, dump in backup.items():
                at_once.delete(name)
                if dump is not None:
                    at_once.restore(name, 0, dump)
            await at_once.execute()

    async def holding(self, text: str) -> set[str]:
        """Give the names of all keys of this Redis, whoever's they are, that hold `text` in any form."""
        await self.redis.config_set("rdbcompression", "no")  # a DUMP would hide it
        names = [name async for name in self.redis.scan_iter()]
        holding: set[str] = set()
        for name in names:
            dump: Any = await self.redis.dump(name)
            if text.encode() in (dump or b"") or text.encode() in name:
                holding.add(name.decode())
        return holding
