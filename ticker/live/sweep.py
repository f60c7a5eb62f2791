"""The sweep: a walk over the viewers of a group that gives each what lies between its place and the head, in one write.

The kernel's send is nearly all of what a delivery costs, so the way to deliver more is to send less often. A viewer is a place
in the group's ring. A change starts a walk; the walk goes in slices, so that accepts, pings and posts get their turn between
them. What arrives during a walk is not queued: the head has moved, so the viewers still ahead of the walk get it in the same
write, and the walk goes once round from where it is. Under load lines coalesce by themselves: sixty lines that come during one
walk cost two writes a viewer, not sixty. At low rates there is nothing to coalesce, and nothing waits for anything.

Viewers who stand at the same place get the same bytes object, joined once. A viewer that is not on the common path (it is still
taking the answer to its arrival, it cannot write, it is too far behind) is asked to help itself.

Plain calls: no asyncio, no clock; of sockets only the numbers, for `sending`.
"""

from array import array
from collections.abc import Callable
from typing import Final, Protocol

from ticker.live.fanout import Group
from ticker.live.sending import ELSEWHERE, send_run

SLICE: Final = 512
"""Viewers visited before others get their turn: about two milliseconds of sends."""

SHORT_SLICE: Final = 32
"""The same once something came during the walk. Then more is on its way, and a post takes some nine turns of the loop: the
sooner it comes, the more lines share a write. Sixty lines to 10,000 viewers: 0.27 s without these, 0.21 s with them."""

AT_ONCE: Final = 64
"""Frames that are joined to one write at the most; who is further behind is given them piece by piece, one each round."""

PROCEED_COST: Final = 4
"""What it costs to have a viewer help itself, beside the visit, in visits: where history has changed, each takes a snapshot."""

AWAY: Final = -1
"""The place of a viewer that is not on the common path."""


OUTSIDE: Final = -1
"""The index of a viewer that the walk does not visit."""


class Standing(Protocol):
    """A viewer as the sweep sees it."""

    index: int  # among the sweep's viewers; OUTSIDE before it is one of them and after

    def write_rest(self, data: bytes, /) -> None:
        """Hand the transport what the kernel did not take of bytes that were sent."""

    def proceed(self) -> None:
        """Take what there is to take by itself, as far as the transport lets it."""

    def fail(self, error: Exception) -> None:
        """Serving this viewer raised: end it, so that it does not look connected while it is told nothing."""


class Sweep:
    """The viewers of a group in the order of the walk.

    What the walk reads of a viewer lies in arrays by the viewer's index, next to that of its neighbours.
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        self.viewers: list[Standing] = []
        self.places = array("q")  # in the group's ring, or AWAY
        self.sent_from = array("q")  # the place from which the last write went, or AWAY where it was no part of the ring
        self._fds = array("i")  # of the sockets; -1 where bytes must go through the transport
        self._at = 0  # whom the walk visits next
        self.turn = 0  # how many visits there were, ever
        self.end = 0  # the turn at which everybody has been visited, and the walk rests
        self.slice = SLICE  # how many to visit before others get their turn, as the walk goes now
        self.spent = 0  # what all visits cost so far, in ordinary ones
        self._is_behind = False  # whether somebody was given a piece in this slice and stands before the head still
        self._held = 0  # the turn up to which somebody may, who was to be given all
        # Bytes from a place on, and the place after them; None where they are not one write for all who stand there.
        self._joined: dict[int, tuple[bytes, int] | None] = {}
        self._state = (0, 0)  # the group's head and emptied counter that they were joined for

    def add(self, viewer: Standing, fd: int) -> None:
        """A viewer arrives. It is away until it gives itself a place."""
        viewer.index = len(self.viewers)
        self.viewers.append(viewer)
        self.places.append(AWAY)
        self.sent_from.append(AWAY)
        self._fds.append(fd)
        if self.turn < self.end:
            self.turn -= 1  # one more to visit: the walk may meet it before somebody who still waits

    def remove(self, viewer: Standing) -> None:
        """A viewer leaves; the last one takes its place, and nobody who still waits for the walk is passed over."""
        hole, last = viewer.index, len(self.viewers) - 1
        if hole == OUTSIDE:
            return
        if self._at > last:
            self._at = 0
        if hole < self._at and self.end - self.turn > last - self._at:
            # The walk has yet to come to the last viewer, but has passed the hole. So it takes one step back: whom it visited
            # just now fills the hole, and the last viewer is the next.
            self._at -= 1
            self.turn -= 1
            self._move(self._at, hole)
            hole = self._at
        self._move(last, hole)
        for column in (self.viewers, self.places, self.sent_from, self._fds):
            column.pop()
        viewer.index = OUTSIDE

    def _move(self, index: int, to: int) -> None:
        for column in (self.places, self.sent_from, self._fds):
            column[to] = column[index]
        self.viewers[to] = self.viewers[index]
        self.viewers[to].index = to

    @property
    def is_moving(self) -> bool:
        """Whether there are viewers to visit."""
        return self.turn < self.end

    def start(self) -> None:
        """The head has moved: everybody is to be visited."""
        self.slice = SHORT_SLICE if self.is_moving else SLICE
        self.end = self.turn + len(self.viewers)

    def has_passed(self, end: int) -> bool:
        """Tell whether everybody has been visited who was to be when the walk was to end at that turn."""
        return self.turn == self.end or max(end, self._held) <= self.turn

    def walk(self, spent: int = 0) -> None:
        """Visit a slice of the viewers, less what is spent of it already."""
        group = self.group
        head = group.head
        if self._state != (head, group.emptied):
            self._state = (head, group.emptied)
            self._joined.clear()
        if self._at >= len(self.viewers):
            self._at = 0
        stop = min(self._at + min(self.slice - spent, self.end - self.turn), len(self.viewers))
        while self._at < stop:
            before = self.spent
            at = self._send(self._at, stop, head)
            stop -= self.spent - before
            self.spent += at - self._at
            self.turn += at - self._at
            self._at = at
        round_ = self.turn + len(self.viewers)
        self.end, self._held = (round_, round_) if self._is_behind else (min(self.end, round_), min(self._held, round_))
        self._is_behind = False

    def _send(self, at: int, stop: int, head: int) -> int:
        """Serve the viewer at an index and those after it who stand where it stands; give the index of the next."""
        place = self.places[at]
        if place == head:
            return at + 1
        if place not in self._joined:
            self._joined[place] = self._join(place)
        joined = self._joined[place]
        if joined is None:
            self.spent += PROCEED_COST
            self._ask(at, lambda viewer: viewer.proceed())
            return at + 1
        data, to = joined
        self._is_behind = self._is_behind or to != head
        if not data:
            self.places[at] = to
            return at + 1
        at, taken = send_run(self._fds, self.places, self.sent_from, at, stop, place, to, data)
        if taken == ELSEWHERE:
            return at
        self._ask(at, lambda viewer: viewer.write_rest(data[taken:]))
        return at + 1

    def _ask(self, index: int, something: Callable[[Standing], None]) -> None:
        viewer = self.viewers[index]
        try:
            something(viewer)
        except Exception as error:  # noqa: BLE001  # whatever it is: the others must not wait for this one
            viewer.fail(error)

    def _join(self, place: int) -> tuple[bytes, int] | None:
        taken = None if place == AWAY else self.group.since(place, AT_ONCE)
        return taken and (b"".join(frame for frame in taken[0] if isinstance(frame, bytes)), taken[1])
