"""The mirror: this process's copy of the log, held against a slow one."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.logbook import NOW, Logbook, channel, mirror_of
from ticker.log.errors import HistoryChanged
from ticker.log.mirror import Mirror
from ticker.model.cursor import START, Cursor
from ticker.model.event import EventType
from ticker.model.line import Line

DAY = 86_400_000  # ms


def log_of(**retention: int) -> Logbook:
    return Logbook(channel(**retention))


def test_new_mirror_shows_nothing() -> None:
    """Before the log was read there is nothing to see, and no cursor but the start."""
    mirror = Mirror([channel()]).channels["en"]

    assert (mirror.lines(NOW), mirror.withdrawn(), mirror.cursor, mirror.state_at) == ([], [], START, 0)
    assert mirror.since(START) == []
    assert mirror.knows(START)
    assert not mirror.is_before(START)


def test_line_comes_changes_and_goes() -> None:
    """Each change of the log is to be seen, and what was before it is not."""
    log = log_of()
    mirror = mirror_of(log)
    revision = mirror.revision
    line = log.publish("Bridge closed")
    [published] = log.read(mirror)

    assert (mirror.lines(log.now), published.line) == ([line], line)
    corrected = log.correct(line, "Bridge open")
    log.read(mirror)
    assert mirror.lines(log.now) == [corrected]
    gone = log.withdraw(line)
    log.read(mirror)
    assert (mirror.lines(log.now), mirror.withdrawn(), mirror.get(line.id)) == ([], [gone], gone)
    assert mirror.revision == revision + 3
    assert mirror.state_at == gone.updated


def test_pinned_lines_stand_first_in_the_ticker_only() -> None:
    """A pin moves a line on screen; lists of lines keep the order of publication."""
    log = log_of()
    mirror = mirror_of(log)
    old = log.publish("Old")
    older_pin = log.pin(log.publish("Pinned"))
    newer_pin = log.pin(log.publish("Pinned too"))
    new = log.publish("New")
    log.read(mirror)

    assert mirror.ticker(log.now, 10) == [newer_pin, older_pin, new, old]
    assert mirror.ticker(log.now, 3) == [newer_pin, older_pin, new]
    assert mirror.lines(log.now) == [new, newer_pin, older_pin, old]
    unpinned = log.pin(newer_pin, pinned=False)
    log.read(mirror)
    assert mirror.ticker(log.now, 10) == [older_pin, new, unpinned, old]


def test_ticker_of_topics() -> None:
    """A viewer of some topics is given as many lines as any other, of these topics."""
    log = log_of()
    storm = [log.publish(topics=("storm",)) for _ in range(3)]
    log.publish(topics=("sport",))
    mirror = mirror_of(log)

    assert mirror.ticker(log.now, 2, frozenset({"storm"})) == [storm[2], storm[1]]


def test_line_expires() -> None:
    """An expired line is shown no more, and caches learn of it, once."""
    log = log_of()
    mirror = mirror_of(log)
    line = log.publish(expires=NOW + 5000)
    log.publish(expires=NOW + 9000)
    log.read(mirror)
    mirror.tick(NOW + 4999)
    revision = mirror.revision

    assert line in mirror.lines(NOW + 4999)
    mirror.tick(NOW + 5000)
    assert line not in mirror.lines(NOW + 5000)
    assert mirror.revision == revision + 1
    mirror.tick(NOW + 5001)
    assert mirror.revision == revision + 1
    mirror.tick(NOW + 9000)
    assert (mirror.lines(NOW + 9000), mirror.revision) == ([], revision + 2)


def test_expiry_that_moved_counts_once() -> None:
    """A line whose expiry was put off is still there at the old time, and a withdrawn one ends nothing a second time."""
    log = log_of()
    mirror = mirror_of(log)
    line = log.publish(expires=NOW + 5000)
    log.read(mirror)
    later = log.correct(line, expires=NOW + 9000)
    log.read(mirror)
    revision = mirror.revision
    mirror.tick(NOW + 5000)

    assert (mirror.lines(NOW + 5000), mirror.revision) == ([later], revision)
    log.withdraw(line)
    log.read(mirror)
    revision = mirror.revision
    mirror.tick(NOW + 9000)
    assert mirror.revision == revision


def test_old_lines_go() -> None:
    """What is older than the channel keeps goes by itself; a pinned line stays, a tombstone goes that long after its death."""
    log = log_of(days=2)
    pinned = log.pin(log.publish("Pinned"))
    old, withdrawn, taken = log.publish("Old"), log.publish("Withdrawn"), log.publish("Taken")
    log.withdraw(withdrawn)
    log.now += DAY
    tombstone, new = log.withdraw(taken), log.publish("New")
    mirror = mirror_of(log)
    revision = mirror.revision
    mirror.tick(log.now)

    assert (mirror.lines(log.now), mirror.revision) == ([new, old, pinned], revision)
    mirror.tick(NOW + 2 * DAY + 100)
    assert mirror.lines(log.now) == [new, pinned]
    assert mirror.withdrawn() == [tombstone]
    assert (mirror.get(old.id), mirror.get(withdrawn.id)) == (None, None)
    assert mirror.revision == revision + 1


def test_as_many_lines_as_the_log_keeps() -> None:
    """The mirror forgets what the log forgets, at the same event."""
    log = log_of(lines=2)
    mirror = mirror_of(log)
    pinned = log.pin(log.publish("Pinned"))
    lines = [log.publish() for _ in range(4)]
    log.read(mirror)

    assert mirror.lines(log.now) == log.lines() == [lines[3], lines[2], pinned]
    for line in (pinned, *lines[2:]):
        log.withdraw(line)
    log.read(mirror)
    assert mirror.withdrawn() == log.withdrawn()
    assert len(mirror.withdrawn()) == 2


def test_unpinned_line_is_still_told_of() -> None:
    """An old line that is unpinned sinks on every screen before it is forgotten: the event that unpins it finds it."""
    log = log_of(lines=2)
    mirror = mirror_of(log)
    pinned = log.pin(log.publish("Pinned"))
    for _ in range(3):
        log.publish()
    log.read(mirror)
    unpinned = log.pin(pinned, pinned=False)

    [applied] = log.read(mirror)
    assert applied.line == unpinned
    assert mirror.lines(log.now) == log.lines()


def test_held_line_comes_back_to_its_place() -> None:
    """A line that was held is not shown meanwhile, nor taken for withdrawn; released it stands where it stood."""
    log = log_of()
    mirror = mirror_of(log)
    first, held, last = log.publish("First"), log.publish("Held"), log.publish("Last")
    log.read(mirror)
    log.hold(held)
    log.read(mirror)

    assert (mirror.lines(log.now), mirror.withdrawn()) == ([last, first], [])
    released = log.release(held)
    log.read(mirror)
    assert mirror.lines(log.now) == [last, released, first]


def test_event_older_than_its_record_shows_nothing() -> None:
    """A reader that lags finds newer records than its events: it tells of a line at the event that made it so, not before."""
    log = log_of()
    mirror = mirror_of(log)
    line = log.publish("Bridge closed")
    corrected = log.correct(line, "Bridge open")
    first, second = log.events
    applied = mirror.apply(first, log.records[line.id])

    assert (applied.line, applied.gone, mirror.lines(log.now)) == (None, False, [corrected])
    assert mirror.cursor == first.cursor
    assert mirror.apply(second, log.records[line.id]).line == corrected
    assert mirror.lines(log.now) == [corrected]


def test_line_that_is_forgotten_meanwhile_goes() -> None:
    """A reader that lags finds no record where the log keeps the line no longer: the old text must not stay."""
    log = log_of(lines=1)
    mirror = mirror_of(log)
    line = log.publish("Bridge closed")
    log.read(mirror)
    log.withdraw(line)
    other = log.publish("Other")
    log.withdraw(other)
    revision = mirror.revision
    [withdrawn] = log.read(mirror, 1)

    assert (withdrawn.line, withdrawn.gone, line.id in log.records) == (None, True, False)
    assert (mirror.get(line.id), mirror.lines(log.now)) == (None, [])
    assert mirror.revision > revision
    log.read(mirror)
    assert (mirror.lines(log.now), mirror.withdrawn()) == ([], log.withdrawn())


def test_no_replay_brings_an_old_text_back() -> None:
    """Whatever record an event comes with, a newer one that was seen stays."""
    log = log_of()
    mirror = mirror_of(log)
    line = log.publish("Old")
    log.read(mirror)
    new = log.correct(line, "New")
    log.read(mirror)
    log.correct(line, "Newest")
    mirror.apply(log.events[-1], line)  # the record of the first version, as a replica that lags might give it

    assert mirror.lines(log.now) == [new]


def test_only_the_next_event_is_applied() -> None:
    """An event that does not follow proves another history, and changes nothing."""
    log = log_of()
    mirror = mirror_of(log)
    log.publish()
    log.read(mirror)
    log.publish()
    third = log.publish()
    before = (mirror.cursor, mirror.lines(log.now), len(mirror.events()))

    with pytest.raises(HistoryChanged, match="en: 3-1000 follows 2-1000, but we hold 1-1000"):
        mirror.apply(log.events[-1], third)
    assert (mirror.cursor, mirror.lines(log.now), len(mirror.events())) == before


def test_ring_resumes_what_it_reaches() -> None:
    """A cursor that the ring knows, or that lies just before it, is resumed; an older one is too old, another unknown."""
    log = log_of(events=3)
    mirror = mirror_of(log)
    for _ in range(5):
        log.publish()
        log.read(mirror)

    def since(cursor: str) -> list[str] | None:
        events = mirror.since(Cursor(cursor))
        return None if events is None else [event.cursor for event in events]

    assert since("5-1000") == []
    assert since("4-1000") == ["5-1000"]
    assert since("2-1000") == ["3-1000", "4-1000", "5-1000"]  # the predecessor of the oldest
    assert since("1-1000") is None
    assert since("4-1001") is None
    assert since("6-1000") is None
    assert (mirror.is_before(Cursor("1-1000")), mirror.is_before(Cursor("4-1001"))) == (True, False)
    assert (mirror.knows(Cursor("3-1000")), mirror.knows(Cursor("2-1000"))) == (True, False)
    assert (mirror.event(Cursor("4-1000")), mirror.event(Cursor("2-1000"))) == (log.events[1], None)


def test_loading_replaces_everything() -> None:
    """After a loss of history nothing of the lost one is left."""
    log = log_of()
    mirror = mirror_of(log)
    kept, lost = log.publish("Kept"), log.publish("Lost")
    log.read(mirror)
    lost_cursor = mirror.cursor
    log.lose(keep=1)
    mirror.load(log.events, log.records)

    assert (mirror.lines(log.now), mirror.get(lost.id)) == ([kept], None)
    assert mirror.since(lost_cursor) is None
    again = log.publish("Again")
    log.read(mirror)
    assert mirror.lines(log.now) == [again, kept]
    assert mirror.cursor != lost_cursor


def test_ring_never_joins_what_has_a_hole() -> None:
    """Where somebody took an entry out of the stream, nobody is resumed across the hole."""
    log = log_of()
    for _ in range(4):
        log.publish()
    del log.events[1]
    mirror = mirror_of(log)

    assert [event.cursor for event in mirror.events()] == ["3-1000", "4-1000"]
    assert mirror.since(Cursor("1-1000")) is None
    assert mirror.since(Cursor("3-1000")) == log.events[-1:]


def test_time_passes_in_all_channels() -> None:
    """One call lets time pass everywhere."""
    mirror = Mirror([channel("en"), channel("es")])
    for found in mirror.channels.values():
        log = Logbook(found.channel)
        log.publish(expires=NOW + 10)
        found.load(log.events, log.records)
    revisions = [found.revision for found in mirror.channels.values()]
    mirror.tick(NOW + 10)

    assert [found.revision for found in mirror.channels.values()] == [revision + 1 for revision in revisions]


class MirrorMachine(RuleBasedStateMachine):
    """A mirror that lags, against the log."""

    def __init__(self) -> None:
        super().__init__()
        self.log = log_of(lines=4, events=6)
        self.mirror = mirror_of(self.log)

    def _any(self, pick: int, *, usable: bool = True) -> Line | None:
        lines = [line for line in self.log.records.values() if line.usable or not usable]
        return lines[pick % len(lines)] if lines else None

    @rule(topics=st.sampled_from([(), ("storm",)]), pinned=st.booleans(), expires=st.sampled_from([None, 3, 30]))
    def publish(self, topics: tuple[str, ...], pinned: bool, expires: int | None) -> None:
        self.log.publish(topics=topics, pinned=pinned, expires=None if expires is None else self.log.now + expires)

    @rule(pick=st.integers(0, 9))
    def correct(self, pick: int) -> None:
        if line := self._any(pick):
            self.log.correct(line)

    @rule(pick=st.integers(0, 9))
    def pin(self, pick: int) -> None:
        if line := self._any(pick):
            self.log.pin(line, pinned=not line.pinned)

    @rule(pick=st.integers(0, 9))
    def withdraw(self, pick: int) -> None:
        if line := self._any(pick):
            self.log.withdraw(line)

    @rule(ms=st.integers(1, 40))
    def wait(self, ms: int) -> None:
        self.log.now += ms
        self.mirror.tick(self.log.now)

    @rule(most=st.integers(1, 3))
    def read(self, most: int) -> None:
        """Read as far as it goes; a reader that was overtaken loads, as the real one does."""
        if (
            self.log.events
            and not self.mirror.knows(self.log.events[0].prev)
            and not self.mirror.knows(self.log.events[0].cursor)
        ):
            self.mirror.load(self.log.events, self.log.records)
        before = self.mirror.cursor
        for applied in self.log.read(self.mirror, most):
            assert applied.event.prev == before
            assert applied.line in (None, self.log.records.get(applied.event.line))
            before = applied.event.cursor

    @rule(keep=st.integers(0, 6))
    def lose(self, keep: int) -> None:
        self.log.lose(keep)
        self.mirror.load(self.log.events, self.log.records)

    @invariant()
    def ring_is_a_chain(self) -> None:
        events = self.mirror.events()
        assert all(one.cursor == after.prev for one, after in zip(list(events), list(events)[1:], strict=False))
        assert len(events) <= self.log.channel.retention.events
        for n, event in enumerate(events):
            assert self.mirror.since(event.cursor) == list(events)[n + 1 :]

    @invariant()
    def ticker_is_the_lines_in_another_order(self) -> None:
        lines = self.mirror.lines(self.log.now)
        assert self.mirror.ticker(self.log.now, 1000) == sorted(
            lines, key=lambda line: (line.pinned, line.published, line.id), reverse=True
        )

    @invariant()
    def at_the_tail_it_is_the_log(self) -> None:
        if self.mirror.cursor == self.log.cursor:
            assert self.mirror.lines(self.log.now) == self.log.lines()
            assert self.mirror.withdrawn() == self.log.withdrawn()
            assert {line: self.mirror.get(line) for line in self.log.records} == self.log.records

    @invariant()
    def no_version_is_shown_after_the_event_that_ended_it(self) -> None:
        for event in self.mirror.events():
            line = self.mirror.get(event.line)
            assert line is None or line.version >= event.version


TestMirrorMachine: Any = MirrorMachine.TestCase
TestMirrorMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_types_say_what_is_retained() -> None:
    """A change that neither publishes nor withdraws forgets nothing, as in the scripts."""
    log = log_of(lines=1)
    mirror = mirror_of(log)
    pinned = log.pin(log.publish("Pinned"))
    line = log.publish("Line")
    log.correct(line)
    log.read(mirror)

    assert [event.type for event in mirror.events()].count(EventType.CORRECT) == 2
    assert [shown.id for shown in mirror.lines(log.now)] == [line.id, pinned.id]
