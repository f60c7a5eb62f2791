"""What viewers get on each transport, in both houses: one suite, and a log that they share."""

import asyncio
import contextlib
import json
import time
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect as ws_connect

from tests.live.conftest import Plain, opened
from tests.redises import RedisServer
from tests.served import WITHIN, Server, until
from tests.viewers import TRANSPORTS, Screen, connect
from ticker.model.times import rfc3339

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_posted_line_is_on_screen(house: Server, edition: str, transport: str) -> None:
    """A connected viewer sees a line, its correction and its withdrawal, each once, and is counted while it is there."""
    counted = f'ticker_viewers{{channel="{edition}",transport="{transport}"}}'
    async with connect(house.url, edition, transport) as viewer:
        await viewer.sees(lambda screen: screen.types == ["snapshot"])
        await asyncio.to_thread(until, lambda: f"{counted} 1.0" in metrics(house), "the viewer")
        line = house.post("Bridge closed", edition, source="Civil Defence", urgency=1)["line"]
        await viewer.sees(lambda screen: screen.texts == ["Bridge closed"])
        house.correct(line, "Bridge open")
        await viewer.sees(lambda screen: screen.texts == ["Bridge open"])
        house.withdraw(line)
        await viewer.sees(lambda screen: screen.texts == [])
    await asyncio.to_thread(until, lambda: f"{counted} 0.0" in metrics(house), "the viewer's end")

    assert viewer.screen.twice == []


@pytest.mark.parametrize("first", TRANSPORTS)
@pytest.mark.parametrize("second", TRANSPORTS)
async def test_returning_viewer_sees_each_line_once(
    house: Server, slim: Server, plain: Server, edition: str, first: str, second: str
) -> None:
    """A viewer that returns with its last cursor, on any transport and to the other house, gets what came since, in order."""
    screen = Screen()
    async with connect(house.url, edition, first, screen) as viewer:
        house.post("One", edition)
        await viewer.sees(lambda screen: screen.texts == ["One"])
    for text in ("Two", "Three"):
        house.post(text, edition)
    async with connect((plain if house is slim else slim).url, edition, second, screen) as viewer:
        await viewer.sees(lambda screen: screen.texts == ["Three", "Two", "One"])

    assert screen.twice == []
    assert "resumed" in screen.types
    assert screen.types.count("snapshot") == 1


async def test_cursor_that_names_nothing_is_answered_by_a_snapshot(house: Server, edition: str) -> None:
    """Whatever a viewer brings as its cursor, it gets the lines and a reason."""
    house.post("One", edition)
    for made_up in ("99-1", "nonsense", "1-1", "-", "0-0-0", "1" * 64):
        screen = Screen()
        screen.cursor = made_up
        async with connect(house.url, edition, screen=screen) as viewer:
            await viewer.sees(lambda screen: screen.texts == ["One"])

        assert (screen.messages[0]["type"], screen.messages[0]["reason"]) == ("snapshot", "unknown")


async def test_refusals_say_why(house: Server) -> None:
    """A viewer that asks for what is not there, or sends data, is closed with a code and a reason."""
    expected = {
        "/v1/channels/nope/ws": (4404, "no such channel"),
        "/v1/channels/en/ws?limit=0": (1008, "limit: must be a whole number from 1 to 100"),
        "/v1/channels/en/ws?topic=A%20B": (1008, "topic: 'A B' is not a topic"),
    }
    for path, close in expected.items():
        async with ws_connect(house.ws + path) as websocket:
            await websocket.wait_closed()

            assert (websocket.close_code, websocket.close_reason) == close
    async with ws_connect(f"{house.ws}/v1/channels/en/ws") as websocket:
        await websocket.recv()
        await websocket.send("hello")
        await websocket.wait_closed()

        assert (websocket.close_code, websocket.close_reason) == (1008, "viewers send nothing")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_filtered_view(house: Server, edition: str, transport: str) -> None:
    """A viewer of a topic sees its lines only, loses one that leaves the topic, and moves past hidden ones."""
    async with connect(house.url, edition, transport, topic="storm") as viewer:
        await viewer.sees(lambda screen: screen.types == ["snapshot"])
        house.post("Markets", edition, topics=["economy"])
        line = house.post("Gale", edition, topics=["storm"])["line"]
        await viewer.sees(lambda screen: screen.texts == ["Gale"])
        house.change(line, kind="update", topics=["world"])
        await viewer.sees(lambda screen: screen.texts == [])
    hidden = house.post("Football", edition, topics=["sport"])
    answer = httpx.get(
        f"{house.url}/v1/channels/{edition}/lines", params={"after": viewer.screen.cursor or "", "topic": "storm"}
    ).json()

    assert [event["type"] for event in answer["events"]] == ["resumed"]
    assert answer["cursor"] == hidden["cursor"]
    assert "Markets" not in json.dumps(viewer.screen.messages)


@pytest.mark.parametrize("kind", [Server, Plain])
async def test_silence_and_the_end(kind: type[Server], edition: str, tmp_path: Path, session_redis: RedisServer) -> None:
    """Viewers hear in the silence that the server is there; and when it stops, when to come back."""
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(opened(kind, tmp_path, session_redis, TICKER_HEARTBEAT="1"))
        viewers = [await stack.enter_async_context(connect(server.url, edition, transport)) for transport in TRANSPORTS]
        for viewer in viewers[:2]:
            await viewer.sees(lambda screen: "heartbeat" in screen.types)
        waits = f'ticker_viewers{{channel="{edition}",transport="poll"}} 1.0'
        await asyncio.to_thread(until, lambda: waits in metrics(server), "the long-poll")
        status = await asyncio.to_thread(server.stop)
        for viewer in viewers:
            await viewer.ended()

    assert status == 0
    assert [viewer.screen.types[-1] for viewer in viewers] == ["leaving"] * 3
    assert viewers[0].close_code == 1001


def metrics(server: Server) -> str:
    return httpx.get(f"{server.url}/metrics", timeout=WITHIN).text


async def test_snapshot_is_not_sent_twice(house: Server, edition: str) -> None:
    """Whoever has the lines already is told so."""
    house.post("One", edition)
    url = f"{house.url}/v1/channels/{edition}/lines"
    first = httpx.get(url)

    assert httpx.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    house.post("Two", edition)
    assert httpx.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


async def test_expired_line_is_gone(house: Server, edition: str) -> None:
    """From its end on, a line is neither in the snapshot nor at its own address."""
    at = time.time_ns() // 1_000_000 + 1500
    line = house.post("For a moment", edition, expires=rfc3339(at))["line"]
    address = f"{house.url}/v1/channels/{edition}/lines"
    before = httpx.get(f"{address}/{line['id']}").json()["text"]
    until(lambda: httpx.get(f"{address}/{line['id']}").status_code == 404, "its end")

    assert before == "For a moment"
    assert httpx.get(address).json()["lines"] == []
