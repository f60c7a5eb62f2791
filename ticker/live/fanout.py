"""The fan-out: what happens in the log, made into frames once and shared by all viewers who see the same.

Viewers of the same channel, topics and transport form a group. A group keeps the newest frames in a ring; a viewer is no more
than a place in it. An event is matched once per group, whatever the number of viewers, and encoded once for all groups that are
told the same; a viewer takes what lies between its place and the head when it can write, so ten lines that came meanwhile are
taken together, and a viewer that cannot write holds no bytes of ours: when its place has left the ring it skips to the newest
state by a snapshot.

Keeps true (invariant 4): when a line is corrected or withdrawn, the frame of its earlier version, which may still lie in many
rings, is emptied before the new one is added, so what a slow viewer has yet to take never holds the old text. Replays and
snapshots are made from the mirror, which holds none either; the caches of them are dropped at every change, and a viewer that
has not taken all of its replay by then skips the rest.

A long-poll takes what came from the mirror alone: its group has a bell and its answers, and nothing in its ring.

Plain calls: no asyncio, no socket, no clock. A group's bell tells the shell around it that there is something to take.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Final, Protocol
from weakref import WeakValueDictionary

from ticker.live import frames
from ticker.live.frames import Frame, Message, Transport
from ticker.log.mirror import Applied, ChannelMirror, Mirror
from ticker.model.cursor import Cursor, parse_cursor
from ticker.model.event import Event, EventType

RING_FRAMES: Final = 256
"""Frames that a group keeps: how far a viewer may fall behind before it skips ahead."""

RING_BYTES: Final = 1 << 20
"""And how many bytes at the most."""

_ANSWERS_KEPT = 64
"""Snapshots and replays kept ready per group until the next change: a herd that returns asks for the same few."""


class Bell(Protocol):
    """Wakes the viewers of a group."""

    def ring(self, appended: int | None = None, /) -> None:
        """There is something to take: of an event, if so, that was appended then (ms)."""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Slot:
    """A frame in the rings of all groups that were told it: emptied in one of them, it is in all."""

    frame: Frame
    line: str | None = None


@dataclass(frozen=True)
class Answer:
    """What an arriving viewer gets first."""

    name: str  # `resumed`, or the reason of the snapshot
    frames: tuple[Frame, ...]
    cursor: Cursor  # where the viewer stands after them

    @cached_property
    def body(self) -> bytes:
        """The whole as one long-poll's body, made once for all who are given this answer."""
        return frames.polled(self.cursor, self.frames)


@dataclass(slots=True, eq=False)
class Group:
    """Viewers who see the same frames."""

    mirror: ChannelMirror
    topics: frozenset[str]
    transport: Transport
    bell: Bell = field(init=False)
    viewers: int = 0
    first: int = 0  # the place of the ring's oldest frame; places only grow
    history: int = 0  # the place at which the history that we follow began
    silent_since: int = 0  # ms, when the last frame was added
    emptied: int = 0  # goes up whenever bytes made before may hold what must not be shown any more
    _ring: deque[Slot] = field(default_factory=deque)
    _bytes: int = 0  # in the ring, at the most
    _answers: dict[tuple[object, ...], Answer] = field(default_factory=dict)

    @property
    def head(self) -> int:
        """The place after the newest frame."""
        return self.first + len(self._ring)

    def since(self, place: int, most: int = RING_FRAMES) -> tuple[list[Frame], int] | None:
        """Give at most `most` frames from `place` on and the place after them, or None when `place` has left the ring."""
        if place < self.first:
            return None
        taken: list[Frame] = []
        for slot in islice(self._ring, place - self.first, None):
            if len(taken) == most:
                break
            place += 1
            if slot.frame:
                taken.append(slot.frame)
        return taken, place

    def left_behind(self, place: int) -> str:
        """Give the reason why a viewer whose place has left the ring is moved by a snapshot."""
        return "unknown" if place < self.history else "slow"

    def add(self, slot: Slot, now: int, appended: int | None = None) -> None:
        """Add a frame for all viewers of the group."""
        self._ring.append(slot)
        self._bytes += len(slot.frame)
        self.silent_since = now
        if self._bytes > RING_BYTES:
            self._bytes = sum(len(slot.frame) for slot in self._ring)  # some may have been emptied
        while len(self._ring) > RING_FRAMES or self._bytes > RING_BYTES:
            self._bytes -= len(self._ring.popleft().frame)
            self.first += 1
        self.bell.ring(appended)

    def holds(self, lines: Collection[str], start: int, stop: int) -> bool:
        """Whether frames of lines lie between two places, as far as the ring still tells; what it forgot may have been one."""
        if start < self.first:
            return True
        return any(slot.line in lines for slot in islice(self._ring, start - self.first, stop - self.first))

    def outdate(self, *, emptied: bool) -> None:
        """The channel has changed: no answer that was made so far is given again; nor are bytes, where a frame was emptied."""
        self._answers.clear()
        self.emptied += emptied

    def restart(self) -> None:
        """History has changed: whatever a viewer had yet to take is void, and every viewer is behind."""
        self.outdate(emptied=True)
        self.first = self.history = self.head + 1
        self._ring.clear()
        self._bytes = 0
        self.bell.ring()

    def cached(self, key: tuple[object, ...], make: Callable[[], Answer]) -> Answer:
        """Give an answer that holds until the mirror changes."""
        key = (self.mirror.revision, self.mirror.cursor, *key)
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) >= _ANSWERS_KEPT:
                self._answers.clear()
            answer = self._answers[key] = make()
        return answer


class Fanout:
    """All groups of this process."""

    def __init__(self, mirror: Mirror, *, heartbeat: float, replay_most: int, new_bell: Callable[[Group], Bell]) -> None:
        self.mirror = mirror
        self._new_bell = new_bell
        self.heartbeat = heartbeat  # s
        self.replay_most = replay_most
        self._groups: dict[tuple[str, frozenset[str], Transport], Group] = {}
        # By channel, line and transport: the frame with the line's text, for as long as it lies in a ring.
        self._texts: WeakValueDictionary[tuple[str, str, Transport], Slot] = WeakValueDictionary()

    def enter(self, channel: ChannelMirror, topics: frozenset[str], transport: Transport, now: int) -> Group:
        """Give the group of a viewer who arrives. Each `enter` is paired with one `exit`."""
        key = (channel.channel.id, topics, transport)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(channel, topics, transport, silent_since=now)
            group.bell = self._new_bell(group)
        group.viewers += 1
        return group

    @staticmethod
    def exit(group: Group) -> None:
        """A viewer has left. A group without viewers stays until the next beat: who comes and goes at once may come again."""
        group.viewers -= 1

    def groups(self) -> list[Group]:
        """Give all groups that have viewers."""
        return [group for group in self._groups.values() if group.viewers]

    def applied(self, channel: ChannelMirror, batch: Sequence[Applied], now: int) -> None:
        """Hand events that the mirror has applied to the viewers who see them."""
        groups = [group for group in self._groups.values() if group.mirror is channel]
        for one in batch:
            self._tell(channel, groups, one, now)

    def _tell(self, channel: ChannelMirror, groups: Sequence[Group], one: Applied, now: int) -> None:
        event = one.event
        emptied = event.type is not EventType.PUBLISH
        if emptied:
            self._empty(channel, event.line)
        made: dict[tuple[EventType, Transport], Slot] = {}  # of this event, shared by all groups: they may be thousands
        for group in groups:
            group.outdate(emptied=emptied)
            told = frames.told_as(one, group.topics)
            if told is None:
                continue
            if group.transport is Transport.POLL:
                group.bell.ring(event.at)
                continue
            slot = made.get((told, group.transport))
            if slot is None:
                frame = group.transport.frame(frames.message_of(one, told))
                slot = made[told, group.transport] = Slot(frame, event.line)
                if told is not EventType.WITHDRAW:
                    self._texts[channel.channel.id, event.line, group.transport] = slot
            group.add(slot, now, event.at)

    def _empty(self, channel: ChannelMirror, line: str) -> None:
        """Empty the frames with a line's text: it has changed, or is withdrawn."""
        for transport in Transport:
            slot = self._texts.pop((channel.channel.id, line, transport), None)
            if slot is not None:
                slot.frame = ""

    def replaced(self, channel: ChannelMirror) -> None:
        """The channel's history has changed: every viewer is moved to the new one."""
        for group in self.groups():
            if group.mirror is channel:
                group.restart()

    def beat(self, now: int) -> None:
        """Send a heartbeat to the groups that have been silent for long enough, and let go of those that nobody is in."""
        made: dict[tuple[str, Transport], Slot] = {}  # shared as those of an event are
        for key, group in [*self._groups.items()]:
            if not group.viewers:
                del self._groups[key]
            elif group.transport is not Transport.POLL and now - group.silent_since >= self.heartbeat * 1000:
                channel, transport = group.mirror, group.transport
                slot = made.get((channel.channel.id, transport))
                if slot is None:
                    slot = made[channel.channel.id, transport] = Slot(transport.frame(frames.beat(channel.cursor, now)))
                group.add(slot, now)

    # -- what an arriving viewer gets --

    def answer(self, group: Group, after: str | None, limit: int, now: int) -> Answer:
        """Resume a viewer after its cursor, or give it a snapshot and the reason. A closed set of answers; never a part."""
        # `now` is told to the second: a herd within one shares the bytes.
        second = now // 1000
        return group.cached((after, limit, second), lambda: self._answer(group, after, limit, now))

    def snapshot(self, group: Group, reason: str, limit: int, now: int) -> Answer:
        """Move a viewer to the newest state."""
        return group.cached((reason, limit, now // 1000, "snapshot"), lambda: self._snapshot(group, reason, limit, now))

    def _answer(self, group: Group, after: str | None, limit: int, now: int) -> Answer:
        if after is None:
            return self._snapshot(group, "first", limit, now)
        cursor = parse_cursor(after)
        missed = group.mirror.since(cursor) if cursor else None
        if cursor is None or missed is None:
            old = cursor is not None and group.mirror.is_before(cursor)
            return self._snapshot(group, "expired" if old else "unknown", limit, now)
        told = (self._replayed(group, event) for event in missed)
        messages = [message for message in told if message]
        if len(messages) > self.replay_most:
            return self._snapshot(group, "too_many", limit, now)
        tail = group.mirror.cursor
        if messages:
            messages[-1]["cursor"] = tail  # past what the filter hid
        first = frames.resumed(cursor if messages else tail, self.heartbeat, now)
        return Answer("resumed", tuple(group.transport.frame(message) for message in [first, *messages]), tail)

    def _replayed(self, group: Group, event: Event) -> Message | None:
        line = group.mirror.get(event.line)
        current = line is not None and line.version == event.version
        return frames.message_for(Applied(event, line if current else None, gone=line is None), group.topics)

    def _snapshot(self, group: Group, reason: str, limit: int, now: int) -> Answer:
        mirror = group.mirror
        shown = mirror.ticker(now, limit, group.topics)
        message = frames.snapshot(mirror.channel, reason, mirror.cursor, self.heartbeat, now, shown)
        return Answer(reason, (group.transport.frame(message),), mirror.cursor)
