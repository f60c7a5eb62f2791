"""A newsroom of its own for each test of the desk, all in one Redis."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.desk.newsroom import Newsroom, newsroom_of_its_own
from tests.redises import RedisServer


@pytest_asyncio.fixture
async def newsroom(session_redis: RedisServer) -> AsyncIterator[Newsroom]:
    async with newsroom_of_its_own(session_redis) as newsroom:
        yield newsroom
