"""The writer behind a bad connection: done once or not at all, and the editor is told which, or that nobody knows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.log.newsroom import Newsroom
from tests.proxies import Proxy, every, scripts
from tests.redises import RedisServer
from ticker.log import writer as writers
from ticker.log.errors import LogUnavailable, Unavailable
from ticker.log.redis import Script
from ticker.log.writer import Key, Posted
from ticker.model.draft import ChangeKind
from ticker.model.line import Line

pytestmark = pytest.mark.asyncio

KEY = Key("key-1", "digest-1")


@pytest.fixture
def proxy(engine: RedisServer, tmp_path: Path) -> Iterator[Proxy]:
    """A proxy in front of both engines."""
    with Proxy(engine.socket, tmp_path) as proxy:
        yield proxy


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the writer give up after half a second."""
    monkeypatch.setattr(writers, "REPEAT_FOR", 0.5)


@pytest_asyncio.fixture
async def behind(proxy: Proxy) -> AsyncIterator[Newsroom]:
    """A newsroom whose connections go through the proxy."""
    newsroom = Newsroom(proxy.url)
    for name, flags in (("publish", ""), ("change", ""), ("change", "allow-oom")):  # else a lost reply may be NOSCRIPT's
        await newsroom.redis.script_load(Script.load(name, flags=flags).source)
    yield newsroom
    await heal(newsroom, proxy)
    await newsroom.aclose()


async def cut(proxy: Proxy) -> None:
    """Cut all connections, and let this process hear of it."""
    proxy.cut()
    for _ in range(3):
        await asyncio.sleep(0)


async def heal(newsroom: Newsroom, proxy: Proxy) -> None:
    """End the faults, and begin with new connections."""
    proxy.heal()
    await newsroom.redis.connection_pool.disconnect()


CHANGES: dict[str, Callable[[Newsroom, Line, Key | None], Awaitable[Posted]]] = {
    "publish": lambda newsroom, line, key: newsroom.publish("New", key),
    "correct": lambda newsroom, line, key: newsroom.correct(line, "New", key),
    "pin": lambda newsroom, line, key: newsroom.change(line, ChangeKind.PIN, key),
    "withdraw": lambda newsroom, line, key: newsroom.withdraw(line, key),
}


@pytest.mark.parametrize("key", [None, KEY], ids=["no-key", "key"])
@pytest.mark.parametrize("change", CHANGES)
async def test_lost_reply_doubles_nothing(behind: Newsroom, proxy: Proxy, change: str, key: Key | None) -> None:
    """A change whose reply is lost is done once, and answered, though it was sent again."""
    line = (await behind.publish("Old")).line
    proxy.losing, proxy.lose_most = scripts, 2
    posted = await CHANGES[change](behind, line, key)

    assert proxy.lost == 2
    events = await behind.events()
    assert [event.cursor for event in events][1:] == [posted.cursor]
    assert len(await behind.audit()) == 2
    assert await behind.writer.line(behind.channel, posted.line.id) == posted.line


@pytest.mark.parametrize("key", [None, KEY], ids=["no-key", "key"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.usefixtures("impatient")
async def test_outcome_that_nobody_knows(behind: Newsroom, proxy: Proxy, change: str, key: Key | None) -> None:
    """Where no reply comes at all the editor is told so; with a key, the retry tells what became of it, and does it once."""
    line = (await behind.publish("Old")).line
    proxy.losing = scripts
    with pytest.raises(LogUnavailable) as refused:
        await CHANGES[change](behind, line, key)
    await heal(behind, proxy)

    assert (refused.value.reason, refused.value.retry_after) == (Unavailable.OUTCOME_UNKNOWN, 2)
    assert proxy.lost > 1
    assert len(await behind.events()) == 2
    if key:
        again = await CHANGES[change](behind, line, key)
        assert again.replayed
        assert again.cursor == (await behind.events())[-1].cursor
        assert len(await behind.events()) == 2


@pytest.mark.usefixtures("impatient")
async def test_redis_that_cannot_be_reached(behind: Newsroom, proxy: Proxy) -> None:
    """A change that never left is refused as such after the bound: it did not happen."""
    await behind.publish("Old")
    proxy.refusing = True
    await behind.redis.connection_pool.disconnect()  # a connection that is cut under a write may have carried it
    with pytest.raises(LogUnavailable) as refused:
        await behind.publish("New")
    await heal(behind, proxy)

    assert (refused.value.reason, refused.value.retry_after) == (Unavailable.UNREACHABLE, 2)
    assert len(await behind.events()) == 1


async def test_redis_that_comes_back_in_time(behind: Newsroom, proxy: Proxy) -> None:
    """A short absence costs an editor a moment, and nothing else."""
    await behind.publish("Old")
    proxy.refusing = True
    await cut(proxy)
    posting = asyncio.create_task(behind.publish("New"))
    await asyncio.sleep(0)  # it has begun
    proxy.refusing = False

    assert (await posting).line.text == "New"
    assert len(await behind.events()) == 2


async def test_connection_that_ended_in_the_pool(behind: Newsroom, proxy: Proxy) -> None:
    """Connections that were cut while nobody used them are noticed before a change is sent on one."""
    await asyncio.gather(*(behind.publish(f"Line {n}") for n in range(8)))  # as many as the pool has
    await cut(proxy)
    posted = await asyncio.gather(*(behind.publish(f"More {n}") for n in range(8)))

    assert not any(one.replayed for one in posted)
    assert len(await behind.events()) == 16


async def test_slow_redis(behind: Newsroom, proxy: Proxy) -> None:
    """A slow reply is waited for."""
    proxy.delay = 0.3
    posted = await behind.publish("Slow", KEY)

    assert not posted.replayed
    proxy.delay = 0
    assert len(await behind.events()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.usefixtures("impatient")
async def test_connection_that_fell_silent(behind: Newsroom, proxy: Proxy, change: str) -> None:
    """A half-open connection is given up, and the editor told that nobody knows, or that it never left; not kept waiting."""
    line = (await behind.publish("Old")).line
    proxy.silent = True
    async with asyncio.timeout(10):
        with pytest.raises(LogUnavailable) as refused:
            await CHANGES[change](behind, line, KEY)
    await heal(behind, proxy)

    reads_first = change != "publish"
    assert refused.value.reason is (Unavailable.UNREACHABLE if reads_first else Unavailable.OUTCOME_UNKNOWN)
    done = await CHANGES[change](behind, line, KEY)
    assert [event.cursor for event in await behind.events()][1:] == [done.cursor]


async def test_reads_have_no_second_life(behind: Newsroom, proxy: Proxy) -> None:
    """A read that fails is said to have failed; nothing was to be written."""
    line = (await behind.publish("Old")).line
    proxy.losing = every
    with pytest.raises(LogUnavailable) as refused:
        await behind.correct(line, "New")

    assert refused.value.reason is Unavailable.UNREACHABLE
    await heal(behind, proxy)
    assert len(await behind.events()) == 1
