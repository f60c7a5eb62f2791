"""Peers: what uvicorn's protocols tell of their transports."""

import asyncio
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from ticker.edge.peers import HttpConnection, peer_of

pytestmark = pytest.mark.asyncio


class Transport(asyncio.Transport):
    """A transport that notes how it ends."""

    aborted = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None: ...

    def is_closing(self) -> bool:
        return False


async def _app(scope: Any, receive: Any, send: Any) -> None: ...


async def test_transport_that_is_full() -> None:
    """Whoever asks waits while the transport is full, and no longer when it has drained or is gone."""
    connection = HttpConnection(uvicorn.Config(_app, lifespan="off"), ServerState(), {})
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


async def test_other_servers_tell_nothing() -> None:
    """Under another ASGI server nothing is waited for, and nothing can be cut off."""
    peer = peer_of({"type": "http"})

    await asyncio.wait_for(_waited(peer.drained()), 5)
    peer.abort()
