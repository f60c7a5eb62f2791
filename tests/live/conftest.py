"""The two houses in which viewers live, on one log: slim in our server, and by ASGI in a stock one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.live import plain as stock
from tests.redises import RedisServer
from tests.served import Server

EDITIONS: Final = [f"e{number}" for number in range(100)]
_fresh: Final = iter(EDITIONS)


class Plain(Server):
    program = (str(Path(stock.__file__)),)


@contextmanager
def opened(kind: type[Server], folder: Path, redis: RedisServer, **settings: str) -> Iterator[Server]:
    """A house on a Redis, ready."""
    channels = json.dumps([{"id": name, "title": name, "language": "en"} for name in ("en", *EDITIONS)])
    fixed = {"TICKER_REDIS_URL": redis.url, "TICKER_NEWSROOM": "houses", "TICKER_CHANNELS": channels}
    server = kind(folder, **fixed, **settings)
    try:
        server.start()
        server.token = server.command("token", "create", folder.name)
        yield server
    finally:
        server.end()


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory, session_redis: RedisServer) -> Iterator[Server]:
    """Our server, which takes its viewers' connections over."""
    with opened(Server, tmp_path_factory.mktemp("slim"), session_redis) as server:
        yield server


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, session_redis: RedisServer) -> Iterator[Server]:
    """The same application under a stock uvicorn."""
    with opened(Plain, tmp_path_factory.mktemp("plain"), session_redis) as server:
        yield server


@pytest.fixture(params=["slim", "plain"])
def house(request: pytest.FixtureRequest) -> Server:
    """Each of the two."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def edition() -> str:
    """A channel that no other test has written to."""
    return next(_fresh)
