"""Which state a feed shows and since when: never an old text, never two states by one Last-Modified, hardly a wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.newsroom import NOON, Newsroom
from ticker.feeds.content import Content, Period, channel_version, content_of
from ticker.feeds.version import LAG, Version
from ticker.log.mirror import ChannelMirror
from ticker.model.event import EventType

SECOND: Final = 1000
NOTICE: Final = Period(entries=50, notice=2_500)


def version(newsroom: Newsroom) -> Version:
    return channel_version(newsroom.mirror, NOTICE, newsroom.now)


def sent(newsroom: Newsroom) -> int | None:
    """The Last-Modified that a reader gets, in seconds since noon."""
    found = version(newsroom)
    return found.modified - NOON // SECOND if found.settled else None


def titles(newsroom: Newsroom) -> list[str]:
    return [line.text for line in content_of(newsroom.mirror, version(newsroom), NOTICE, (), newsroom.now).lines]


def test_first_line_is_in_the_feed_at_once() -> None:
    """Who posts a line in a quiet hour and opens the feed sees it, dated by the second in which it was posted."""
    newsroom = Newsroom(now=NOON + 400)
    newsroom.publish("Bridge closed")

    assert titles(newsroom) == ["Bridge closed"]
    assert sent(newsroom) == 0


def test_burst_is_shown_once_a_second() -> None:
    """Lines that follow each other within a second come together, at its end."""
    newsroom = Newsroom(now=NOON + 400)
    newsroom.publish("one")
    newsroom.publish("two")
    newsroom.pass_time(300)
    newsroom.publish("three")

    assert titles(newsroom) == ["one"]
    newsroom.pass_time(300 + LAG)
    assert titles(newsroom) == ["three", "two", "one"]
    assert sent(newsroom) == 1


def test_steady_lines_change_the_feed_once_a_second() -> None:
    """Ten lines a second for a minute make about sixty feeds, not six hundred."""
    newsroom = Newsroom()
    seen = set()
    for _ in range(600):
        newsroom.publish()
        seen.add(len(titles(newsroom)))
        newsroom.pass_time(100)

    assert len(seen) <= 51  # until the feed's fifty places are full, ten more each second
    assert len({count for count in seen if count < 50}) <= 6


@pytest.mark.parametrize("kind", ["withdraw", "correct"])
def test_text_taken_back_is_gone_at_once(kind: str) -> None:
    """A withdrawn or corrected text is in no feed from the moment the log has the change, however busy that moment."""
    newsroom = Newsroom()
    line = newsroom.publish("The mayor resigned")
    newsroom.publish("waiting")
    if kind == "withdraw":
        newsroom.withdraw(line)
    else:
        newsroom.correct(line, text="The mayor did not resign", correction="He did not.")

    assert "The mayor resigned" not in titles(newsroom)
    assert "waiting" in titles(newsroom)  # what waits comes along: the feed changes anyway


def test_state_that_others_may_join_has_no_date_yet() -> None:
    """Two withdrawals within a second are two states; neither claims the second that both would have."""
    newsroom = Newsroom(now=NOON + 100)
    one, two = newsroom.publish("one"), newsroom.publish("two")
    newsroom.pass_time(2 * SECOND)
    newsroom.withdraw(one)
    after_one = sent(newsroom)
    newsroom.pass_time(200)
    newsroom.withdraw(two)

    assert (after_one, sent(newsroom)) == (None, None)
    newsroom.pass_time(SECOND)
    assert sent(newsroom) == 3


def test_expiry_moves_the_date() -> None:
    """A reader who has only Last-Modified learns that a line has expired, though nothing was posted."""
    newsroom = Newsroom()
    newsroom.publish("Polls close at one", expires=NOON + 5_500)
    newsroom.pass_time(3 * SECOND)
    before = sent(newsroom)
    newsroom.pass_time(2_500)

    assert (before, titles(newsroom), sent(newsroom)) == (0, [], None)
    newsroom.pass_time(SECOND)
    assert sent(newsroom) == 6


def test_pin_changes_no_feed() -> None:
    """Pinning a line, which feeds do not show, makes no reader fetch again."""
    newsroom = Newsroom()
    line = newsroom.publish()
    newsroom.pass_time(10 * SECOND)
    newsroom.pin(line)
    newsroom.pass_time(10 * SECOND)

    assert sent(newsroom) == 0


def test_clock_behind_the_stores_holds_no_line_back() -> None:
    """A server whose clock is an hour late shows lines at once; it only says nothing about dates that it cannot judge."""
    newsroom = Newsroom()
    newsroom.publish("Bridge closed")
    newsroom.now -= 3_600_000

    assert titles(newsroom) == ["Bridge closed"]
    assert sent(newsroom) is None


def test_nothing_has_no_date() -> None:
    """A channel without lines gives no Last-Modified that a restart could contradict."""
    assert version(Newsroom()) == Version(0, False, frozenset(), None)


# -- random histories --


@dataclass(frozen=True)
class Step:
    """One thing that happens in a history."""

    wait: int  # ms since the step before
    act: str
    which: int  # which of the lines so far


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from([0, 1, 90, 300, 450, 900, 1_000, 1_001, 1_600, 2_000, 5_000]) | st.integers(0, 3_000),
        st.sampled_from(["publish", "publish", "publish", "expiring", "correct", "pin", "withdraw", "look", "look"]),
        st.integers(0, 5),
    ),
    max_size=25,
)


def play(newsroom: Newsroom, step: Step) -> None:
    newsroom.pass_time(step.wait)
    usable = [line for line in newsroom.records.values() if line.usable]
    if step.act == "publish" or (step.act in ("correct", "pin", "withdraw") and not usable):
        newsroom.publish(str(step.which))
    elif step.act == "expiring":
        newsroom.publish(str(step.which), expires=newsroom.now + 400 * (step.which + 1))
    elif step.act == "correct":
        newsroom.correct(usable[step.which % len(usable)], text="corrected", expires=None)
    elif step.act == "pin":
        newsroom.pin(usable[step.which % len(usable)])
    elif step.act == "withdraw":
        newsroom.withdraw(usable[step.which % len(usable)])


def state(mirror: ChannelMirror, now: int) -> tuple[Version, Content]:
    found = channel_version(mirror, NOTICE, now)
    return found, content_of(mirror, found, NOTICE, (), now)


def looks(newsroom: Newsroom, steps: list[Step]) -> Iterator[tuple[int, Version, Content]]:
    """What a reader sees after each step, when it has just happened, and at odd moments up to five seconds after the last."""
    for step in [*steps, *[Step(wait, "look", 0) for wait in (1, 400, 600, LAG, 1_000, 3_000)]]:
        play(newsroom, step)
        # The store's times rise by a millisecond at least, also where the clock stands still.
        newsroom.now = max(newsroom.now, newsroom.events[-1].at) if newsroom.events else newsroom.now
        yield newsroom.now, *state(newsroom.mirror, newsroom.now)


@given(STEPS, st.integers(0, 999))
def test_date_rises_with_each_state(steps: list[Step], start: int) -> None:
    """Whoever compares Last-Modified alone misses no state: it never falls, and one date stands for one state."""
    seen = [*looks(Newsroom(now=NOON + start), steps)]

    modified = [version.modified for _, version, _ in seen]
    assert modified == sorted(modified)
    dated: dict[int, Content] = {}
    for now, version, content in seen:
        if version.settled:
            assert version.modified * SECOND <= now
            assert dated.setdefault(version.modified, content) == content


@given(STEPS, st.integers(0, 999))
def test_all_processes_agree(steps: list[Step], start: int) -> None:
    """A process that has just started, even where the log kept only its newest events, serves what every other serves."""
    newsroom = Newsroom(now=NOON + start)
    for now, version, content in looks(newsroom, steps):
        assert version.modified <= now // SECOND + 1
        assert content.modified == version.modified
    old = len([event for event in newsroom.events if event.at < newsroom.now - 3 * SECOND])
    kept = len(newsroom.events) - max(0, old - 2)

    assert state(newsroom.restarted(), newsroom.now) == state(newsroom.mirror, newsroom.now)
    if not any(line.pinned for line in newsroom.records.values()):
        assert state(newsroom.restarted(kept), newsroom.now) == state(newsroom.mirror, newsroom.now)


@given(STEPS, st.integers(0, 999))
def test_no_line_waits_longer_than_a_second(steps: list[Step], start: int) -> None:
    """A line is in the feed 1.1 seconds after it was posted, and a change that takes a text back waits for nothing."""
    newsroom = Newsroom(now=NOON + start)
    for now, version, _ in looks(newsroom, steps):
        published = {event.line: event.at for event in newsroom.events if event.type is EventType.PUBLISH}
        assert all(published[line] > now - SECOND - LAG for line in version.pending)
        taken_back = max(
            (event.at for event in newsroom.events if event.type is EventType.WITHDRAW and event.at <= now), default=0
        )
        assert all(published[line] > taken_back for line in version.pending)


@given(STEPS, st.integers(0, 999), st.integers(0, 5_000))
def test_answer_holds_as_long_as_it_says(steps: list[Step], start: int, later: int) -> None:
    """A cache that keeps an answer until the moment it names never serves an expired line, nor a stale date."""
    newsroom = Newsroom(now=NOON + start)
    for step in steps:
        play(newsroom, step)
    now = max(newsroom.now, newsroom.mirror.state_at)
    first = state(newsroom.mirror, now)
    until = first[0].until
    then = now + later if until is None else min(now + later, until - 1)

    assert until is None or until > now
    assert state(newsroom.mirror, then) == first


@given(STEPS, st.integers(0, 999), st.lists(st.integers(0, LAG - 1), min_size=25, max_size=25))
def test_late_mirror_gives_no_date_twice(steps: list[Step], start: int, lags: list[int]) -> None:
    """A process that hears of each event some milliseconds late still serves one state only by each Last-Modified."""
    newsroom = Newsroom(now=NOON + start)
    heard = [(0, 0, dict(newsroom.records))]  # when, how many events by then, and their records
    for step, lag in zip(steps, lags, strict=False):
        play(newsroom, step)
        if len(newsroom.events) > heard[-1][1]:
            when = max(newsroom.events[-1].at + lag, heard[-1][0])
            heard.append((when, len(newsroom.events), dict(newsroom.records)))
    moments = {moment for when, _, _ in heard[1:] for moment in (when, when + 1, when - when % SECOND, when + SECOND)}

    late = ChannelMirror(newsroom.channel)
    dated: dict[int, Content] = {}
    for now in sorted(moments):
        _, count, records = next(known for known in reversed(heard) if known[0] <= now)
        late.load(newsroom.events[:count], records)
        found, content = state(late, now)
        if found.settled:
            assert dated.setdefault(found.modified, content) == content
