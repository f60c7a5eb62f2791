"""Viewers: the thin asyncio shell around the fan-out.

A viewer is a place in a group's ring and a task that sleeps until the group's bell rings, takes what lies between its place and
the head, and waits until the transport has taken it. No queue per viewer: what a slow one has yet to take stays in the shared
ring, and its own bytes are bounded by the transport's buffer. One that does not take its bytes within the write deadline is
closed; one that does not even take the close within as long again is cut off.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from time import time
from typing import Final

import structlog
from starlette.websockets import WebSocketDisconnect

from ticker import telemetry
from ticker.live import frames
from ticker.live.closing import Cause
from ticker.live.fanout import Fanout, Group
from ticker.live.frames import Transport
from ticker.live.sinks import Sink
from ticker.live.viewer import Viewer
from ticker.log.mirror import Applied, ChannelMirror, Mirror
from ticker.model.cursor import number, parse_cursor

_TICK: Final = 0.25
"""Seconds between two looks at what time ends: heartbeats due, lines expired."""

_CATCH_UP: Final = 1.0
"""Seconds that a viewer who is ahead of this process waits for it, before its cursor counts as unknown."""

_ABRUPT = (OSError, RuntimeError, WebSocketDisconnect)  # what is raised when the connection went away under a send

_log = structlog.get_logger()


class Bell:
    """Wakes all who wait. Each wait has a future of its own, so one that is cancelled disturbs nobody."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits now."""
        self._event.set()
        self._event = asyncio.Event()

    async def heard(self) -> None:
        """Wait for the next ring."""
        await self._event.wait()


def now_ms() -> int:
    """Give the wall clock in milliseconds since 1970."""
    return int(time() * 1000)


class Viewers:
    """All viewers of this process."""

    def __init__(
        self,
        mirror: Mirror,
        *,
        heartbeat: float,
        replay_most: int,
        write_deadline: float,
        leave_window: float,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self.mirror = mirror
        self.clock = clock
        self.fanout = Fanout(mirror, heartbeat=heartbeat, replay_most=replay_most, new_bell=Bell)
        self.leaving = False
        self.count = 0
        self._write_deadline = write_deadline
        self._leave_window = leave_window

    # -- what the reader calls --

    def applied(self, channel: ChannelMirror, batch: Sequence[Applied]) -> None:
        """Hand on events that the mirror has applied."""
        now = self.clock()
        self.fanout.applied(channel, batch, now)
        for one in batch:
            telemetry.append_to_write.observe(max(0, now - one.event.at) / 1000)

    def replaced(self, channel: ChannelMirror) -> None:
        """Move all viewers of a channel to its new history."""
        self.fanout.replaced(channel)

    async def keep_time(self) -> None:
        """Let time do its part, for ever: heartbeats, and lines that expire."""
        while True:
            await asyncio.sleep(_TICK)
            now = self.clock()
            self.mirror.tick(now)
            self.fanout.beat(now)

    # -- what the routes call --

    async def serve(self, channel: ChannelMirror, sink: Sink, topics: frozenset[str], after: str | None, limit: int) -> None:
        """Serve a viewer until it leaves, is too slow, breaks the protocol, or this server stops."""
        group = self.fanout.enter(channel, topics, sink.transport, self.clock())
        gauge = telemetry.viewers.labels(channel.channel.id, sink.transport.value)
        gauge.inc()
        self.count += 1
        cause = Cause.GONE
        pumping = asyncio.create_task(self._pump(Viewer(self.fanout, group, after, limit), group, after, sink))
        watching = asyncio.create_task(sink.ended())
        try:
            await asyncio.wait({pumping, watching}, return_when=asyncio.FIRST_COMPLETED)
            if pumping.done():
                cause = pumping.result()
            else:
                cause = watching.result()
                pumping.cancel()
                if cause is not Cause.GONE:
                    await self._close(sink, cause)
        finally:
            for task in (pumping, watching):
                task.cancel()
            self.fanout.exit(group)
            gauge.dec()
            self.count -= 1
            telemetry.closes.labels(sink.transport.value, cause.name.lower()).inc()

    async def _pump(self, viewer: Viewer, group: Group, after: str | None, sink: Sink) -> Cause:
        """Feed a viewer until something ends that; end its connection then, and give the cause."""
        cause = Cause.LEAVING
        try:
            await self._caught_up(group.mirror, after)
            await self._feed(viewer, group, sink)
            async with asyncio.timeout(self._write_deadline):
                await sink.send([sink.transport.frame(frames.leaving(self.delay()))])
        except TimeoutError:
            cause = Cause.SLOW
        except _ABRUPT:
            return Cause.GONE
        except Exception as error:  # noqa: BLE001  # whatever it is: a viewer that is fed no more must not look connected
            _log.error("viewer_failed", error=repr(error))
            cause = Cause.FAULT
        await self._close(sink, cause)
        return cause

    async def _feed(self, viewer: Viewer, group: Group, sink: Sink) -> None:
        bell = group.bell
        assert isinstance(bell, Bell)
        while not self.leaving:
            async with asyncio.timeout(self._write_deadline):
                await sink.ready()
                taken = viewer.take(self.clock(), sink.at_once)
                if viewer.answered:
                    telemetry.resumes.labels(viewer.answered).inc()
                if taken:
                    await sink.send(taken)
            if not taken:
                await bell.heard()

    async def _close(self, sink: Sink, cause: Cause) -> None:
        try:
            async with asyncio.timeout(self._write_deadline):
                await sink.close(cause)
        except TimeoutError:
            sink.abort()
        except _ABRUPT:
            pass  # it was faster

    async def _caught_up(self, channel: ChannelMirror, after: str | None) -> None:
        """Wait a moment where a viewer has seen more than this process yet: it comes from another one."""
        cursor = parse_cursor(after) if after else None
        if cursor is None or number(cursor) <= number(channel.cursor):
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CATCH_UP):
                while not channel.knows(cursor):  # noqa: ASYNC110  # rare and short; a bell that rings for hidden lines is not
                    await asyncio.sleep(0.02)

    def delay(self) -> float:
        """Give a viewer's own time to come back, so that the next server's arrivals are spread over the window."""
        return round(random.uniform(0.5, max(0.5, self._leave_window)), 1)

    async def poll(self, channel: ChannelMirror, topics: frozenset[str], after: str, limit: int, wait: float) -> bytes:
        """Give what came since a viewer's cursor, `{"cursor", "events": [message, …]}`; wait for the first if none did."""
        group = self.fanout.enter(channel, topics, Transport.POLL, self.clock())
        gauge = telemetry.viewers.labels(channel.channel.id, Transport.POLL.value)
        gauge.inc()
        try:
            await self._caught_up(channel, after)
            answer = self.fanout.answer(group, after, limit, self.clock())
            if wait and not self.leaving and answer.name == "resumed" and len(answer.frames) == 1:
                assert isinstance(group.bell, Bell)
                with contextlib.suppress(TimeoutError):
                    # Not `wait_for`: on Python 3.11 it begins to listen a turn of the loop later, and misses what rings then.
                    async with asyncio.timeout(wait):
                        await group.bell.heard()
                answer = self.fanout.answer(group, after, limit, self.clock())
            events = [str(frame) for frame in answer.frames]
            if self.leaving:
                events.append(frames.encode(frames.leaving(self.delay())))
            telemetry.resumes.labels(answer.name).inc()
            return f'{{"cursor":"{answer.cursor}","events":[{",".join(events)}]}}'.encode()
        finally:
            gauge.dec()
            self.fanout.exit(group)

    async def leave(self, within: float) -> None:
        """Tell every viewer that this server is stopping, and wait until they are gone, at most `within` seconds."""
        self.leaving = True
        for group in self.fanout.groups():
            group.bell.ring()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self.count:  # noqa: ASYNC110  # once in a process's life
                    await asyncio.sleep(0.02)
