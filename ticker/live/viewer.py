"""One viewer's way through the frames of its group: what it takes next. Plain calls.

The bytes are chosen at the last moment, when the transport can take them. So a viewer that cannot is owed no bytes, and what
was corrected or withdrawn while it could not write is not among those it gets (invariants 4 and 5).
"""

from ticker.live.fanout import Answer, Fanout, Group
from ticker.live.frames import Frame


class Viewer:
    """A place in a group's ring, and what is left of the answer that the viewer was given on arrival."""

    __slots__ = ("_after", "_arrived", "_emptied", "_fanout", "_group", "_limit", "_rest", "answered", "place")

    def __init__(self, fanout: Fanout, group: Group, after: str | None, limit: int) -> None:
        self._fanout = fanout
        self._group = group
        self._after = after
        self._limit = limit
        self._arrived = False
        self.place = 0
        self._rest: tuple[Frame, ...] = ()
        self._emptied = 0  # the group's, when the rest was made
        self.answered = ""  # by the last `take`: `resumed` or the reason of a snapshot, if it began with one

    @classmethod
    def at(cls, fanout: Fanout, group: Group, place: int, limit: int) -> "Viewer":
        """Give a viewer that has arrived and stands at a place."""
        viewer = cls(fanout, group, None, limit)
        viewer._arrived = True
        viewer.place = place
        return viewer

    @property
    def in_ring(self) -> bool:
        """Whether what it takes next comes from the ring, and not from an answer."""
        return self._arrived and not self._rest

    def take(self, now: int, most: int) -> list[Frame]:
        """Give at most `most` frames to hand to the transport at once; none means: nothing until the group's bell rings."""
        self.answered = ""
        group = self._group
        if not self._arrived:
            self._arrived = True
            return self._begin(self._fanout.answer(group, self._after, self._limit, now), most)
        if self._rest and self._emptied == group.emptied:
            return self._continue(most)
        taken = None if self._rest else group.since(self.place, most)
        if taken is None:
            reason = group.left_behind(self.place)
            return self._begin(self._fanout.snapshot(group, reason, self._limit, now), most)
        frames, self.place = taken
        return frames

    def _begin(self, answer: Answer, most: int) -> list[Frame]:
        # The place is taken at the same moment as the answer: nothing falls between the two, nothing comes twice.
        self.place = self._group.head
        self._emptied = self._group.emptied
        self._rest = answer.frames
        self.answered = answer.name
        return self._continue(most)

    def _continue(self, most: int) -> list[Frame]:
        taken, self._rest = self._rest[:most], self._rest[most:]
        return list(taken)
