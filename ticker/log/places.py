"""How far each process has read, where several share one log.

"Withdrawn is gone" (invariant 4) means gone from every process. So each process's reader tells its place in the log, at once
when it has applied a correction or a withdrawal, else every two seconds; and a withdrawal is answered only when every living
process is past it, or says that it could not make sure. A process that has not told its place for LEASE seconds is dead, or
cut off from Redis: the metrics and its own /readyz tell.
"""

import asyncio
import json
import os
import socket
import time
from typing import Final

import structlog
from redis import exceptions
from redis.asyncio import Redis

from ticker.log.keys import Keys
from ticker.log.mirror import Mirror
from ticker.log.redis import Script, Scripts
from ticker.model.cursor import Cursor, number

LEASE: Final = 6.0
"""Seconds after which a silent process counts no more: three of the reader's blocks."""

_LOOK_EVERY = 0.02  # s
_FORGET_AFTER = 3600  # s, for what processes left behind that did not stop cleanly

_log = structlog.get_logger()


class Places:
    """The places of all processes, and ours among them."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._process = f"{socket.gethostname()}:{os.getpid()}:{time.monotonic_ns()}"
        # Where memory is full a withdrawal still works, so this must too.
        self._note = Script.load("place", flags="allow-oom")

    async def tell(self, redis: Redis, mirror: Mirror) -> None:
        """Tell our place, on the reader's connection. Where nothing can be written, nothing is withdrawn either."""
        places = {name: channel.cursor for name, channel in mirror.channels.items()}
        try:
            await Scripts(redis).ask(self._note, [self._keys.readers], [self._process, json.dumps(places), str(_FORGET_AFTER)])
        except exceptions.ResponseError as error:
            _log.debug("place_untold", error=str(error))

    async def leave(self, redis: Redis) -> None:
        """Take our place out: this process is stopping."""
        await redis.hdel(self._keys.readers, self._process)

    async def passed(self, channel: str, cursor: Cursor, within: float) -> bool:
        """Wait until every living process has applied an event; tell whether all did within so many seconds.

        Raises redis-py's errors.
        """
        deadline = time.monotonic() + within
        while await self._behind(channel, cursor):
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(_LOOK_EVERY)
        return True

    async def _behind(self, channel: str, cursor: Cursor) -> bool:
        seconds, micros = await self._redis.time()
        told = [json.loads(value) for value in await self._redis.hvals(self._keys.readers)]
        living = [other for other in told if other["at"] > seconds * 1000 + micros // 1000 - LEASE * 1000]
        places = {Cursor(other["places"].get(channel, cursor)) for other in living}
        if any(number(place) < number(cursor) for place in places):
            return True
        # A place further on counts only in this history: who still follows a lost one may be ahead and know nothing.
        events = self._keys.channel(channel).events
        return not all([await self._redis.xrange(events, place, place) for place in places - {cursor}])
