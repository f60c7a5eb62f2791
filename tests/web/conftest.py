"""A browser, a ticker and a news page on another origin that embeds it."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.needs import chromium
from tests.web.newsroom import Editor, Server, Strip
from ticker.edge.assets import WEB

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Files(SimpleHTTPRequestHandler):
    """Serves a folder, and pages that a test wrote."""

    pages: dict[str, str]

    def do_GET(self) -> None:
        html = self.pages.get(self.path)
        if html is None:
            super().do_GET()
            return
        body = html.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Site:
    """A site on an origin of its own: the files of a folder, and pages by path."""

    def __init__(self, folder: Path) -> None:
        self.pages: dict[str, str] = {}
        handler = type("SiteFiles", (Files,), {"pages": self.pages})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Debian's chromium, started once for the tests of a file: that takes longer than most of them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS])
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
    """A tab; the test fails if a script of it threw."""
    page = await context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    assert thrown == []


@pytest.fixture
def scripts() -> Iterator[Site]:
    """The widget's modules alone, with no ticker behind them."""
    site = Site(WEB)
    site.pages["/"] = '<!doctype html><link rel="icon" href="data:,">'
    yield site
    site.close()


@pytest.fixture
def paper() -> Iterator[Site]:
    """The example newspaper, on another origin than the ticker."""
    site = Site(WEB / "example")
    yield site
    site.close()


@pytest_asyncio.fixture(loop_scope="module")
async def editor(server: Server) -> AsyncIterator[Editor]:
    """An editor of all channels."""
    async with httpx.AsyncClient() as client:
        yield Editor(server, client)


@pytest.fixture
def host(server: Server, paper: Site) -> Site:
    """The newspaper's three editions with the ticker under test."""
    for edition in ("en", "ar", "es"):
        html = (WEB / f"example/{edition}.html").read_text(encoding="utf-8")
        paper.pages[f"/{edition}.html"] = html.replace("http://127.0.0.1:8000", server.url)
    return paper


@pytest.fixture
def embed(server: Server, paper: Site) -> Callable[[str], str]:
    """Puts markup into a page that loads the widget, and gives the address of the page."""

    def address(markup: str) -> str:
        script = f'<script type="module" src="{server.url}/widget.js"></script>'
        paper.pages["/"] = (
            f'<!doctype html><html lang="en"><link rel="icon" href="data:,">{script}{markup}<p><a href="#">after</a>'
        )
        return paper.url

    return address


@pytest.fixture
def strip(page: Page) -> Strip:
    """The ticker on the visitor's page."""
    return Strip(page)
