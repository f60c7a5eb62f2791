"""What viewers get, on each transport, from a real server."""

import json
import time

import httpx
import pytest
from websockets.asyncio.client import connect as ws_connect

from tests.served import Server, until
from tests.viewers import TRANSPORTS, Screen, connect
from ticker.model.times import rfc3339

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_posted_line_is_on_screen(server: Server, transport: str) -> None:
    """A connected viewer sees a line, its correction and its withdrawal, each once."""
    async with connect(server.url, transport=transport) as viewer:
        await viewer.sees(lambda screen: screen.types == ["snapshot"])
        line = server.post("Bridge closed", source="Civil Defence", urgency=1)["line"]
        await viewer.sees(lambda screen: screen.texts == ["Bridge closed"])
        server.correct(line, "Bridge open")
        await viewer.sees(lambda screen: screen.texts == ["Bridge open"])
        server.withdraw(line)
        await viewer.sees(lambda screen: screen.texts == [])

        assert viewer.screen.twice == []


@pytest.mark.parametrize("first", TRANSPORTS)
@pytest.mark.parametrize("second", TRANSPORTS)
async def test_returning_viewer_sees_each_line_once(server: Server, first: str, second: str) -> None:
    """A viewer that returns with its last cursor, on any transport, gets what came since, once and in log order."""
    screen = Screen()
    async with connect(server.url, transport=first, screen=screen) as viewer:
        server.post("One")
        await viewer.sees(lambda screen: screen.texts == ["One"])
    for text in ("Two", "Three"):
        server.post(text)
    async with connect(server.url, transport=second, screen=screen) as viewer:
        await viewer.sees(lambda screen: screen.texts == ["Three", "Two", "One"])

    assert screen.twice == []
    assert "resumed" in screen.types
    assert screen.types.count("snapshot") == 1


async def test_cursor_that_names_nothing_is_answered_by_a_snapshot(server: Server) -> None:
    """Whatever a viewer brings as its cursor, it gets the lines and a reason."""
    server.post("One")
    for made_up in ("99-1", "nonsense", "1-1", "-", "0-0-0", "1" * 64):
        screen = Screen()
        screen.cursor = made_up
        async with connect(server.url, screen=screen) as viewer:
            await viewer.sees(lambda screen: screen.texts == ["One"])

        assert (screen.messages[0]["type"], screen.messages[0]["reason"]) == ("snapshot", "unknown")


async def test_refusals_say_why(server: Server) -> None:
    """A viewer that asks for what is not there, or sends data, is closed with a code and a reason."""
    expected = {
        "/v1/channels/nope/ws": (4404, "no such channel"),
        "/v1/channels/en/ws?limit=0": (1008, "limit: must be a whole number from 1 to 100"),
        "/v1/channels/en/ws?topic=A%20B": (1008, "topic: 'A B' is not a topic"),
    }
    for path, close in expected.items():
        async with ws_connect(server.ws + path) as websocket:
            await websocket.wait_closed()

            assert (websocket.close_code, websocket.close_reason) == close
    async with ws_connect(f"{server.ws}/v1/channels/en/ws") as websocket:
        await websocket.recv()
        await websocket.send("hello")
        await websocket.wait_closed()

        assert (websocket.close_code, websocket.close_reason) == (1008, "viewers send nothing")


async def test_filtered_view(server: Server) -> None:
    """A viewer of a topic sees its lines only, loses one that leaves the topic, and moves past hidden ones."""
    async with connect(server.url, topic="storm", screen=Screen()) as viewer:
        await viewer.sees(lambda screen: screen.types == ["snapshot"])
        server.post("Markets", topics=["economy"])
        line = server.post("Gale", topics=["storm"])["line"]
        await viewer.sees(lambda screen: screen.texts == ["Gale"])
        server.change(line, kind="update", topics=["world"])
        await viewer.sees(lambda screen: screen.texts == [])
    hidden = server.post("Football", topics=["sport"])
    answer = httpx.get(
        f"{server.url}/v1/channels/en/lines", params={"after": viewer.screen.cursor or "", "topic": "storm"}
    ).json()

    assert [event["type"] for event in answer["events"]] == ["resumed"]
    assert answer["cursor"] == hidden["cursor"]
    assert "Markets" not in json.dumps(viewer.screen.messages)


async def test_snapshot_is_not_sent_twice(server: Server) -> None:
    """Whoever has the lines already is told so."""
    server.post("One")
    url = f"{server.url}/v1/channels/en/lines"
    first = httpx.get(url)

    assert httpx.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    server.post("Two")
    assert httpx.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


async def test_expired_line_is_gone(server: Server) -> None:
    """From its end on, a line is neither in the snapshot nor at its own address."""
    at = time.time_ns() // 1_000_000 + 1500
    line = server.post("For a moment", expires=rfc3339(at))["line"]
    address = f"{server.url}/v1/channels/en/lines"
    before = httpx.get(f"{address}/{line['id']}").json()["text"]
    until(lambda: httpx.get(f"{address}/{line['id']}").status_code == 404, "its end")

    assert before == "For a moment"
    assert httpx.get(address).json()["lines"] == []
