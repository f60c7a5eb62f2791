"""The shell around the fan-out: what a connection gets, and how it ends, on a sink that does as it is told."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from starlette.websockets import WebSocketDisconnect

from tests.logbook import Logbook, channel
from ticker.live.closing import Cause
from ticker.live.frames import Frame, Transport
from ticker.live.viewers import Viewers
from ticker.log.mirror import Mirror
from ticker.telemetry import REGISTRY

pytestmark = pytest.mark.asyncio

DEADLINE = 0.05  # s


class ScriptedSink:
    """A viewer's end: it takes frames while its transport is `open`, and says how it ends."""

    transport = Transport.WEBSOCKET_TEXT
    at_once = 1

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.taken: list[dict[str, Any]] = []
        self.closed: list[Cause] = []
        self.aborted = False
        self.failure: Exception | None = None  # of the next send
        self.changed = asyncio.Event()
        self._end: asyncio.Future[Cause] = asyncio.get_running_loop().create_future()

    async def ready(self) -> None:
        await self.open.wait()

    async def send(self, frames: Sequence[Frame]) -> None:
        await self.open.wait()
        if self.failure:
            raise self.failure
        self.taken += [json.loads(frame) for frame in frames]
        self.changed.set()

    async def close(self, cause: Cause, reason: str = "") -> None:
        await self.open.wait()
        self.closed.append(cause)
        self.end(Cause.GONE)

    def abort(self) -> None:
        self.aborted = True
        self.end(Cause.GONE)

    async def ended(self) -> Cause:
        return await self._end

    def end(self, cause: Cause) -> None:
        if not self._end.done():
            self._end.set_result(cause)

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.taken]

    async def takes(self, *types: str) -> None:
        """Wait until it has taken so much."""
        async with asyncio.timeout(5):
            while self.types != list(types):
                self.changed.clear()
                await self.changed.wait()


class Shell:
    """The viewers of a process, over a log."""

    def __init__(self) -> None:
        self.log = Logbook(channel())
        self.viewers = Viewers(
            Mirror([self.log.channel]),
            heartbeat=25.0,
            replay_most=300,
            write_deadline=DEADLINE,
            leave_window=0.5,
            clock=lambda: self.log.now,
        )
        self.mirror = self.viewers.mirror.channels["en"]

    def publish(self, text: str) -> None:
        self.log.publish(text)
        self.viewers.applied(self.mirror, self.log.read(self.mirror))

    @contextlib.asynccontextmanager
    async def serving(self, sink: ScriptedSink, after: str | None = None) -> AsyncIterator["asyncio.Task[None]"]:
        serving = asyncio.create_task(self.viewers.serve(self.mirror, sink, frozenset(), after, 10))
        yield serving
        sink.end(Cause.GONE)
        await asyncio.wait_for(serving, 5)

        assert (self.viewers.count, self.viewers.fanout.groups()) == (0, [])


def closes(cause: Cause) -> float:
    labels = {"transport": "ws", "cause": cause.name.lower()}
    return REGISTRY.get_sample_value("ticker_closes_total", labels) or 0.0


@pytest.fixture
def shell() -> Shell:
    return Shell()


async def test_viewer_comes_and_goes(shell: Shell) -> None:
    """A viewer gets its snapshot and what comes, is counted, and leaves nothing behind."""
    sink, before = ScriptedSink(), closes(Cause.GONE)
    async with shell.serving(sink):
        await sink.takes("snapshot")
        assert shell.viewers.count == 1
        shell.publish("One")
        shell.publish("Two")
        await sink.takes("snapshot", "publish", "publish")

    assert (sink.closed, sink.aborted, closes(Cause.GONE)) == ([], False, before + 1)


async def test_viewer_that_speaks(shell: Shell) -> None:
    """Viewers send nothing: one that does is closed with that reason."""
    sink, before = ScriptedSink(), closes(Cause.DATA)
    async with shell.serving(sink) as serving:
        await sink.takes("snapshot")
        sink.end(Cause.DATA)
        await serving

    assert (sink.closed, closes(Cause.DATA)) == ([Cause.DATA], before + 1)


async def test_viewer_that_speaks_and_reads_nothing(shell: Shell) -> None:
    """One that does not even read why is cut off."""
    sink = ScriptedSink()
    async with shell.serving(sink) as serving:
        await sink.takes("snapshot")
        sink.open.clear()
        sink.end(Cause.DATA)
        await serving

    assert (sink.closed, sink.aborted) == ([], True)


async def test_slow_viewer_is_closed(shell: Shell) -> None:
    """Who does not take its bytes within the deadline is closed as too slow, if it takes that."""
    sink, before = ScriptedSink(), closes(Cause.SLOW)
    closing = asyncio.Event()

    async def opens_for_the_close(cause: Cause, reason: str = "") -> None:
        closing.set()
        sink.open.set()
        await ScriptedSink.close(sink, cause, reason)

    sink.close = opens_for_the_close  # type: ignore[method-assign]
    async with shell.serving(sink) as serving:
        await sink.takes("snapshot")
        sink.open.clear()
        shell.publish("One")
        await asyncio.wait_for(serving, 5)

    assert (sink.closed, sink.aborted, closes(Cause.SLOW)) == ([Cause.SLOW], False, before + 1)
    assert sink.types == ["snapshot"]


async def test_bytes_are_chosen_when_they_can_be_taken(shell: Shell) -> None:
    """What was withdrawn while the transport was full is not what goes out when it is free again."""
    sink = ScriptedSink()
    async with shell.serving(sink):
        await sink.takes("snapshot")
        sink.open.clear()
        shell.publish("Wrong")
        await asyncio.sleep(0)
        [line] = shell.mirror.lines(shell.log.now)
        shell.log.withdraw(line)
        shell.viewers.applied(shell.mirror, shell.log.read(shell.mirror))
        sink.open.set()
        await sink.takes("snapshot", "withdraw")


async def test_stuck_viewer_is_cut_off(shell: Shell) -> None:
    """Who does not even take the close is cut off after as long again, and costs nothing more."""
    sink, before = ScriptedSink(), closes(Cause.SLOW)
    async with shell.serving(sink) as serving:
        await sink.takes("snapshot")
        sink.open.clear()
        shell.publish("One")
        await asyncio.wait_for(serving, 5)

    assert (sink.closed, sink.aborted, closes(Cause.SLOW)) == ([], True, before + 1)


async def test_slow_viewer_in_silence(shell: Shell) -> None:
    """A transport that is full has a deadline; a viewer to whom there is nothing to say has none."""
    sink = ScriptedSink()
    async with shell.serving(sink) as serving:
        await sink.takes("snapshot")
        await asyncio.wait({serving}, timeout=DEADLINE * 4)

        assert not serving.done()


@pytest.mark.parametrize("failure", [ConnectionResetError(), RuntimeError("closed"), WebSocketDisconnect(1006)])
async def test_connection_that_breaks_under_a_send(shell: Shell, failure: Exception) -> None:
    """A viewer that is gone when it is written to is no fault, and is not counted any more."""
    sink, before = ScriptedSink(), closes(Cause.GONE)
    async with shell.serving(sink) as serving:
        await sink.takes("snapshot")
        sink.failure = failure
        shell.publish("One")
        await asyncio.wait_for(serving, 5)

    assert closes(Cause.GONE) == before + 1


async def test_fault_of_ours(shell: Shell) -> None:
    """A viewer that can be fed no more is told to come back, not left before a screen that stands still."""
    sink, before = ScriptedSink(), closes(Cause.FAULT)
    async with shell.serving(sink) as serving:
        await sink.takes("snapshot")
        sink.failure = ValueError("a fault")
        shell.publish("One")
        await asyncio.wait_for(serving, 5)

    assert (sink.closed, closes(Cause.FAULT)) == ([Cause.FAULT], before + 1)


async def test_server_that_stops(shell: Shell) -> None:
    """Everybody is told when to come back, each at a time of its own, and then closed; who reads nothing holds nobody up."""
    sinks, stuck = [ScriptedSink() for _ in range(3)], ScriptedSink()
    async with contextlib.AsyncExitStack() as stack:
        serving = [await stack.enter_async_context(shell.serving(sink)) for sink in (*sinks, stuck)]
        for sink in (*sinks, stuck):
            await sink.takes("snapshot")
        stuck.open.clear()
        await shell.viewers.leave(5)
        await asyncio.wait_for(asyncio.gather(*serving), 5)

    assert [sink.types for sink in sinks] == [["snapshot", "leaving"]] * 3
    assert all(sink.taken[-1]["reconnect"] >= 0.5 for sink in sinks)
    assert [sink.closed for sink in (*sinks, stuck)] == [[Cause.LEAVING]] * 3 + [[]]
    assert stuck.aborted


async def test_viewer_that_comes_from_a_server_that_is_ahead(shell: Shell) -> None:
    """Who has seen more than this process yet waits for it a moment, and is resumed."""
    shell.publish("One")
    shell.log.publish("Two")
    sink = ScriptedSink()
    async with shell.serving(sink, after=shell.log.cursor):
        await asyncio.sleep(0)
        assert sink.taken == []
        shell.viewers.applied(shell.mirror, shell.log.read(shell.mirror))
        await sink.takes("resumed")
        shell.publish("Three")
        await sink.takes("resumed", "publish")


async def test_poll_waits_for_a_line(shell: Shell) -> None:
    """A long-poll is answered as soon as something came, else after its time; and by what is new when history changed."""
    shell.publish("One")
    cursor = shell.mirror.cursor

    async def poll(wait: float) -> dict[str, Any]:
        async with asyncio.timeout(5):
            answer: dict[str, Any] = json.loads(await shell.viewers.poll(shell.mirror, frozenset(), cursor, 10, wait))
        return answer

    at_once = await poll(0)
    assert (at_once["cursor"], [event["type"] for event in at_once["events"]]) == (cursor, ["resumed"])
    assert [event["type"] for event in (await poll(0.01))["events"]] == ["resumed"]
    waiting = asyncio.create_task(poll(20))
    await asyncio.sleep(0)
    shell.publish("Two")
    assert [event["type"] for event in (await waiting)["events"]] == ["resumed", "publish"]
    cursor = shell.mirror.cursor
    waiting = asyncio.create_task(poll(20))
    await asyncio.sleep(0)
    shell.log.lose(keep=1)
    shell.mirror.load(shell.log.events, shell.log.records)
    shell.viewers.replaced(shell.mirror)
    [moved] = (await waiting)["events"]
    assert (moved["type"], moved["reason"]) == ("snapshot", "unknown")
    cursor = shell.mirror.cursor
    waiting = asyncio.create_task(poll(20))
    await asyncio.sleep(0)
    await shell.viewers.leave(1)
    assert [event["type"] for event in (await waiting)["events"]] == ["resumed", "leaving"]


@pytest.mark.slow
async def test_time_passes(shell: Shell) -> None:
    """Heartbeats come after silence, and lines that expire leave what is shown, without anybody asking."""
    sink = ScriptedSink()
    shell.log.publish("Short", expires=shell.log.now + 1000)
    shell.mirror.load(shell.log.events, shell.log.records)
    keeping = asyncio.create_task(shell.viewers.keep_time())
    async with shell.serving(sink):
        await sink.takes("snapshot")
        revision = shell.mirror.revision
        shell.log.now += 25_000
        await sink.takes("snapshot", "heartbeat")

        assert shell.mirror.revision == revision + 1
    keeping.cancel()
