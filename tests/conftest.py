"""What tests of several rooms share: the server, a Redis of their own, and a browser."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browsing import Faults, launched
from tests.redises import RedisServer
from tests.served import Server

# How long an example takes says nothing where other tests run beside it.
settings.register_profile("beside others", settings(), deadline=None)
settings.load_profile("beside others")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three processes for two cores: half of the time a test waits for something."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Debian's chromium, started once for the tests of a file: that takes longer than most of them."""
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh visitor with a wide screen."""
    context = await browser.new_context(viewport={"width": 1440, "height": 700}, timezone_id="Europe/Madrid")
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A tab; the test fails if a script of it threw or did what its page forbids."""
    page = await context.new_page()
    faults = Faults(page)
    yield page
    assert (faults.thrown, faults.refused) == ([], [])
