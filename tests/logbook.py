"""A log without Redis, slow and obvious: what the scripts of ticker/log do, on lists and dicts.

The core's tests feed a mirror from it, and hold the mirror against it.
"""

from dataclasses import replace
from typing import Any

from ticker.log.mirror import Applied, ChannelMirror, Mirror
from ticker.model.channel import Channel, Retention
from ticker.model.cursor import START, Cursor
from ticker.model.event import Event, EventType
from ticker.model.line import Line, Status, newest_first

NOW = 1_795_608_000_000  # ms


def channel(name: str = "en", /, **retention: int) -> Channel:
    """Give a channel that keeps so much."""
    return Channel(name, "Breaking", "en", "ltr", "", "news.example,2026", retention=Retention(**retention))


class Logbook:
    """The log of one channel, as an editor writes it."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.now = NOW
        self.events: list[Event] = []  # those that are kept
        self.records: dict[str, Line] = {}
        self.cursor: Cursor = START
        self._before: dict[Cursor, dict[str, Line]] = {START: {}}  # the records as they were at each event
        self._count = 0
        self._branch = 0
        self._ids = 0

    # -- what an editor does; each gives the line --

    def publish(self, text: str = "", **fields: Any) -> Line:
        self._ids += 1
        at = self._at()
        line = Line(f"L{self._ids:04d}", self.channel.id, 1, Status.USABLE, at, at, text=text or f"Line {self._ids}", **fields)
        room = self._room(sorted((line for line in self.records.values() if line.usable), key=newest_first))
        self._write(EventType.PUBLISH, line, at, room)
        return line

    def correct(self, line: Line, text: str = "", **fields: Any) -> Line:
        old, at = self.records[line.id], self._at()
        new = replace(old, version=old.version + 1, updated=at, text=text or f"{old.text}'", **fields)
        self._write(EventType.CORRECT, new, at)
        return new

    def pin(self, line: Line, pinned: bool = True) -> Line:
        old = self.records[line.id]
        new = replace(old, version=old.version + 1, pinned=pinned)
        self._write(EventType.CORRECT, new, self._at())
        return new

    def hold(self, line: Line) -> Line:
        old, at = self.records[line.id], self._at()
        new = replace(old, version=old.version + 1, updated=at, status=Status.WITHHELD)
        self._write(EventType.WITHDRAW, new, at)
        return new

    def release(self, line: Line) -> Line:
        old, at = self.records[line.id], self._at()
        new = replace(old, version=old.version + 1, updated=at, status=Status.USABLE)
        self._write(EventType.PUBLISH, new, at)
        return new

    def withdraw(self, line: Line) -> Line:
        old, at = self.records[line.id], self._at()
        new = Line(line.id, line.channel, old.version + 1, Status.CANCELED, old.published, at)
        self._write(EventType.WITHDRAW, new, at, self._room(self.withdrawn()[::-1]))
        return new

    # -- what is there --

    def lines(self) -> list[Line]:
        """Give the lines that may be shown, the newest first."""
        return sorted((line for line in self.records.values() if line.shown_at(self.now)), key=newest_first, reverse=True)

    def withdrawn(self) -> list[Line]:
        """Give the tombstones, the newest withdrawal first."""
        gone = [line for line in self.records.values() if line.status is Status.CANCELED]
        return sorted(gone, key=lambda line: line.updated, reverse=True)

    # -- what a reader does --

    def read(self, mirror: ChannelMirror, most: int = 1000) -> list[Applied]:
        """Apply the next events with the records as they are now, as the reader would."""
        place = next((n for n, event in enumerate(self.events) if event.prev == mirror.cursor), len(self.events))
        batch = self.events[place : place + most]
        records = {event.line: self.records.get(event.line) for event in batch}
        return [mirror.apply(event, records[event.line]) for event in batch]

    def lose(self, keep: int) -> None:
        """Lose what came after the first `keep` events that are kept; what comes then is another history."""
        self.events = self.events[:keep]
        self.cursor = self.events[-1].cursor if self.events else START
        self.records = dict(self._before[self.cursor])
        self._count = int(self.cursor.split("-")[0])
        self._branch += 1

    # -- inside --

    def _at(self) -> int:
        self.now += 1
        return self.now

    def _write(self, kind: EventType, line: Line, at: int, forgot: tuple[str, ...] = ()) -> None:
        self._count += 1
        cursor = Cursor(f"{self._count}-{1000 + self._branch}")
        self.events.append(Event(cursor, kind, line.id, line.version, at, self.cursor, forgot))
        self.events = self.events[-self.channel.retention.events :]
        self.cursor = cursor
        self.records[line.id] = line
        self._before[cursor] = dict(self.records)

    def _room(self, oldest: list[Line]) -> tuple[str, ...]:
        """Forget what there is no room for when one more comes; a pinned line stays."""
        excess = oldest[: max(0, len(oldest) + 1 - self.channel.retention.lines)]
        forgotten = tuple(line.id for line in excess if not line.pinned)
        for line in forgotten:
            del self.records[line]
        return forgotten


def mirror_of(log: Logbook) -> ChannelMirror:
    """Give a mirror that has just been loaded from the log."""
    mirror = Mirror([log.channel]).channels[log.channel.id]
    mirror.load(log.events, log.records)
    return mirror
