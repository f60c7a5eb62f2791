"""The worker: retention by age, and the old texts that leave the append-only file."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
import structlog
from redis.exceptions import ResponseError

from tests.log.newsroom import MARKER, Newsroom
from tests.redises import RedisServer
from ticker.log.redis import cancelled, client
from ticker.worker import GROUP, REWRITE_EVERY, Worker

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

DAY = 86_400_000  # ms


@pytest_asyncio.fixture
async def newsroom(redis_server: RedisServer) -> AsyncIterator[Newsroom]:
    """A newsroom on a Redis of its own, which keeps two days."""
    newsroom = Newsroom(redis_server.url, days=2)
    yield newsroom
    await newsroom.redis.aclose()


@contextlib.asynccontextmanager
async def working(newsroom: Newsroom) -> AsyncIterator[None]:
    """A worker at work."""
    redis = client(newsroom.url, name="ticker-worker", socket_timeout=5.0)
    running = asyncio.create_task(Worker(redis, newsroom.keys, [newsroom.channel]).run())
    try:
        yield
    finally:
        await cancelled([running])
        await redis.aclose()


async def until(condition: Callable[[], Any], within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(0.02)


async def _age(newsroom: Newsroom, which: str, line: str, days: float) -> None:
    """Let a line have been published, or withdrawn, so long ago."""
    score: Any = await newsroom.redis.zscore(which, line)
    await newsroom.redis.zadd(which, {line: score - days * DAY})


async def test_what_is_too_old_is_forgotten(newsroom: Newsroom) -> None:
    """Lines and tombstones go when they are older than the channel keeps, with their keys; a pinned line stays."""
    new = (await newsroom.publish("New")).line
    old = (await newsroom.publish("Old")).line
    pinned = (await newsroom.publish("Pinned", pinned=True)).line
    gone = (await newsroom.publish("Gone")).line
    await newsroom.withdraw(gone)
    for line in (old, pinned):
        await _age(newsroom, newsroom.found.current, line.id, 2.1)
    await _age(newsroom, newsroom.found.current, new.id, 1.9)
    await _age(newsroom, newsroom.found.withdrawn, gone.id, 2.1)
    events = await newsroom.events()
    async with working(newsroom):
        await until(lambda: _is(newsroom, {new.id, pinned.id}))

    assert await newsroom.in_order(newsroom.found.current) == [pinned.id, new.id]
    assert await newsroom.in_order(newsroom.found.withdrawn) == []
    assert await newsroom.redis.hlen(newsroom.found.keys) == 2
    assert await newsroom.events() == events


async def _is(newsroom: Newsroom, kept: set[str]) -> bool:
    return await newsroom.kept() == kept


async def test_full_memory_is_made_free(newsroom: Newsroom) -> None:
    """Where memory is full, what is too old goes all the same."""
    old = (await newsroom.publish("Old")).line
    await _age(newsroom, newsroom.found.current, old.id, 3)
    async with working(newsroom):
        await until(lambda: _is(newsroom, set()))
    old = (await newsroom.publish("Old again")).line
    await _age(newsroom, newsroom.found.current, old.id, 3)
    await newsroom.redis.config_set("maxmemory", "1")
    async with working(newsroom):
        await until(lambda: _is(newsroom, set()))


async def test_withdrawn_text_leaves_the_disk(newsroom: Newsroom, redis_server: RedisServer) -> None:
    """After a withdrawal the append-only file is rewritten, and every event is acknowledged once that is done."""
    await newsroom.redis.config_set("rdbcompression", "no")
    line = (await newsroom.publish(f"{MARKER} one")).line
    async with working(newsroom):
        await newsroom.withdraw(line)
        await newsroom.redis.delete(newsroom.found.audit)  # it may keep the text
        await until(lambda: _rewritten(newsroom, redis_server))
        await until(lambda: _acknowledged(newsroom))


async def _rewritten(newsroom: Newsroom, redis_server: RedisServer) -> bool:
    files = [path.read_bytes() for path in (redis_server.folder / "appendonlydir").iterdir()]
    return not any(MARKER.encode() in content for content in files)


async def _acknowledged(newsroom: Newsroom) -> bool:
    """Whether the worker has read all there is, and finished it."""
    try:
        [group] = await newsroom.redis.xinfo_groups(newsroom.found.events)
    except (ResponseError, ValueError):
        return False  # it is being made
    events = await newsroom.events()
    return bool(group["pending"] == 0 and group["last-delivered-id"].decode() == events[-1].cursor)


async def test_rewrites_are_not_made_for_each_withdrawal(newsroom: Newsroom) -> None:
    """A rewrite writes everything: several withdrawals share one."""
    async with working(newsroom):
        await newsroom.withdraw((await newsroom.publish("One")).line)
        await until(lambda: _acknowledged(newsroom))
        await newsroom.withdraw((await newsroom.publish("Two")).line)
        await until(lambda: _pending(newsroom, 1))
    assert REWRITE_EVERY >= 60
    async with working(newsroom):  # what one took and did not finish, the next finishes
        await until(lambda: _acknowledged(newsroom))


async def _pending(newsroom: Newsroom, count: int) -> bool:
    pending: Any = await newsroom.redis.xpending(newsroom.found.events, GROUP)
    return bool(pending["pending"] == count)


async def test_a_refused_rewrite_is_told_once(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Redis forbids a rewrite, the old texts stay in its file until it rewrites by itself, and the worker goes on."""
    monkeypatch.setattr("ticker.worker.REWRITE_EVERY", 0.0)
    await newsroom.redis.acl_setuser("default", enabled=True, nopass=True, commands=["-bgrewriteaof"])
    with structlog.testing.capture_logs() as logged:
        async with working(newsroom):
            for text in ("One", "Two"):
                await newsroom.withdraw((await newsroom.publish(text)).line)
                await until(lambda: _acknowledged(newsroom))

    assert [entry["event"] for entry in logged if entry["log_level"] == "warning"] == ["log_rewrite_refused"]


async def test_worker_outlives_a_flush(newsroom: Newsroom, redis_server: RedisServer) -> None:
    """A worker whose group is gone, or whose Redis is away for a while, goes on when there is one again."""
    async with working(newsroom):
        await newsroom.publish("One")
        await newsroom.redis.flushall()
        await newsroom.withdraw((await newsroom.publish("Two")).line)
        await until(lambda: _acknowledged(newsroom))
        redis_server.kill()
        redis_server.start()
        await newsroom.publish("Three")
        await until(lambda: _acknowledged(newsroom))
