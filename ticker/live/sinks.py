"""Sinks: where a viewer's frames go. One interface, a WebSocket and an SSE stream behind it, under any ASGI server."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from starlette.types import Receive, Send

from ticker.edge.peers import Peer
from ticker.live.closing import PROTOCOL_CODES, Cause
from ticker.live.frames import Frame, Transport


class Sink(Protocol):
    """A viewer's end of a connection."""

    transport: Transport
    at_once: int  # how many frames to hand over in one `send`

    async def ready(self) -> None:
        """Wait until the transport can take more."""

    async def send(self, frames: Sequence[Frame]) -> None:
        """Hand frames to the transport."""

    async def close(self, cause: Cause, reason: str = "") -> None:
        """End the connection from our side, after what is still unsent."""

    def abort(self) -> None:
        """End the connection at once."""

    async def ended(self) -> Cause:
        """Wait until the viewer ends the connection, or gives a cause to end it."""


class _AsgiSink:
    """What both have in common."""

    def __init__(self, receive: Receive, send: Send, peer: Peer) -> None:
        self._receive = receive
        self._send = send
        self._peer = peer

    async def ready(self) -> None:
        """See Sink."""
        await self._peer.drained()

    def abort(self) -> None:
        """See Sink."""
        self._peer.abort()


class WebSocketSink(_AsgiSink):
    """A WebSocket that was accepted."""

    transport = Transport.WEBSOCKET_TEXT
    at_once = 1  # each is a write of its own, after which the transport may be full

    async def send(self, frames: Sequence[Frame]) -> None:
        """See Sink."""
        for frame in frames:
            await self._send({"type": "websocket.send", "text": frame})

    async def close(self, cause: Cause, reason: str = "") -> None:
        """Close with the cause's code; a reason has at most 123 bytes (RFC 6455, section 5.5.1)."""
        text = (reason or cause.value.reason).encode()[:123].decode(errors="ignore")
        await self._send({"type": "websocket.close", "code": cause.value.code, "reason": text})

    async def ended(self) -> Cause:
        """See Sink; a viewer that sends data is told to stop.

        ASGI tells the code of a close, and not whose it was: a viewer that closes with 1002 by itself counts as one whom the
        server closed for its protocol. Ours (`slim`) tells them apart.
        """
        while True:
            message = await self._receive()
            if message["type"] == "websocket.receive":
                return Cause.DATA
            if message["type"] == "websocket.disconnect":
                return Cause.PROTOCOL if message.get("code") in PROTOCOL_CODES else Cause.GONE


class SseSink(_AsgiSink):
    """A response whose body never ends by itself."""

    transport = Transport.SSE
    at_once = 64  # joined to one write

    async def send(self, frames: Sequence[Frame]) -> None:
        """See Sink."""
        body = b"".join(frame for frame in frames if isinstance(frame, bytes))
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def close(self, cause: Cause, reason: str = "") -> None:
        """End the body; an EventSource returns after its `retry`."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def ended(self) -> Cause:
        """See Sink."""
        while (await self._receive())["type"] != "http.disconnect":  # noqa: ASYNC110  # lets others run while a body comes
            await asyncio.sleep(0)
        return Cause.GONE
