"""Viewers: the thin asyncio shell around the fan-out.

A viewer is a place in a group's ring. The sweep visits those whose connections we hold (`slim`); under another ASGI server it
is a task that sleeps until the group's bell rings, takes what lies between its place and the head, and waits until it is taken.
No queue per viewer: what a slow one has yet to take stays in the shared ring, and its own bytes are bounded by the transport's
buffer. One that does not take its bytes within the write deadline is closed; one that does not even take the close within as
long again is cut off.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Collection, Sequence
from functools import partial
from operator import itemgetter
from time import time
from typing import Final

import structlog
from starlette.websockets import WebSocketDisconnect

from ticker import __version__, telemetry
from ticker.edge.intake import LINGER
from ticker.live import frames
from ticker.live.ahead import Ahead
from ticker.live.arrivals import Arrivals
from ticker.live.bell import Bell, Round
from ticker.live.closing import Cause
from ticker.live.deadlines import Deadlines
from ticker.live.fanout import Fanout, Group
from ticker.live.frames import Transport
from ticker.live.sending import COMPILED
from ticker.live.sinks import Sink
from ticker.live.slim import SlimViewer
from ticker.live.sweep import OUTSIDE
from ticker.live.viewer import Viewer
from ticker.log.mirror import Applied, ChannelMirror, Mirror
from ticker.model.event import EventType

_TICK: Final = 0.25
"""Seconds between two looks at what time ends: heartbeats due, lines expired."""

_TOLD_AT_ONCE: Final = 64
"""Viewers who are told of the stop before others get their turn: about two milliseconds."""

_ABRUPT = (OSError, RuntimeError, WebSocketDisconnect)  # what is raised when the connection went away under a send

_log = structlog.get_logger()


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
        unsent_most: int = 64 << 20,
        deflate: bool = True,
        arrivals: float = 0,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        telemetry.build.labels(__version__, "c" if COMPILED else "python").set(1)
        self.mirror = mirror
        self.clock = clock
        self.fanout = Fanout(mirror, heartbeat=heartbeat, replay_most=replay_most, new_bell=partial(Bell, round_=Round()))
        self.leaving = False
        self.count = 0
        self._ahead = Ahead()
        self._catching_up: set[SlimViewer] = set()
        self._due = Deadlines[SlimViewer](write_deadline)
        self.refused = Deadlines[asyncio.Transport](LINGER)  # to take their refusal, and end the connection
        self._write_deadline = write_deadline
        self.deflate = deflate
        self.arrivals = Arrivals(arrivals)
        self._leave_window = leave_window
        self._unsent_most = unsent_most  # bytes
        self._unsent = 0  # bytes that the viewers who are due have yet to take, as counted last and what came since

    # -- what the reader calls --

    def applied(self, channel: ChannelMirror, batch: Sequence[Applied]) -> None:
        """Hand on events that the mirror has applied."""
        changed = {one.event.line for one in batch if one.event.type is not EventType.PUBLISH}
        if changed:
            self._take_back(channel, changed)
        self.fanout.applied(channel, batch, self.clock())
        self._ahead.moved(channel)

    def _take_back(self, channel: ChannelMirror, lines: Collection[str]) -> None:
        """Cut off the viewers whose transports may hold an old text of lines that they could not write; they come back."""
        for viewer in self._due:
            if viewer.group.mirror is channel and viewer.may_owe(lines):
                viewer.cut_off(Cause.SLOW)

    def replaced(self, channel: ChannelMirror) -> None:
        """Move all viewers of a channel to its new history."""
        self.fanout.replaced(channel)
        self._ahead.moved(channel)

    async def keep_time(self) -> None:
        """Let time do its part, for ever: heartbeats, and lines that expire."""
        while True:
            await asyncio.sleep(_TICK)
            now = self.clock()
            self.mirror.tick(now)
            self.fanout.beat(now)
            self._remind()

    def _remind(self) -> None:
        now = asyncio.get_running_loop().time()
        for viewer in self._due.overdue(now):
            viewer.overdue()
        for transport in self.refused.overdue(now):
            transport.abort()
        self._ahead.remind(now)
        self._relieve()

    def _relieve(self) -> None:
        """Count the bytes that viewers have yet to take; if they are too many, cut off those who have most of them."""
        unsent = sorted(((viewer.transport.get_write_buffer_size(), viewer) for viewer in self._due), key=itemgetter(0))
        self._unsent = sum(size for size, _ in unsent)
        if self._unsent > self._unsent_most:
            while self._unsent > self._unsent_most * 7 // 8:  # some more, so that not each next one means counting again
                size, viewer = unsent.pop()
                viewer.cut_off(Cause.SLOW)  # its bytes are what we need
                self.not_due(viewer)
                self._unsent -= size
        telemetry.unsent.set(self._unsent)

    # -- what the routes call --

    def enter(self, channel: ChannelMirror, topics: frozenset[str], transport: Transport) -> Group:
        """Count a viewer in, and give its group. Each `enter` is paired with one `exit`."""
        self.count += 1
        group = self.fanout.enter(channel, topics, transport, self.clock())
        _bell(group).connected.inc()
        return group

    def exit(self, group: Group, cause: Cause) -> None:
        """Count a viewer out."""
        self.count -= 1
        self.fanout.exit(group)
        _bell(group).connected.dec()
        telemetry.closes.labels(group.transport.label, cause.name.lower()).inc()

    # -- what slim viewers call --

    def arrived(self, viewer: SlimViewer, after: str | None, head: bytes) -> None:
        """A viewer has taken its connection over: the sweep visits it from now on, or once this process has seen as much."""
        if self._ahead.wait(viewer.group.mirror, after, partial(self._begin_later, viewer), viewer.transport.is_closing):
            self._catching_up.add(viewer)
            viewer.transport.write(head)
        else:
            self._begin(viewer, head)

    def _begin_later(self, viewer: SlimViewer) -> None:
        if viewer not in self._catching_up:
            return  # it has left
        self._catching_up.remove(viewer)
        try:
            self._begin(viewer)
        except Exception as error:  # noqa: BLE001  # whatever it is: a viewer that is told nothing must not look connected
            viewer.fail(error)

    @staticmethod
    def _begin(viewer: SlimViewer, head: bytes = b"") -> None:
        viewer.sweep.add(viewer, viewer.fd)
        viewer.proceed(head)

    def departed(self, viewer: SlimViewer, cause: Cause) -> None:
        """A viewer's connection is gone."""
        self._due.drop(viewer)
        self._catching_up.discard(viewer)
        viewer.sweep.remove(viewer)
        self.exit(viewer.group, cause)

    def due(self, viewer: SlimViewer) -> None:
        """Remind a viewer when the write deadline has passed."""
        self._due.begin(viewer, asyncio.get_running_loop().time())

    def blocked(self, viewer: SlimViewer) -> None:
        """A viewer's transport is full: the bytes of all that are, together, are bounded."""
        self._unsent += viewer.transport.get_write_buffer_size()
        if self._unsent > self._unsent_most:
            self._relieve()

    def not_due(self, viewer: SlimViewer) -> None:
        """The viewer has met its deadline."""
        self._due.drop(viewer)

    @staticmethod
    def answered(name: str) -> None:
        """An arriving viewer was given this answer."""
        telemetry.resumes.labels(name).inc()

    # -- what the ASGI routes call --

    async def serve(self, channel: ChannelMirror, sink: Sink, topics: frozenset[str], after: str | None, limit: int) -> None:
        """Serve a viewer until it leaves, is too slow, breaks the protocol, or this server stops."""
        group = self.enter(channel, topics, sink.transport)
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
                if cause not in (Cause.GONE, Cause.PROTOCOL):
                    await self._close(sink, cause)
        finally:
            for task in (pumping, watching):
                task.cancel()
            self.exit(group, cause)

    async def _pump(self, viewer: Viewer, group: Group, after: str | None, sink: Sink) -> Cause:
        """Feed a viewer until something ends that; end its connection then, and give the cause."""
        cause = Cause.LEAVING
        try:
            await self._ahead.caught_up(group.mirror, after)
            await self._feed(viewer, group, sink)
            async with asyncio.timeout(self._write_deadline):
                await sink.send([sink.transport.frame(frames.leaving(self.delay()))])
        except TimeoutError:
            cause = Cause.SLOW
        except _ABRUPT:
            return Cause.GONE
        except Exception as error:  # noqa: BLE001  # whatever it is: a viewer that is fed no more must not look connected
            _log.error("viewer_failed", error=type(error).__name__, cause=str(error))
            cause = Cause.FAULT
        await self._close(sink, cause)
        return cause

    async def _feed(self, viewer: Viewer, group: Group, sink: Sink) -> None:
        bell = _bell(group)
        while not self.leaving:
            async with asyncio.timeout(self._write_deadline):
                await sink.ready()
                taken = viewer.take(self.clock(), sink.at_once)
                if viewer.answered:
                    self.answered(viewer.answered)
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

    def delay(self) -> float:
        """Give a viewer's own time to come back, so that the next server's arrivals are spread over the window."""
        return round(random.uniform(0.5, max(0.5, self._leave_window)), 1)

    async def poll(self, channel: ChannelMirror, topics: frozenset[str], after: str, limit: int, wait: float) -> bytes:
        """Give what came since a viewer's cursor, `{"cursor", "events": [message, …]}`; wait for the first if none did."""
        group = self.fanout.enter(channel, topics, Transport.POLL, self.clock())
        _bell(group).connected.inc()
        try:
            await self._ahead.caught_up(channel, after)
            answer = self.fanout.answer(group, after, limit, self.clock())
            if wait and not self.leaving and answer.name == "resumed" and len(answer.frames) == 1:
                with contextlib.suppress(TimeoutError):
                    # Not `wait_for`: on Python 3.11 it begins to listen a turn of the loop later, and misses what rings then.
                    async with asyncio.timeout(wait):
                        await _bell(group).heard()
                answer = self.fanout.answer(group, after, limit, self.clock())
            self.answered(answer.name)
            if self.leaving:
                return frames.polled(answer.cursor, [*answer.frames, frames.encode(frames.leaving(self.delay()))])
            return answer.body
        finally:
            _bell(group).connected.dec()
            self.fanout.exit(group)

    async def leave(self, within: float) -> None:
        """Tell every viewer that this server is stopping, and wait until they are gone, at most `within` seconds."""
        self.leaving = True
        self.arrivals.hurry()
        for viewer in [*self._catching_up]:
            viewer.leave(self.delay())
        for group in self.fanout.groups():
            group.bell.ring()
        for told, viewer in enumerate(self._slim(), 1):
            if viewer.index != OUTSIDE:  # or else it has left meanwhile
                viewer.leave(self.delay())
            if not told % _TOLD_AT_ONCE:
                await asyncio.sleep(0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self.count or self.arrivals:  # noqa: ASYNC110  # once in a process's life
                    await asyncio.sleep(0.02)
        for viewer in [*self._catching_up, *self._slim()]:
            viewer.transport.abort()

    def _slim(self) -> list[SlimViewer]:
        standing = (viewer for group in self.fanout.groups() for viewer in _bell(group).sweep.viewers)
        return [viewer for viewer in standing if isinstance(viewer, SlimViewer)]


def _bell(group: Group) -> Bell:
    assert isinstance(group.bell, Bell)
    return group.bell
