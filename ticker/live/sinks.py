"""Sinks: where a viewer's frames go. One interface, a WebSocket and an SSE stream behind it, under any ASGI server."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from starlette.types import Receive, Send

from ticker.live.closing import Cause
from ticker.live.frames import Frame, Transport


class Sink(Protocol):
    """A viewer's end of a connection."""

    transport: Transport

    async def send(self, frames: Sequence[Frame]) -> None:
        """Hand frames to the transport; returns when it can take more."""

    async def close(self, cause: Cause, reason: str = "") -> None:
        """End the connection from our side."""

    async def ended(self) -> Cause:
        """Wait until the viewer ends the connection, or gives a cause to end it."""


class WebSocketSink:
    """A WebSocket that was accepted."""

    transport = Transport.WEBSOCKET

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def send(self, frames: Sequence[Frame]) -> None:
        """See Sink."""
        for frame in frames:
            await self._send({"type": "websocket.send", "text": frame})

    async def close(self, cause: Cause, reason: str = "") -> None:
        """Close with the cause's code; a reason has at most 123 bytes (RFC 6455, section 5.5.1)."""
        text = (reason or cause.value.reason).encode()[:123].decode(errors="ignore")
        await self._send({"type": "websocket.close", "code": cause.value.code, "reason": text})

    async def ended(self) -> Cause:
        """See Sink; a viewer that sends data is told to stop."""
        while True:
            message = await self._receive()
            if message["type"] == "websocket.receive":
                return Cause.DATA
            if message["type"] == "websocket.disconnect":
                return Cause.GONE


class SseSink:
    """A response whose body never ends by itself."""

    transport = Transport.SSE

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

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
