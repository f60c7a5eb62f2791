"""Sinks: what they hand to the ASGI server, and what they ask of the connection."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.types import Message

from ticker.edge.peers import Peer
from ticker.live.closing import Cause
from ticker.live.sinks import SseSink, WebSocketSink

pytestmark = pytest.mark.asyncio


class Connection:
    """The server's side of a connection, written down."""

    def __init__(self, *received: Message) -> None:
        self.sent: list[Message] = []
        self.free = asyncio.Event()
        self.aborted = False
        self.peer = Peer(self.free.wait, self._abort, lambda: False, lambda: None)
        self._received = list(received)

    async def receive(self) -> Message:
        return self._received.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    def _abort(self) -> None:
        self.aborted = True


@pytest.fixture(params=[WebSocketSink, SseSink])
def sink(request: pytest.FixtureRequest) -> Callable[[Connection], WebSocketSink | SseSink]:
    return lambda connection: request.param(connection.receive, connection.send, connection.peer)


async def test_ready_when_the_transport_is(sink: Callable[[Connection], WebSocketSink | SseSink]) -> None:
    """Nothing is chosen for a viewer before its transport can take it; and one that never can is cut off."""
    connection = Connection()
    waiting = asyncio.create_task(sink(connection).ready())
    await asyncio.sleep(0)
    assert not waiting.done()
    connection.free.set()
    await waiting
    sink(connection).abort()

    assert connection.aborted
    assert connection.sent == []


async def test_websocket_sends_each_frame() -> None:
    """A frame is a message, and a close has the cause's code and reason, or a reason of its own, cut to what fits."""
    connection = Connection()
    sink = WebSocketSink(connection.receive, connection.send, connection.peer)
    await sink.send(["one", "two"])
    await sink.close(Cause.SLOW)
    await sink.close(Cause.INVALID, "é" * 100)

    assert connection.sent == [
        {"type": "websocket.send", "text": "one"},
        {"type": "websocket.send", "text": "two"},
        {"type": "websocket.close", "code": 1013, "reason": "too slow"},
        {"type": "websocket.close", "code": 1008, "reason": "é" * 61},
    ]


async def test_sse_sends_frames_in_one_piece() -> None:
    """Frames that go out together are one write, and a close ends the body."""
    connection = Connection()
    sink = SseSink(connection.receive, connection.send, connection.peer)
    await sink.send([b"one", b"two"])
    await sink.close(Cause.LEAVING)

    assert connection.sent == [
        {"type": "http.response.body", "body": b"onetwo", "more_body": True},
        {"type": "http.response.body", "body": b"", "more_body": False},
    ]


async def test_how_a_stream_ends() -> None:
    """A reader of a stream leaves; a body that it sends before means nothing."""
    connection = Connection(
        {"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.request"}, {"type": "http.disconnect"}
    )

    assert await SseSink(connection.receive, connection.send, connection.peer).ended() is Cause.GONE
