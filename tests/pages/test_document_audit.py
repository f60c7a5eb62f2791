"""Each page as an auditor such as Lighthouse takes it, on a first visit: what it asks for, says of itself and shows first.

What shuts people out or jumps is in `test_document_browser.py`.
"""

import re
from typing import Final

import html5lib
import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Response

from tests.browsing import visiting
from tests.pages.conftest import EDITIONS
from tests.pages.kinds import filled
from tests.served import Server

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.browser]

FETCHED_MOST: Final = 40_000
"""Bytes that a first visit may take, as they are sent: what a slow phone loads in a second, and less than one picture."""

WORTH_PACKING: Final = 2_000
"""Bytes; what is smaller fills a packet or two as it is."""

WRONG: Final = """async () => {
  const { documentElement: root, title } = document;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const meta = (name) => all(`meta[name=${name}]`)[0]?.content ?? "";
  const link = (rel) => all(`link[rel=${rel}]`)[0]?.href ?? "";
  const searched = meta("robots") !== "noindex";
  const icon = Object.assign(new Image(), { src: link("icon") });
  const wrong = {
    "no title": !title.trim(),
    "no direction": root.dir !== (root.lang === "ar" ? "rtl" : "ltr"),
    "not for phones": !meta("viewport").includes("width=device-width") || /scalable|maximum/.test(meta("viewport")),
    "no description": searched && !meta("description"),
    "no address of its own": searched && !location.pathname.startsWith("/problems/") && !link("canonical").startsWith(origin),
    "no icon": !(await icon.decode().then(() => true, () => false)),
    "waits for a script": all("script[src]:not([type=module], [async], [defer])").length,
    "leads nowhere": all("a:not([href])").length,
    "nameless place": all("nav").some((nav) => !nav.ariaLabel || !nav.innerText),
  };
  return Object.keys(wrong).filter((name) => wrong[name]);
}"""
"""Gives what is wrong with what a page says of itself."""

WEIGHT: Final = "performance.getEntries().reduce((sum, { transferSize }) => sum + (transferSize ?? 0), 0)"

LARGEST: Final = """new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().at(-1).element?.textContent))
  .observe({ type: "largest-contentful-paint", buffered: true }))"""
"""Gives the text of the largest thing that has come to the eye, by which it is judged when a page was there."""


class Visit:
    """One page, and what it did over the network and wrote to the console."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.wrong: list[str] = []
        self.answers: list[Response] = []
        page.on("console", self._write)
        page.on("requestfailed", lambda request: self.wrong.append(f"{request.url}: {request.failure}"))
        page.on("response", lambda answer: self.answers.append(answer))  # noqa: PLW0108  # Playwright writes on what it calls

    def _write(self, message: ConsoleMessage) -> None:
        # That the page itself is not there, the browser writes down too.
        if message.type in ("error", "warning") and not re.search("status of (404|410)", message.text):
            self.wrong.append(message.text)

    async def finds(self, path: str) -> list[str]:
        """Open it, and give what is wrong."""
        document = await self.page.goto(f"{self.origin}{path}", wait_until="load")
        assert document is not None
        self.wrong += await self.page.evaluate(WRONG)
        if (weight := await self.page.evaluate(WEIGHT)) > FETCHED_MOST:
            self.wrong.append(f"takes {weight} bytes")
        # Of what stands in a shadow tree a browser says nothing: the ticker alone has its own tests.
        first = words(await self.page.evaluate(LARGEST) or "")
        if first not in words_of(await document.text()):
            self.wrong.append(f"shows {first!r} only by a script")
        for answer in self.answers:
            self.wrong += await self._wrong_with(answer, answer is document)
        return self.wrong

    async def _wrong_with(self, answer: Response, is_document: bool) -> list[str]:
        wrong, headers, path = [], await answer.all_headers(), answer.url.removeprefix(self.origin)
        if not path.startswith("/"):
            wrong.append(f"asks for {answer.url}")
        if not answer.ok and not is_document:
            wrong.append(f"{path} is {answer.status}")
        if "content-encoding" not in headers and len(await answer.body()) > WORTH_PACKING:
            wrong.append(f"{path} comes unpacked")
        if path.startswith(("/static/", "/widget")) and not re.search("max-age=[1-9]", headers.get("cache-control", "")):
            wrong.append(f"{path} is not kept")
        return wrong


def words(text: str) -> str:
    """A text without what its source makes of spaces."""
    return " ".join(text.split())


def words_of(html: str) -> str:
    """The words of a page as it was sent."""
    return words("".join(html5lib.parse(html, namespaceHTMLElements=False).itertext()))


@pytest.mark.parametrize("edition", EDITIONS)
async def test_an_auditor_finds_nothing(server: Server, browser: Browser, edition: str) -> None:
    """On no page: it is light, ours alone, packed and kept, there without a script, and known to search engines and phones."""
    found = {}
    for kind, path in filled(server).items():
        if kind.endswith(f" {edition}") or (edition == "en" and not kind.endswith(EDITIONS)):
            async with visiting(browser, viewport={"width": 390, "height": 844}) as (page, _):
                found[kind] = await Visit(page, server.url).finds(path)

    assert {kind: wrong for kind, wrong in found.items() if wrong} == {}
