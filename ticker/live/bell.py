"""The bell of a group: wakes its viewers, those who wait in a task of their own and those whom the sweep visits.

The walks of all groups share one round, so that what a turn of the loop costs does not grow with the number of groups: a line
sets them all in motion at once.
"""

import asyncio
from collections import deque
from time import time
from typing import Final

import structlog

from ticker import telemetry
from ticker.live.fanout import Group
from ticker.live.sweep import Sweep

AFTER_FAULT = 1.0
"""Seconds until a walk that failed goes on."""

OWED_MOST = 1024
"""Events of which it is kept when they were appended. What comes beyond so many while a walk lasts is not counted: the metric's
help says so."""

GROUP_COST: Final = 2
"""What it costs to come to another group, in visits: some six microseconds where a visit has four.

To join its bytes, and to see which of its events have been handed out."""

WAKE_COST: Final = 32
"""What it costs to wake somebody who waits, in visits: a long-poll's whole answer by HTTP."""

_log = structlog.get_logger()


class Round:
    """Takes the walks of all groups of this process forward, each in its turn, with one slice a turn of the loop for all."""

    def __init__(self) -> None:
        self._bells: deque[Bell] = deque()  # whose viewers are to be visited; while there are any, `_go` is on its way

    def join(self, bell: "Bell") -> None:
        """Somebody's viewers are to be visited."""
        if not self._bells:
            asyncio.get_running_loop().call_soon(self._go)
        self._bells.append(bell)

    def _go(self) -> None:
        spent = 0
        while self._bells and spent < self._bells[0].sweep.slice:
            bell = self._bells[0]
            before = bell.spent
            if bell.walk(spent):
                self._bells.append(bell)
            self._bells.popleft()
            spent += bell.spent - before + GROUP_COST
        if self._bells:
            asyncio.get_running_loop().call_soon(self._go)


class Bell:
    """One per group."""

    __slots__ = ("_called", "_in_round", "_owed", "_round", "_waiting", "_woken", "connected", "sweep")

    def __init__(self, group: Group, round_: Round) -> None:
        self._waiting: dict[asyncio.Future[None], None] = {}  # for the next ring
        self._called = deque[asyncio.Future[None]]()  # those who waited when it rang, until it is their turn
        self._woken = 0  # how many, ever
        self._round = round_
        self._in_round = False
        self.sweep = Sweep(group)
        self.connected = telemetry.viewers.labels(group.mirror.channel.id, group.transport.label)
        self._owed: deque[tuple[int, int]] = deque()  # events being handed out: when appended (ms), and the sweep's turn after

    @property
    def spent(self) -> int:
        """What this bell's walks have cost so far, in visits."""
        return self.sweep.spent + self._woken * WAKE_COST

    def ring(self, appended: int | None = None, /) -> None:
        """Wake everybody who waits now, a few in each turn of the loop."""
        self._called.extend(self._waiting)
        self._waiting.clear()
        self.sweep.start()
        if (self._called or self.sweep.is_moving) and not self._in_round:
            self._in_round = True
            self._round.join(self)
        if appended is not None and self.sweep.viewers and len(self._owed) < OWED_MOST:
            self._owed.append((appended, self.sweep.end))

    async def heard(self) -> None:
        """Wait for the next ring. Each wait has a future of its own, so one that is cancelled disturbs nobody."""
        woken = asyncio.get_running_loop().create_future()
        self._waiting[woken] = None
        try:
            await woken
        finally:
            self._waiting.pop(woken, None)

    def walk(self, spent: int) -> bool:
        """Visit and wake what is left of a slice of which so much is spent; tell whether there are more."""
        before = self.sweep.spent
        try:
            self.sweep.walk(spent)
            self._wake((self.sweep.slice - spent - self.sweep.spent + before) // WAKE_COST)
            self._count()
        except Exception as error:  # noqa: BLE001  # memory, say: the walk must not stand still for good, nor those of others
            _log.error("sweep_failed", error=type(error).__name__, cause=str(error))
            # It still counts as in the round, so that no ring has it join twice.
            asyncio.get_running_loop().call_later(AFTER_FAULT, self._round.join, self)
            return False
        self._in_round = bool(self._called) or self.sweep.is_moving
        return self._in_round

    def _wake(self, most: int) -> None:
        """Wake so many of those who were called, but one at least: or else nobody ever would be, where slices are short."""
        for _ in range(min(max(most, 1), len(self._called))):
            woken = self._called.popleft()
            self._woken += 1
            if not woken.done():
                woken.set_result(None)

    def _count(self) -> None:
        """Count the events that have been handed out."""
        now = time() * 1000
        while self._owed and self.sweep.has_passed(self._owed[0][1]):
            appended, _ = self._owed.popleft()
            telemetry.append_to_write.observe(max(0, now - appended) / 1000)
