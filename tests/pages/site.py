"""The pages as a server has them, over newsrooms that the tests edit, and what a strict browser makes of them."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import html5lib
import httpx
from lxml import etree
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tests.feeds.newsroom import CHANNELS, Newsroom
from ticker.edge.problems import Problem
from ticker.log.mirror import Mirror
from ticker.pages.errors import error_page
from ticker.pages.routes import routes

BASE_URL: Final = "https://ticker.news.example"
BROWSER: Final = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Browser:
    """Asks as a browser does, without a network between."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Give the answer to one GET."""
        return asyncio.run(self._get(path, {**BROWSER, **(headers or {})}))

    async def _get(self, path: str, headers: Mapping[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers) as client:
            return await client.get(path)


class Site:
    """Three editions, their pages, and a browser that asks for them."""

    def __init__(self, *, loaded: bool = True) -> None:
        self.newsrooms = {channel.id: Newsroom(channel) for channel in CHANNELS}
        self.mirror = Mirror(CHANNELS)
        if loaded:
            self.mirror.channels.update({name: newsroom.mirror for name, newsroom in self.newsrooms.items()})
        app = Starlette(
            routes=routes(self.mirror, BASE_URL, lambda: self.en.now),
            exception_handlers={Problem: self._problem, HTTPException: self._problem},
        )
        self.browser = Browser(app)

    @property
    def en(self) -> Newsroom:
        return self.newsrooms["en"]

    @property
    def ar(self) -> Newsroom:
        return self.newsrooms["ar"]

    async def _problem(self, request: Request, error: Exception) -> Response:
        problem = error if isinstance(error, Problem) else Problem("not-found", "Nothing is here.")
        return error_page(request, problem, {channel.id: channel for channel in CHANNELS}, BASE_URL)

    def page(self, path: str, status: int = 200) -> "Page":
        """Open a page that must answer `status` and be HTML without a fault."""
        answer = self.browser.get(path)
        assert answer.status_code == status, answer.text
        return Page(answer.text)


class Page:
    """A page that a strict HTML parser accepts."""

    def __init__(self, html: str) -> None:
        self.html = html
        parser = html5lib.HTMLParser(html5lib.getTreeBuilder("lxml"), strict=True, namespaceHTMLElements=False)
        self.root: etree._Element = parser.parse(html).getroot()

    def all(self, path: str) -> list[Any]:
        """Everything that an XPath finds."""
        found: list[Any] = self.root.xpath(path)
        return found

    def words(self, path: str) -> list[str]:
        """The text of each element that an XPath finds, with single spaces."""
        return [" ".join("".join(element.itertext()).split()) for element in self.all(path)]

    def data(self) -> Any:
        """What the page says to search engines."""
        (script,) = self.all("//script[@type='application/ld+json']/text()")
        return json.loads(script)
