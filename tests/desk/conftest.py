"""A newsroom of its own for each test of the desk, all in one Redis."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio

from tests.desk.newsroom import Newsroom
from tests.redises import RedisServer


@pytest_asyncio.fixture
async def newsroom(session_redis: RedisServer) -> AsyncIterator[Newsroom]:
    async with Newsroom(session_redis.url, f"desk-{uuid4().hex[:8]}") as newsroom:
        yield newsroom
