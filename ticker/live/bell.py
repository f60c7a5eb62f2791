"""The bell of a group: wakes its viewers, those who wait in a task of their own and those whom the sweep visits."""

import asyncio
from time import time

import structlog

from ticker import telemetry
from ticker.live.fanout import Group
from ticker.live.sweep import Sweep

AFTER_FAULT = 1.0
"""Seconds until a walk that failed goes on."""

_log = structlog.get_logger()


class Bell:
    """One per group."""

    __slots__ = ("_event", "_loop", "appended", "connected", "sweep")

    def __init__(self, group: Group) -> None:
        self._event = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.sweep = Sweep(group)
        self.connected = telemetry.viewers.labels(group.mirror.channel.id, group.transport.label)
        self.appended: list[int] = []  # when the events were appended (ms) whose frames are being handed out

    def ring(self) -> None:
        """Wake everybody who waits now."""
        self._event.set()
        self._event = asyncio.Event()
        if self.sweep.start():
            self._loop.call_soon(self._walk)
        elif not self.sweep.viewers:
            self.appended.clear()

    async def heard(self) -> None:
        """Wait for the next ring. Each wait has a future of its own, so one that is cancelled disturbs nobody."""
        await self._event.wait()

    def _walk(self) -> None:
        try:
            going_on = self.sweep.walk()
        except Exception as error:  # noqa: BLE001  # memory, say: the walk must not stand still for good
            _log.error("sweep_failed", error=type(error).__name__, cause=str(error))
            self.sweep.start()
            self._loop.call_later(AFTER_FAULT, self._walk)
            return
        if going_on:
            self._loop.call_soon(self._walk)
            return
        now = time() * 1000
        for at in self.appended:
            telemetry.append_to_write.observe(max(0, now - at) / 1000)
        self.appended.clear()
