"""The site that the tests of pages open: without a network between, and as a server in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests import browsing
from tests.pages.site import Site
from tests.served import Server

EDITIONS: Final = ("en", "ar", "es")


@pytest.fixture
def site() -> Site:
    """Three editions without a line."""
    return Site()


@pytest.fixture(scope="session")
def pages_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of pages in a browser."""
    server = Server(tmp_path_factory.mktemp("server"))
    try:
        yield server.start()
    finally:
        server.end()


@pytest.fixture
def server(pages_server: Server) -> Server:
    """Without a line on it, whatever the test before left there."""
    for channel in EDITIONS:
        for line in httpx.get(f"{pages_server.url}/v1/channels/{channel}/lines?limit=100").json()["lines"]:
            pages_server.withdraw({"channel": channel, "id": line["id"]})
    return pages_server


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[browsing.Site]:
    """A site on an origin of its own."""
    site = browsing.Site(tmp_path)
    yield site
    site.close()
