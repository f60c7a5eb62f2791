"""The bell of a group: wakes its viewers, those who wait in a task of their own and those whom the sweep visits."""

import asyncio
from collections import deque
from time import time

import structlog

from ticker import telemetry
from ticker.live.fanout import Group
from ticker.live.sweep import Sweep

AFTER_FAULT = 1.0
"""Seconds until a walk that failed goes on."""

OWED_MOST = 1024
"""Events of which it is kept when they were appended. Beyond so many in one walk none are counted: the oldest tell enough."""

_log = structlog.get_logger()


class Bell:
    """One per group."""

    __slots__ = ("_event", "_loop", "_owed", "connected", "sweep")

    def __init__(self, group: Group) -> None:
        self._event = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.sweep = Sweep(group)
        self.connected = telemetry.viewers.labels(group.mirror.channel.id, group.transport.label)
        self._owed: deque[tuple[int, int]] = deque()  # events being handed out: when appended (ms), and the sweep's turn after

    def ring(self, appended: int | None = None, /) -> None:
        """Wake everybody who waits now."""
        self._event.set()
        self._event = asyncio.Event()
        if self.sweep.start():
            self._loop.call_soon(self._walk)
        if appended is not None and self.sweep.viewers and len(self._owed) < OWED_MOST:
            self._owed.append((appended, self.sweep.end))

    async def heard(self) -> None:
        """Wait for the next ring. Each wait has a future of its own, so one that is cancelled disturbs nobody."""
        await self._event.wait()

    def _walk(self) -> None:
        try:
            going_on = self.sweep.walk()
        except Exception as error:  # noqa: BLE001  # memory, say: the walk must not stand still for good
            _log.error("sweep_failed", error=type(error).__name__, cause=str(error))
            self._loop.call_later(AFTER_FAULT, self._walk)
            return
        now = time() * 1000
        while self._owed and self.sweep.has_passed(self._owed[0][1]):
            appended, _ = self._owed.popleft()
            telemetry.append_to_write.observe(max(0, now - appended) / 1000)
        if going_on:
            self._loop.call_soon(self._walk)
