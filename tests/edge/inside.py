"""Our HTTP protocol and the viewers' rooms in this process, on uvloop, so that a test can look inside."""

import asyncio
import contextlib
import socket
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.server import ServerState

from tests.logbook import Logbook, channel
from tests.served import WITHIN
from ticker.edge.peers import HttpConnection, http_within
from ticker.live.admission import Admission
from ticker.live.handshake import handshake_at
from ticker.live.routes import routes
from ticker.live.viewers import Viewers
from ticker.log.mirror import ChannelMirror, Mirror

UPGRADE: Final = (
    b"GET /v1/channels/en/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def get(path: str, *fields: str) -> bytes:
    """Give the bytes of a request."""
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: x", *fields, "", ""]).encode()


class Inside:
    """The server, with a `/bytes/{size}` that answers with so many."""

    def __init__(self, write_deadline: float) -> None:
        self.log = Logbook(channel())
        self.viewers = Viewers(
            Mirror([self.log.channel]),
            heartbeat=25,
            replay_most=300,
            write_deadline=write_deadline,
            leave_window=0.5,
            clock=lambda: self.log.now,
        )
        self.admission = Admission(self.viewers, lambda: True)
        self.connections = connections = weakref.WeakSet[HttpConnection]()

        class Noted(http_within(write_deadline)):  # type: ignore[misc]  # a class made by a function
            def connection_made(self, transport: asyncio.Transport) -> None:
                connections.add(self)
                super().connection_made(transport)

        self.protocol = Noted
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.port: int = self.listening.getsockname()[1]

    @property
    def mirror(self) -> ChannelMirror:
        """The channel's."""
        return self.viewers.mirror.channels["en"]

    def publish(self) -> str:
        """Publish a line, and give its text."""
        line = self.log.publish()
        self.viewers.applied(self.mirror, self.log.read(self.mirror))
        return line.text

    async def freed(self) -> None:
        """Wait until none of the connections that were made is in memory any more."""
        while self.connections:
            await asyncio.sleep(0.001)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve."""

        async def answer(request: Any) -> Response:
            return Response(b"x" * int(request.path_params["size"]))

        config = uvicorn.Config(
            Starlette(routes=[Route("/bytes/{size}", answer), *routes(self.admission)]),
            http=self.protocol,
            ws=handshake_at(self.admission),
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_keep_alive=0.05,  # type: ignore[arg-type]  # s; any number will do
        )
        config.load()
        loop, state = asyncio.get_running_loop(), ServerState()
        server = await loop.create_server(lambda: self.protocol(config, state, {}), sock=self.listening)
        async with server:
            yield

    @contextlib.asynccontextmanager
    async def client(self, *, slow: bool = False) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection; one that is `slow` has hardly any room for what it does not read."""
        connection = socket.socket()
        if slow:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.port))
        reader, writer = await asyncio.open_connection(sock=connection, limit=4096)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


def inside(test: Callable[[Inside], Awaitable[None]], write_deadline: float = 15) -> None:
    """Run a test on a server of its own."""

    async def run() -> None:
        server = Inside(write_deadline)
        async with asyncio.timeout(WITHIN), server.running():
            await test(server)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
