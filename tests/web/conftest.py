"""A ticker and a news page on another origin that embeds it."""

from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.browsing import Site, launched
from tests.web.newsroom import Editor, Server, Strip
from tests.web.tabs import Window
from ticker.edge.assets import WEB


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


@pytest_asyncio.fixture(loop_scope="module")
async def lines(editor: Editor) -> AsyncIterator[list[dict[str, object]]]:
    """Ten lines, the newest one last."""
    yield await editor.posts_all(f"Line {n} of the day, and some more words" for n in range(10))


@pytest.fixture
def host(server: Server, paper: Site) -> Site:
    """The newspaper's three editions with the ticker under test."""
    for edition in ("en", "ar", "es"):
        html = (WEB / f"example/{edition}.html").read_text(encoding="utf-8")
        paper.pages[f"/{edition}.html"] = html.replace("http://127.0.0.1:8000", server.url)
    return paper


@pytest.fixture
def embed(server: Server, paper: Site) -> Callable[..., str]:
    """Puts markup, and what is to be in the head, into a page that loads the widget; gives the address of the page."""

    def address(markup: str, head: str = "") -> str:
        script = f'<script type="module" src="{server.url}/widget.js"></script>'
        paper.pages["/"] = (
            f'<!doctype html><html lang="en">{head}<link rel="icon" href="data:,">{script}{markup}<p><a href="#">after</a>'
        )
        return paper.url

    return address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def restful_browser() -> AsyncIterator[Browser]:
    """A browser that keeps pages for going back to, as readers have it; Playwright turns that off."""
    async with async_playwright() as playwright:
        browser = await launched(playwright, without=["--disable-back-forward-cache"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def window(restful_browser: Browser) -> AsyncIterator[Window]:
    """A reader's window, whose tabs behind the first are out of sight."""
    window = await Window.of(restful_browser)
    yield window
    faults = [fault for tab in window.tabs.values() for fault in tab.faults]
    await window.close()
    assert faults == []


@pytest.fixture
def strip(page: Page) -> Strip:
    """The ticker on the visitor's page."""
    return Strip(page)
