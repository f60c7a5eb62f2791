"""The worker: jobs that no request waits for, on a consumer group of the log.

It keeps retention by age, and after a withdrawal or a correction has the engine rewrite its append-only file, which still
holds the old text: the event is done once a rewrite that began after it has come to a good end. Any number of workers share the
group; what one took and did not finish, another takes over. With the embedded engine, `ticker serve` runs these jobs itself.
"""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterable
from typing import Any, Final

import structlog
from redis import exceptions
from redis.asyncio import Redis

from ticker import embedded, telemetry
from ticker.log.keys import Keys
from ticker.log.redis import Script, Scripts, cancelled, client
from ticker.model.channel import Channel
from ticker.model.draft import ChangeKind
from ticker.model.event import EventType
from ticker.settings import Settings

GROUP: Final = "worker"
REWRITE_EVERY: Final = 60.0
"""Seconds between two rewrites at the least: each writes the whole data set."""

RETAIN_EVERY: Final = 60.0  # s
_BLOCK = 2.0  # s
_GATHER = 1.0  # s after events, in which more may come: nobody waits for these jobs, and every look has its cost
_LOOK_EVERY = 0.1  # s, at a rewrite that is under way
_ABANDONED = 60_000  # ms after which a dead worker's events are taken over
_GONE = 3_600_000  # ms of silence after which a worker that owes nothing is struck off; one that lives asks every two seconds

_KEEP_TEXT: Final = frozenset({EventType.PUBLISH, ChangeKind.PIN, ChangeKind.UNPIN})
"""Types of events that leave no old text behind."""
_PAUSE = 1.0  # s between attempts to reach Redis

_log = structlog.get_logger()


class Worker:
    """The jobs on one log. `run` never returns; cancel it to stop: what it took and did not finish is done later."""

    def __init__(self, redis: Redis, keys: Keys, channels: Iterable[Channel]) -> None:
        self._redis = redis
        self._keys = keys
        self._channels = {keys.channel(channel.id).events: channel for channel in channels}
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._retain = Script.load("retain", flags="allow-oom")  # it frees memory
        self._scripts = Scripts(redis)
        self._wanted: list[tuple[str, bytes]] = []  # events that wait for a rewrite: stream and id
        self._covered: list[tuple[str, bytes]] = []  # those that the rewrite under way is for
        self._rewritten = -REWRITE_EVERY
        self._retained = -RETAIN_EVERY
        self._away = False
        self._refused = False  # whether this Redis has refused a rewrite, which is told once

    async def run(self) -> None:
        """Work through every absence of Redis."""
        while True:
            try:
                await self._join()
                while True:
                    await self._turn()
            except Exception as error:  # noqa: BLE001  # whatever it is
                # A fault must not end the jobs of a newsroom; it is told once per absence, and they go on.
                if not self._away:
                    _log.warning("worker_waits", error=type(error).__name__, cause=str(error))
                self._away = True
                await asyncio.sleep(_PAUSE)

    async def _join(self) -> None:
        for key in self._channels:
            try:
                await self._redis.xgroup_create(key, GROUP, id="0", mkstream=True)
            except exceptions.OutOfMemoryError:
                pass  # the group is there, or can wait: what is too old must go first
            except exceptions.ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise
        self._wanted.clear()
        self._covered.clear()
        # What this name took before and did not finish, as after a restart in a container.
        for key, entries in _batches(await self._redis.xreadgroup(GROUP, self._name, dict.fromkeys(self._channels, "0"))):
            await self._take(key, entries)

    async def _turn(self) -> None:
        now = time.monotonic()
        if now - self._retained >= RETAIN_EVERY:
            await self._forget_old()
            await self._adopt()
            await self._strike_off()
            self._retained = now
        streams: dict[Any, Any] = dict.fromkeys(self._channels, ">")
        block = int((_LOOK_EVERY if self._covered else _BLOCK) * 1000)
        batches = _batches(await self._redis.xreadgroup(GROUP, self._name, streams, count=100, block=block))
        for key, entries in batches:
            await self._take(key, entries)
        if self._covered:
            await self._look_at_rewrite()
        elif self._wanted and time.monotonic() - self._rewritten >= REWRITE_EVERY:
            await self._rewrite()
        if self._away:
            _log.info("worker_works")
            self._away = False
        if batches and not self._covered:
            await asyncio.sleep(_GATHER)

    async def _take(self, key: str, entries: list[Any]) -> None:
        """Events that left an old text behind wait for a rewrite; the others need nothing."""
        replaced = [(key, entry) for entry, fields in entries if fields and fields[b"type"].decode() not in _KEEP_TEXT]
        self._wanted += replaced
        rest = [entry for entry, _ in entries if (key, entry) not in replaced]
        if rest:
            await self._redis.xack(key, GROUP, *rest)

    async def _adopt(self) -> None:
        for key in self._channels:
            _, entries, *_ = await self._redis.xautoclaim(key, GROUP, self._name, _ABANDONED)
            known = {entry for stream, entry in (*self._wanted, *self._covered) if stream == key}
            await self._take(key, [(entry, fields) for entry, fields in entries if entry not in known])

    async def _strike_off(self) -> None:
        """Forget workers that are no more: each process has a name of its own, and Redis keeps them all."""
        for key in self._channels:
            for consumer in await self._redis.xinfo_consumers(key, GROUP):
                gone = consumer["idle"] > _GONE and not consumer["pending"]
                if gone and consumer["name"].decode() != self._name:
                    await self._redis.xgroup_delconsumer(key, GROUP, consumer["name"])

    async def _rewrite(self) -> None:
        """Have the old texts leave the append-only file. Without one, there is nothing to rewrite."""
        persistence = await self._redis.info("persistence")
        if _under_way(persistence):
            return  # somebody else's, begun perhaps too early for our texts
        if persistence.get("aof_enabled"):
            try:
                await self._redis.bgrewriteaof()
            except exceptions.ResponseError as error:  # renamed or forbidden, as some who run Redis for others do
                if "in progress" in str(error):
                    return
                if not self._refused:
                    _log.warning("log_rewrite_refused", error=type(error).__name__, cause=str(error))
                self._refused = True
            else:
                self._rewritten = time.monotonic()
                self._covered, self._wanted = self._wanted, []
                return
        await self._done(self._wanted)

    async def _look_at_rewrite(self) -> None:
        """What the rewrite is for is done with its good end; after another end there is a next one."""
        persistence = await self._redis.info("persistence")
        if _under_way(persistence):
            return
        if persistence.get("aof_last_bgrewrite_status") == "ok":
            _log.info("log_rewritten", events=len(self._covered))
            await self._done(self._covered)
        else:
            _log.warning("log_rewrite_failed", events=len(self._covered))
            self._wanted += self._covered
            self._covered.clear()

    async def _done(self, events: list[tuple[str, bytes]]) -> None:
        for key, entry in events:
            await self._redis.xack(key, GROUP, entry)
        events.clear()

    async def _forget_old(self) -> None:
        for channel in self._channels.values():
            keys = self._keys.channel(channel.id)
            names = (keys.lines, keys.current, keys.withdrawn, keys.keys, keys.audit)
            forgotten = await self._scripts.run(self._retain, names, [str(channel.retention.days)])
            if forgotten:
                _log.info("lines_forgotten", channel=channel.id, lines=forgotten)


def _under_way(persistence: dict[str, Any]) -> bool:
    """Whether a rewrite of the append-only file is being made, or is to be made once a snapshot is done."""
    return bool(persistence.get("aof_rewrite_in_progress") or persistence.get("aof_rewrite_scheduled"))


def _batches(reply: Any) -> list[tuple[str, list[Any]]]:
    return [(key.decode(), entries) for key, entries in (reply or {}).items()]


def run(settings: Settings) -> int:
    """Run `ticker worker` until SIGTERM; give its exit status."""
    telemetry.set_up_logs(settings.log_level, settings.log_format)
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    working = asyncio.ensure_future(_work(settings))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    ended = working.done()
    await cancelled({working, stopping})
    if ended:
        working.result()  # it ends by a fault alone, which is for the caller to tell
    return 0


async def _work(settings: Settings) -> None:
    """Work on the configured Redis, or on the engine that a server runs on the data folder, whenever there is one."""
    url = settings.redis_url or await embedded.locate(settings.data_dir)
    if url is None:
        _log.warning("server_awaited", data_dir=str(settings.data_dir), cause="no server runs on it, and no redis_url is set")
    while url is None:
        await asyncio.sleep(_PAUSE)
        url = await embedded.locate(settings.data_dir)
    redis = client(url, name="ticker-worker", socket_timeout=_BLOCK + 3)
    _log.info("worker_started")
    try:
        await Worker(redis, Keys(settings.newsroom), settings.channels.values()).run()
    finally:
        await redis.aclose()
