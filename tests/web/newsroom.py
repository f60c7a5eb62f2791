"""Editors and readers of the tests: who posts, and what a strip on a page shows."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Protocol

import httpx
from playwright.async_api import Locator, Page

TICKER: Final = "document.querySelector('breaking-ticker')"
ROOT: Final = f"{TICKER}.shadowRoot"
TRACK: Final = f"{ROOT}.querySelector('[part=track]')"

TAG: Final = '<breaking-ticker channel="en" display="{}"></breaking-ticker>'
"""A display's ticker, as a page has it."""

ALONE: Final = f"{ROOT}.querySelector('li:not([hidden]) [part=text]')?.textContent"
"""What the first line that is there says: of one at a time, the one."""

COUNTER: Final = f"{ROOT}.querySelector('[part=counter]').textContent"
"""How many new lines there are, in words."""

BELT: Final = f"[...{ROOT}.querySelectorAll('li')].sort((one, other) => one.style.order - other.style.order)"
"""The lines in the order in which they go by."""

WIDTH: Final = f"{BELT}.reduce((width, node) => width + node.offsetWidth, 0)"
"""px that all lines take, one behind the other."""

IN_VIEW: Final = f"""((node) => {{
  const a = node.getBoundingClientRect(), v = {ROOT}.querySelector('[part=viewport]').getBoundingClientRect();
  return a.left < v.right && a.right > v.left;
}})"""


class Server(Protocol):
    """A running ticker."""

    url: str
    token: str  # of an editor who may do all


class Editor:
    """Posts, corrects and withdraws by the HTTP API."""

    def __init__(self, server: Server, client: httpx.AsyncClient) -> None:
        self._server = server
        self._client = client

    async def posts(self, text: str, channel: str = "en", **fields: Any) -> dict[str, Any]:
        """The new line."""
        return await self._send("POST", f"{channel}/lines", {"text": text, **fields})

    async def posts_all(self, texts: Iterable[str], channel: str = "en") -> list[dict[str, Any]]:
        """The new lines, each newer than the one before."""
        return [await self.posts(text, channel) for text in texts]

    async def corrects(self, line: dict[str, Any], kind: str = "refile", **fields: Any) -> dict[str, Any]:
        return await self._send("PATCH", f"{line['channel']}/lines/{line['id']}", {"kind": kind, **fields})

    async def withdraws(self, line: dict[str, Any]) -> None:
        await self._send("DELETE", f"{line['channel']}/lines/{line['id']}", {"reason": "It was not so."})

    async def _send(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._server.token}"}
        answer = await self._client.request(method, f"{self._server.url}/v1/channels/{path}", json=body, headers=headers)
        answer.raise_for_status()
        line: dict[str, Any] = answer.json()["line"]
        return line


class Tab(Protocol):
    """A page in any browser: Playwright's, or one that is driven otherwise."""

    async def evaluate(self, expression: str, arg: Any = None) -> Any: ...

    async def wait_for_function(
        self,
        expression: str,
        *,
        arg: Any = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- Playwright's word
    ) -> Any: ...


class Ticker:
    """The one ticker on a page, or the first of several."""

    def __init__(self, page: Tab) -> None:
        self.page = page

    async def is_live(self) -> None:
        await self.reaches(f"{TICKER}.status === 'live'")

    async def reaches(self, condition: str, within: float = 20) -> None:
        """Wait until a condition in JavaScript holds, `within` seconds."""
        await self.page.wait_for_function(condition, timeout=within * 1000)

    async def shows(self, *texts: str) -> None:
        """Wait until the lines are these, in order."""
        await self.page.wait_for_function(
            f"texts => JSON.stringify([...{ROOT}.querySelectorAll('[part=text]')].map((node) => node.textContent)) === texts",
            arg=as_json(texts),
        )

    async def tells(self, expression: str) -> Any:
        return await self.page.evaluate(expression)

    async def animations(self) -> list[list[Any]]:
        """Of the track: play state and the properties that move."""
        found: list[list[Any]] = await self.tells(
            f"{TRACK}.getAnimations().map((one) => [one.playState, Object.keys(one.effect.getKeyframes()[0])"
            ".filter((key) => !['offset', 'easing', 'composite', 'computedOffset'].includes(key))])"
        )
        return found

    async def speed(self) -> float:
        """px a second to the right at which the lines move."""
        speed: float = await self.tells(
            f"(() => {{ const [one] = {TRACK}.getAnimations(), [, last] = one.effect.getKeyframes();"
            " return Math.round(new DOMMatrix(last.transform).e / one.effect.getTiming().duration * 1000); })()"
        )
        return speed

    def in_view(self, text: str) -> str:
        """Give the condition that a text can be seen."""
        return f"{BELT}.some((node) => node.textContent.includes('{text}') && {IN_VIEW}(node))"

    async def place(self, text: str) -> float:
        """px from the start of the viewport to the first node that shows a text."""
        place: float = await self.page.evaluate(
            f"text => [...{ROOT}.querySelectorAll('li')].find((node) => node.textContent.includes(text))"
            f".getBoundingClientRect().left - {ROOT}.querySelector('[part=viewport]').getBoundingClientRect().left",
            text,
        )
        return place

    async def passes(self, share: float) -> None:
        """Move the crawl on by a share of its round, and wait until what has gone by stands at its end again."""
        await self.tells(f"(([one]) => one.currentTime = {share} * {WIDTH} / 0.06)({TRACK}.getAnimations())")
        await self.reaches(f"{BELT}.findIndex({IN_VIEW}) === 0")

    async def places(self) -> dict[str, float]:
        """What is in view: the text of each line and px from the start of the viewport to it, as the language is read."""
        places: dict[str, float] = await self.tells(
            f"""(() => {{
              const view = {ROOT}.querySelector('[part=viewport]'), v = view.getBoundingClientRect();
              const seen = [...{ROOT}.querySelectorAll('li')].map((node) => [node, node.getBoundingClientRect()])
                .filter(([, a]) => a.left < v.right && a.right > v.left);
              const right = getComputedStyle(view).direction === 'rtl';
              return Object.fromEntries(seen.reverse().map(([node, a]) =>
                [node.querySelector('[part=text]')?.textContent, right ? v.right - a.right : a.left - v.left]));
            }})()"""
        )
        return places


class Strip(Ticker):
    """A ticker whose parts Playwright finds and touches."""

    page: Page

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.element: Locator = page.locator("breaking-ticker").first
        self.viewport: Locator = self.element.locator("[part=viewport]")


async def seconds(strip: Strip, count: int, until: str = "false") -> None:
    """Let time pass, on a page whose clock the test moves."""
    for _ in range(count):
        if await strip.tells(until):
            return
        await strip.page.clock.run_for(1000)


def as_json(texts: Iterable[str]) -> str:
    """Strings as JSON.stringify writes them."""
    return json.dumps([*texts], ensure_ascii=False, separators=(",", ":"))


async def viewers(server: Server) -> int:
    """How many viewers the server has."""
    async with httpx.AsyncClient() as client:
        told = (await client.get(f"{server.url}/metrics")).text
    return round(sum(float(count) for count in re.findall(r"^ticker_viewers\{.*\} (.+)$", told, re.MULTILINE)))


async def settles(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.05)
