"""The sweep: a walk over the viewers of a group that gives each what lies between its place and the head, in one write.

The kernel's send is nearly all of what a delivery costs, so the way to deliver more is to send less often. A viewer is a place
in the group's ring. A change starts a walk; the walk goes in slices, so that accepts, pings and posts get their turn between
them. What arrives during a walk is not queued: the head has moved, so the viewers still ahead of the walk get it in the same
write, and the walk goes once round from where it is. Under load lines coalesce by themselves: sixty lines that come during one
walk cost two writes a viewer, not sixty. At low rates there is nothing to coalesce, and nothing waits for anything.

Viewers who stand at the same place get the same bytes object, joined once. A viewer that is not on the common path (it is still
taking the answer to its arrival, it cannot write, it is too far behind) is asked to help itself.

Plain calls: no asyncio, no socket, no clock.
"""

from typing import Final, Protocol

from ticker.live.fanout import Group

SLICE: Final = 256
"""Viewers visited before others get their turn: about two milliseconds of sends."""

AT_ONCE: Final = 64
"""Frames that are joined to one write at the most; who is further behind is given them piece by piece."""

AWAY: Final = -1
"""The place of a viewer that is not on the common path."""


OUTSIDE: Final = -1
"""The index of a viewer that the walk does not visit."""


class Standing(Protocol):
    """A viewer as the sweep sees it."""

    place: int  # in the group's ring, or AWAY
    index: int  # among the sweep's viewers; OUTSIDE before it is one of them and after
    sent_from: int  # the place from which the last write went, or AWAY where it was no part of the ring

    def write(self, data: bytes, /) -> None:
        """Hand bytes to the transport."""

    def proceed(self) -> None:
        """Take what there is to take by itself, as far as the transport lets it."""

    def fail(self, error: Exception) -> None:
        """Serving this viewer raised: end it, so that it does not look connected while it is told nothing."""


class Sweep:
    """The viewers of a group in the order of the walk."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.viewers: list[Standing] = []
        self._at = 0  # whom the walk visits next
        self._left = 0  # how many are still to be visited
        self._joined: dict[int, bytes | None] = {}  # bytes from a place to the head
        self._state = (0, 0)  # the group's head and emptied counter that they were joined for

    def add(self, viewer: Standing) -> None:
        """A viewer arrives."""
        viewer.index = len(self.viewers)
        self.viewers.append(viewer)
        if self._left:
            self._left += 1  # the walk may meet it before somebody who still waits

    def remove(self, viewer: Standing) -> None:
        """A viewer leaves; the last one takes its place in the walk."""
        if viewer.index == OUTSIDE:
            return
        last = self.viewers.pop()
        if last is not viewer:
            self.viewers[viewer.index] = last
            last.index = viewer.index
            if self._left:
                self._left = len(self.viewers)  # it may have moved from ahead of the walk to behind it
        viewer.index = OUTSIDE

    def start(self) -> bool:
        """The head has moved: everybody is to be visited. Tell whether a walk is to be set in motion."""
        resting = not self._left
        self._left = len(self.viewers)
        return resting and self._left > 0

    def walk(self) -> bool:
        """Visit a slice of the viewers; tell whether there are more to visit."""
        group, viewers = self.group, self.viewers
        head = group.head
        if self._state != (head, group.emptied):
            self._state = (head, group.emptied)
            self._joined.clear()
        joined = self._joined
        for _ in range(min(SLICE, self._left, len(viewers))):
            if self._at >= len(viewers):
                self._at = 0
            viewer = viewers[self._at]
            self._at += 1
            self._left -= 1
            place = viewer.place
            if place == head:
                continue
            if place in joined:
                data = joined[place]
            else:
                data = joined[place] = self._join(place)
            try:
                if data is None:
                    viewer.proceed()
                else:
                    viewer.place = head
                    if data:
                        viewer.sent_from = place
                        viewer.write(data)
            except Exception as error:  # noqa: BLE001  # whatever it is: the others must not wait for this one
                viewer.fail(error)
        self._left = min(self._left, len(viewers))
        return self._left > 0

    def _join(self, place: int) -> bytes | None:
        """Give the bytes from a place to the head; None where they are not one write for all who stand there."""
        if place == AWAY or self.group.head - place > AT_ONCE:
            return None
        taken = self.group.since(place)
        return None if taken is None else b"".join(frame for frame in taken[0] if isinstance(frame, bytes))
