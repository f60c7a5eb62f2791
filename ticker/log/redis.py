"""Connections to Redis, and the one function that sends a script.

redis-py 8 repeats commands by itself, ten times by default. A script whose reply was lost would then run twice, so retries
are off everywhere, and `Scripts.run` sends each call once. Whether it may be repeated is the caller's knowledge.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files
from typing import Any, Final

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Connection, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

from ticker.log.errors import LogUnavailable, Unavailable

_CONNECT_WITHIN: Final = 1.0  # s
_ANSWER_WITHIN: Final = 2.0  # s


def _options(socket_timeout: float, name: str) -> dict[str, Any]:
    return {
        "retry": Retry(NoBackoff(), 0),
        "retry_on_error": [],
        "socket_timeout": socket_timeout,
        "socket_connect_timeout": _CONNECT_WITHIN,
        "protocol": 3,
        "legacy_responses": False,
        "decode_responses": False,
        "client_name": name,
        # Off: with it on, redis-py no longer notices that a pooled connection was closed meanwhile.
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }


def client(url: str, *, name: str = "ticker", socket_timeout: float = _ANSWER_WITHIN) -> Redis:
    """Give a client that sends each command once. Close it with `aclose()`."""
    pool = BlockingConnectionPool.from_url(url, max_connections=8, timeout=_CONNECT_WITHIN, **_options(socket_timeout, name))
    return Redis.from_pool(pool)


def reader_client(url: str, *, block: float) -> Redis:
    """Give a client of one connection for reads that block for up to `block` seconds."""
    options = _options(block + 3, "ticker-reader")
    return Redis.from_pool(BlockingConnectionPool.from_url(url, max_connections=1, timeout=_CONNECT_WITHIN, **options))


async def cancelled(tasks: Collection[asyncio.Future[Any]]) -> None:
    """Cancel tasks and wait until they have ended.

    Once is not enough: redis-py sends through `asyncio.wait_for`, which on Python 3.11 forgets a cancellation that arrives
    just as the sending ends (python/cpython#86296).
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=0.1)


class NotSent(Exception):
    """The script did not reach Redis, so nothing was written."""


class AnswerLost(Exception):
    """The script was sent, but its reply did not come: it may have run."""


_BY_CLASS: Final[dict[type[exceptions.RedisError], tuple[Unavailable, int]]] = {
    exceptions.BusyLoadingError: (Unavailable.LOADING, 2),
    exceptions.ReadOnlyError: (Unavailable.READ_ONLY, 2),
    exceptions.OutOfMemoryError: (Unavailable.MEMORY_FULL, 10),
    exceptions.MasterDownError: (Unavailable.UNREACHABLE, 2),
}
_BY_WORD: Final[dict[str, tuple[Unavailable, int]]] = {
    "LOADING": (Unavailable.LOADING, 2),
    "BUSY": (Unavailable.BUSY, 2),
    "READONLY": (Unavailable.READ_ONLY, 2),
    "OOM": (Unavailable.MEMORY_FULL, 10),
    "MISCONF": (Unavailable.STORAGE_FULL, 10),
    "NOREPLICAS": (Unavailable.UNREACHABLE, 1),
    "MASTERDOWN": (Unavailable.UNREACHABLE, 2),
    "CLUSTERDOWN": (Unavailable.UNREACHABLE, 2),
    "TRYAGAIN": (Unavailable.UNREACHABLE, 1),
}


def unavailable(error: exceptions.RedisError) -> LogUnavailable | None:
    """Give what a refusal of Redis means for an editor, or None when it is no passing state but a fault.

    Texts differ between engines; only the first word counts. redis-py has classes for some of them and strips the word.
    """
    for known, (reason, retry_after) in _BY_CLASS.items():
        if isinstance(error, known):
            return LogUnavailable(reason, retry_after, str(error))
    if isinstance(error, exceptions.ResponseError):
        word = str(error).split(" ", 1)[0]
        if word in _BY_WORD:
            return LogUnavailable(*_BY_WORD[word], str(error))
    return None


def refusal(error: Exception) -> Exception:
    """Give what to raise for an error: LogUnavailable where Redis is in a passing state, else the fault itself."""
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError):
        return error
    known = unavailable(error) if isinstance(error, exceptions.RedisError) else None
    if known:
        return known
    if isinstance(error, exceptions.ConnectionError | exceptions.TimeoutError | OSError):
        return LogUnavailable(Unavailable.UNREACHABLE, 2, str(error))
    return error


@dataclass(frozen=True, slots=True)
class Script:
    """One change as Lua: the prelude and its body under Redis 7's script header."""

    source: bytes
    sha: str

    @classmethod
    def load(cls, name: str, *, flags: str = "") -> "Script":
        """Read a script of this package. `flags=allow-oom` lets a withdrawal work where memory is full."""
        folder = files("ticker.log") / "scripts"
        header = f"#!lua flags={flags}\n" if flags else "#!lua\n"
        source = (header + (folder / "prelude.lua").read_text() + (folder / f"{name}.lua").read_text()).encode()
        return cls(source, sha1(source, usedforsecurity=False).hexdigest())


class Scripts:
    """Sends scripts, each call once, over connections of its own."""

    def __init__(self, redis: Redis) -> None:
        self._pool = redis.connection_pool

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Any:
        """Run `script` and give its reply.

        Raises NotSent or AnswerLost when the connection failed before or after sending, and redis-py's ResponseError and
        its kin for what Redis answered.
        """
        connection = await self._connection()
        try:
            try:
                return await self._call(connection, "EVALSHA", script.sha, str(len(keys)), *keys, *args)
            except exceptions.NoScriptError:
                # A restarted Redis has forgotten it. Nothing ran, so sending it whole is still once.
                return await self._call(connection, "EVAL", script.source, str(len(keys)), *keys, *args)
        finally:
            await self._pool.release(connection)

    async def ask(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Any:
        """Run a script that may run twice, and give its reply. Raises redis-py's errors, as any command does."""
        try:
            return await self.run(script, keys, args)
        except (NotSent, AnswerLost) as error:
            raise exceptions.ConnectionError(str(error)) from error

    async def _connection(self) -> Connection | UnixDomainSocketConnection:
        try:
            connection: Connection | UnixDomainSocketConnection = await self._pool.get_connection()  # type: ignore[no-untyped-call]
        except (exceptions.BusyLoadingError, exceptions.AuthenticationError, exceptions.AuthorizationError):
            raise  # these are ConnectionErrors to redis-py, but they are answers
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
            raise NotSent(str(error)) from error
        return connection

    @staticmethod
    async def _call(connection: Connection | UnixDomainSocketConnection, *command: str | bytes) -> Any:
        try:
            await connection.send_command(*command)
            return await connection.read_response()
        except exceptions.BusyLoadingError:
            raise
        except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
            # read_response has dropped the connection, also when it is cancelled: no reply can reach the next caller.
            raise AnswerLost(str(error)) from error
