"""What editors are told when Redis cannot take a change: which problem, when to return; and nothing is done twice."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.embedded.drills import fill, small_disk
from tests.proxies import Proxy, scripts
from tests.redises import RedisServer
from tests.served import WITHIN, Server, until
from tests.viewers import connect
from ticker.log.keys import Keys

pytestmark = pytest.mark.slow

LINES: Final = "/v1/channels/en/lines"


@pytest.fixture
def server(servers: Callable[..., Server], redis_server: RedisServer) -> Server:
    """A server on a Redis of its own, with one line."""
    server: Server = servers(TICKER_REDIS_URL=redis_server.url)
    return opened(server)


def opened(server: Server) -> Server:
    server.start()
    server.token = server.command("token", "create", "editor").splitlines()[-1]
    server.post("Before")
    return server


def ask(server: Server, method: str = "POST", path: str = LINES, key: str | None = None, **body: Any) -> httpx.Response:
    """Ask what an editor asks; by default, to post a line."""
    headers = server.editor | ({"Idempotency-Key": key} if key else {})
    return httpx.request(method, server.url + path, json=body or {"text": "New"}, headers=headers, timeout=WITHIN)


def said(answer: httpx.Response) -> tuple[int, str, bool]:
    """Give the status, the problem, and whether the answer says when to return."""
    return answer.status_code, answer.json()["type"], int(answer.headers.get("retry-after", "0")) > 0


def texts(server: Server) -> list[str]:
    """Give what a reader sees."""
    return [line["text"] for line in httpx.get(server.url + LINES, timeout=WITHIN).json()["lines"]]


def posts(server: Server) -> bool:
    """Whether a post succeeds; each try is of the same request."""
    answer = ask(server, key="after", text="After")
    return answer.status_code == 201


def test_no_redis(server: Server, redis_server: RedisServer) -> None:
    """While Redis is away posts are refused, reads go on, and afterwards posts are taken again."""
    redis_server.kill()
    assert said(ask(server)) == (503, "/problems/log-unreachable", True)
    assert texts(server) == ["Before"]
    redis_server.start()
    until(lambda: posts(server), "a post that is taken")

    until(lambda: texts(server) == ["After", "Before"], "the line")


def test_redis_that_is_loading(server: Server, redis_server: RedisServer) -> None:
    """A Redis that is still reading its data is not one that is away: the problem says so."""
    with redis_server.redis as redis:
        for n in range(100):
            redis.set(f"filling-{n}", "x" * 4000)
        redis.execute_command("CONFIG", "SET", "save", "3600 1")
        redis.bgrewriteaof()
        until(lambda: not redis.info("persistence")["aof_rewrite_in_progress"], "the rewrite")
    redis_server.stop()
    slow = ("--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024")  # µs, and answers in between
    starting = threading.Thread(target=redis_server.start, args=slow)
    starting.start()
    answers: list[tuple[int, str, bool]] = []

    def loading() -> bool:
        answers.append(said(ask(server)))
        return answers[-1][1] == "/problems/log-loading"

    until(loading, "an answer while it loads")
    starting.join()

    assert answers[-1] == (503, "/problems/log-loading", True)
    assert {status for status, _, _ in answers} == {503}
    until(lambda: posts(server), "a post that is taken")
    assert texts(server) == ["After", "Before"]


def test_redis_that_is_busy(server: Server, redis_server: RedisServer) -> None:
    """Somebody else's long script keeps Redis from answering: posts are refused, and nobody kills that script."""
    with redis_server.redis as redis, redis_server.redis as other:
        redis.config_set("busy-reply-threshold", 50)
        running = threading.Thread(target=_endless, args=(other,))
        running.start()
        until(lambda: _word(redis) == "BUSY", "Redis to be busy")
        refused, shown, still = ask(server), texts(server), _word(redis)
        redis.script_kill()
        running.join()
        assert said(refused) == (503, "/problems/log-busy", True)
        assert (shown, still) == (["Before"], "BUSY")

    until(lambda: posts(server), "a post that is taken")
    until(lambda: texts(server) == ["After", "Before"], "the line")


def _endless(redis: Redis) -> None:
    try:
        redis.eval("while true do end", 0)
    except RedisError:
        pass  # killed, as planned


def _word(redis: Redis) -> str:
    try:
        redis.ping()
    except RedisError as error:
        return str(error).split(" ", 1)[0]
    return ""


def test_redis_that_is_a_replica(server: Server, redis_server: RedisServer) -> None:
    """After a failover this Redis may take no writes: posts are refused, reads go on, and it is told apart from an absence."""
    with redis_server.redis as redis:
        redis.replicaof("127.0.0.1", "1")
        line = httpx.get(server.url + LINES).json()["lines"][0]["id"]
        refused = [
            ask(server),
            ask(server, "PATCH", f"{LINES}/{line}", kind="update", text="New"),
            ask(server, "DELETE", f"{LINES}/{line}", reason="It was not so."),
        ]
        assert [said(answer) for answer in refused] == [(503, "/problems/log-read-only", True)] * 3
        assert texts(server) == ["Before"]
        assert server.ready()
        redis.replicaof("NO", "ONE")

    until(lambda: posts(server), "a post that is taken")
    until(lambda: texts(server) == ["After", "Before"], "the line")


def test_redis_whose_memory_is_full(server: Server, redis_server: RedisServer) -> None:
    """Where memory is full nothing new is taken, but what is wrong can be withdrawn; and a server can start."""
    wrong = server.post("Wrong")["line"]
    with redis_server.redis as redis:
        redis.config_set("maxmemory", "1")
        assert said(ask(server)) == (503, "/problems/log-memory-full", True)
        assert said(ask(server, "PATCH", f"{LINES}/{wrong['id']}", kind="pin")) == (503, "/problems/log-memory-full", True)
        gone = ask(server, "DELETE", f"{LINES}/{wrong['id']}", reason="It was not so.")
        assert (gone.status_code, gone.json()["line"]["status"], gone.json().get("propagated")) == (200, "canceled", None)
        assert texts(server) == ["Before"]
        server.stop()
        server.start()
        assert texts(server) == ["Before"]
        redis.config_set("maxmemory", "0")

    assert posts(server)


def test_redis_whose_disk_is_full(servers: Callable[..., Server], tmp_path: Path) -> None:
    """A Redis that syncs every second stays up on a full disk, and refuses writes: posts are refused, reads go on."""
    with small_disk(tmp_path / "disk", 3) as disk:
        redis_server = RedisServer(disk).start("--appendfsync", "everysec")
        try:
            server = opened(servers(TICKER_REDIS_URL=redis_server.url))
            fill(disk)
            answers: list[tuple[int, str, bool]] = []

            def full() -> bool:
                answer = ask(server, text=f"Line {len(answers)} " + "x" * 400)
                answers.append(said(answer) if answer.status_code != 201 else (201, "", False))
                return answers[-1][0] != 201

            until(full, "the disk to be full")
            assert answers[-1] == (503, "/problems/log-storage-full", True)
            assert texts(server)[-1] == "Before" or len(answers) > 9
            assert server.ready()
            (disk / "filling").unlink()
            until(lambda: posts(server), "a post that is taken")
            assert texts(server)[0] == "After"
            server.stop()
        finally:
            redis_server.end()


# -- replies that are lost --


@contextmanager
def behind(servers: Callable[..., Server], redis_server: RedisServer, folder: Path) -> Iterator[tuple[Server, Proxy]]:
    """A server whose Redis is behind a proxy."""
    with Proxy(redis_server.socket, folder) as proxy:
        server = opened(servers(TICKER_REDIS_URL=proxy.url))
        line = server.post("Warm")["line"]  # else a lost reply may be that the script is not loaded yet
        server.correct(line, "Warmer")
        server.withdraw(line)
        yield server, proxy
        proxy.heal()
        server.stop()


@pytest.mark.parametrize("key", [None, "key-1"])
def test_lost_replies(servers: Callable[..., Server], redis_server: RedisServer, tmp_path: Path, key: str | None) -> None:
    """Changes whose replies are lost on the way are done once, and answered as if nothing had been."""
    with behind(servers, redis_server, tmp_path) as (server, proxy):
        proxy.losing, proxy.lose_most = scripts, 1
        posted = ask(server, key=key)
        line = posted.json()["line"]["id"]
        proxy.lose_most = 2
        corrected = ask(server, "PATCH", f"{LINES}/{line}", key and "key-2", kind="update", text="Newer")
        proxy.lose_most = 3
        withdrawn = ask(server, "DELETE", f"{LINES}/{line}", key and "key-3", reason="It was not so.")

        assert [answer.status_code for answer in (posted, corrected, withdrawn)] == [201, 200, 200]
        assert proxy.lost == 3
        assert withdrawn.json()["line"]["version"] == 3
        assert _events(redis_server) == 4 + 3
        assert texts(server) == ["Before"]


@pytest.mark.parametrize("key", [None, "key-1"])
def test_outcome_that_nobody_knows(
    servers: Callable[..., Server], redis_server: RedisServer, tmp_path: Path, key: str | None
) -> None:
    """Where no reply comes the editor is told after seconds that nobody knows; whoever has a key asks again, and is told."""
    with behind(servers, redis_server, tmp_path) as (server, proxy):
        proxy.losing = scripts
        refused = ask(server, key=key)
        proxy.heal()

        assert said(refused) == (503, "/problems/outcome-unknown", True)
        assert proxy.lost > 3
        assert _events(redis_server) == 4 + 1
        until(lambda: texts(server) == ["New", "Before"], "the line")
        again = ask(server, key=key)
        if key:
            assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
        else:
            assert (again.status_code, again.json()["line"]["text"]) == (409, "New")  # the window for duplicates helps here
        assert _events(redis_server) == 4 + 1


def _events(redis_server: RedisServer) -> int:
    with redis_server.redis as redis:
        count: Any = redis.xlen(Keys("main").channel("en").events)
        return int(count)


@pytest.mark.asyncio
async def test_half_open_connection(servers: Callable[..., Server], redis_server: RedisServer, tmp_path: Path) -> None:
    """A connection that says nothing any more is found out: viewers notice nothing, and lines go on by themselves."""
    with behind(servers, redis_server, tmp_path) as (server, proxy):
        async with connect(server.url) as viewer:
            await viewer.sees(lambda screen: screen.texts == ["Before"])
            proxy.silent = True
            refused = await asyncio.to_thread(ask, server)
            assert await asyncio.to_thread(texts, server) == ["Before"]
            proxy.silent = False  # and what was on its way comes after all, on connections that nobody waits on
            await asyncio.to_thread(until, server.ready, "the log")
            await asyncio.to_thread(until, lambda: posts(server), "a post that is taken")
            await viewer.sees(lambda screen: "After" in screen.texts)

            assert refused.status_code == 503
            assert viewer.screen.types.count("snapshot") == 1
            assert viewer.screen.twice == []
