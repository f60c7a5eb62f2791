"""Several server processes on one port: `ticker serve --workers N`.

The parent owns what there is one of: the embedded engine, the worker's jobs, the first token. Each child is a whole server,
with a log reader and a mirror of its own, on a socket of its own at the same port (SO_REUSEPORT: the kernel spreads arrivals):
nothing is shared and nothing is waited for between them. A child that dies is started again; children end with their parent,
whose end they read from their standard input. Their metrics add up in a folder of small files (prometheus_client's
multiprocess mode).
"""

import asyncio
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Final

import structlog
import uvloop

from ticker import telemetry
from ticker.app import Server, greet, listen, log_of, run, stop_event
from ticker.embedded import Embedded
from ticker.log.keys import Keys
from ticker.log.redis import cancelled, client
from ticker.log.tokens import Tokens
from ticker.log.writer import Writer
from ticker.settings import Settings
from ticker.worker import Worker

STOP_WITHIN: Final = 10.0
"""Seconds that the children have to stop; then they are killed."""

_RESTART_AFTER = (0.2, 5.0)  # s, at first and at the most
_STABLE = 30.0  # s of life after which a death counts as the first one

_log = structlog.get_logger()


def serve(settings: Settings, *, workers: int, demo: bool = False) -> int:
    """Run `ticker serve --workers N` until SIGTERM or Ctrl-C. Raises EngineError and OSError when it cannot start."""
    telemetry.set_up_logs(settings.log_level, settings.log_format)
    with _metrics_folder(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings, workers, demo))


@contextlib.contextmanager
def _metrics_folder() -> Iterator[None]:
    """Have the children, which inherit our environment, keep their metrics where each can add them up."""
    with tempfile.TemporaryDirectory(prefix="ticker-metrics-") as folder:
        os.environ[telemetry.SHARED] = folder
        try:
            yield
        finally:
            del os.environ[telemetry.SHARED]


async def _serve(settings: Settings, workers: int, demo: bool) -> int:
    stop = stop_event()
    # With SO_REUSEPORT alone, a port that another ticker of ours has would seem to be free.
    listen(settings).close()
    async with log_of(settings) as (url, engine):
        redis = client(url, name="ticker-crew", socket_timeout=5.0)
        jobs = [asyncio.create_task(_keep(settings, url, stop, number)) for number in range(workers)]
        jobs += _jobs(settings, url, engine, demo=demo)
        try:
            await greet(settings, Tokens(redis, Keys(settings.newsroom)), new=engine is not None)
            await stop.wait()
            _log.info("crew_stops", workers=workers)
            await asyncio.wait(jobs[:workers])
        finally:
            await cancelled(jobs)
            await redis.aclose()
    _log.info("crew_stopped")
    return 0


def _jobs(settings: Settings, url: str, engine: Embedded | None, *, demo: bool) -> list[asyncio.Task[None]]:
    """Start the jobs that there is one of."""
    jobs = []
    keys = Keys(settings.newsroom)
    if engine:
        redis = client(url, name="ticker-worker", socket_timeout=5.0)
        jobs.append(asyncio.create_task(Worker(redis, keys, settings.channels.values()).run()))
    if demo:
        import random

        from ticker import demo as samples

        writer = Writer(client(url), keys, duplicate_window=settings.duplicate_window)
        jobs.append(asyncio.create_task(samples.run(writer, settings.channels, random=random.Random(), sleep=asyncio.sleep)))
    return jobs


async def _keep(settings: Settings, url: str, stop: asyncio.Event, number: int) -> None:
    """Keep one child running until `stop`."""
    loop = asyncio.get_running_loop()
    pause = _RESTART_AFTER[0]
    while not stop.is_set():
        began = loop.time()
        await _live(settings, url, stop, number)
        if loop.time() - began > _STABLE:
            pause = _RESTART_AFTER[0]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(pause * 2, _RESTART_AFTER[1])


async def _live(settings: Settings, url: str, stop: asyncio.Event, number: int) -> None:
    """One life of a child, from its start to its end."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "ticker.crew", stdin=subprocess.PIPE)
    assert child.stdin is not None
    _log.info("server_started", number=number, pid=child.pid)
    child.stdin.write(pickle.dumps((settings, url)))
    ended = asyncio.create_task(child.wait())
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            child.send_signal(signal.SIGTERM)
            await asyncio.wait({ended}, timeout=STOP_WITHIN)
    finally:
        stopped.cancel()
        if not ended.done():
            child.kill()
            await ended
        telemetry.forget(child.pid)
    if not stop.is_set():
        _log.warning("server_died", number=number, pid=child.pid, status=child.returncode)


def child() -> None:
    """Be a child: the parent sends what to serve, and its end ends us."""
    settings, url = pickle.load(sys.stdin.buffer)  # noqa: S301  # our own parent's
    telemetry.set_up_logs(settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_child(settings, url))


async def _child(settings: Settings, url: str) -> None:
    stop = stop_event()
    asyncio.get_running_loop().add_reader(sys.stdin, stop.set)  # nothing more is sent: it can only be the end

    async def served() -> None:
        _log.info("server_serves", pid=os.getpid())

    with contextlib.closing(listen(settings, shared=True)) as listening:
        await run(Server(settings, url), listening, stop, ready=served)


if __name__ == "__main__":
    child()
