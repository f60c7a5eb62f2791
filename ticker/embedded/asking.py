"""One question to an engine, on a connection of its own."""

from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError


async def ask(url: str, *words: str, within: float = 2.0) -> Any:
    """Send one command and give its reply. Raises redis-py's errors and OSError; never sends it twice.

    `within` (seconds) bounds the connecting and the waiting for the reply, each.
    """
    retry = Retry(NoBackoff(), 0)
    async with Redis.from_url(url, socket_timeout=within, socket_connect_timeout=within, retry=retry) as client:
        return await client.execute_command(*words)  # type: ignore[no-untyped-call]  # redis-py gives it no types


async def answers(url: str) -> bool:
    """Whether a server is there: it answers, even if only that it is still loading."""
    try:
        await ask(url, "PING")
    except BusyLoadingError:
        return True
    except (RedisError, OSError):
        return False
    return True
