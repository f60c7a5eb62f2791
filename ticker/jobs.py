"""Jobs that no request waits for: kept at work through their faults, ended together."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import structlog

from ticker.log.keys import Keys
from ticker.log.redis import cancelled, client
from ticker.log.writer import Writer
from ticker.settings import Settings
from ticker.worker import Worker

Job = Callable[[], Awaitable[Any]]

_PAUSE = 1.0  # s between a fault and the next start

_log = structlog.get_logger()


async def kept(name: str, job: Job) -> None:
    """Run a job to its end, if it has one; a fault in it is told, and it starts again."""
    while True:
        try:
            await job()
            return
        except Exception as error:  # noqa: BLE001  # heartbeats and deadlines must not end with one fault
            _log.error("job_failed", job=name, exc_info=error)
            await asyncio.sleep(_PAUSE)


@contextlib.asynccontextmanager
async def at_work(**jobs: Job) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Keep jobs, by name, at work until this is left; give their tasks."""
    tasks = [asyncio.create_task(kept(name, job), name=name) for name, job in jobs.items()]
    try:
        yield tasks
    finally:
        await cancelled(tasks)


@contextlib.asynccontextmanager
async def of_one(settings: Settings, url: str, *, own_engine: bool, demo: bool) -> AsyncIterator[None]:
    """Do what is to be done once, however many processes serve: the worker's jobs, where the engine is ours, and the demo's."""
    keys = Keys(settings.newsroom)
    jobs: dict[str, Job] = {}
    async with contextlib.AsyncExitStack() as stack:
        if own_engine:
            redis = client(url, name="ticker-worker", socket_timeout=5.0)
            stack.push_async_callback(redis.aclose)
            jobs["worker"] = Worker(redis, keys, settings.channels.values()).run
        if demo:
            from ticker import demo as newsroom

            redis = client(url, name="ticker-demo")
            stack.push_async_callback(redis.aclose)
            writer = Writer(redis, keys, duplicate_window=settings.duplicate_window)
            jobs["demo"] = lambda: newsroom.run(writer, settings.channels, random=random.Random(), sleep=asyncio.sleep)
        await stack.enter_async_context(at_work(**jobs))
        yield
