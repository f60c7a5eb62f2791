"""Histories that break: within five seconds every viewer shows what is in the log, and nobody is stuck."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from tests.redises import RedisServer
from tests.served import Server, until
from tests.viewers import TRANSPORTS, Screen, Viewer, connect
from ticker.log.keys import Keys

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

KEYS: Final = Keys("main").channel("en")
NOTICED_WITHIN: Final = 5.0  # s


@pytest.fixture
def server(servers: Callable[..., Server], redis_server: RedisServer) -> Server:
    server: Server = servers(TICKER_REDIS_URL=redis_server.url).start()
    server.token = server.command("token", "create", "editor").splitlines()[-1]
    return server


class Watching:
    """Viewers on every transport, with a topic and without."""

    def __init__(self, viewers: list[Viewer]) -> None:
        self.viewers = viewers

    async def see(self, *texts: str, within: float = 30.0) -> None:
        """Wait until each viewer shows these lines, the newest first."""
        for viewer in self.viewers:
            await viewer.sees(lambda screen: screen.texts == list(texts), within)

    @property
    def snapshots(self) -> list[list[str]]:
        """The reasons of each viewer's snapshots."""
        screens = [viewer.screen for viewer in self.viewers]
        return [[message["reason"] for message in screen.messages if message["type"] == "snapshot"] for screen in screens]

    @property
    def twice(self) -> list[Any]:
        return [message for viewer in self.viewers for message in viewer.screen.twice]


@pytest_asyncio.fixture
async def watching(server: Server) -> AsyncIterator[Watching]:
    """Six viewers, connected."""
    async with contextlib.AsyncExitStack() as stack:
        viewers = [
            await stack.enter_async_context(connect(server.url, transport=transport, screen=Screen(), **params))
            for transport in TRANSPORTS
            for params in ({}, {"topic": "storm"})
        ]
        watching = Watching(viewers)
        await watching.see()
        yield watching


async def post(server: Server, text: str) -> dict[str, Any]:
    return await asyncio.to_thread(server.post, text, topics=["storm"])


async def assert_it_is_the_log(server: Server, redis_server: RedisServer) -> None:
    """The server shows exactly what is in Redis."""
    answer = await asyncio.to_thread(httpx.get, f"{server.url}/v1/channels/en/lines?limit=100")
    snapshot = answer.json()
    with redis_server.redis as redis:
        records: Any = redis.hgetall(KEYS.lines)
        tail: Any = redis.xrevrange(KEYS.events, count=1)
    kept = {line.decode(): json.loads(record) for line, record in records.items()}
    usable = {line: record["text"] for line, record in kept.items() if record["status"] == "usable"}

    assert {line["id"]: line["text"] for line in snapshot["lines"]} == usable
    assert snapshot["cursor"] == (tail[0][0].decode() if tail else "0-0")


async def test_flushed_redis(server: Server, redis_server: RedisServer, watching: Watching) -> None:
    """Everything was deleted: every screen is empty at last, and shows what comes then."""
    await post(server, "Lost")
    await watching.see("Lost")
    with redis_server.redis as redis:
        token: Any = redis.hgetall(Keys("main").tokens)
        redis.flushall()
        redis.hset(Keys("main").tokens, mapping=token)
    await watching.see(within=NOTICED_WITHIN)
    await assert_it_is_the_log(server, redis_server)
    await post(server, "New")
    await watching.see("New")

    assert watching.snapshots == [["first", "unknown"]] * 6
    await assert_it_is_the_log(server, redis_server)


async def test_restarted_redis(server: Server, redis_server: RedisServer, watching: Watching) -> None:
    """Nothing was lost: nobody is moved, and what came meanwhile comes."""
    await post(server, "Kept")
    await watching.see("Kept")
    redis_server.kill()
    await asyncio.to_thread(until, lambda: not server.ready(), "the server to notice")
    redis_server.start()
    await asyncio.to_thread(until, server.ready, "the log")
    await post(server, "New")
    await watching.see("New", "Kept")

    assert (watching.snapshots, watching.twice) == ([["first"]] * 6, [])
    await assert_it_is_the_log(server, redis_server)


async def test_older_redis(server: Server, redis_server: RedisServer, watching: Watching) -> None:
    """A backup was restored: what came after it is gone from every screen, what was withdrawn since is back."""
    withdrawn = (await post(server, "Withdrawn later"))["line"]
    redis_server.back_up()
    await asyncio.to_thread(server.withdraw, withdrawn)
    await post(server, "Lost")
    await watching.see("Lost")
    redis_server.stop()
    redis_server.restore()
    redis_server.start()
    await watching.see("Withdrawn later", within=NOTICED_WITHIN)

    assert watching.snapshots == [["first", "unknown"]] * 6
    await assert_it_is_the_log(server, redis_server)


async def test_lost_tail_whose_numbers_are_used_again(server: Server, redis_server: RedisServer, watching: Watching) -> None:
    """After a failover that lost lines, new ones take their numbers: nobody takes the one history for the other."""
    await post(server, "Kept")
    redis_server.back_up()
    lost = [await post(server, text) for text in ("Lost", "Lost too")]
    await watching.see("Lost too", "Lost", "Kept")
    redis_server.stop()
    redis_server.restore()
    redis_server.start()
    new: list[dict[str, Any]] = []

    def posted() -> bool:
        try:
            new.append(server.post("New", topics=["storm"]))
        except (AssertionError, httpx.TransportError):
            return False  # it is just coming back
        return True

    await asyncio.to_thread(until, posted, "a post that is taken")
    await watching.see("New", "Kept", within=NOTICED_WITHIN)
    new.append(await post(server, "New too"))
    await watching.see("New too", "New", "Kept")

    numbers = [[one["cursor"].partition("-")[0] for one in history] for history in (lost, new)]
    assert numbers == [["2", "3"], ["2", "3"]]
    assert not {one["cursor"] for one in lost} & {one["cursor"] for one in new}
    assert watching.snapshots == [["first", "unknown"]] * 6
    assert watching.twice == []
    await assert_it_is_the_log(server, redis_server)


async def test_viewers_who_were_away_meanwhile(server: Server, redis_server: RedisServer) -> None:
    """A viewer that returns with a cursor of a lost history is told so, on every transport, though the number exists again."""
    await post(server, "Kept")
    redis_server.back_up()
    lost = await post(server, "Lost")
    redis_server.stop()
    redis_server.restore()
    redis_server.start()
    await asyncio.to_thread(until, lambda: "Lost" not in httpx.get(f"{server.url}/v1/channels/en/lines").text, "the history")
    new = await post(server, "New")
    assert lost["cursor"].partition("-")[0] == new["cursor"].partition("-")[0]
    for transport in TRANSPORTS:
        screen = Screen()
        screen.cursor = lost["cursor"]
        async with connect(server.url, transport=transport, screen=screen) as viewer:
            await viewer.sees(lambda screen: screen.texts == ["New", "Kept"])

        assert [message.get("reason") for message in screen.messages] == ["unknown"]


async def test_deleted_events(server: Server, redis_server: RedisServer, watching: Watching) -> None:
    """The stream was deleted, the lines are there: they stay on screen, and the log begins anew."""
    await post(server, "Kept")
    await watching.see("Kept")
    with redis_server.redis as redis:
        redis.delete(KEYS.events)
    for viewer in watching.viewers:
        await viewer.sees(lambda screen: screen.types.count("snapshot") == 2, NOTICED_WITHIN)
    await watching.see("Kept")
    await assert_it_is_the_log(server, redis_server)
    new = await post(server, "New")
    await watching.see("New", "Kept")

    assert new["cursor"].startswith("1-")
    assert watching.twice == []
    await assert_it_is_the_log(server, redis_server)


async def test_redis_away_for_some_seconds(server: Server, redis_server: RedisServer, watching: Watching) -> None:
    """Viewers stay connected and reads go on; posts wait or are refused, and none is lost or doubled."""
    await post(server, "Before")
    await watching.see("Before")
    redis_server.kill()
    headers = server.editor
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        refused = [
            await client.post(
                "/v1/channels/en/lines", json={"text": f"Line {n}"}, headers=headers | {"Idempotency-Key": f"k{n}"}
            )
            for n in range(3)
        ]
        reads = [await client.get(path) for path in ("/en", "/en/rss.xml", "/en/atom.xml", "/v1/channels/en/lines")]
        redis_server.start()
        await asyncio.to_thread(until, server.ready, "the log")
        taken = [
            await client.post(
                "/v1/channels/en/lines",
                json={"text": f"Line {n}", "topics": ["storm"]},
                headers=headers | {"Idempotency-Key": f"again-{n}"},
            )
            for n in range(3)
        ]
    await watching.see("Line 2", "Line 1", "Line 0", "Before")

    assert [answer.status_code for answer in refused] == [503] * 3
    assert [answer.status_code for answer in reads] == [200] * 4
    assert all("Before" in answer.text for answer in reads)
    assert [answer.status_code for answer in taken] == [201] * 3
    assert (watching.snapshots, watching.twice) == ([["first"]] * 6, [])
    await assert_it_is_the_log(server, redis_server)
