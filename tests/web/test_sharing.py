"""web/widget/src/sharing.js: tabs of one site in a real window, and who of them has the connection."""

import asyncio
import json
from collections.abc import Callable
from typing import Final

import pytest
from playwright.async_api import Page
from websockets.asyncio.server import ServerConnection, serve

from tests.browsing import Site
from tests.served import Server
from tests.web.newsroom import Editor, Strip, settles, viewers
from tests.web.tabs import LISTENING, TICKER, Tab, Window
from tests.web.test_viewers import line, snapshot, sockets_alone, to

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]

PLAIN: Final = '<breaking-ticker channel="en"></breaking-ticker>'
SECOND: Final = "document.querySelectorAll('breaking-ticker')[1]"
SOON: Final = """
const later = window.setTimeout;
window.setTimeout = (act, after, ...rest) => later(act, after === 30000 ? 300 : after, ...rest);
"""
"""Shortens the half minute that a page out of sight keeps its connection."""


async def told(tab: Tab, *events: str) -> None:
    """Wait until the page was told these events, and no other."""
    await tab.reaches(f"told.length >= {len(events)}")
    assert await tab.tells("told") == [*events]


async def test_tabs_of_a_site_share_one_connection(window: Window, server: Server, editor: Editor, embed: Embed) -> None:
    """A reader with three tabs of a newspaper costs the ticker one viewer, and sees the same in all of them."""
    await editor.posts("Before")
    tabs = [await window.opens(embed(PLAIN)) for _ in range(3)]
    for tab in tabs:
        await tab.shows("Before")
        await tab.is_live()
    await settles(lambda: has_socket(tabs[-1]))
    line = await editor.posts("After")
    for tab in tabs:
        await tab.shows("After", "Before")
    await editor.withdraws(line)

    for tab in tabs:
        await tab.shows("Before")
        await told(tab, "publish After", f"withdraw {line['id']}")
    assert await viewers(server) == 1
    assert [len(tab.sockets) for tab in tabs] == [0, 0, 1]  # that in sight


async def test_the_connection_follows_the_eye(window: Window, server: Server, editor: Editor, embed: Embed) -> None:
    """Whichever tab comes to the front takes the connection over; it is told of every line, and no tab of one twice."""
    first = await window.opens(embed(PLAIN))
    await first.is_live()
    second = await window.opens(embed(PLAIN))
    await second.is_live()
    texts = []
    for n, tab in enumerate([first, second, first, second]):
        moving = asyncio.create_task(tab.comes_to_front())
        texts += [f"Line {n}{part}" for part in "ab"]
        for text in texts[-2:]:
            await editor.posts(text)
        await moving
        await settles(lambda tab=tab: has_socket(tab))  # type: ignore[misc]
        await tab.shows(*reversed(texts))
        assert (await tab.tells("told"))[-2:] == [f"publish {text}" for text in texts[-2:]]

    for tab in (first, second):
        await tab.shows(*reversed(texts))
        events = await tab.tells("told")
        assert sorted({*events}) == events  # each once, in order
    assert await viewers(server) == 1


async def has_socket(tab: Tab) -> bool:
    return len(tab.sockets) == 1 and bool(await tab.tells(f"{TICKER}.status === 'live'"))


async def test_a_closed_tab_hands_the_connection_over(window: Window, server: Server, editor: Editor, embed: Embed) -> None:
    """Who closes the tab that had the connection misses nothing in the others."""
    first = await window.opens(embed(PLAIN))
    await first.is_live()
    second = await window.opens(embed(PLAIN))
    await settles(lambda: has_socket(second))
    await editor.posts("Before")
    await first.shows("Before")
    await second.closes()
    await editor.posts("Meanwhile")

    await settles(lambda: has_socket(first))
    await editor.posts("After")
    await told(first, "publish Before", "publish Meanwhile", "publish After")
    assert await viewers(server) == 1


async def test_a_frozen_tab_lets_go(window: Window, server: Server, editor: Editor, embed: Embed) -> None:
    """A tab that the browser freezes holds nothing, and sees what it missed when it is thawed."""
    tab = await window.opens(embed(PLAIN))
    await tab.is_live()
    await window.opens("about:blank")
    await tab.does("Page.setWebLifecycleState", state="frozen")
    await settles(lambda: left(server, 0))
    await editor.posts("Meanwhile")
    await tab.does("Page.setWebLifecycleState", state="active")
    await tab.comes_to_front()

    await told(tab, "publish Meanwhile")
    await tab.is_live()


async def left(server: Server, count: int) -> bool:
    return await viewers(server) == count


async def test_a_tab_that_comes_back_is_told_of_what_it_missed(page: Page, editor: Editor, embed: Embed) -> None:
    """What came while a tab rested is told to its page as from the server, though another tab has the connection."""
    leader, other = Strip(page), Strip(await page.context.new_page())
    sockets: list[str] = []
    other.page.on("websocket", lambda socket: sockets.append(socket.url))
    await other.page.add_init_script(LISTENING)
    for strip in (leader, other):
        await strip.page.goto(embed(PLAIN))
        await strip.is_live()
    await editor.posts("Before")
    await other.shows("Before")
    await rests(other)
    await editor.posts_all(["Meanwhile", "And then"])
    await leader.shows("And then", "Meanwhile", "Before")
    await comes_back(other)
    await other.reaches("told.length > 2")

    await rests(other)
    gone = await editor.posts("Gone")
    await leader.shows("Gone", "And then", "Meanwhile", "Before")
    await editor.withdraws(gone)
    await editor.posts("After")
    await leader.shows("After", "And then", "Meanwhile", "Before")
    await comes_back(other)
    await other.shows("After", "And then", "Meanwhile", "Before")
    assert await other.tells("told") == [
        "publish Before",
        "publish Meanwhile",
        "publish And then",
    ]  # what is gone is told to nobody
    assert sockets == []
    await other.page.close()


async def test_what_was_missed_is_told_past_heartbeats_and_to_one_alone(page: Page, embed: Embed) -> None:
    """A tab that rested for long is told of each line, and the others neither ask anew nor hear of it again."""
    links: list[ServerConnection] = []

    async def tell(socket: ServerConnection) -> None:
        links.append(socket)
        await socket.send(json.dumps(snapshot()))
        await socket.wait_closed()

    leader, other, third = (Strip(page), *[Strip(await page.context.new_page()) for _ in range(2)])
    async with serve(tell, "127.0.0.1", 0, process_request=sockets_alone) as server:
        for strip in (leader, other):
            await strip.page.add_init_script(LISTENING)
            await strip.page.goto(embed(to(server)))
            await strip.is_live()
        await rests(other)
        for n in range(3):
            await links[-1].send(json.dumps({"type": "publish", "cursor": f"{n + 1}-1", "line": line(n)}))
            beat = {"type": "heartbeat", "cursor": f"{n + 1}-2", "now": "2026-03-14T12:00:00.000Z"}
            await links[-1].send(json.dumps(beat))
        await leader.reaches("told.length === 3")
        await third.page.goto(embed(to(server)))
        await third.is_live()
        name = await third.tells(f"`ticker:${{{TICKER}.server}}:1:en,20`")
        await third.tells(
            f"(window.asked = [], new BroadcastChannel('{name}').onmessage = ({{ data }}) => data.hello && asked.push(1), 0)"
        )
        await comes_back(other)
        await other.reaches("told.length === 3")

        assert await other.tells("told") == await leader.tells("told")
        assert await third.tells(f"[asked.length, {TICKER}.lines.length]") == [1, 3]
    for strip in (other, third):
        await strip.page.close()


async def rests(strip: Strip) -> None:
    await strip.tells("dispatchEvent(new Event('freeze'))")
    assert await strip.tells(f"{TICKER}.status") == "closed"


async def comes_back(strip: Strip) -> None:
    await strip.tells("dispatchEvent(new Event('resume'))")
    await strip.is_live()


async def test_a_tab_that_hangs_loses_the_connection(window: Window, server: Server, editor: Editor, embed: Embed) -> None:
    """A tab whose scripts hang does not keep the others from what happens."""
    hanging = await window.opens(embed(PLAIN))
    await hanging.is_live()
    hang = asyncio.create_task(
        hanging.does("Runtime.evaluate", expression="for (const end = Date.now() + 3500; Date.now() < end;);")
    )
    await asyncio.sleep(0)
    tab = await window.opens(embed(PLAIN))
    await editor.posts("Meanwhile")

    await tab.shows("Meanwhile")
    await settles(lambda: has_socket(tab))
    await hang
    await hanging.shows("Meanwhile")
    await settles(lambda: left(server, 1))
    assert len(tab.sockets) == 1


async def test_nobody_looking_means_no_connection(window: Window, server: Server, editor: Editor, embed: Embed) -> None:
    """Tabs that nobody has looked at for half a minute cost neither battery nor server, and come back by their cursor."""
    tabs = []
    for _ in range(2):
        tabs.append(await window.opens(embed(PLAIN), SOON))
        await tabs[-1].is_live()
    await window.opens("about:blank")
    await settles(lambda: left(server, 0))
    await editor.posts("Meanwhile")
    assert [await tab.tells(f"{TICKER}.status") for tab in tabs] == ["closed", "closed"]

    for tab in tabs:
        await tab.comes_to_front()
        await tab.shows("Meanwhile")
    await told(tabs[0], "publish Meanwhile")
    await settles(lambda: left(server, 1))


async def test_a_page_that_nobody_sees_gets_no_lasting_connection(window: Window, server: Server, embed: Embed) -> None:
    """A ticker that is put into a page out of sight, after that let go of its connection, does not keep one either."""
    tab = await window.opens(embed(PLAIN), SOON)
    await tab.is_live()
    await window.opens("about:blank")
    await settles(lambda: left(server, 0))
    await tab.tells("document.body.insertAdjacentHTML('beforeend', '<breaking-ticker channel=\"es\"></breaking-ticker>')")
    await tab.reaches(f"{SECOND}.shadowRoot.querySelector('[part=none]')?.checkVisibility()")  # it got its lines, none
    await tab.reaches(f"{SECOND}.status === 'closed'")

    await tab.comes_to_front()
    await tab.reaches(f"{TICKER}.status === 'live' && {SECOND}.status === 'live'")


async def test_what_shares_may_hang(page: Page, editor: Editor, embed: Embed) -> None:
    """A file for sharing that never comes holds back neither the lines nor the connection for long."""
    await editor.posts("A line")
    await page.route("**/*.sharing.*.js", lambda _: asyncio.Event().wait())
    await page.goto(embed(PLAIN))
    strip = Strip(page)
    await strip.shows("A line")
    await strip.is_live()
    await page.unroute_all(behavior="ignoreErrors")


async def test_junk_of_other_scripts_is_no_news(window: Window, editor: Editor, embed: Embed) -> None:
    """What else runs on the site can say what it likes on the channel: what is no message of the protocol shows nothing."""
    leader = await window.opens(embed(PLAIN))
    await leader.is_live()
    tab = await window.opens(embed(PLAIN))
    await settles(lambda: has_socket(tab))
    line = await editor.posts("A line")
    await leader.shows("A line")
    await tab.tells("(window.faults = [], addEventListener('error', ({ message }) => faults.push(message)))")
    name = f"ticker:{await tab.tells(f'{TICKER}.server')}:1:en,20"
    junk = '[0, "x", null, [], {}, { message: 5 }, { message: "{" }, { message: { type: "snapshot", lines: 7, cursor: "x" } },'
    junk += "{ message: { type: 'publish', line: { id: {}, text: ['<b>'], version: 1 } } }, { hidden: 1, after: {} },"
    junk += "{ message: { type: 'publish', line: { id: 'x', text: 'x', version: 1, published: 1e20 } } },"
    junk += f"{{ message: {{ type: 'snapshot', language: 5, direction: 7, lines: [{json.dumps(line)}] }} }}]"
    await tab.tells(f"(({{}}), channel = new BroadcastChannel('{name}'), {junk}.forEach((one) => channel.postMessage(one)), 0)")
    await editor.posts("Another line")

    await leader.shows("Another line", "A line")
    await tab.shows("Another line", "A line")
    assert await tab.tells("faults") == []


async def test_a_page_without_locks_has_its_own_connection(
    window: Window, server: Server, editor: Editor, embed: Embed
) -> None:
    """On a page by plain http, where browsers give no locks, each tab is live by itself."""
    without = "delete Navigator.prototype.locks;"
    tabs = [await window.opens("about:blank", without) for _ in range(2)]
    for tab in tabs:
        await tab.goes(embed(PLAIN))
        await tab.is_live()
    await editor.posts("A line")

    for tab in tabs:
        await told(tab, "publish A line")
    assert await viewers(server) == 2


async def test_tabs_that_cannot_share_are_live_by_themselves(
    window: Window, server: Server, editor: Editor, embed: Embed
) -> None:
    """Where a policy keeps what is loaded on demand away, no tab waits for another."""
    tabs = [await window.opens("about:blank") for _ in range(2)]
    for tab in tabs:
        await tab.does("Network.setBlockedURLs", urls=["*sharing*"])
        await tab.goes(embed(PLAIN))
        await tab.is_live()
    await editor.posts("A line")

    for tab in tabs:
        await told(tab, "publish A line")
    assert await viewers(server) == 2


async def test_a_sandboxed_frame_has_its_own_connection(page: Page, editor: Editor, embed: Embed, paper: Site) -> None:
    """In a frame of no origin, where locks and channels are forbidden, the ticker is live."""
    await editor.posts("A line")
    inside = embed(PLAIN)
    paper.pages["/frame"] = (
        f'<!doctype html><link rel="icon" href="data:,"><iframe sandbox="allow-scripts" src="{inside}/"></iframe>'
    )
    await page.goto(f"{inside}/frame")
    framed = page.frames[1]

    await framed.wait_for_function(f"{TICKER}?.status === 'live' && {TICKER}.lines.length === 1")
    assert await framed.evaluate("origin") == "null"
