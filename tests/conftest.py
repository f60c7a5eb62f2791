"""What tests of several rooms share: the server, and a Redis of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.redises import RedisServer
from tests.served import Server


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers, each with a folder of its own, not yet started; ends those that run."""
    made: list[Server] = []

    def make(**settings: str) -> Server:
        folder = tmp_path / f"server-{len(made)}"
        folder.mkdir()
        made.append(Server(folder, **settings))
        return made[-1]

    yield make
    for server in made:
        server.end()


@pytest.fixture
def server(servers: Callable[..., Server]) -> Server:
    """A server with the embedded engine and the default editions, ready."""
    return servers().start()


@pytest.fixture(scope="session")
def session_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for all tests that keep to a newsroom of their own."""
    redis = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield redis
    redis.end()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis for one test alone, which may stop, kill or empty it."""
    folder = tmp_path / "redis"
    folder.mkdir()
    redis = RedisServer(folder).start()
    yield redis
    redis.end()
