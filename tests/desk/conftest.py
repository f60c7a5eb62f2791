"""One engine for all tests of the desk, and a newsroom of its own in it for each."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.desk.newsroom import Newsroom
from tests.embedded.drills import Holder, wheel_installed


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real engine."""
    wheel_installed()
    with Holder(tmp_path_factory.mktemp("engine")) as holder:
        yield holder.url


@pytest_asyncio.fixture
async def newsroom(engine: str) -> AsyncIterator[Newsroom]:
    async with Newsroom(engine, f"desk-{uuid4().hex[:8]}") as newsroom:
        yield newsroom
