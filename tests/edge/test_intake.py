"""An HTTP connection's limits: what may become of it while it owes answers, and how long these may lie unread."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState

from tests.edge.inside import UPGRADE, Inside, get, inside
from tests.served import WITHIN, Server, until
from ticker.edge import intake
from ticker.edge.peers import http_within
from ticker.telemetry import REGISTRY

LINES = "/v1/channels/en/lines"


def slow() -> float:
    """How many HTTP connections were cut off."""
    return REGISTRY.get_sample_value("ticker_closes_total", {"transport": "http", "cause": "slow"}) or 0.0


@pytest.mark.parametrize("before", [1, 3])
def test_no_websocket_begins_while_answers_are_owed(before: int) -> None:
    """Who asks for one behind other requests gets their answers and then the end: none of them inside a WebSocket."""

    async def test(server: Inside) -> None:
        async with server.client() as (reader, writer):
            writer.write(get(LINES) * before + UPGRADE + get(LINES))
            came = await reader.read(-1)

        assert came.count(b"HTTP/1.1 200 OK") == before
        assert came.count(b"connection: close") == 1
        assert b" 101 " not in came

    inside(test)


def test_a_websocket_may_follow_an_answer() -> None:
    """On a connection that owes nothing."""

    async def test(server: Inside) -> None:
        async with server.client() as (reader, writer):
            writer.write(get("/bytes/1"))
            assert (await reader.readuntil(b"\r\n\r\nx")).startswith(b"HTTP/1.1 200 ")
            writer.write(UPGRADE)

            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")

    inside(test)


def test_a_head_that_never_ends_is_no_part_of_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for a stream and begins another request goes on with the stream, and gets nothing else into it."""
    monkeypatch.setattr(intake, "HEAD_WITHIN", 0.05)

    async def test(server: Inside) -> None:
        async with server.client() as (reader, writer):
            writer.write(get("/v1/channels/en/sse") + b"GET /he")
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(2 * intake.HEAD_WITHIN)  # begun later than the head's time, so over later
            text = server.publish().encode()

            assert b"HTTP/" not in await reader.readuntil(text)

    inside(test)


def test_a_head_that_never_ends_is_not_the_fault_of_another_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is complete and waits for its answer is not told that it came too late; the connection ends."""
    monkeypatch.setattr(intake, "HEAD_WITHIN", 0.05)

    async def test(server: Inside) -> None:
        async with server.client() as (reader, writer):
            writer.write(get(f"{LINES}?after={server.mirror.cursor}&wait=20") + b"GET /he")

            assert await reader.read(-1) == b""

    inside(test)


@pytest.mark.parametrize(
    ("sent", "half"),
    [
        (get("/bytes/1000000"), False),
        (get("/bytes/40000") * 20, False),
        (get("/bytes/40000"), False),
        (get("/bytes/40000", "Connection: close"), False),
        (get("/bytes/40000"), True),
    ],
    ids=["full", "pipelined", "idle", "closed", "closed by the client"],
)
def test_answers_that_nobody_reads_are_not_kept_for_ever(sent: bytes, half: bool) -> None:
    """The connection is cut off when the write deadline has passed, and counted."""

    async def test(server: Inside) -> None:
        before = slow()
        async with server.client(slow=True) as (_, writer):
            writer.write(sent)
            if half:
                writer.write_eof()
            while not server.connections:
                await asyncio.sleep(0)
            await server.freed()

        assert slow() == before + 1

    inside(test, write_deadline=0.1)


class Clock:
    """A loop whose time passes when a test says so."""

    now = 0.0

    def __init__(self) -> None:
        self.timers: list[Mock] = []

    def call_later(self, delay: float, call: Callable[[], None]) -> Mock:
        self.timers.append(timer := Mock(due=self.now + delay, call=call))
        timer.cancel = lambda: self.timers.remove(timer)
        return timer

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for timer in [timer for timer in self.timers if timer.due <= self.now]:
            self.timers.remove(timer)
            timer.call()


def test_who_reads_slowly_has_the_deadline_again_and_again() -> None:
    """For each time that the transport is full; one that is closed must drain all that is left."""
    clock, transport = Clock(), Mock()
    transport.is_closing.return_value = False
    config = uvicorn.Config(Mock(), lifespan="off", log_config=None)
    connection = http_within(15)(config, ServerState(), {}, clock)  # type: ignore[arg-type]  # of a loop, all that it uses
    connection.connection_made(transport)
    connection._head_complete()
    for _ in range(10):
        connection.pause_writing()
        clock.sleep(14)
        connection.resume_writing()
        clock.sleep(2)
    transport.abort.assert_not_called()
    transport.is_closing.return_value = True
    connection.pause_writing()
    clock.sleep(14)
    connection.resume_writing()
    clock.sleep(14)
    transport.abort.assert_not_called()
    clock.sleep(1)

    transport.abort.assert_called_once_with()


@pytest.mark.slow
def test_the_write_deadline_holds_for_pages_too(tmp_path: Path) -> None:
    """A client that asks for the same page again and again and reads nothing."""
    server = Server(tmp_path, TICKER_WRITE_DEADLINE="1").start()
    try:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", server.port))
            client.sendall(get("/en") * 300)
            cut = 'ticker_closes_total{cause="slow",transport="http"} 1.0'
            until(lambda: cut in httpx.get(f"{server.url}/metrics", timeout=WITHIN).text, "the end of who reads nothing")
    finally:
        server.end()
