"""How far each process has read, where several share one log.

"Withdrawn is gone" (invariant 4) means gone from every process. So each process's reader tells its place in the log, at once
when it has applied a correction or a withdrawal, else every few seconds; and a withdrawal is answered only when every living
process is past it, or says that it could not make sure. A process that has not told its place for LEASE seconds is dead, or
cut off from Redis: the metrics and its own /readyz tell.
"""

import asyncio
import json
import os
import socket
import time
from typing import Final

from redis.asyncio import Redis

from ticker.log.keys import Keys
from ticker.log.mirror import Mirror
from ticker.model.cursor import Cursor, number

LEASE: Final = 6.0
"""Seconds after which a silent process counts no more: three of the reader's blocks."""

_LOOK_EVERY = 0.02  # s


class Places:
    """The places of all processes, and ours among them."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._key = keys.readers
        self._process = f"{socket.gethostname()}:{os.getpid()}:{time.monotonic_ns()}"

    async def tell(self, redis: Redis, mirror: Mirror) -> None:
        """Tell our place, on the reader's connection."""
        seconds, micros = await redis.time()
        places = {name: number(channel.cursor) for name, channel in mirror.channels.items()}
        await redis.hset(self._key, self._process, json.dumps({"at": seconds + micros / 1e6, "places": places}))

    async def leave(self, redis: Redis) -> None:
        """Take our place out: this process is stopping."""
        await redis.hdel(self._key, self._process)

    async def passed(self, channel: str, cursor: Cursor, within: float) -> bool:
        """Wait until every living process has applied an event; tell whether all did within so many seconds.

        Raises redis-py's errors.
        """
        deadline = time.monotonic() + within
        while await self._behind(channel, number(cursor)):
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_LOOK_EVERY)
        return True

    async def _behind(self, channel: str, place: int) -> bool:
        seconds, micros = await self._redis.time()
        told = [json.loads(value) for value in (await self._redis.hgetall(self._key)).values()]
        living = [other for other in told if other["at"] > seconds + micros / 1e6 - LEASE]
        return any(other["places"].get(channel, place) < place for other in living)
