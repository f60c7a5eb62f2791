"""The embedded engine: started, watched, restarted when it dies, stopped with its owner.

`appendfsync always` is what makes a 2xx mean kept, and it has a price: the engine cannot go on after a write that failed, so on
a full disk it *exits*, and would exit again at its next write. It is therefore restarted only when there is space again.
Meanwhile whoever uses it sees a refused connection, as with any Redis that is away; nothing here is on the way of a request.
"""

import asyncio
import os
import shutil
import time
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import structlog
from redis.exceptions import BusyLoadingError, RedisError

from ticker.embedded.asking import ask
from ticker.embedded.claim import Claim, claim
from ticker.embedded.engines import Engine, find_engine
from ticker.embedded.errors import EngineError, EngineFailed, LogMissing
from ticker.embedded.folder import Folder, note_pid, url_of
from ticker.embedded.process import EngineProcess
from ticker.log.redis import cancelled

log = structlog.get_logger()

ANSWER_MOST: Final = 30.0
"""Seconds that a started engine may stay silent, on a machine or disk that is very busy; usually it takes a tenth of one."""
LOADING_MOST: Final = 900.0
"""Seconds that it may say it is loading: tens of gigabytes on a slow disk, far more than a ticker's log."""
TELL_EVERY: Final = 5.0
RESTART_FIRST: Final = 0.1
RESTART_MOST: Final = 5.0
SETTLED: Final = 60.0
"""Seconds of life after which a death is a new matter: it is told again, and the delays begin anew."""
SPACE_FLOOR: Final = 16 << 20
SPACE_SHARE: Final = 20
"""A disk is full with less than SPACE_FLOOR bytes free or, where that is less, one part in SPACE_SHARE of it."""
SPACE_EVERY: Final = 0.5
"""Seconds between two looks for space."""
FOUNDATION: Final = "ticker:embedded:founded"
"""The key that a new database gets at once, so that an empty one is known to have lost its data."""


class State(StrEnum):
    """What the engine is doing, for readiness and metrics."""

    RUNNING = "running"
    RESTARTING = "restarting"  # it died, or is still starting
    DISK_FULL = "disk-full"  # it died of a full disk, and waits for space


class Backoff:
    """How long to wait before a restart: doubling from RESTART_FIRST to RESTART_MOST, anew after a settled life."""

    def __init__(self) -> None:
        self._next = RESTART_FIRST

    def after(self, lived: float) -> float:
        """Give the seconds to wait after a life of `lived` seconds."""
        delay = RESTART_FIRST if lived >= SETTLED else self._next
        self._next = min(delay * 2, RESTART_MOST)
        return delay


class Embedded:
    """`async with Embedded(data_dir) as engine`: owns the folder and keeps an engine running on it; `engine.url` is where.

    Entering returns once the engine answers and has its data; it raises EngineError. Leaving stops it. Enter it in the main
    thread: the engine ends with the thread that started it.
    """

    url: str

    def __init__(self, data_dir: Path) -> None:
        self.state = State.RESTARTING
        self._data_dir = data_dir
        self._folder: Folder
        self._engine: Engine
        self._claim: Claim
        self._socket: Path
        self._process: EngineProcess | None = None
        self._log_start = 0  # where in engine.log the running process began
        self._told = ""  # the cause of death that was logged last, in this run of deaths
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._folder = Folder.prepared(self._data_dir)
        self._socket = self._folder.socket()
        self.url = url_of(self._socket)
        self._claim = await claim(self._folder)
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _open(self) -> None:
        self._engine = await asyncio.to_thread(find_engine, self._folder.recorded())
        try:
            self._folder.record(self._engine.release)
            await self._start()
            if not self._folder.founded:
                await ask(self.url, "SET", FOUNDATION, str(self._engine.release))
                self._folder.found()
        except (OSError, RedisError) as error:
            raise EngineFailed(self._folder.path, str(error)) from error
        self.state = State.RUNNING
        self._watch = asyncio.create_task(self._supervise(), name="engine-supervisor")

    async def _close(self) -> None:
        try:
            if self._watch is not None:
                await cancelled({self._watch})
            if self._process is not None and not self._process.ended:
                clean = await self._process.stop()
                log.info("engine_stopped", pid=self._process.pid, clean=clean)
        finally:
            if self._process is not None:
                self._process.kill()  # cancelled meanwhile: there is no time to be polite
            self._folder.withdraw(self._socket)
            self._claim.release()

    async def _start(self) -> None:
        """Start a process and return once it answers with its data; on failure it is stopped. Raises EngineError, OSError."""
        began = time.monotonic()
        self._folder.expect_data()
        self._folder.tidy()
        output, self._log_start = self._folder.open_log()
        try:
            process = EngineProcess.start(self._command(), self._claim.lock, output)
        finally:
            os.close(output)
        self._process = process
        try:
            note_pid(self._claim.lock, process.pid)
            await self._answered(process)
            if self._folder.founded and await self._asked(process, "DBSIZE") == 0:
                raise LogMissing(self._folder.path)
            self._folder.announce(self.url)
        except BaseException:
            await process.stop()
            raise
        log.info("engine_started", engine=str(self._engine.release), pid=process.pid, took=round(time.monotonic() - began, 3))

    def _command(self) -> list[str]:
        # As arguments and not in a file: a restart needs no space on the disk.
        settings = {
            "dir": str(self._folder.path),
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "appendonly": "yes",
            "appendfsync": "always",
            "no-appendfsync-on-rewrite": "no",
            "aof-load-truncated": "yes",  # a torn tail was never acknowledged
            "save": "",
            "maxmemory-policy": "noeviction",
            "slowlog-log-slower-than": "-1",  # it keeps arguments, and so the text of what was withdrawn
            "daemonize": "no",
            "logfile": "",  # to its output: our engine.log, where a loader's or a launcher's complaint goes too
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        return [str(self._engine.binary), *options]

    async def _answered(self, process: EngineProcess) -> None:
        """Return once the engine answers; raise EngineFailed when it ends, or stays silent or loading for too long."""
        began = heard = told = time.monotonic()
        delay = 0.01
        while True:
            try:
                await ask(self.url, "PING")
                return
            except BusyLoadingError:
                heard = time.monotonic()
            except (RedisError, OSError):
                pass
            now = time.monotonic()
            if now - heard >= ANSWER_MOST or now - began >= LOADING_MOST:
                raise EngineFailed(self._folder.path, f"no answer in {now - began:.0f} seconds")
            if now - told >= TELL_EVERY:
                log.info("engine_awaited", pid=process.pid, seconds=round(now - began))
                told = now
            if await process.end(within=delay):
                raise EngineFailed(self._folder.path, self._last_words(process))
            delay = min(delay * 2, 0.2)

    async def _asked(self, process: EngineProcess, *words: str) -> Any:
        try:
            return await ask(self.url, *words)
        except (RedisError, OSError) as error:
            raise EngineFailed(self._folder.path, self._last_words(process) if process.ended else str(error)) from error

    async def _supervise(self) -> None:
        backoff = Backoff()
        while True:
            process = self._process
            assert process is not None
            await process.end()
            lived = process.lived
            if lived >= SETTLED:
                self._told = ""
            self._mourn(self._last_words(process))
            while not await self._restarted(backoff.after(lived)):
                lived = 0.0
            self.state = State.RUNNING

    async def _restarted(self, delay: float) -> bool:
        await asyncio.sleep(delay)
        while self._space_missing():
            self._tell_full()
            await asyncio.sleep(SPACE_EVERY)
        try:
            await self._start()
        except (EngineError, OSError) as error:
            self._mourn(str(error))
            return False
        return True

    def _mourn(self, cause: str) -> None:
        """Set the state after a death or a failed start, and tell its cause: once, not at each try that ends the same way."""
        if self._space_missing() or _ended_for_space("\n".join(self._said())):
            self._tell_full()
            return
        self.state = State.RESTARTING
        if self._told != cause:
            self._told = cause
            log.error("engine_died", folder=str(self._folder.path), cause=cause)

    def _tell_full(self) -> None:
        self.state = State.DISK_FULL
        if self._told != self.state:
            self._told = self.state
            log.error("disk_full", folder=str(self._folder.path), consequence="the engine ended and waits for space")

    def _space_missing(self) -> bool:
        try:
            usage = shutil.disk_usage(self._folder.path)
        except OSError:
            return False  # the folder is gone: the start will say so
        return usage.free < min(SPACE_FLOOR, usage.total // SPACE_SHARE)

    def _said(self) -> list[str]:
        return self._folder.log_since(self._log_start)

    def _last_words(self, process: EngineProcess) -> str:
        """Give why the process ended: how and, if it gave up by itself, the last error in its log."""
        errors = [line.partition(" # ")[2].strip() for line in self._said() if " # " in line]
        return f"{process.status}: {errors[-1]}" if errors and process.gave_up else process.status


def _ended_for_space(said: str) -> bool:
    """Whether an engine ended for want of space, by its log: the disk need not look full, since it gives a half write back.

    Its line that names the cause may be missing, having met the same full disk. Its last one, after the giving back, is there.
    """
    causes = ("No space left on device", "Disk quota exceeded", "Can't recover from AOF write error")
    return any(cause in said for cause in causes) and "Input/output error" not in said
