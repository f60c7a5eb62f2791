"""The walk over a group's viewers: each gets each frame once, in order, in as few writes as there are walks."""

from dataclasses import dataclass, field

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ticker.live import sweep as sweeps
from ticker.live.fanout import Group, Slot
from ticker.live.frames import Transport
from ticker.live.sweep import AT_ONCE, AWAY, PROCEED_COST, SHORT_SLICE, SLICE, Sweep
from ticker.log.mirror import ChannelMirror
from ticker.model.channel import Channel

CHANNEL = Channel("en", "Breaking", "en", "ltr", "", "localhost,2026")


@dataclass(eq=False)
class Reader:
    """A viewer without a socket, whose transport keeps what it was given; it helps itself when it is asked to."""

    sweep: Sweep
    group: Group
    index: int = -1
    writes: list[bytes] = field(default_factory=list)
    blocked: bool = False
    broken: bool = False
    failures: int = 0

    def fail(self, error: Exception) -> None:
        self.failures += 1

    @property
    def place(self) -> int:
        return self.sweep.places[self.index]

    @place.setter
    def place(self, place: int) -> None:
        self.sweep.places[self.index] = place

    def enter(self) -> None:
        self.sweep.add(self, -1)
        self.place = self.group.head

    def write_rest(self, data: bytes) -> None:
        if self.broken:
            raise RuntimeError("the handler is closed")
        self.writes.append(data)

    def proceed(self) -> None:
        if not self.blocked:
            taken = self.group.since(self.place) if self.place != AWAY else None
            self.writes += [b"".join(frame for frame in taken[0] if isinstance(frame, bytes))] if taken else []
            self.place = self.group.head


class Crowd:
    """A group with its sweep; `ring` is counted, and walks are taken by hand."""

    def __init__(self, readers: int) -> None:
        self.group = Group(ChannelMirror(CHANNEL), frozenset(), Transport.SSE)
        self.sweep = Sweep(self.group)
        self.group.bell = self
        self.walks = 0
        self.readers = [Reader(self.sweep, self.group) for _ in range(readers)]
        for reader in self.readers:
            reader.enter()

    def ring(self, appended: int | None = None, /) -> None:
        self.walks += not self.sweep.is_moving
        self.sweep.start()

    def line(self, number: int) -> Slot:
        slot = Slot(frame(number), f"line {number}")
        self.group.add(slot, 0)
        return slot

    def walk(self) -> None:
        while self.sweep.is_moving:
            self.sweep.walk()


def frame(number: int) -> bytes:
    made = Transport.SSE.frame({"type": "publish", "cursor": f"{number}-0", "n": number})
    assert isinstance(made, bytes)
    return made


def test_a_line_costs_one_write_of_the_same_bytes() -> None:
    """Everybody at the same place is given the same object."""
    crowd = Crowd(SLICE * 2 + 3)
    crowd.line(1)
    crowd.walk()

    assert {len(reader.writes) for reader in crowd.readers} == {1}
    assert len({id(reader.writes[0]) for reader in crowd.readers}) == 1
    assert crowd.readers[0].writes == [frame(1)]


def test_lines_that_come_during_a_walk_leave_together() -> None:
    """A burst costs as many writes as there are walks, not as there are lines."""
    crowd = Crowd(SLICE * 4)
    crowd.line(1)
    crowd.sweep.walk()
    for number in range(2, 32):
        crowd.line(number)
    crowd.walk()

    assert crowd.walks == 1
    assert {len(reader.writes) for reader in crowd.readers} == {1, 2}
    assert {b"".join(reader.writes) for reader in crowd.readers} == {b"".join(map(frame, range(1, 32)))}


def test_a_walk_that_is_overtaken_goes_in_short_slices() -> None:
    """Posts get their turn more often while they come, and the next walk is an ordinary one."""
    crowd = Crowd(SLICE * 2)
    crowd.line(1)
    crowd.sweep.walk()
    crowd.line(2)
    crowd.sweep.walk()
    written = sum(len(reader.writes) for reader in crowd.readers)
    crowd.walk()
    crowd.line(3)
    crowd.sweep.walk()

    assert written == SLICE + SHORT_SLICE
    assert sum(frame(3) in reader.writes for reader in crowd.readers) == SLICE


def test_who_is_away_is_left_to_itself() -> None:
    """A viewer that cannot write keeps its place; the others do not wait."""
    crowd = Crowd(3)
    away = crowd.readers[1]
    away.place, away.blocked = AWAY, True
    crowd.line(1)
    crowd.walk()

    assert [len(reader.writes) for reader in crowd.readers] == [1, 0, 1]
    assert away.place == AWAY


def test_who_is_far_behind_is_not_given_all_at_once() -> None:
    """AT_ONCE frames are one write, and the same bytes for all who are as far behind."""
    crowd = Crowd(SLICE + 1)
    for number in range(AT_ONCE * 2 + 1):
        crowd.line(number)
    crowd.walk()

    writes = [b"".join(map(frame, numbers)) for numbers in (range(AT_ONCE), range(AT_ONCE, AT_ONCE * 2), [AT_ONCE * 2])]
    assert [reader.writes for reader in crowd.readers] == [writes] * (SLICE + 1)
    assert len({id(write) for reader in crowd.readers for write in reader.writes}) == 3


def test_who_helps_himself_takes_longer() -> None:
    """A snapshot for each, as when history has changed: others get their turn as often as ever."""
    crowd = Crowd(SLICE)
    crowd.group.restart()
    crowd.sweep.walk()

    assert sum(reader.place == crowd.group.head for reader in crowd.readers) == -(-SLICE // (1 + PROCEED_COST))


def test_one_that_fails_stops_nobody_else() -> None:
    """Those behind it in the walk are served, then and later."""
    crowd = Crowd(3)
    crowd.readers[1].broken = True
    crowd.line(1)
    crowd.walk()
    crowd.line(2)
    crowd.walk()

    assert [b"".join(reader.writes) for reader in crowd.readers] == [frame(1) + frame(2), b"", frame(1) + frame(2)]
    assert crowd.readers[1].failures == 2


def test_withdrawn_text_is_not_joined() -> None:
    """Bytes joined before a withdrawal are not used after it."""
    crowd = Crowd(SLICE + 1)
    wrong = crowd.line(1)
    crowd.sweep.walk()
    wrong.frame = b""
    crowd.group.outdate(emptied=True)
    crowd.line(2)
    crowd.walk()

    assert crowd.readers[-1].writes == [frame(2)]


def overtaken() -> Crowd:
    """A crowd whose walk was overtaken after its first slice: it has yet to come to the last viewer, and then to the first."""
    crowd = Crowd(SLICE * 6)
    crowd.line(1)
    crowd.sweep.walk()
    crowd.line(2)
    return crowd


def test_who_is_moved_behind_the_walk_is_visited_all_the_same() -> None:
    """The last viewer takes the place of one that leaves: what the walk has passed, it has not."""
    crowd = overtaken()
    crowd.walk()  # from now on a walk begins after the first slice
    crowd.line(3)
    crowd.sweep.walk()
    moved = crowd.sweep.viewers[-1]
    crowd.sweep.remove(crowd.sweep.viewers[SLICE + 100])
    crowd.walk()

    assert isinstance(moved, Reader)
    assert b"".join(moved.writes) == b"".join(map(frame, range(1, 4)))


def test_viewers_who_leave_do_not_hold_up_a_walk() -> None:
    """Each costs it one visit at the most, and an event does not count as under way any longer for them."""
    crowd = overtaken()
    end, slices = crowd.sweep.end, 0
    while not crowd.sweep.has_passed(end):
        crowd.sweep.walk()
        slices += 1
        for _ in range(4):
            crowd.sweep.remove(crowd.sweep.viewers[0])

    assert slices <= SLICE * 6 // (SHORT_SLICE - 4) + 1


STEPS = st.lists(
    st.one_of(
        st.just(("line", 0)),
        st.just(("walk", 0)),
        st.tuples(st.just("leave"), st.integers(0, 1 << 30)),
        st.just(("arrive", 0)),
    ),
    max_size=60,
)


@example(8, [("line", 0), ("line", 0), ("walk", 0), ("walk", 0), ("leave", 3), ("leave", 2), ("walk", 0), ("walk", 0)])
@given(st.integers(0, 12), STEPS)
def test_everybody_gets_everything_once_in_order(readers: int, steps: list[tuple[str, int]]) -> None:
    """Whoever comes and goes while it walks: each viewer has each frame since it came, once, in order.

    And when the sweep says of a line that its walk has passed, nobody still waits for it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeps, "SLICE", 3)  # so that a few viewers are many
        patch.setattr(sweeps, "SHORT_SLICE", 2)
        patch.setattr(sweeps, "AT_ONCE", 2)
        crowd = Crowd(readers)
        since = dict.fromkeys(crowd.readers, 1)
        ends: dict[int, int] = {}  # of the walk that was to bring a line
        for step, chance in steps:
            if step == "line":
                crowd.line(len(ends) + 1)
                ends[len(ends) + 1] = crowd.sweep.end
            elif step == "walk":
                crowd.sweep.walk()
            elif step == "arrive":
                reader = Reader(crowd.sweep, crowd.group)
                since[reader] = len(ends) + 1
                reader.enter()
            elif crowd.sweep.viewers:
                crowd.sweep.remove(crowd.sweep.viewers[chance % len(crowd.sweep.viewers)])
            had = max((line for line, end in ends.items() if crowd.sweep.has_passed(end)), default=0)
            assert [place for place in crowd.sweep.places if place < had] == []
        crowd.walk()

    assert all(map(crowd.sweep.has_passed, ends.values()))
    for viewer in crowd.sweep.viewers:
        assert isinstance(viewer, Reader)
        assert b"".join(viewer.writes) == b"".join(map(frame, range(since[viewer], len(ends) + 1)))
