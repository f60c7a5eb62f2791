"""What rings the bell is handed out, even after something failed."""

import asyncio
import itertools

import pytest

from tests.logbook import channel
from tests.served import WITHIN
from ticker import telemetry
from ticker.live import bell as bells
from ticker.live.bell import Bell
from ticker.live.fanout import RING_FRAMES, Group
from ticker.live.frames import Frame, Transport
from ticker.live.sweep import AWAY, SHORT_SLICE, SLICE
from ticker.log.mirror import ChannelMirror

pytestmark = pytest.mark.asyncio


class Reader:
    """A viewer whose transport keeps what it is given."""

    index = AWAY

    def __init__(self) -> None:
        self.came = b""

    def write_rest(self, data: bytes) -> None:
        self.came += data

    def proceed(self) -> None: ...

    def fail(self, error: Exception) -> None: ...


class Broken(Group):
    """A group that fails when it is first asked for what came."""

    failures = 0

    def since(self, place: int, most: int = RING_FRAMES) -> tuple[list[Frame], int] | None:
        if not self.failures:
            self.failures = 1
            raise MemoryError
        return super().since(place, most)


async def test_a_walk_that_failed_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory ran out in the middle of it, say: a moment later everybody is given what came."""
    monkeypatch.setattr(bells, "AFTER_FAULT", 0.01)
    group = Broken(ChannelMirror(channel()), frozenset(), Transport.SSE)
    group.bell = bell = Bell(group)
    reader = Reader()
    bell.sweep.add(reader, -1)
    bell.sweep.places[0] = group.head
    group.add(group.transport.frame({"type": "heartbeat", "cursor": "1-1"}), 0)
    async with asyncio.timeout(WITHIN):
        while not reader.came:
            await asyncio.sleep(0.005)

    assert group.failures == 1


async def test_each_event_counts_when_the_last_viewer_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is overtaken during its walk is not counted with what overtook it; what nobody posted is not counted."""
    seconds, seen = itertools.count(1), list[float]()
    monkeypatch.setattr(bells, "time", lambda: next(seconds))  # one for each slice
    monkeypatch.setattr(telemetry.append_to_write, "observe", seen.append)
    group = Group(ChannelMirror(channel()), frozenset(), Transport.SSE)
    group.bell = bell = Bell(group)
    readers = [Reader() for _ in range(SLICE * 2)]
    for reader in readers:
        bell.sweep.add(reader, -1)
        bell.sweep.places[reader.index] = group.head
    group.add(group.transport.frame({"type": "publish", "cursor": "1-1"}), 0, "L1", 1, 0)
    await asyncio.sleep(0)
    group.add(group.transport.frame({"type": "publish", "cursor": "2-1"}), 0, "L2", 1, 1000)
    group.add(group.transport.frame({"type": "heartbeat", "cursor": "2-1"}), 0)
    async with asyncio.timeout(WITHIN):
        while len(seen) < 2:
            await asyncio.sleep(0)

    assert seen == [1 + SLICE / SHORT_SLICE, 2 * SLICE / SHORT_SLICE]
    assert {reader.came.count(b"publish") for reader in readers} == {4}  # each twice in its frame


async def test_what_is_owed_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """More events than that during one walk are not kept in mind; the oldest are counted."""
    seen = list[float]()
    monkeypatch.setattr(bells, "OWED_MOST", 3)
    monkeypatch.setattr(telemetry.append_to_write, "observe", seen.append)
    group = Group(ChannelMirror(channel()), frozenset(), Transport.SSE)
    group.bell = bell = Bell(group)
    bell.sweep.add(Reader(), -1)
    bell.sweep.places[0] = group.head
    for number in range(5):
        group.add(group.transport.frame({"type": "publish", "cursor": f"{number}-1"}), 0, "L1", 1, 0)
    async with asyncio.timeout(WITHIN):
        while not seen:
            await asyncio.sleep(0)

    assert len(seen) == 3
