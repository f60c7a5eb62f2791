"""What rings the bell is handed out, even after something failed."""

import asyncio
import itertools

import pytest

from tests.logbook import channel
from tests.served import WITHIN
from ticker import telemetry
from ticker.live import bell as bells
from ticker.live.bell import GROUP_COST, WAKE_COST, Bell, Round
from ticker.live.fanout import RING_FRAMES, Group, Slot
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
    group.bell = bell = Bell(group, Round())
    reader = Reader()
    bell.sweep.add(reader, -1)
    bell.sweep.places[0] = group.head
    group.add(Slot(group.transport.frame({"type": "heartbeat", "cursor": "1-1"})), 0)
    async with asyncio.timeout(WITHIN):
        while not reader.came:
            await asyncio.sleep(0.005)

    assert group.failures == 1


async def test_a_walk_that_failed_holds_up_no_other() -> None:
    """The viewers of other groups are given what came at once."""
    round_, reader = Round(), Reader()
    groups, [other] = groups_of(round_, 1)
    broken = Broken(ChannelMirror(channel()), frozenset(), Transport.SSE)
    broken.bell = bell = Bell(broken, round_)
    bell.sweep.add(reader, -1)
    bell.sweep.places[0] = broken.head
    for group in (broken, *groups):
        group.add(Slot(b"line"), 0)
    await asyncio.sleep(0)

    assert (reader.came, other.came) == (b"", b"line")


async def test_each_event_counts_when_the_last_viewer_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is overtaken during its walk is not counted with what overtook it; what nobody posted is not counted."""
    seconds, seen = itertools.count(1), list[float]()
    monkeypatch.setattr(bells, "time", lambda: next(seconds))  # one for each slice
    monkeypatch.setattr(telemetry.append_to_write, "observe", seen.append)
    group = Group(ChannelMirror(channel()), frozenset(), Transport.SSE)
    group.bell = bell = Bell(group, Round())
    readers = [Reader() for _ in range(SLICE * 2)]
    for reader in readers:
        bell.sweep.add(reader, -1)
        bell.sweep.places[reader.index] = group.head
    group.add(Slot(group.transport.frame({"type": "publish", "cursor": "1-1"}), "L1"), 0, 0)
    await asyncio.sleep(0)
    group.add(Slot(group.transport.frame({"type": "publish", "cursor": "2-1"}), "L2"), 0, 1000)
    group.add(Slot(group.transport.frame({"type": "heartbeat", "cursor": "2-1"})), 0)
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
    group.bell = bell = Bell(group, Round())
    bell.sweep.add(Reader(), -1)
    bell.sweep.places[0] = group.head
    for number in range(5):
        group.add(Slot(group.transport.frame({"type": "publish", "cursor": f"{number}-1"}), "L1"), 0, 0)
    async with asyncio.timeout(WITHIN):
        while not seen:
            await asyncio.sleep(0)

    assert len(seen) == 3


async def visits_by_turn(readers: list[Reader]) -> list[int]:
    """Give how many are given something in each turn of the loop, until all have something."""
    seen = [0]
    async with asyncio.timeout(WITHIN):
        while seen[-1] < len(readers):
            await asyncio.sleep(0)
            seen.append(sum(bool(reader.came) for reader in readers))
    return [after - before for before, after in itertools.pairwise(seen)]


def groups_of(round_: Round, *sizes: int) -> tuple[list[Group], list[Reader]]:
    """Make groups of one channel, each with so many viewers who stand at the head."""
    mirror, groups, readers = ChannelMirror(channel()), list[Group](), list[Reader]()
    for number, size in enumerate(sizes):
        group = Group(mirror, frozenset({f"t{number}"}), Transport.SSE)
        group.bell = bell = Bell(group, round_)
        for _ in range(size):
            readers.append(Reader())
            bell.sweep.add(readers[-1], -1)
            bell.sweep.places[readers[-1].index] = group.head
        groups.append(group)
    return groups, readers


async def test_a_turn_does_not_grow_with_the_number_of_groups() -> None:
    """One line for five hundred groups of one viewer each: others get their turn as often as with one group of as many."""
    groups, readers = groups_of(Round(), *[1] * 500)
    for group in groups:
        group.add(Slot(b"line", "L1"), 0, 0)
    visits = await visits_by_turn(readers)

    assert max(visits) <= SLICE // GROUP_COST
    assert sum(visits) == 500
    assert {reader.came for reader in readers} == {b"line"}


async def test_a_large_group_lets_small_ones_go_between() -> None:
    """They take turns: who is alone with a filter does not wait for the ten thousand."""
    groups, readers = groups_of(Round(), SLICE * 4, 1, 1)
    for group in groups:
        group.add(Slot(b"line", "L1"), 0, 0)
    for _ in range(2):
        await asyncio.sleep(0)

    assert [reader.came for reader in readers[-2:]] == [b"line"] * 2
    assert sum(bool(reader.came) for reader in readers) <= SLICE * 2
    assert sum(await visits_by_turn(readers)) == SLICE * 4 + 2


async def test_those_who_wait_are_woken_in_turns() -> None:
    """A line for a thousand long-polls: others get their turn between their answers, and each is woken once."""
    [group], _ = groups_of(Round(), 0)
    assert isinstance(group.bell, Bell)
    woken: list[int] = []

    async def poll(number: int) -> None:
        await group.bell.heard()  # type: ignore[attr-defined]
        woken.append(number)

    polls = [asyncio.create_task(poll(number)) for number in range(1000)]
    await asyncio.sleep(0)
    polls[7].cancel()
    await asyncio.sleep(0)
    late = None
    group.bell.ring(0)
    turns = [0]
    async with asyncio.timeout(WITHIN):
        while len(woken) < 999:
            await asyncio.sleep(0)
            turns.append(len(woken))
            late = late or asyncio.create_task(poll(1000))

    assert max(after - before for before, after in itertools.pairwise(turns)) == SLICE // WAKE_COST
    assert woken == [number for number in range(1000) if number != 7]
    assert late is not None
    assert not late.done()
    late.cancel()
