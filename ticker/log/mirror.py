"""The mirror: this process's copy of the log, from which everything that people see is made.

Plain calls: no asyncio, no Redis, no clock. The reader feeds it; live, feeds and pages look at it. Per channel it holds

- the lines: every record that the log keeps, with those that may be shown in order of publication;
- the ring: the newest events, at most as many as the log keeps, by which a returning viewer is resumed;
- the cursor: the last event applied.

It keeps true that an event is applied only on top of its predecessor (`prev`), so the ring has no hole and never joins two
histories; and that a record only ever gives way to a newer one, so no replay can bring an old text back. An event that is
older than the record found for it moves the cursor and tells nothing: the event that made the record is still to come. An
event whose record is gone takes the line away: the log keeps it no longer.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, takewhile

from ticker.log.errors import HistoryChanged
from ticker.model.channel import Channel
from ticker.model.cursor import START, Cursor, number
from ticker.model.event import Event, EventType
from ticker.model.line import Line, Status, newest_first

_DAY = 86_400_000  # ms


@dataclass(frozen=True, slots=True)
class Applied:
    """An event and its line as it stands now; `line` is None when a newer event of the same line is to come, or it is gone."""

    event: Event
    line: Line | None
    gone: bool = False  # the log keeps the line no longer: whoever still shows it must not


class ChannelMirror:
    """The mirror of one channel."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.revision = 0  # goes up whenever something visible changes: the key of all caches in this process
        self._clear()

    def _clear(self) -> None:
        self.cursor: Cursor = START
        self.state_at = 0  # ms, `at` of the newest event
        self._lines: dict[str, Line] = {}
        self._usable: dict[str, Line] = {}  # in order of publication, the oldest first
        self._withdrawn: dict[str, Line] = {}  # in order of withdrawal
        self._pinned: set[str] = set()
        self._expiring: dict[str, int] = {}  # usable line → its `expires`
        self._expires_next = math.inf  # ms, no later than the earliest of them
        self._ring: deque[Event] = deque()
        self._index: dict[Cursor, int] = {}  # cursor → its event's place since the mirror was loaded
        self._first = 0  # the place of the ring's oldest event

    # -- what others see --

    def lines(self, now: int) -> list[Line]:
        """Give the lines that may be shown at `now` (ms since 1970), newest publication first; pins do not matter here."""
        return [line for line in reversed(self._usable.values()) if line.shown_at(now)]

    def ticker(self, now: int, limit: int, topics: frozenset[str] = frozenset()) -> list[Line]:
        """Give what a viewer of `topics` shows at `now`: pinned lines first, then newest first, at most `limit`."""
        pinned = sorted((self._usable[line] for line in self._pinned), key=newest_first, reverse=True)
        rest = (line for line in reversed(self._usable.values()) if not line.pinned)
        return list(islice((line for line in chain(pinned, rest) if line.shown_at(now) and line.matches(topics)), limit))

    def withdrawn(self) -> list[Line]:
        """Give the tombstones that are kept, the newest withdrawal first."""
        return list(reversed(self._withdrawn.values()))

    def get(self, line_id: str) -> Line | None:
        """Give a line in any status, or None where the log keeps none of this id."""
        return self._lines.get(line_id)

    def events(self) -> Sequence[Event]:
        """Give the ring, oldest first."""
        return self._ring

    def since(self, cursor: Cursor) -> list[Event] | None:
        """Give the events after `cursor`, or None when the ring does not know it."""
        place = self._index.get(cursor)
        if place is None:
            if cursor != (self._ring[0].prev if self._ring else START):
                return None
            place = self._first - 1
        return list(islice(self._ring, place + 1 - self._first, None))

    def is_before(self, cursor: Cursor) -> bool:
        """Whether an unknown cursor counts fewer events than the ring's oldest, so that it may just be too old."""
        return bool(self._ring) and number(cursor) < number(self._ring[0].cursor)

    def event(self, cursor: Cursor) -> Event | None:
        """Give the event of this name, as far back as the ring reaches."""
        place = self._index.get(cursor)
        return None if place is None else self._ring[place - self._first]

    def knows(self, cursor: Cursor) -> bool:
        """Whether the event of this name was applied, as far back as the ring reaches."""
        return cursor in self._index or cursor == self.cursor

    # -- what the reader does --

    def load(self, events: Iterable[Event], records: Mapping[str, Line]) -> None:
        """Replace everything by what the log holds now: its newest events, oldest first, and all its records."""
        self._clear()
        self.revision += 1
        for event in events:
            if event.prev != self.cursor:  # somebody took an entry out: what was before it cannot be followed on
                self._ring.clear()
                self._index.clear()
            self._remember(event)
        for line in sorted(records.values(), key=newest_first):
            self._keep(line)
        self._withdrawn = dict(sorted(self._withdrawn.items(), key=lambda item: item[1].updated))

    def apply(self, event: Event, line: Line | None) -> Applied:
        """Apply the next event with the record found for it. Raises HistoryChanged when it is not the next one."""
        if event.prev != self.cursor:
            raise HistoryChanged(f"{self.channel.id}: {event.cursor} follows {event.prev}, but we hold {self.cursor}")
        self._remember(event)
        self.revision += 1
        for forgotten in event.forgot:
            self._forget(forgotten)
        known = self._lines.get(event.line)
        if line is None:
            self._forget(event.line)
            return Applied(event, None, gone=True)
        if known is None or known.version < line.version:
            self._keep(line)
        elif event.type is EventType.WITHDRAW and known.version == event.version:
            # Its record came with an earlier event; its place among the tombstones is here.
            self._withdrawn[event.line] = self._withdrawn.pop(event.line, known)
        shown = self._lines[event.line]
        return Applied(event, shown if shown.version == event.version else None)

    def tick(self, now: int) -> None:
        """Let go of what time ends: lines that expired or are older than the channel keeps."""
        before = now - self.channel.retention.days * _DAY
        unpinned = (line for line in self._usable.values() if not line.pinned)
        old = list(takewhile(lambda line: line.published < before, unpinned))
        gone = list(takewhile(lambda line: line.updated < before, self._withdrawn.values()))
        for line in (*old, *gone):
            self._forget(line.id)
        if old or gone or self._expire(now):
            self.revision += 1

    # -- inside --

    def _remember(self, event: Event) -> None:
        self._index[event.cursor] = self._first + len(self._ring)
        self._ring.append(event)
        self.cursor = event.cursor
        self.state_at = event.at
        while len(self._ring) > self.channel.retention.events:
            del self._index[self._ring.popleft().cursor]
            self._first += 1

    def _expire(self, now: int) -> bool:
        if now < self._expires_next:
            return False
        expired = [line for line, expires in self._expiring.items() if expires <= now]
        for line in expired:
            del self._expiring[line]
        self._expires_next = min(self._expiring.values(), default=math.inf)
        return bool(expired)

    def _keep(self, line: Line) -> None:
        self._lines[line.id] = line
        self._pinned.discard(line.id)
        self._expiring.pop(line.id, None)
        if not line.usable:
            self._usable.pop(line.id, None)
            if line.status is Status.CANCELED:
                self._withdrawn[line.id] = line
            return
        newest = next(reversed(self._usable.values()), line)
        returns = line.id not in self._usable and line.published < newest.published
        self._usable[line.id] = line
        if returns:  # a line that comes back takes its old place
            self._usable = dict(sorted(self._usable.items(), key=lambda item: newest_first(item[1])))
        if line.pinned:
            self._pinned.add(line.id)
        if line.expires is not None:
            self._expiring[line.id] = line.expires
            self._expires_next = min(self._expires_next, line.expires)

    def _forget(self, line_id: str) -> None:
        for known in (self._lines, self._usable, self._withdrawn, self._expiring):
            known.pop(line_id, None)
        self._pinned.discard(line_id)


class Mirror:
    """This process's copy of all channels."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        self.channels: dict[str, ChannelMirror] = {channel.id: ChannelMirror(channel) for channel in channels}

    def tick(self, now: int) -> None:
        """Let time end what it ends, in every channel; call it a few times a second."""
        for channel in self.channels.values():
            channel.tick(now)
