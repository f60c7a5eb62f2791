"""Peers: what uvicorn's protocols tell of their transports."""

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from tests.edge.inside import UPGRADE, Inside, get, inside
from ticker.edge.peers import http_within, peer_of


class Transport(asyncio.Transport):
    """A transport that notes how it ends."""

    aborted = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def get_write_buffer_size(self) -> int:
        return 1

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None: ...

    def is_closing(self) -> bool:
        return False


async def _app(scope: Any, receive: Any, send: Any) -> None: ...


@pytest.mark.asyncio
async def test_transport_that_is_full() -> None:
    """Whoever asks waits while the transport is full, and no longer when it has drained or is gone."""
    connection = http_within(5)(uvicorn.Config(_app, lifespan="off"), ServerState(), {})
    transport = Transport()
    connection.connection_made(transport)
    peer = peer_of({"type": "http", "state": connection.app_state})
    await asyncio.wait_for(_waited(peer.drained()), 5)
    for ends in (connection.resume_writing, lambda: connection.connection_lost(OSError())):
        connection.pause_writing()
        waiting = asyncio.create_task(_waited(peer.drained()))
        await asyncio.sleep(0)
        assert not waiting.done()
        ends()
        await asyncio.wait_for(waiting, 5)
    peer.abort()

    assert transport.aborted


async def _waited(drained: Any) -> None:
    await drained


@pytest.mark.asyncio
async def test_other_servers_tell_nothing() -> None:
    """Under another ASGI server nothing is waited for, and nothing can be cut off."""
    peer = peer_of({"type": "http"})

    await asyncio.wait_for(_waited(peer.drained()), 5)
    peer.abort()


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What a cycle holds stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize(
    "sent",
    [
        get("/bytes/1"),
        get("/v1/channels/zz/lines"),
        get("/v1/channels/en/lines?after=0-0") * 3,
        get("/bytes/1") + UPGRADE,
        b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 200,
    ],
    ids=["answered", "not found", "pipelined", "to upgrade behind another", "refused"],
)
@pytest.mark.parametrize("abruptly", [False, True], ids=["closed", "reset"])
def test_what_has_ended_waits_for_no_collector(sent: bytes, abruptly: bool) -> None:
    """A connection is freed with its end, whatever it was used for."""

    async def test(server: Inside) -> None:
        async with server.client() as (reader, writer):
            writer.write(sent)
            await reader.read(1)
            if abruptly:
                writer.transport.abort()
        await server.freed()

    inside(test)


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("sent", [UPGRADE, get("/v1/channels/en/sse"), get("/v1/channels/en/sse") + b"GET /he"])
def test_of_http_nothing_stays_of_a_viewer(sent: bytes) -> None:
    """It is freed when the viewer has come in, not when it goes."""

    async def test(server: Inside) -> None:
        async with server.client() as (reader, writer):
            writer.write(sent)
            await reader.readuntil(b"\r\n\r\n")
            await server.freed()

            assert server.viewers.count == 1

    inside(test)


def test_a_viewer_that_sent_a_body_is_seen_to_leave() -> None:
    """Nobody reads what comes with a stream's request, and it does not stop us from listening."""

    async def test(server: Inside) -> None:
        async with server.client() as (reader, writer):
            writer.write(get("/v1/channels/en/sse", "Content-Length: 200000") + b"x" * 200000)
            await reader.readuntil(b"\r\n\r\n")
            await writer.drain()
        while server.viewers.count:
            await asyncio.sleep(0.001)

    inside(test)
