"""The seven invariants of docs/architecture.md, each on real servers, engines and connections, each by its name."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import feedparser
import html5lib
import httpx
import pytest
from lxml import etree

from tests.redises import RedisServer
from tests.served import WITHIN, Server, until
from tests.viewers import TRANSPORTS, Screen, connect, stalled

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

LINES: Final = "/v1/channels/en/lines"
REASON: Final = {"reason": "It was not so."}

Pair = tuple[Server, Server]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two servers side by side on one Redis, with one token."""
    redis = RedisServer(tmp_path_factory.mktemp("redis")).start()
    try:
        with side_by_side(tmp_path_factory.mktemp("servers"), redis) as servers:
            yield servers
    finally:
        redis.end()


@contextlib.contextmanager
def side_by_side(folder: Path, redis: RedisServer) -> Iterator[Pair]:
    """Two servers on a Redis."""
    folders = folder / "one", folder / "two"
    for each in folders:
        each.mkdir()
    one, two = (Server(each, TICKER_REDIS_URL=redis.url, TICKER_HEARTBEAT="1") for each in folders)
    try:
        one.start()
        two.start()
        one.token = two.token = one.command("token", "create", "editor")
        yield one, two
    finally:
        one.end()
        two.end()


# -- 1 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dies", ["server", "engine", "both"])
async def test_1_accepted_means_kept(server: Server, dies: str) -> None:
    """Twenty editors post while the server, its engine or both are killed: each line that was answered by 2xx is there."""
    accepted: dict[str, str] = {}
    stop = threading.Event()

    def post_on(editor: int) -> None:
        with httpx.Client(base_url=server.url, headers=server.editor, timeout=WITHIN) as client:
            for number in itertools.count():
                with contextlib.suppress(httpx.TransportError):
                    answer = client.post(LINES, json={"text": f"Line {number} of editor {editor}"})
                    if answer.is_success:
                        accepted[answer.json()["line"]["id"]] = answer.json()["line"]["text"]
                if stop.is_set():
                    return

    with ThreadPoolExecutor(20) as editors:
        for editor in range(20):
            editors.submit(post_on, editor)
        await asyncio.to_thread(until, lambda: len(accepted) >= 100, "a hundred accepted lines")
        assert server.process
        engine = engine_of(server)
        if dies != "server":
            os.kill(engine, signal.SIGKILL)
        if dies != "engine":
            server.kill()
        stop.set()
    if dies == "engine":
        await asyncio.to_thread(until, server.ready, "another engine")
    else:
        server.start()

    async with httpx.AsyncClient(base_url=server.url, timeout=WITHIN) as client:
        kept = {line: (await client.get(f"{LINES}/{line}")).json().get("text") for line in accepted}
    assert kept == accepted


def engine_of(server: Server) -> int:
    """Give the process of the embedded engine."""
    assert server.process
    parent = server.process.pid
    children = [int(pid) for task in Path(f"/proc/{parent}/task").iterdir() for pid in (task / "children").read_text().split()]
    (engine,) = (pid for pid in children if "server" in Path(f"/proc/{pid}/comm").read_text())
    return engine


# -- 2 ---------------------------------------------------------------------------------------------------------------


async def test_2_once_to_the_eye_in_order(pair: Pair) -> None:
    """A viewer that changes process and transport all the time, while lines come, sees each once, in order, without a gap."""
    screen = Screen()
    posting = True

    async def post_on() -> int:
        async with httpx.AsyncClient(headers=pair[0].editor, timeout=WITHIN) as client:
            for number in itertools.count(1):
                answer = await client.post(
                    f"{pair[number % 2].url}{LINES}", json={"text": f"Hop {number}", "allow_duplicate": True}
                )
                assert answer.status_code == 201
                if not posting:
                    return number
        raise AssertionError

    async with connect(pair[0].url, screen=screen) as viewer:
        await viewer.sees(lambda screen: "snapshot" in screen.types)
    writer = asyncio.create_task(post_on())
    for turn, transport in enumerate([*TRANSPORTS, *reversed(TRANSPORTS)] * 2):
        seen = len(screen.messages)
        async with connect(pair[turn % 2].url, transport=transport, screen=screen) as viewer:
            await viewer.sees(lambda screen, seen=seen: len(screen.messages) > seen + 3)  # type: ignore[misc]
    posting = False
    last = await writer
    async with connect(pair[0].url, screen=screen) as viewer:
        await viewer.sees(lambda screen: f"Hop {last}" in screen.texts)

    published = [message for message in screen.messages if message["type"] == "publish"]
    assert [message["line"]["text"] for message in published] == [f"Hop {number}" for number in range(1, last + 1)]
    assert screen.twice == []
    assert screen.types.count("snapshot") == 1


# -- 3 ---------------------------------------------------------------------------------------------------------------


async def test_3_a_retry_never_posts_twice(pair: Pair) -> None:
    """Ten times the same request with its key, to both servers at once: one line, and the first answer ten times."""
    headers = pair[0].editor | {"Idempotency-Key": "the-same"}
    async with httpx.AsyncClient(headers=headers, timeout=WITHIN) as client:
        before = number(await cursor(client, pair[0]))
        same = [client.post(f"{pair[turn % 2].url}{LINES}", json={"text": "Once only"}) for turn in range(10)]
        answers = await asyncio.gather(*same)
        other = await client.post(f"{pair[1].url}{LINES}", json={"text": "Something else"})
        after = number(await cursor(client, pair[0]))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sorted(answer.headers.get("idempotency-replayed", "") for answer in answers) == [""] + ["true"] * 9
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")
    assert after == before + 1


async def cursor(client: httpx.AsyncClient, server: Server) -> str:
    found: str = (await client.get(f"{server.url}{LINES}")).json()["cursor"]
    return found


def number(cursor: str) -> int:
    """How many events there were."""
    return int(cursor.partition("-")[0])


# -- 4 ---------------------------------------------------------------------------------------------------------------

FEEDS: Final = (
    "/en/rss.xml",
    "/en/atom.xml",
    "/en/feed.json",
    "/en/rss.xml?topic=world",
    "/en/atom.xml?topic=world",
    "/en/feed.json?topic=world",
)


async def served(server: Server, line: str, cursors: list[str]) -> AsyncIterator[tuple[str, int, str]]:
    """Give all that a server serves of a line: what, status, text. `cursors` are those that viewers may come with."""
    async with httpx.AsyncClient(base_url=server.url, timeout=WITHIN) as client:
        pages = ("/", "/en", f"/en/lines/{line}", "/en/embed", f"{LINES}/{line}", f"{LINES}?limit=100", f"{LINES}?topic=world")
        polls = (f"{LINES}?limit=100&after={cursor}{wait}" for cursor in cursors for wait in ("", "&wait=1"))
        for path in (*pages, *FEEDS, *polls):
            answer = await client.get(path)
            yield path, answer.status_code, answer.text
    for transport, after in itertools.product(("ws", "sse"), cursors):
        screen = Screen()
        screen.cursor = after
        async with connect(server.url, transport=transport, screen=screen, limit=100) as viewer:
            await viewer.sees(lambda screen: screen.cursor == cursors[-1])
        yield f"{transport} after {after}", 200, json.dumps(screen.messages)


async def conditional(server: Server) -> list[tuple[str, dict[str, str]]]:
    """What a cache would ask with, of all that it may have kept."""
    asked = []
    async with httpx.AsyncClient(base_url=server.url, timeout=WITHIN) as client:
        for path in ("/", "/en", "/en/embed", f"{LINES}?limit=100", *FEEDS):
            answer = await client.get(path)
            headers = {"If-None-Match": answer.headers["etag"]} if "etag" in answer.headers else {}
            asked.append((path, headers))
            if "last-modified" in answer.headers:
                asked.append((path, {"If-Modified-Since": answer.headers["last-modified"]}))
    return asked


@pytest.mark.parametrize("how", ["withdrawn", "corrected"])
async def test_4_withdrawn_is_gone(pair: Pair, how: str) -> None:
    """Once a withdrawal or a correction is answered, neither process serves the old text anywhere, to anybody."""
    one, two = pair
    old, key = f"Kestrel over {how} quarter", {"Idempotency-Key": f"{how}-line"}
    async with httpx.AsyncClient(headers=one.editor, timeout=WITHIN) as editor:
        body = {"text": old, "topics": ["world"], "source": f"Osprey of {how}"}
        cursors = ["0-0", "1-1", await cursor(editor, one)]
        posted = (await editor.post(f"{one.url}{LINES}", json=body, headers=key)).json()
        line, at = posted["line"]["id"], f"{LINES}/{posted['line']['id']}"
        cursors.append(posted["cursor"])
        cursors.append((await editor.patch(f"{two.url}{at}", json={"kind": "pin"})).json()["cursor"])
        # Everybody has seen it, and each cache is warm.
        showed = [what for server in pair async for what, _, text in served(server, line, cursors) if old in text]
        kept = [(server, *asked) for server in pair for asked in await conditional(server)]
        async with contextlib.AsyncExitStack() as viewers:
            watching = [
                await viewers.enter_async_context(connect(server.url, transport=transport))
                for server in pair
                for transport in TRANSPORTS
            ]
            for viewer in watching:
                await viewer.sees(lambda screen: old in screen.texts)
            told = [len(viewer.screen.messages) for viewer in watching]
            if how == "withdrawn":
                answer = await editor.request("DELETE", f"{one.url}{at}", json=REASON)
            else:
                fields = {"kind": "correction", "text": "Kite over old town", "correction": "It was a kite.", "source": None}
                answer = await editor.patch(f"{one.url}{at}", json=fields)
            cursors.append(answer.json()["cursor"])

            after = [found for server in (two, one) async for found in served(server, line, cursors)]
            stale = [(server.url, path, headers) for server, path, headers in kept if await unchanged(server, path, headers)]
            for viewer in watching:
                await viewer.sees(lambda screen: screen.cursor == cursors[-1])
            replayed = await editor.post(f"{two.url}{LINES}", json=body, headers=key)
            heard = [json.dumps(viewer.screen.messages[count:]) for viewer, count in zip(watching, told, strict=True)]

    assert len(showed) >= 2 * (6 + len(FEEDS)), showed  # the places where it was are the places that were looked at
    assert answer.status_code == 200
    assert "propagated" not in answer.json()
    assert [what for what, _, text in after if old in text or "Osprey" in text] == []
    assert [text for text in heard if old in text] == []
    assert stale == []
    assert (replayed.headers["idempotency-replayed"], old in replayed.text) == ("true", False)
    gone = {status for what, status, _ in after if what in (f"/en/lines/{line}", at)}
    assert gone == {410 if how == "withdrawn" else 200}


async def test_4_an_answer_waits_for_the_other_process(pair: Pair) -> None:
    """A withdrawal is answered when the slower process shows the line no more; or it says that it could not make sure."""
    one, two = pair
    lines = [one.post(f"Heron {count}")["line"] for count in range(2)]
    paths = [f"{LINES}/{line['id']}" for line in lines]
    assert two.process
    async with httpx.AsyncClient(headers=one.editor, timeout=WITHIN) as editor:
        two.process.send_signal(signal.SIGSTOP)
        try:
            late = (await editor.request("DELETE", one.url + paths[0], json=REASON)).json()
            waiting = asyncio.create_task(editor.request("DELETE", one.url + paths[1], json=REASON))
            async with asyncio.timeout(WITHIN):
                while (await editor.get(one.url + paths[1])).status_code != 410:
                    pass
            answered_before = waiting.done()
        finally:
            two.process.send_signal(signal.SIGCONT)
        answer = (await waiting).json()
        gone = [(await editor.get(two.url + path)).status_code for path in paths]

    assert (late["line"]["status"], late["propagated"]) == ("canceled", False)
    assert (answered_before, "propagated" in answer, gone) == (False, False, [410, 410])


async def unchanged(server: Server, path: str, headers: dict[str, str]) -> bool:
    async with httpx.AsyncClient(base_url=server.url, timeout=WITHIN) as client:
        return (await client.get(path, headers=headers)).status_code == 304


# -- 5 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_5_one_slow_viewer_costs_nobody_else_anything(servers: Callable[..., Server], transport: str) -> None:
    """One that reads nothing is closed after the deadline, and counted; beside it another sees each line as ever."""
    server = servers(TICKER_WRITE_DEADLINE="1").start()
    filler = "ط" * 480
    async with httpx.AsyncClient(base_url=server.url, headers=server.editor, timeout=WITHIN) as editor:
        for count in range(100):
            assert (await editor.post(LINES, json={"text": f"{count} {filler}"})).status_code == 201
        slow = [stalled(server.port, transport=transport) for _ in range(5)]
        async with connect(server.url, transport=transport) as viewer:
            await viewer.sees(lambda screen: bool(screen.texts))
            for count in range(100, 300):
                assert (await editor.post(LINES, json={"text": f"{count} {filler}"})).status_code == 201
            screen = await viewer.sees(lambda screen: bool(screen.texts) and screen.texts[0].startswith("299 "))
            shown = [message["line"]["text"].split()[0] for message in screen.messages if message["type"] == "publish"]
            closed = f'ticker_closes_total{{cause="slow",transport="{transport}"}} 5.0'
            await asyncio.to_thread(until, lambda: closed in httpx.get(f"{server.url}/metrics").text, "slow viewers' end")
    for connection in slow:
        connection.close()

    assert shown == [str(count) for count in range(100, 300)]
    assert screen.types.count("snapshot") == 1


# -- 6 ---------------------------------------------------------------------------------------------------------------


async def test_6_redis_can_go_away_and_come_back(redis_server: RedisServer, tmp_path: Path) -> None:
    """Meanwhile posts get 503, reads go on and viewers stay; then the lines go on where they were, for the same viewers."""
    with side_by_side(tmp_path, redis_server) as pair:
        pair[0].post("Before")
        async with contextlib.AsyncExitStack() as stack:
            viewers = [
                await stack.enter_async_context(connect(server.url, transport=transport))
                for server in pair
                for transport in TRANSPORTS
            ]
            for viewer in viewers:
                await viewer.sees(lambda screen: screen.texts == ["Before"])
            redis_server.kill()
            refused = [httpx.post(f"{server.url}{LINES}", json={"text": "Lost"}, headers=server.editor) for server in pair]
            reads = [httpx.get(f"{server.url}{path}") for server in pair for path in ("/", "/en", LINES, *FEEDS[:3])]
            redis_server.start()
            for server in pair:
                await asyncio.to_thread(until, server.ready, "the log")
            pair[1].post("After")
            for viewer in viewers:
                await viewer.sees(lambda screen: screen.texts == ["After", "Before"])

            assert {(answer.status_code, answer.json()["type"]) for answer in refused} == {(503, "/problems/log-unreachable")}
            assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
            assert {answer.status_code for answer in reads} == {200}
            assert all("Before" in answer.text for answer in reads if answer.url.path != "/")
            assert [viewer.screen.types.count("snapshot") for viewer in viewers] == [1] * 6


async def test_6_a_post_into_the_absence_is_done_once_or_not_at_all(redis_server: RedisServer, tmp_path: Path) -> None:
    """A Redis that hangs may have taken it: 503 says so, and the retry with its key finds one line, made then or now."""
    with side_by_side(tmp_path, redis_server) as (one, _):
        one.post("Before")
        headers = one.editor | {"Idempotency-Key": "through-the-pause"}
        async with httpx.AsyncClient(base_url=one.url, headers=headers, timeout=WITHIN) as editor:
            redis_server.pause()
            refused = await editor.post(LINES, json={"text": "Paused"})
            redis_server.go_on()
            await asyncio.to_thread(until, one.ready, "the log")
            done = await editor.post(LINES, json={"text": "Paused"})
            again = await editor.post(LINES, json={"text": "Paused"})
            texts = [line["text"] for line in (await editor.get(LINES)).json()["lines"]]

        assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
        assert (done.status_code, again.headers["idempotency-replayed"]) == (201, "true")
        assert texts == ["Paused", "Before"]


@pytest.mark.parametrize("how", ["older", "empty"])
async def test_6_nobody_is_stuck_in_a_lost_history(redis_server: RedisServer, tmp_path: Path, how: str) -> None:
    """A restored backup or a flush moves each viewer of each process to what is now, within five seconds and by itself."""
    with side_by_side(tmp_path, redis_server) as pair:
        pair[0].post("Kept")
        redis_server.back_up()
        pair[0].post("Lost")
        async with contextlib.AsyncExitStack() as stack:
            viewers = [
                await stack.enter_async_context(connect(server.url, transport=transport))
                for server in pair
                for transport in TRANSPORTS
            ]
            for viewer in viewers:
                await viewer.sees(lambda screen: screen.texts == ["Lost", "Kept"])
            if how == "older":
                redis_server.stop()
                redis_server.restore()
                redis_server.start()
            else:
                with redis_server.redis as redis:
                    redis.flushall()
            kept = ["Kept"] if how == "older" else []
            for viewer in viewers:
                await viewer.sees(lambda screen: screen.texts == kept, within=5)
            pair[0].token = pair[1].token = pair[0].command("token", "create", "another")
            pair[0].post("New")
            for viewer in viewers:
                await viewer.sees(lambda screen: screen.texts == ["New", *kept], within=5)

            moved = [
                [message["reason"] for message in viewer.screen.messages if message["type"] == "snapshot"] for viewer in viewers
            ]
            assert moved == [["first", "unknown"]] * 6


# -- 7 ---------------------------------------------------------------------------------------------------------------

NASTY: Final = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)> & <b>bold</b>",
    "]]> <![CDATA[ <!-- --> <?xml ?> &amp; &#60; &nbsp;",
    "\"double\" 'single' `back` \\ {{7*7}} ${7*7} {% raw %} %s %00",
    "javascript:alert(1) data:text/html,<script>alert(1)</script>",
    "عاجل: «قصف» على المدينة، 5% & 3 < 4",
    "Emoji 👩‍👩‍👧‍👦 🏳️‍🌈 and 𝔘𝔫𝔦𝔠𝔬𝔡𝔢, Zalgo Z̡a͡l, e\u0301 as one",
    "data: x  event: y  id: 0 \u00a0 retry: 1",
)


async def test_7_text_is_text(servers: Callable[..., Server]) -> None:
    """Whatever an editor writes comes out of each parser of each output as it was, and nowhere as markup."""
    server = servers().start()
    lines = [server.post(text, topics=["world"])["line"] for text in NASTY]
    texts = [line["text"] for line in lines]
    assert texts[:5] == list(NASTY[:5])
    assert texts[6].endswith("é as one")

    await asyncio.to_thread(until, lambda: "retry: 1" in httpx.get(f"{server.url}/en/rss.xml").text, "the feeds")

    async with httpx.AsyncClient(base_url=server.url, timeout=WITHIN) as client:
        snapshot = (await client.get(LINES)).json()
        single = [(await client.get(f"{LINES}/{line['id']}")).json() for line in lines]
        rss, atom, feed = [await client.get(path) for path in FEEDS[:3]]
        pages = {path: (await client.get(path)).text for path in ("/en", "/en/embed", "/")}
        links = {line["text"]: (await client.get(f"/en/lines/{line['id']}")).text for line in lines}

    newest_first = texts[::-1]
    assert [line["text"] for line in snapshot["lines"]] == newest_first
    assert [line["text"] for line in single] == texts
    for transport in TRANSPORTS:
        async with connect(server.url, transport=transport) as viewer:
            assert (await viewer.sees(lambda screen: bool(screen.texts))).texts == newest_first
    assert feed_titles(rss.content, "//item/title") == feed_titles(atom.content, "//a:entry/a:title") == newest_first
    assert [unisolated(item["title"]) for item in feed.json()["items"]] == newest_first
    assert not feedparser.parse(rss.content).bozo
    assert not feedparser.parse(atom.content).bozo
    for path in ("/en", "/en/embed"):
        assert [text for text in texts if text not in shown(pages[path])] == []
    assert [text for text, page in links.items() if text not in shown(page)] == []
    for page in (*pages.values(), *links.values()):
        assert run_by(page) == []


def feed_titles(document: bytes, path: str) -> list[str]:
    """The titles of a feed's entries, as an XML parser has them."""
    tree = etree.fromstring(document, etree.XMLParser(resolve_entities=False))
    found: Any = tree.xpath(path, namespaces={"a": "http://www.w3.org/2005/Atom"})
    return [unisolated(title.text) for title in found]


def unisolated(title: str) -> str:
    """Give a feed's title without the isolates around what runs the other way than its edition."""
    return title.strip("\u2066\u2067\u2069")


def shown(page: str) -> str:
    """What a reader of a page sees, as a browser's parser has it."""
    body: Any = html5lib.parse(page, namespaceHTMLElements=False).find("body")
    return "".join(body.itertext())


def run_by(page: str) -> list[str]:
    """What a page runs or shows because of a posted text: nothing, it should be."""
    tree: Any = html5lib.parse(page, namespaceHTMLElements=False)
    scripts = [
        script for script in tree.iter("script") if script.get("type") not in ("application/ld+json", "application/json")
    ]
    data = [script for script in tree.iter("script") if script not in scripts]
    for script in data:
        json.loads(script.text)
    wrong = [script.text for script in scripts if "alert(" in (script.text or "")]
    wrong += [name for element in tree.iter() for name in element.attrib if str(name).startswith("on")]
    wrong += [link.get("href") for link in tree.iter("a") if link.get("href", "").startswith(("javascript:", "data:"))]
    return wrong + [image.get("src") for image in tree.iter("img") if image.get("src") == "x"]
