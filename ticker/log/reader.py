"""The reader: one blocking read per process, on a connection of its own, that keeps the mirror at the log's tail.

It proves continuity instead of assuming it. Each event names its predecessor, so what arrives is checked as it arrives. What
does not arrive is checked too: a reader that is ahead of a log which lost its tail would block in silence for ever, since new
events have lower ids than the one it waits for. So every BLOCK seconds, whether a read came back empty or another channel is
busy, and after each reconnect, it asks whether its last events are still in the log; if not, history has changed, and the
channel is loaded anew.

While Redis is away the mirror stays as it is and goes on serving.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import structlog
from redis import exceptions

from ticker.log.errors import HistoryChanged
from ticker.log.keys import Keys
from ticker.log.mirror import Applied, ChannelMirror, Mirror
from ticker.log.places import Places
from ticker.log.records import event_of, line_of
from ticker.log.redis import Script, Scripts, reader_client
from ticker.model.cursor import Cursor, number
from ticker.model.event import Event, EventType
from ticker.model.line import Line

BLOCK: Final = 2.0
"""Seconds that a read waits for an event: within this time a silent change of history is noticed."""

_BATCH = 500
_HURRY = 0.05  # s between two attempts to interrupt a read
_PAUSES = (0.05, 2.0)  # s, shortest and longest between two attempts to reach Redis

_log = structlog.get_logger()


class Reader:
    """Follows the log of all channels. `run` never returns; cancel it to stop."""

    def __init__(
        self,
        url: str,
        keys: Keys,
        mirror: Mirror,
        *,
        places: Places | None,
        on_applied: Callable[[ChannelMirror, Sequence[Applied]], None],
        on_replaced: Callable[[ChannelMirror], None],
    ) -> None:
        self._redis = reader_client(url, block=BLOCK)
        self._keys = keys
        self._mirror = mirror
        self._places = places  # where other processes share this log: tells them how far we are
        self._on_applied = on_applied
        self._on_replaced = on_replaced
        self._by_key = {keys.channel(channel).events: found for channel, found in mirror.channels.items()}
        # A script, since a transaction is refused where memory is full.
        self._whole = Script.load("load", flags="no-writes")
        self._followed: set[str] = set()  # streams whose chain is unbroken from what the mirror was loaded with
        self._reading: asyncio.Task[Any] | None = None
        self._doubted = False  # whether something says that history may have changed
        self._verified_at = 0.0  # monotonic s
        self._verifications = 0
        self._moved = asyncio.Event()
        self.loaded = False  # whether the mirror has ever been at the log's tail
        self.connected: bool | None = None  # None: not tried yet
        self.heard_at = 0.0  # monotonic s, when Redis last answered

    async def run(self) -> None:
        """Keep the mirror at the tail, through every absence of Redis."""
        pause = _PAUSES[0]
        while True:
            try:
                await self._verify()
                pause = _PAUSES[0]
                await self._follow()
            except HistoryChanged:
                pass  # the channel is loaded anew
            except Exception as error:  # noqa: BLE001  # a fault of ours must not leave every viewer of the process behind either
                if not isinstance(error, exceptions.RedisError | OSError):
                    _log.error("reader_failed", error=type(error).__name__, cause=str(error), exc_info=error)
                elif self.connected is not False:
                    _log.warning("log_unreachable", error=type(error).__name__, cause=str(error))
                self.connected = False
                await asyncio.sleep(random.uniform(0, pause))
                pause = min(pause * 2, _PAUSES[1])

    async def aclose(self) -> None:
        """Close the connection, after `run` was cancelled."""
        if self._places:
            with contextlib.suppress(exceptions.RedisError, OSError):
                await self._places.leave(self._redis)
        await self._redis.aclose()

    async def reached(self, channel: str, cursor: Cursor, within: float) -> bool:
        """Wait until the mirror has applied the event of this name; tell whether it did within so many seconds.

        An event that exists but lies behind the mirror proves that history has changed: it is looked into at once.
        """
        mirror = self._mirror.channels[channel]
        before = self._verifications
        if number(cursor) <= number(mirror.cursor) and not mirror.knows(cursor):
            self._doubted = True

        def applied() -> bool:
            # So long ago that the ring has forgotten it, as when an old request is repeated; but of this history.
            forgotten = mirror.is_before(cursor) and self._verifications > before
            return mirror.knows(cursor) or forgotten

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not applied():
                    await self._move()
        return applied()

    async def _move(self) -> None:
        """Wait until the mirror moves or was verified; where there are doubts, see to it that the reader looks now."""
        self._moved.clear()
        if not self._doubted:
            await self._moved.wait()
            return
        if self._reading:
            self._reading.cancel()
        with contextlib.suppress(TimeoutError):  # once is not enough, see `cancelled`
            async with asyncio.timeout(_HURRY):
                await self._moved.wait()

    async def _follow(self) -> None:
        while True:
            if self._doubted or time.monotonic() - self._verified_at >= BLOCK:
                await self._verify()
            batches = await self._read()
            if batches:
                await self._apply(batches)
            else:
                self._doubted = True

    async def _read(self) -> dict[bytes, Any] | None:
        self._reading = asyncio.create_task(self._next())
        try:
            batches: Any = await self._reading
        except asyncio.CancelledError:
            if not self._reading.cancelled() or _being_cancelled():
                self._reading.cancel()
                raise
            return None  # `reached` has doubts
        finally:
            self._reading = None
        self._heard()
        return batches or None

    async def _next(self) -> Any:
        streams: dict[Any, Any] = {key: found.cursor for key, found in self._by_key.items()}
        return await self._redis.xread(streams, count=_BATCH, block=int(BLOCK * 1000))

    async def _apply(self, batches: dict[bytes, Any]) -> None:
        urgent = False
        for key, entries in batches.items():
            found = self._by_key[key.decode()]
            events = [event_of(entry_id, fields) for entry_id, fields in entries]
            lines = await self._lines(found, list(dict.fromkeys(event.line for event in events)))
            try:
                self._hand_on(found, events, lines)
            except Exception:  # history has changed, or viewers may not have been told
                self._followed.discard(key.decode())
                raise
            urgent = urgent or any(event.type is not EventType.PUBLISH for event in events)
        self._moved.set()
        if urgent and self._places:
            await self._places.tell(self._redis, self._mirror)

    def _hand_on(self, found: ChannelMirror, events: Sequence[Event], lines: Mapping[str, Line]) -> None:
        applied: list[Applied] = []
        try:
            for event in events:
                applied.append(found.apply(event, lines.get(event.line)))  # noqa: PERF401  # the part before a break counts
        finally:
            self._on_applied(found, applied)

    async def _lines(self, found: ChannelMirror, ids: list[str]) -> dict[str, Line]:
        records: Any = await self._redis.hmget(self._keys.channel(found.channel.id).lines, ids)
        return _readable(found, dict(zip(ids, records, strict=True)))

    async def _verify(self) -> None:
        """Make sure that each channel's last event is still in the log; load the channels where it is not."""
        self._doubted = False
        for key, found in self._by_key.items():
            if key in self._followed and await self._continues(key, found):
                continue
            if self.loaded:
                _log.warning("history_changed", channel=found.channel.id, cursor=found.cursor)
            self._followed.discard(key)
            await self._load(key, found)
            self._followed.add(key)
        self._verified_at = time.monotonic()
        self._verifications += 1
        self._moved.set()
        if self._places:
            await self._places.tell(self._redis, self._mirror)
        if not self.connected:
            _log.info("log_followed", cursors={name: found.cursor for name, found in self._mirror.channels.items()})
        self.loaded = self.connected = True
        self._heard()

    async def _continues(self, key: str, found: ChannelMirror) -> bool:
        tail: Any = await self._redis.xrevrange(key, count=1)
        if not tail:
            return found.state_at == 0
        if tail[0][0].decode() == found.cursor:
            return True
        return found.state_at == 0 or bool(await self._redis.xrange(key, found.cursor, found.cursor))

    async def _load(self, key: str, found: ChannelMirror) -> None:
        names = (key, self._keys.channel(found.channel.id).lines)
        entries, records = await Scripts(self._redis).ask(self._whole, names, [str(found.channel.retention.events)])
        events = [event_of(entry_id, _paired(fields)) for entry_id, fields in reversed(entries)]
        found.load(events, _readable(found, {line.decode(): record for line, record in _paired(records).items()}))
        self._on_replaced(found)

    def _heard(self) -> None:
        self.heard_at = time.monotonic()


def _paired(flat: list[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _readable(found: ChannelMirror, records: dict[str, bytes | None]) -> dict[str, Line]:
    """Read records; one that cannot be read is logged and left out, so that it cannot stop the channel."""
    lines: dict[str, Line] = {}
    for line_id, record in records.items():
        try:
            if record is not None:
                lines[line_id] = line_of(line_id, found.channel.id, record)
        except (ValueError, KeyError, TypeError) as error:
            _log.error(
                "record_unreadable", channel=found.channel.id, line=line_id, error=type(error).__name__, cause=str(error)
            )
    return lines
