"""Several server processes on one port: `ticker serve --workers N`.

The parent owns what there is one of: the embedded engine, the worker's jobs, the first token. Each child is a whole server,
with a log reader and a mirror of its own, on a socket of its own at the same port (SO_REUSEPORT: the kernel spreads arrivals):
nothing is shared and nothing is waited for between them. A child that dies is started again. On its standard input it reads
what to serve, then each new state of the engine, then the parent's end, with which it ends; on its standard output it says
when it serves. The children's metrics add up in a folder of small files (prometheus_client's multiprocess mode).
"""

import asyncio
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any, Final

import structlog
import uvloop

from ticker import jobs, telemetry
from ticker.app import Server, greet, listen, log_of, run, stop_event
from ticker.embedded import State
from ticker.log.keys import Keys
from ticker.log.redis import cancelled, client
from ticker.log.tokens import Tokens
from ticker.settings import Settings

STOP_WITHIN: Final = 10.0
"""Seconds that the children have to stop; then they are killed."""

_RESTART_AFTER = (0.2, 5.0)  # s, at first and at the most
_STABLE = 30.0  # s of life after which a death counts as the first one
_TELL_EVERY = 0.2  # s, at the most, until a child learns of the engine's state

_SERVING = b"serving\n"

_log = structlog.get_logger()


def serve(settings: Settings, *, demo: bool = False) -> int:
    """Run `ticker serve --workers N` until SIGTERM or Ctrl-C. Raises EngineError and OSError when it cannot start."""
    telemetry.set_up_logs(settings.log_level, settings.log_format)
    with _metrics_folder(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings, demo))


@contextlib.contextmanager
def _metrics_folder() -> Iterator[None]:
    """Have the children, which inherit our environment, keep their metrics where each can add them up."""
    with tempfile.TemporaryDirectory(prefix="ticker-metrics-") as folder:
        os.environ[telemetry.SHARED] = folder
        try:
            yield
        finally:
            del os.environ[telemetry.SHARED]


async def _serve(settings: Settings, demo: bool) -> int:
    # With SO_REUSEPORT alone, a port that another ticker of ours has would seem to be free.
    listen(settings).close()
    stop = stop_event()
    async with (
        log_of(settings) as (url, engine),
        jobs.of_one(settings, url, own_engine=engine is not None, demo=demo),
    ):
        crew = _Crew(settings, url, (lambda: engine.state) if engine else None, stop)
        keeping = {f"server_{number}": partial(crew.keep, number) for number in range(settings.workers)}
        async with jobs.at_work(**keeping) as kept:
            await _first(crew.serving.wait(), stop.wait())
            if not stop.is_set():
                async with client(url, name="ticker-crew", socket_timeout=5.0) as redis:
                    await greet(settings, Tokens(redis, Keys(settings.newsroom)), new=engine is not None)
            await stop.wait()
            _log.info("crew_stops", workers=settings.workers)
            await asyncio.wait(kept)
    _log.info("crew_stopped")
    return 0


async def _first(*awaited: Coroutine[Any, Any, object], within: float | None = None) -> None:
    """Wait for whichever comes first, at most `within` seconds."""
    tasks = [asyncio.create_task(one) for one in awaited]
    try:
        await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancelled(tasks)


class _Crew:
    """The children as their parent has them."""

    def __init__(self, settings: Settings, url: str, engine: Callable[[], State] | None, stop: asyncio.Event) -> None:
        self.serving = asyncio.Event()  # set once the first of them serves
        self._engine = engine
        self._stop = stop
        self._order = pickle.dumps((settings, url, engine is not None))

    async def keep(self, number: int) -> None:
        """Keep one child running until the stop."""
        loop = asyncio.get_running_loop()
        pause = _RESTART_AFTER[0]
        while not self._stop.is_set():
            began = loop.time()
            await self._live(number)
            if loop.time() - began > _STABLE:
                pause = _RESTART_AFTER[0]
            await _first(self._stop.wait(), within=pause)
            pause = min(pause * 2, _RESTART_AFTER[1])

    async def _live(self, number: int) -> None:
        """One life of a child, from its start to its end."""
        pipe = subprocess.PIPE
        child = await asyncio.create_subprocess_exec(sys.executable, "-m", "ticker.crew", stdin=pipe, stdout=pipe)
        _log.info("server_started", number=number, pid=child.pid)
        talk = [asyncio.create_task(self._tell(child)), asyncio.create_task(self._hear(child))]
        try:
            await _first(child.wait(), self._stop.wait())
            if child.returncode is None:
                child.send_signal(signal.SIGTERM)
                await _first(child.wait(), within=STOP_WITHIN)
        finally:
            await cancelled(talk)
            if child.returncode is None:
                child.kill()
                await child.wait()
            telemetry.forget(child.pid)
        if not self._stop.is_set():
            _log.warning("server_died", number=number, pid=child.pid, status=child.returncode)

    async def _tell(self, child: asyncio.subprocess.Process) -> None:
        """Say what to serve, and how the engine is whenever that has changed."""
        assert child.stdin
        child.stdin.write(len(self._order).to_bytes(4) + self._order)
        told = None
        while self._engine:
            if (state := self._engine()) is not told:
                child.stdin.write(f"{state}\n".encode())
                told = state
            await asyncio.sleep(_TELL_EVERY)

    async def _hear(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout
        if await child.stdout.readline() == _SERVING:
            self.serving.set()


def child() -> None:
    """Be a child: the parent says what to serve, and its end ends us."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner, contextlib.suppress(asyncio.IncompleteReadError):
        runner.run(_child())


async def _child() -> None:
    stop = stop_event()
    parent = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(parent), sys.stdin)
    order = await parent.readexactly(int.from_bytes(await parent.readexactly(4)))
    settings, url, embedded = pickle.loads(order)  # noqa: S301  # our own parent's
    telemetry.set_up_logs(settings.log_level, settings.log_format)
    state = State.RUNNING  # else nobody would have started us

    async def heed() -> None:
        nonlocal state
        while line := await parent.readline():
            state = State(line.decode().strip())
        stop.set()

    async def served() -> None:
        _log.info("server_serves", pid=os.getpid())
        os.write(sys.stdout.fileno(), _SERVING)

    server = Server(settings, url, engine=(lambda: state) if embedded else None)
    with contextlib.closing(listen(settings, shared=True)) as listening:
        async with jobs.at_work(heed=heed):
            await run(server, listening, stop, ready=served)


if __name__ == "__main__":
    child()
