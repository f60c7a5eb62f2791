"""web/widget/src/sharing.js: windows of one site, all in sight, while a server, a link or a file is away."""

import asyncio
from collections.abc import Callable
from typing import Final

import pytest
from playwright.async_api import BrowserContext, Page, Route

from tests.browsing import Site
from tests.served import Server
from tests.web.newsroom import TICKER, Editor, Strip, settles, viewers
from tests.web.tabs import LISTENING

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]

PLAIN: Final = '<breaking-ticker channel="en"></breaking-ticker>'
SHARING: Final = "**/*.sharing.*.js"
CHANCE: Final = "Math.random = () => {};"
HIDING: Final = """
let hidden = false;
Object.defineProperty(Document.prototype, "hidden", { get: () => hidden });
window.hide = () => document.dispatchEvent(new Event("visibilitychange"), (hidden = true));
"""
STILL: Final = "{ const later = window.setTimeout; window.setTimeout = (...all) => window.still ? 0 : later(...all); }"
"""Has the page set no more timers once `still` is true."""

SILENT_LEADER: Final = """name => {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => data.hello && channel.postMessage({ hidden: false });
  return new Promise((held) => navigator.locks.request(name, () => new Promise(held)));
}"""
"""Has the lock of a site's tickers, and no link."""


class Window(Strip):
    """A window in sight; the sockets that it asked for are noted."""

    def __init__(self, page: Page, *scripts: str) -> None:
        super().__init__(page)
        self.scripts = (LISTENING, *scripts)
        self.tried: list[str] = []
        page.on("websocket", lambda socket: self.tried.append(socket.url))

    async def opens(self, url: str) -> "Window":
        for script in self.scripts:
            await self.page.add_init_script(script)
        await self.page.goto(url)
        await self.is_live()
        return self

    async def lost(self) -> None:
        """Wait until it is not live."""
        await self.reaches(f"{TICKER}.status === 'waiting'")


async def left(server: Server, count: int) -> bool:
    return await viewers(server) == count


async def test_windows_return_together(context: BrowserContext, server: Server, editor: Editor, embed: Embed) -> None:
    """After a restart of the server all windows of a site are live as soon as one is, though it is not their turn to try."""
    first = await Window(await context.new_page()).opens(embed(PLAIN))
    second = await Window(await context.new_page(), STILL).opens(embed(PLAIN))
    third = await Window(await context.new_page(), STILL).opens(embed(PLAIN))
    for window in (second, third):
        await window.tells("window.still = true")
    await asyncio.to_thread(server.kill)
    for window in (first, second, third):
        await window.lost()
    await asyncio.to_thread(server.start)
    await first.is_live()
    await editor.posts("After")

    for window in (first, second, third):
        await window.reaches("told.length > 0")
        await window.is_live()
        assert await window.tells("told") == ["publish After"]
    assert await viewers(server) == 1
    assert second.tried + third.tried == []


async def test_one_window_asks_for_a_server_that_is_away(context: BrowserContext, server: Server, embed: Embed) -> None:
    """However many windows of a site a reader has, a server that is away is asked for by one."""
    first = await Window(await context.new_page(), CHANCE.format(0.05)).opens(embed(PLAIN))
    second = await Window(await context.new_page(), CHANCE.format(0.95)).opens(embed(PLAIN))
    await asyncio.to_thread(server.kill)
    await second.lost()
    async with asyncio.timeout(20):
        while len(first.tried) < 8:
            await asyncio.sleep(0.03)

    assert second.tried == []


async def test_one_window_takes_over(context: BrowserContext, server: Server, editor: Editor, embed: Embed) -> None:
    """Of several windows in sight one alone connects when that with the connection goes out of sight."""
    leader = await Window(await context.new_page(), HIDING).opens(embed(PLAIN))
    others = [await Window(await context.new_page(), CHANCE.format(n)).opens(embed(PLAIN)) for n in (0.05, 0.95, 0.95)]
    await leader.tells("hide()")
    await settles(lambda: has_tried(others[0]))
    await editor.posts("A line")

    for window in (leader, *others):
        await window.reaches("told.length > 0")
        assert await window.tells("told") == ["publish A line"]
    await settles(lambda: left(server, 1))
    assert [len(window.tried) for window in (leader, *others)] == [1, 1, 0, 0]


async def has_tried(window: Window) -> bool:
    return window.tried != []


async def test_what_shares_comes_late_to_the_only_window(
    context: BrowserContext, server: Server, editor: Editor, embed: Embed
) -> None:
    """A window whose file for sharing came late has its connection serve the next one."""
    first, second = Window(await context.new_page()), Window(await context.new_page())
    come = await held_up(first)
    await first.opens(embed(PLAIN))
    come.set()
    await first.reaches("navigator.locks.query().then(({ held }) => held.length === 1)")
    await second.opens(embed(PLAIN))
    await editor.posts("A line")

    for window in (first, second):
        await window.reaches("told.length > 0")
        assert await window.tells("told") == ["publish A line"]
    assert (len(first.tried), len(second.tried)) == (1, 0)


async def test_what_shares_comes_late_to_the_second_window(
    context: BrowserContext, server: Server, editor: Editor, embed: Embed
) -> None:
    """A window that had to connect by itself gives that up once it can share, and shows each line once."""
    first, second = Window(await context.new_page()), Window(await context.new_page())
    await first.opens(embed(PLAIN))
    come = await held_up(second)
    await second.opens(embed(PLAIN))
    assert await viewers(server) == 2
    await editor.posts("Before")
    come.set()
    await editor.posts("Meanwhile")
    await settles(lambda: left(server, 1))
    await editor.posts("After")

    for window in (first, second):
        await window.reaches("told.length > 2")
        assert await window.tells("told") == ["publish Before", "publish Meanwhile", "publish After"]
    assert len(first.tried) == 1


async def held_up(window: Window) -> asyncio.Event:
    """Keep the file for sharing from a window until the event."""
    come = asyncio.Event()

    async def wait(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await window.page.route(SHARING, wait)
    return come


async def test_first_lines_wait_for_no_other_window(
    context: BrowserContext, server: Server, editor: Editor, embed: Embed, paper: Site
) -> None:
    """A reader who opens a second window while the first one has no connection sees the lines there all the same."""
    await editor.posts("A line")
    other, strip = await context.new_page(), Strip(await context.new_page())
    url = embed(PLAIN)
    paper.pages["/other"] = '<!doctype html><link rel="icon" href="data:,">'
    await other.goto(f"{url}/other")
    holding = asyncio.create_task(other.evaluate(SILENT_LEADER, f"ticker:{server.url}:1:en,20"))
    await other.wait_for_function("navigator.locks.query().then(({ held }) => held.length === 1)")
    await strip.page.goto(url)

    await strip.shows("A line")
    assert await strip.tells(f"{TICKER}.status") == "connecting"
    holding.cancel()
