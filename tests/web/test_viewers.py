"""web/widget/src/viewers.js: what networks, servers, clocks and browsers do to a page with a ticker."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from playwright.async_api import Page
from websockets.asyncio.server import Server as WebSocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tests.browsing import Site
from tests.served import Server
from tests.web.newsroom import ROOT, TICKER, Editor, Strip
from tests.web.tabs import LISTENING, Window

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]

PLAIN: Final = '<breaking-ticker channel="en"></breaking-ticker>'
CLOCK: Final = "{{ const now = Date.now; Date.now = () => now() + {} * 3600e3; }}"
LINES: Final = 1500
KEPT: Final = 200_000  # bytes that so many lines may leave behind; held, they would take four times as much


async def test_a_page_that_was_left_rests_and_comes_back(window: Window, editor: Editor, embed: Embed) -> None:
    """Who goes back gets the page out of the browser's memory, at once, and then what was missed, each line once."""
    tab = await window.opens(embed(PLAIN))
    await tab.is_live()
    await editor.posts("Before")
    await tab.shows("Before")
    await tab.tells("addEventListener('pageshow', ({ persisted }) => (window.rested = persisted))")
    await tab.tells(f"addEventListener('pagehide', () => (window.left = {TICKER}.status))")
    await tab.goes("about:blank")
    await editor.posts("Meanwhile")
    await tab.goes_back()

    await tab.shows("Meanwhile", "Before")
    assert await tab.tells("[rested, left]") == [True, "closed"]
    assert await tab.tells("performance.getEntriesByType('navigation')[0].notRestoredReasons") is None
    assert await tab.tells("told") == ["publish Before", "publish Meanwhile"]
    await tab.is_live()


async def test_a_killed_server_is_found_again(strip: Strip, server: Server, editor: Editor, embed: Embed) -> None:
    """A crash of the server costs its readers no line, and shows none twice."""
    await strip.page.add_init_script(LISTENING)
    await strip.page.goto(embed(PLAIN))
    await strip.is_live()
    await editor.posts("Before")
    await strip.reaches("told.length === 1")
    await asyncio.to_thread(server.kill)
    await strip.reaches(f"{TICKER}.status !== 'live'")
    await asyncio.to_thread(server.start)
    await editor.posts("After")

    await strip.reaches("told.length > 1")
    await strip.is_live()
    assert await strip.tells("told") == ["publish Before", "publish After"]
    assert await strip.tells("sessionStorage.length") == 0  # it was no proxy


async def test_the_network_goes_and_comes(strip: Strip, editor: Editor, embed: Embed) -> None:
    """In a tunnel the ticker is not live, and knows it at once; at its end it has what was missed."""
    await strip.page.add_init_script(LISTENING)
    await strip.page.goto(embed(PLAIN))
    await strip.is_live()
    await strip.page.context.set_offline(True)
    await strip.reaches(f"{TICKER}.status !== 'live' && {TICKER}.since")
    await editor.posts("In the tunnel")
    await strip.page.context.set_offline(False)

    await strip.reaches("told.length === 1")
    await strip.is_live()


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_that_is_wrong_changes_no_expiry(strip: Strip, editor: Editor, embed: Embed, hours: int) -> None:
    """On a machine whose clock is an hour off a line goes when it should, and no other."""
    await strip.page.add_init_script(CLOCK.format(hours))
    now = datetime.now(UTC)
    await editor.posts("For long", expires=(now + timedelta(minutes=10)).isoformat())
    await editor.posts("Not for long", expires=(now + timedelta(seconds=4)).isoformat())
    await strip.page.goto(embed(PLAIN))
    await strip.shows("Not for long", "For long")

    await strip.shows("For long")
    await strip.is_live()


async def test_many_lines_at_once(strip: Strip, editor: Editor, embed: Embed) -> None:
    """Twenty lines in a second are all told, each once and in order, and the newest are shown."""
    await strip.page.add_init_script(LISTENING)
    await strip.page.goto(embed(PLAIN))
    await strip.is_live()
    lines = await asyncio.gather(*(editor.posts(f"Line {n}") for n in range(20)))
    await strip.reaches("told.length >= 20")

    told = await strip.tells("told")
    assert sorted(told) == sorted(f"publish {line['text']}" for line in lines)
    assert await strip.tells(f"{TICKER}.lines.map((line) => 'publish ' + line.text)") == told[:-11:-1]


async def test_an_unknown_channel_is_said_once(page: Page, embed: Embed) -> None:
    """A typing error in the snippet shows on the console in one line, and nothing is asked for again and again."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "warning" else None)
    await page.goto(embed(PLAIN.replace("en", "nowhere") * 2))
    await page.wait_for_function("[...document.querySelectorAll('breaking-ticker')].every((one) => one.status === 'ended')")

    await page.wait_for_function(
        "[...document.querySelectorAll('breaking-ticker')].every((one) => one.shadowRoot.querySelector('[part=pause]'))"
    )
    assert [text.partition(" http")[0] for text in said] == ['breaking-ticker: channel "nowhere" refused by']


async def test_changing_the_channel_while_it_connects_is_no_fault(page: Page, strip: Strip, embed: Embed) -> None:
    """A reader who goes through the channels quickly leaves nothing on the console, and no connection behind."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    asked: list[str] = []
    linked: set[str] = set()
    ready = asyncio.Event()

    async def tell(socket: ServerConnection) -> None:
        assert socket.request
        linked.add(socket.request.path.split("/")[3])
        await socket.send(json.dumps(snapshot()))
        await socket.wait_closed()
        linked.discard(socket.request.path.split("/")[3])

    async def shake(connection: ServerConnection, request: Request) -> Response | None:
        if "Upgrade" not in request.headers:
            return Response(200, "OK", Headers({"Access-Control-Allow-Origin": "*"}), json.dumps(snapshot()).encode())
        asked.append(request.path)
        await ready.wait()
        return None

    async with serve(tell, "127.0.0.1", 0, process_request=shake) as server:
        await page.goto(embed(to(server)))
        async with asyncio.timeout(20):
            while not asked:
                await asyncio.sleep(0.03)
        await strip.tells(f"{TICKER}.setAttribute('channel', 'es')")
        await strip.reaches(f"{TICKER}.status === 'connecting'")
        ready.set()
        await strip.is_live()
        async with asyncio.timeout(20):
            while linked != {"es"}:
                await asyncio.sleep(0.03)
    assert said == []


async def test_a_ticker_taken_away_while_it_connects_asks_no_more(page: Page, strip: Strip, embed: Embed) -> None:
    """A ticker that left the page before the server refused it does not go on trying."""
    asked: list[str] = []
    gone = asyncio.Event()

    async def tell(socket: ServerConnection) -> None:
        await socket.send(json.dumps(snapshot()))
        await socket.wait_closed()

    async def shake(connection: ServerConnection, request: Request) -> Response | None:
        if "Upgrade" not in request.headers:
            return Response(404, "Not Found", Headers(), b"")
        asked.append(request.path.split("/")[3])
        if asked[-1] == "es":
            return None
        await gone.wait()
        return Response(503, "Service Unavailable", Headers(), b"")

    await page.add_init_script("Math.random = () => 0;")
    async with serve(tell, "127.0.0.1", 0, process_request=shake) as server:
        await page.goto(embed(to(server)))
        async with asyncio.timeout(20):
            while not asked:
                await asyncio.sleep(0.03)
        await strip.tells(f"{TICKER}.remove()")
        gone.set()
        await strip.tells(f"document.body.innerHTML = `{to(server).replace('en', 'es')}`, 0")
        await strip.is_live()
        await strip.tells(f"{TICKER}.reconnect(), 0")
        await strip.is_live()

    assert asked == ["en", "es", "es"]


async def test_a_line_that_comes_back_is_told_each_time(page: Page, strip: Strip, embed: Embed) -> None:
    """A line withdrawn, restored and withdrawn again is told to the page four times."""

    async def tell(socket: ServerConnection) -> None:
        await socket.send(json.dumps(snapshot()))
        for version in (1, 3):
            shown = {**line(0), "version": version, "text": f"Version {version}"}
            await socket.send(json.dumps({"type": "publish", "cursor": f"{version}-1", "line": shown}))
            gone = {"type": "withdraw", "cursor": f"{version}-2", "id": shown["id"], "version": version + 1}
            await socket.send(json.dumps(gone))
        await socket.wait_closed()

    await page.add_init_script(LISTENING)
    async with serve(tell, "127.0.0.1", 0, process_request=sockets_alone) as server:
        await page.goto(embed(to(server)))
        await strip.reaches("told.length > 3")

    assert await strip.tells("told") == ["publish Version 1", "withdraw L00000", "publish Version 3", "withdraw L00000"]


async def test_a_line_on_its_way_when_the_reader_pauses_is_new(page: Page, strip: Strip, embed: Embed) -> None:
    """A line published before the pause that comes after it is counted among the new ones, and waits as they do."""
    paused = asyncio.Event()

    async def tell(socket: ServerConnection) -> None:
        await socket.send(json.dumps(snapshot()))
        await paused.wait()
        await socket.send(json.dumps({"type": "publish", "cursor": "0-1", "line": line(0)}))
        await socket.wait_closed()

    async with serve(tell, "127.0.0.1", 0, process_request=sockets_alone) as server:
        await page.goto(embed(to(server)))
        await strip.is_live()
        await page.get_by_role("button", name="Pause").click()
        paused.set()
        await strip.reaches(f"{ROOT}.querySelector('[part=counter]').textContent === '1 new line'")
        assert await strip.tells(f"{TICKER}.lines.length") == 0


async def test_thousands_of_lines_leave_no_trace(page: Page, strip: Strip, embed: Embed, paper: Site) -> None:
    """A ticker that stays open for weeks does not grow."""
    go_on = asyncio.Event()

    async def tell(socket: ServerConnection) -> None:
        await socket.send(json.dumps(snapshot()))
        for n in range(2 * LINES):
            if n == LINES:
                await go_on.wait()
            await socket.send(json.dumps({"type": "publish", "cursor": f"{n}-1", "line": line(n)}))
        await socket.wait_closed()

    async with serve(tell, "127.0.0.1", 0, process_request=sockets_alone) as server:
        await page.goto(embed(to(server)))
        await strip.reaches(f"{TICKER}.lines[0]?.text.startsWith('Line {LINES - 1} ')", within=60)
        before = await heap(page)
        go_on.set()
        await strip.reaches(f"{TICKER}.lines[0]?.text.startsWith('Line {2 * LINES - 1} ')", within=60)
        after = await heap(page)

    assert after - before < KEPT


def to(server: WebSocketServer) -> str:
    """Markup of a ticker of that server."""
    return PLAIN.replace(">", f' server="http://127.0.0.1:{server.sockets[0].getsockname()[1]}">', 1)


def snapshot() -> dict[str, Any]:
    told = {
        "cursor": "0-0",
        "language": "en",
        "direction": "ltr",
        "now": "2026-03-14T12:00:00.000Z",
        "heartbeat": 25,
        "lines": [],
    }
    return {"type": "snapshot", **told}


def line(n: int) -> dict[str, Any]:
    published = f"2026-03-14T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000Z"
    more = {"urgency": 3, "status": "usable", "topics": [], "pinned": False, "published": published, "updated": published}
    return {"id": f"L{n:05}", "channel": "en", "text": f"Line {n} " + "and more " * 16, "version": 1, **more}


def sockets_alone(connection: ServerConnection, request: Request) -> Response | None:
    """Refuse what is no WebSocket."""
    return None if "Upgrade" in request.headers else Response(404, "Not Found", Headers(), b"")


async def heap(page: Page) -> int:
    """Bytes that the page's scripts hold."""
    session = await page.context.new_cdp_session(page)
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    used = await session.send("Runtime.getHeapUsage")
    await session.detach()
    return int(used["usedSize"])
