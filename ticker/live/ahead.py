"""Viewers who have seen more than this process yet: they come from another one, and wait a moment for it to catch up.

Nobody has a timer or a task for it: the reader says when a channel has moved, and somebody looks now and then whose time is up.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ticker.live.arrivals import Arrivals
from ticker.live.deadlines import Deadlines
from ticker.log.mirror import ChannelMirror
from ticker.model.cursor import Cursor, number, parse_cursor

CATCH_UP: Final = 1.0
"""Seconds that such a viewer waits, before its cursor counts as unknown."""


@dataclass(frozen=True, slots=True, eq=False)
class _One:
    channel: ChannelMirror
    cursor: Cursor
    begin: Callable[[], None]
    gone: Callable[[], bool]


class Ahead:
    """Those of one process."""

    def __init__(self) -> None:
        self._waiting = Deadlines[_One](CATCH_UP)
        self._pace = Arrivals()  # after a crash that lost the log's end they are all there are, and their time is up at once

    def wait(self, channel: ChannelMirror, after: str | None, begin: Callable[[], None], gone: Callable[[], bool]) -> bool:
        """Have `begin` called once the channel knows the cursor, or its time is up; False, and no call, if it is not ahead."""
        cursor = parse_cursor(after) if after else None
        if cursor is None or number(cursor) <= number(channel.cursor):
            return False
        self._waiting.begin(_One(channel, cursor, begin, gone), asyncio.get_running_loop().time())
        return True

    async def caught_up(self, channel: ChannelMirror, after: str | None) -> None:
        """Wait for the same."""
        turn = asyncio.Event()
        if self.wait(channel, after, turn.set, lambda: False):
            await turn.wait()

    def moved(self, channel: ChannelMirror) -> None:
        """The channel has applied events, or was loaded anew."""
        for one in self._waiting:
            if one.channel is channel and channel.knows(one.cursor):
                self._waiting.drop(one)
                self._pace.wait(one.begin, one.gone)

    def remind(self, now: float) -> None:
        """Let those in whose time is up by now (loop s)."""
        for one in self._waiting.overdue(now):
            self._pace.wait(one.begin, one.gone)
