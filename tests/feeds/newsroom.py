"""A newsroom with a clock of its own: what it does goes into a mirror, as the log's reader would put it there."""

from dataclasses import replace
from typing import Any, Final

from ticker.log.mirror import ChannelMirror, Mirror
from ticker.model.channel import Channel, Topic
from ticker.model.cursor import START, Cursor
from ticker.model.event import Event, EventType
from ticker.model.line import Line, Status

NOON: Final = 1_795_608_000_000  # ms: 2026-11-25 at 12:00 UTC
HOUR: Final = 3_600_000  # ms

ENGLISH: Final = Channel(
    id="en",
    title="Breaking & live",
    language="en",
    direction="ltr",
    description="Breaking news in English",
    authority="news.example,2026",
    site="https://news.example/",
    topics=(Topic("storm", "Storm & flood"), Topic("world", "World")),
)
ARABIC: Final = Channel(
    id="ar",
    title="أخبار عاجلة",
    language="ar",
    direction="rtl",
    description="الأخبار العاجلة بالعربية",
    authority="news.example,2026",
    topics=(Topic("world", "العالم"),),
)
SPANISH: Final = Channel(
    id="es",
    title="Última hora",
    language="es-419",
    direction="ltr",
    description="",
    authority="news.example,2026-05-01",
)
CHANNELS: Final = (ENGLISH, ARABIC, SPANISH)


class Newsroom:
    """One channel, edited."""

    def __init__(self, channel: Channel = ENGLISH, now: int = NOON) -> None:
        self.channel = channel
        self.now = now
        self.mirrors = Mirror([channel])
        self.mirror.load([], {})
        self.events: list[Event] = []
        self.records: dict[str, Line] = {}

    @property
    def mirror(self) -> ChannelMirror:
        return self.mirrors.channels[self.channel.id]

    def pass_time(self, ms: int) -> None:
        self.now += ms

    def publish(self, text: str = "Bridge closed", **fields: Any) -> Line:
        at = self._next_moment()
        line = Line(
            f"01KB{len(self.events):022d}", self.channel.id, 1, Status.USABLE, published=at, updated=at, text=text, **fields
        )
        return self._happen(EventType.PUBLISH, line, at)

    def correct(self, line: Line, **fields: Any) -> Line:
        at = self._next_moment()
        old = self.records[line.id]
        return self._happen(EventType.CORRECT, replace(old, version=old.version + 1, updated=at, **fields), at)

    def pin(self, line: Line) -> Line:
        old = self.records[line.id]
        return self._happen(EventType.CORRECT, replace(old, version=old.version + 1, pinned=True), self._next_moment())

    def withdraw(self, line: Line) -> Line:
        at = self._next_moment()
        old = self.records[line.id]
        return self._happen(
            EventType.WITHDRAW, Line(old.id, old.channel, old.version + 1, Status.CANCELED, old.published, updated=at), at
        )

    def restarted(self, events: int | None = None) -> ChannelMirror:
        """A mirror that another process loads from the log now; of the `events` newest, if so many are kept."""
        mirror = ChannelMirror(self.channel)
        mirror.load(self.events[-events:] if events else self.events, self.records)
        return mirror

    def _next_moment(self) -> int:
        return max(self.now, self.events[-1].at + 1) if self.events else self.now

    def _happen(self, kind: EventType, line: Line, at: int) -> Line:
        cursor = Cursor(f"{len(self.events) + 1}-{hash_of(at)}")
        prev = self.events[-1].cursor if self.events else START
        event = Event(cursor, kind, line.id, line.version, at, prev)
        self.events.append(event)
        self.records[line.id] = line
        self.mirror.apply(event, line)
        return line


def hash_of(at: int) -> int:
    """A number that looks random and is the same in each run."""
    return at * 2_654_435_761 % 2**32
