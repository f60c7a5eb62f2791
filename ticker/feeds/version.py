"""Which state a feed shows at a moment, and since when: the rule behind `Last-Modified` and the feeds' own dates.

Readers compare `Last-Modified`, which has whole seconds, so no two states may go by the same second; and a busy minute may not
make a feed be rendered for every line. The rule needs nothing but the log's events and their neighbours, so every process and
every restart comes to the same answer:

- A change in second s belongs to second s + 1: the state that is complete at the end of s is "modified at s + 1".
- A publication is shown from then on, together with all others of its second. So a feed changes once a second at most, and a
  line waits 1.1 seconds at most. In quiet times it does not wait: with no change in its second before it nor in the second
  before that, it is shown at once and the state is "modified at s", which nothing else can be.
- A correction or withdrawal is shown at once, and what waits with it: a text that was taken back is not served for a moment
  longer. So is what time itself changes: a line that expires, a notice whose period ends.

A state that is shown before its second has come is not *settled*: others may still come to share that second. Until then it
goes without a `Last-Modified`, by its ETag alone: a date ahead of the clock is forbidden (RFC 9110, section 8.8.2.1) and has
frozen readers, and counting up one second for each of ten withdrawals would run ahead of the clock and hold up what follows.

Only time that the log forgets moves no version: a line or tombstone that leaves the channel by age (`Retention.days`). Readers
keep what merely disappears, and the ETag tells.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ticker.model.event import Event, EventType
from ticker.model.line import Line

LAG: Final = 100
"""Milliseconds that a mirror may be behind the log: a second is complete this long after its end, not on the dot."""


@dataclass(frozen=True, slots=True)
class Version:
    """The state that a channel's feeds show at a moment."""

    modified: int  # seconds since 1970; 0 as long as nothing has happened
    settled: bool  # whether `modified` names this state alone; if not, it must not be sent as Last-Modified
    pending: frozenset[str]  # ids of lines that wait: not to be shown yet
    until: int | None  # ms since 1970: with no further event, this holds up to here; None: for good


@dataclass(frozen=True, slots=True)
class _Change:
    at: int  # ms
    line: str | None  # the line that a publication adds; None for what is shown at once


def version_at(events: Sequence[Event], line: Callable[[str], Line | None], moments: Iterable[int], now: int) -> Version:
    """Give the version at `now` (ms since 1970).

    `events` is the channel's ring, oldest first, and `line` finds a line by its id. `moments` (ms) are the times, past and
    to come, at which time alone changes what is shown.
    """
    to_come = min((moment for moment in moments if moment > now), default=None)
    changes = _newest_first(events, line, [moment for moment in moments if moment <= now])
    # No event comes from the future: it is the store's clock that counts, and ours may be behind it.
    latest = max(now, events[-1].at) if events else now
    pending: set[str] = set()
    change = next(changes, None)
    while change is not None:
        before = next(changes, None)
        modified, complete = _dated(change, before)
        if change.line is None or complete <= latest:
            settled = complete <= now
            return Version(modified, settled, frozenset(pending), to_come if settled else _earlier(to_come, complete))
        pending.add(change.line)
        to_come = _earlier(to_come, complete)
        change = before
    return Version(0, False, frozenset(pending), to_come)


def _dated(change: _Change, before: _Change | None) -> tuple[int, int]:
    """Give the second that `change` belongs to, and the time (ms) from which no other change can join it there."""
    second = change.at // 1000
    if change.line is not None and (before is None or before.at // 1000 < second - 1):
        return second, second * 1000
    return second + 1, (second + 1) * 1000 + LAG


def _newest_first(events: Sequence[Event], line: Callable[[str], Line | None], moments: list[int]) -> Iterator[_Change]:
    """Give what changed a feed, newest first; lazily, since the newest few decide."""
    logged = (
        _Change(event.at, event.line if event.type is EventType.PUBLISH else None)
        for event in reversed(events)
        if not _is_pin(event, line(event.line))
    )
    timed = (_Change(moment, None) for moment in sorted(moments, reverse=True))
    return heapq.merge(timed, logged, key=lambda change: change.at, reverse=True)


def _is_pin(event: Event, line: Line | None) -> bool:
    """Whether the event only pinned or unpinned its line, which feeds do not show: such a change leaves `updated` behind."""
    return event.type is EventType.CORRECT and line is not None and line.updated < event.at


def _earlier(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)
