"""The door's pace: arriving viewers are let in one after the other, a few in each turn of the loop.

When a server dies, all of its viewers come to the others at once. Letting one in costs a hundred times what a line costs it,
so without a pace a thousand who arrive in one turn would hold up every line, post and ping meanwhile. With `rate`, no more
than so many come in per second; the others wait at the door, their request unanswered, in the order in which they came.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

import structlog

AT_ONCE: Final = 16
"""Viewers let in before others get their turn: about two milliseconds."""

LOOKS: Final = 512
"""And those looked at: to find that one has gone costs little."""

_log = structlog.get_logger()


class Arrivals:
    """The viewers who wait at the door of this process."""

    def __init__(self, rate: float = 0) -> None:
        self._rate = rate  # viewers a second; 0: as fast as they come
        self._waiting: deque[tuple[Callable[[], None], Callable[[], bool]]] = deque()
        self._next: asyncio.Handle | None = None  # the call that lets the next ones in, while anybody waits
        self._credit = 0.0  # how many may come in now, where there is a rate
        self._counted = 0.0  # when that was counted (loop s)

    def __len__(self) -> int:
        return len(self._waiting)

    def wait(self, let_in: Callable[[], None], gone: Callable[[], bool]) -> None:
        """Have `let_in` called when it is this viewer's turn, at the earliest in the loop's next one.

        One that has `gone` by then, because it waited for too long, takes nobody's turn: `let_in` is called all the same.
        """
        self._waiting.append((let_in, gone))
        if self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._let_in)

    async def turn(self, gone: Callable[[], bool]) -> None:
        """Wait for one's turn."""
        turn = asyncio.Event()
        self.wait(turn.set, gone)
        await turn.wait()

    def hurry(self) -> None:
        """Let everybody in who waits, whatever the rate: this server stops, and each is to be told."""
        self._rate = 0
        if self._next is not None:
            self._next.cancel()
            self._next = asyncio.get_running_loop().call_soon(self._let_in)

    def _let_in(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._allowed(loop.time())
        for _ in range(min(len(self._waiting), LOOKS)):
            if left < 1:
                break
            let_in, gone = self._waiting.popleft()
            if not gone():
                left -= 1
                self._credit -= 1
            try:
                let_in()
            except Exception as error:  # noqa: BLE001  # whatever it is: those behind must not stand before a closed door
                _log.error("arrival_failed", error=type(error).__name__, cause=str(error))
        if not self._waiting:
            self._next = None
        elif self._rate and self._credit < 1:
            self._next = loop.call_later((1 - self._credit) / self._rate, self._let_in)
        else:
            self._next = loop.call_soon(self._let_in)

    def _allowed(self, now: float) -> int:
        """Give how many may come in now."""
        # A quiet hour is no reason to let in an hour's worth at once: what is saved up is worth a tenth of a second.
        self._credit = min(self._credit + (now - self._counted) * self._rate, max(1.0, self._rate / 10))
        self._counted = now
        return min(AT_ONCE, int(self._credit)) if self._rate else AT_ONCE
