"""web/widget/src/connection.js: ways to the server that the test plays, and a clock that it moves."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browsing import Site

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

SETUP: Final = """
async () => {
  const { Connection, STATES, backoff, parse } = await import("/widget/src/connection.js");
  window.connection?.close();
  window.heard = null;
  Math.random = () => 0.5;
  const opened = [], got = [], states = [], asked = [], answers = [];
  let link = null;
  const way = (name) => () => (at, message, closed, signal) => {
    opened.push([name, Date.now(), at(name).search]);
    link = { message, closed };
    signal.onabort = () => (link = null);
  };
  window.fetch = async (address) => {
    asked.push(address.search);
    if (!answers.length) throw new TypeError("no server");
    return { json: async () => answers.shift() };
  };
  const connection = new Connection({
    address: new URL("https://ticker.example/v1/channels/en/"), topics: ["sea", "sky"], limit: 20,
    deliver: (message) => got.push(message.type), changed: (status) => (states.push(status), window.heard?.(status)),
    ways: [way("ws"), way("sse"), way("poll")],
  });
  Object.assign(window, { connection, STATES, backoff, parse, opened, got, states, asked, answers,
    say: (message) => link.message(typeof message === "string" ? message : JSON.stringify(message)),
    end: (code) => link.closed(code),
    open: () => link !== null });
}
"""
VECTORS: Final = [
    json.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent.parent / "vectors").glob("*.json"))
]
PLAY_VECTOR: Final = """
async (vector) => {
  const { Connection } = await import("/widget/src/connection.js");
  const { Lines } = await import("/widget/src/lines.js");
  const lines = new Lines(vector.limit);
  let now = 0, tell = null;
  Date.now = () => now;
  window.fetch = () => new Promise(() => {});
  const connection = new Connection({
    address: new URL("https://ticker.example/v1/channels/en/"), topics: [], limit: vector.limit,
    deliver: (message) => lines.apply(message, now), changed() {}, ways: [() => (at, message) => (tell = message)],
  });
  connection.cursor = "4-1"; // nothing is asked for first
  connection.open();
  while (!tell) await new Promise((go) => setTimeout(go));
  const steps = vector.steps.map(({ clock, message }) => {
    now = Date.parse(clock);
    if (message) tell(JSON.stringify(message));
    return lines.at(now).slice(0, vector.max).map(({ id, version, text }) => ({ id, version, text }));
  });
  const { cursor } = connection;
  connection.close();
  return { steps, cursor };
}
"""
CAUGHT_UP: Final = {"cursor": "4-99", "events": [{"type": "resumed", "cursor": "4-99", "heartbeat": 25}]}
SNAPSHOT: Final = {"type": "snapshot", "cursor": "4-99", "heartbeat": 25, "now": "2026-03-14T11:00:00.000Z", "lines": []}


class Play:
    """One connection in a page whose clock stands still until it is moved."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def begins(self, answers: list[object]) -> None:
        """Open a new connection, whose requests get these answers and then none."""
        await self.page.evaluate(SETUP)
        await self.page.evaluate("given => { answers.push(...given); connection.open(); }", answers)

    async def says(self, message: object) -> None:
        await self.page.evaluate("say", message)

    async def ends(self, code: int) -> None:
        await self.page.evaluate("end", code)

    async def passes(self, seconds: float) -> None:
        await self.page.clock.run_for(round(seconds * 1000))

    async def tells(self, expression: str) -> Any:
        return await self.page.evaluate(expression)


@pytest_asyncio.fixture(loop_scope="module")
async def play(page: Page, scripts: Site) -> Play:
    await page.clock.install(time=0)
    await page.goto(scripts.url)
    await page.clock.pause_at(1000)
    play = Play(page)
    await play.begins([])
    return play


async def test_returns_by_the_last_cursor(play: Play) -> None:
    """A viewer that was cut off asks for what came after the last message it got."""
    await play.says(SNAPSHOT)
    await play.says({"type": "heartbeat", "cursor": "9-7", "now": "2026-03-14T11:00:25.000Z"})
    await play.ends(1006)
    await play.passes(0.25)

    assert await play.tells("opened.map(([, , search]) => search)") == [
        "?limit=20&topic=sea&topic=sky",
        "?after=9-7&limit=20&topic=sea&topic=sky",
    ]


@pytest.mark.parametrize("code", [1008, 1009, 4404, 4410])
async def test_final_codes_end_the_matter(play: Play, code: int) -> None:
    """A channel that is not there is not asked for again and again."""
    await play.ends(code)
    await play.passes(60)

    assert await play.tells("states") == ["connecting", "ended"]
    assert await play.tells("opened.length") == 1


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011, 1012, 1013, 4999])
async def test_other_codes_come_back(play: Play, code: int) -> None:
    """A restarted, moved or overtaxed server gets its viewers back."""
    await play.says(SNAPSHOT)
    await play.ends(code)
    await play.passes(0.25)

    assert await play.tells("states") == ["connecting", "live", "waiting", "connecting"]


async def test_a_page_may_reconnect_as_soon_as_it_hears(play: Play) -> None:
    """A page that reconnects when it is told that live is lost is connected once, and not again when the next try was due."""
    await play.says(SNAPSHOT)
    await play.tells("window.heard = (status) => status === 'waiting' && connection.open()")
    await play.ends(1006)
    await play.says(SNAPSHOT)
    await play.passes(10)

    assert await play.tells("states") == ["connecting", "live", "waiting", "connecting", "live"]


async def test_leaving_tells_when_to_return(play: Play) -> None:
    """A stopping server spreads its viewers: each comes back after its own time."""
    await play.says(SNAPSHOT)
    await play.says({"type": "leaving", "reconnect": 4.2})
    await play.passes(4.19)
    before = await play.tells("opened.length")
    await play.passes(0.02)

    assert (before, 2) == (1, await play.tells("opened.length"))


async def test_a_silent_link_is_given_up_after_two_heartbeats(play: Play) -> None:
    """A viewer behind a cable that was pulled notices within two heartbeats, and knows since when."""
    await play.says({**SNAPSHOT, "heartbeat": 3})
    heard = await play.tells("Date.now()")
    await play.passes(5.9)
    before = await play.tells("connection.status")
    await play.passes(0.2)

    assert (before, await play.tells("connection.status")) == ("live", "waiting")
    assert await play.tells("connection.since") == heard


async def test_a_try_without_a_message_is_given_up(play: Play) -> None:
    """A proxy that accepts the connection and then says nothing does not hold the viewer for ever."""
    await play.passes(10.3)

    assert await play.tells("opened.length") == 2


async def test_first_lines_come_by_http(play: Play) -> None:
    """Lines are there before a socket can be, and the socket brings what came since."""
    await play.begins([SNAPSHOT])

    assert await play.tells("got") == ["snapshot"]
    assert await play.tells("[asked, opened.map(([, , search]) => search)]") == [
        ["?limit=20&topic=sea&topic=sky"],
        ["?after=4-99&limit=20&topic=sea&topic=sky"],
    ]


@pytest.mark.parametrize("slug", ["unknown-channel", "invalid-request"])
async def test_a_refused_request_ends_the_matter(play: Play, slug: str) -> None:
    """What the server says will never come is not asked for again."""
    await play.begins([{"type": f"/problems/{slug}", "title": "No"}])
    await play.passes(60)

    assert await play.tells("[connection.status, asked.length, opened.length]") == ["ended", 1, 0]


async def test_blocked_websockets_give_way_to_the_next_way(play: Play) -> None:
    """Behind a proxy that blocks WebSockets the lines come by Server-Sent Events, and go on coming by them."""
    await play.begins([SNAPSHOT, *[CAUGHT_UP] * 5])
    for pause in (0.25, 0.5):
        await play.ends(1006)
        await play.passes(pause)
    await play.says(SNAPSHOT)
    await play.ends(1006)
    await play.passes(1)

    assert await play.tells("opened.map(([name]) => name)") == ["ws", "ws", "sse", "sse"]


@pytest.mark.parametrize(("noted", "way"), [("1", "sse"), ("2", "poll"), ("7", "ws"), ("x", "ws"), ("-1", "ws"), ("1.5", "ws")])
async def test_the_way_that_worked_is_remembered(play: Play, noted: str, way: str) -> None:
    """The next page of the same visit does not wait for what is blocked; a note that is none is no harm."""
    await play.page.evaluate("noted => sessionStorage.setItem('ticker:way', noted)", noted)
    await play.begins([SNAPSHOT])

    assert await play.tells("opened.map(([name]) => name)") == [way]


async def test_it_works_without_storage(play: Play) -> None:
    """Where the reader or the browser forbids storage, lines come all the same."""
    await play.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    await play.page.reload()
    await play.begins([])
    await play.says(SNAPSHOT)

    assert await play.tells("connection.status") == "live"


async def test_a_server_that_is_away_is_no_proxy_in_the_way(play: Play) -> None:
    """Who comes while the server restarts gets a WebSocket, not what is meant for those who cannot have one."""
    for _ in range(5):
        await play.ends(1006)
        await play.passes(10)

    assert {"ws"} == set(await play.tells("opened.map(([name]) => name)"))


async def test_a_machine_that_slept_comes_back_soon(play: Play) -> None:
    """Who opens a laptop sees the lines of now within seconds, though no timer ran meanwhile."""
    await play.says(SNAPSHOT)
    await play.passes(7)
    await play.page.clock.fast_forward(3_600_000)  # timers that were due run once
    await play.passes(5.6)

    assert await play.tells("states") == ["connecting", "live", "waiting", "connecting"]


async def test_a_restarted_server_keeps_the_transport_that_worked(play: Play) -> None:
    """A server that is away for some seconds is met again by the same transport."""
    await play.says(SNAPSHOT)
    for _ in range(5):
        await play.ends(1006)
        await play.passes(10)

    assert {"ws"} == set(await play.tells("opened.map(([name]) => name)"))


async def test_backoff_is_spread_and_bounded(play: Play) -> None:
    """A thousand viewers of a dead server come back spread out, and each asks at least every 20 seconds."""
    assert await play.tells("[backoff(0, 0), ...[0, 1, 2, 5, 6, 1e9].map((failures) => backoff(failures, 0.5))]") == [
        0,
        250,
        500,
        1000,
        16_000 / 2,
        10_000,
        10_000,
    ]


async def test_close_lets_go_and_open_returns(play: Play) -> None:
    """A page in the back-forward cache holds no link, tries nothing, and resumes when it is shown again."""
    await play.says(SNAPSHOT)
    await play.tells("connection.close()")
    await play.passes(120)
    gone = await play.tells("[open(), opened.length, connection.status]")
    await play.tells("connection.open()")

    assert gone == [False, 1, "closed"]
    assert await play.tells("opened.slice(1).map(([, , search]) => search)") == ["?after=4-99&limit=20&topic=sea&topic=sky"]


@pytest.mark.parametrize("junk", ["", "{", "null", "7", '"snapshot"', "[]", '{"type": 5}', '{"type": null, "cursor": "1-1"}'])
async def test_junk_is_ignored(play: Play, junk: str) -> None:
    """What is no message of the protocol changes nothing, not even the place to resume from."""
    await play.says(SNAPSHOT)
    await play.says(junk)

    assert await play.tells("got") == ["snapshot"]
    assert await play.tells("connection.cursor") == "4-99"


async def test_vectors_come_through(page: Page, scripts: Site) -> None:
    """What every viewer shows of the vectors is shown behind a connection too, which stands where they end."""
    for vector in VECTORS:
        await page.goto(scripts.url)
        played = await page.evaluate(PLAY_VECTOR, vector)
        cursors = [step["message"]["cursor"] for step in vector["steps"] if "cursor" in (step.get("message") or {})]

        assert played == {"steps": [step["shown"] for step in vector["steps"]], "cursor": cursors[-1]}, vector["title"]
