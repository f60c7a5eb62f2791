"""RFC 6455 to the letter, and the same behaviour whichever way a viewer is held: slim, or by ASGI under another server."""

import asyncio
import contextlib
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect as ws_connect

from tests.logbook import Logbook, channel
from tests.redises import RedisServer
from tests.served import WITHIN, Server, environment, free_port, until
from tests.viewers import Screen, connect
from ticker.live.frames import Transport
from ticker.live.slim import SlimStream, SlimViewer, SlimWebSocket
from ticker.live.viewers import Viewers
from ticker.log.mirror import Mirror
from ticker.model.line import Line

pytestmark = [pytest.mark.slow]

TEXT, BINARY, CONTINUATION, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
MASK = b"\x01\x02\x03\x04"


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """Give a frame as a client sends it, or should not."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    length = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack("!H", len(payload))
    if not masked:
        return bytes([first]) + length + payload
    body = bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))
    return bytes([first, length[0] | 0x80]) + length[1:] + MASK + body


def close(code: int | None = None, reason: bytes = b"") -> bytes:
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


class Client:
    """A WebSocket client without manners."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WITHIN)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(
            b"GET /v1/channels/en/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self.file = self.socket.makefile("rb")
        head = b"".join(iter(self.file.readline, b"\r\n"))
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
        assert self.read()[0] == TEXT  # the snapshot

    def hang_up(self, *, abruptly: bool = False) -> None:
        """End the connection, if need be by a reset."""
        if abruptly:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.file.close()
        self.socket.close()

    def read(self) -> tuple[int, bytes]:
        """The next frame."""
        first, length = self.file.read(2)
        if length == 126:
            [length] = struct.unpack("!H", self.file.read(2))
        return first & 15, self.file.read(length)

    def closed_with(self) -> int | None:
        """The code of the close that comes next; then the connection has to end."""
        opcode, payload = self.read()
        assert opcode == CLOSE
        with contextlib.suppress(ConnectionError):  # it may have ended already
            self.socket.sendall(close(1000))
            assert self.file.read() == b""
        return struct.unpack("!H", payload[:2])[0] if payload else None


def whole(client: Client, data: bytes) -> None:
    client.socket.sendall(data)


def bytewise(client: Client, data: bytes) -> None:
    for byte in data:
        client.socket.sendall(bytes([byte]))


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("slim")).start()
    yield server
    server.end()


@pytest.fixture
def client(slim: Server) -> Iterator[Client]:
    client = Client(slim.port)
    yield client
    client.hang_up()


FEEDS = pytest.mark.parametrize("feed", [whole, bytewise])
Feed = Callable[[Client, bytes], None]


@FEEDS
def test_pings_are_answered(client: Client, feed: Feed) -> None:
    """Each ping by its own pong, with what comes behind it in the same bytes."""
    feed(client, frame(PING, b"one") + frame(PONG, b"unasked") + frame(PING) + frame(PING, b"x" * 125))

    assert [client.read() for _ in range(3)] == [(PONG, b"one"), (PONG, b""), (PONG, b"x" * 125)]


@FEEDS
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (close(1000, b"bye"), 1000),
        (close(4000), 4000),
        (close(), None),
        (frame(TEXT, b"part", fin=False) + close(1000), 1008),
        (frame(TEXT, b"hello"), 1008),
        (frame(BINARY, b"hello"), 1008),
        (frame(TEXT, b""), 1008),
        (frame(TEXT, b"x" * 2000), 1009),
        (frame(CONTINUATION, b"x"), 1002),
        (frame(PING, b"x" * 126), 1002),
        (frame(PING, b"x", fin=False), 1002),
        (frame(3, b"x"), 1002),
        (frame(11, b"x"), 1002),
        (frame(PING, b"x", rsv=1), 1002),
        (frame(TEXT, b"x", rsv=4), 1002),
        (frame(PING, b"x", masked=False), 1002),
        (frame(CLOSE, b"\x03"), 1002),
        (close(1005), 1002),
        (close(999), 1002),
        (close(1000, b"\xff\xfe"), 1007),
    ],
)
def test_what_ends_a_connection(client: Client, feed: Feed, sent: bytes, code: int | None) -> None:
    """A close is answered by its code; what the protocol forbids, or we do, by the code that says so (section 7.4.1)."""
    feed(client, frame(PING, b"first") + sent)

    assert client.read() == (PONG, b"first")
    assert client.closed_with() == code


def test_a_flood_of_frames_ends_the_connection(slim: Server, client: Client) -> None:
    """Forty pings at once are answered; hundreds would hold up every other viewer."""
    client.socket.sendall(frame(PING, b"x") * 40)
    assert [client.read() for _ in range(40)] == [(PONG, b"x")] * 40

    with contextlib.suppress(ConnectionError):  # cut off while we are still sending
        client.socket.sendall(frame(PONG) * 2000)
    with contextlib.suppress(ConnectionError):
        assert client.file.read() == b""


def test_nothing_comes_after_a_close(slim: Server, client: Client) -> None:
    """A viewer that has said goodbye is told nothing more (section 5.5.1)."""
    client.socket.sendall(frame(TEXT, b"hello"))
    opcode, _ = client.read()
    slim.post("After the close")
    client.socket.sendall(close(1008))

    assert opcode == CLOSE
    assert client.file.read() == b""


def test_a_stream_behind_an_answer_that_is_still_being_taken(slim: Server) -> None:
    """A viewer that reads slowly gets the whole of its earlier answer, then the head of the stream, then the stream."""
    for number in range(100):
        slim.post(f"Line {number} {'ط' * 480}", "ar")
    page = b"GET /v1/channels/ar/lines?limit=100 HTTP/1.1\r\nHost: x\r\n\r\n"
    read = b""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", slim.port))
        connection.settimeout(WITHIN)
        connection.sendall(page * 3 + b"GET /v1/channels/ar/sse?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        while b"event: snapshot" not in read:
            read += connection.recv(4096)

    assert read.count(b"HTTP/1.1 200 OK\r\n") == 4
    assert b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream" in read.replace(b"date:", b"\r\ndate:")
    assert read.index(b"text/event-stream") < read.index(b"event: snapshot")


class Pair:
    """A viewer on a real transport with a narrow socket, whose other side reads when it is told to."""

    def __init__(self, unsent_most: int = 64 << 20) -> None:
        self.log = Logbook(channel())
        self.viewers = Viewers(
            Mirror([self.log.channel]),
            heartbeat=25,
            replay_most=300,
            write_deadline=15,
            leave_window=0.5,
            unsent_most=unsent_most,
            clock=lambda: self.log.now,
        )
        self.mirror = self.viewers.mirror.channels["en"]
        self.ours, self.theirs = socket.socketpair()
        self.ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    async def connected(self, earlier: bytes = b"", transport: Transport = Transport.WEBSOCKET) -> SlimViewer:
        """Take the connection over, after bytes that the transport has been given already."""
        made, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=self.ours)
        made.write(earlier)
        await asyncio.sleep(0.01)
        kind = SlimWebSocket if transport is Transport.WEBSOCKET else SlimStream
        viewer = kind(self.viewers, self.viewers.enter(self.mirror, frozenset(), transport), None, 10)
        viewer.take_over(made, b"HEAD")
        return viewer

    async def line(self, text: str) -> Line:
        published = self.log.publish(text)
        await self.apply()
        return published

    async def apply(self) -> None:
        self.viewers.applied(self.mirror, self.log.read(self.mirror))
        await asyncio.sleep(0.002)

    async def read(self, until: bytes) -> bytes:
        self.theirs.setblocking(False)
        read = b""
        async with asyncio.timeout(WITHIN):
            while until not in read:
                read += await asyncio.get_running_loop().sock_recv(self.theirs, 65536)
        return read

    def end(self) -> None:
        self.theirs.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("earlier", [20_000, 300_000], ids=["full", "paused"])
async def test_nothing_overtakes_what_a_transport_still_holds(earlier: int) -> None:
    """Bytes of an earlier answer, the head, and the lines come in this order, however full the transport was."""
    pair = Pair()
    await pair.connected(b"J" * earlier + b"|END|", Transport.SSE)
    read = b""
    for number in range(5):
        read += pair.theirs.recv(4096)  # the kernel has room again, of which the transport does not know yet
        await pair.line(f"Line {number}")
    read += await pair.read(b"Line 4")
    pair.end()

    assert read.startswith(b"J" * earlier + b"|END|HEADevent: snapshot")


@pytest.mark.asyncio
async def test_what_waits_in_transports_is_bounded() -> None:
    """Over the bound, a viewer that is slow is cut off at once, long before its deadline."""
    pair = Pair(unsent_most=1)
    viewer = await pair.connected()
    while not viewer.transport.get_write_buffer_size():
        await pair.line("x" * 300)
    keeping = asyncio.create_task(pair.viewers.keep_time())
    async with asyncio.timeout(WITHIN):
        while pair.viewers.count:
            await asyncio.sleep(0.01)
    keeping.cancel()
    pair.end()

    assert viewer.transport.is_closing()


@pytest.mark.asyncio
async def test_the_sweep_keeps_away_from_an_encrypted_connection() -> None:
    """Bytes sent past a TLS transport would go out in the clear."""
    pair = Pair()
    viewer = await pair.connected()
    bare = viewer.fd
    viewer.transport = Encrypted(viewer.transport)
    encrypted = viewer.fd
    pair.end()

    assert (bare, encrypted) == (pair.ours.fileno(), -1)


class Encrypted(asyncio.Transport):
    """A transport over TLS, as far as it tells."""

    def __init__(self, bare: asyncio.Transport) -> None:
        super().__init__({"sslcontext": object(), "socket": bare.get_extra_info("socket")})


@pytest.mark.asyncio
@pytest.mark.parametrize("says", [close(1000), frame(TEXT, b"hello")], ids=["goodbye", "data"])
async def test_a_correction_after_a_full_viewer_has_ended(says: bytes) -> None:
    """Our close is the first thing that the kernel refuses; whoever is corrected after that, the others are told."""
    full = False
    for most in range(1, 40):
        pair = Pair()
        viewer = await pair.connected()
        lines = [await pair.line("x" * 300) for _ in range(most)]
        pair.theirs.send(says)
        await asyncio.sleep(0.005)
        pair.log.correct(lines[-1], "better")
        await pair.apply()
        full = bool(viewer.transport.get_write_buffer_size())
        pair.end()
        if full:
            break

    assert full  # it was tried on a viewer that could not take its close


def test_a_request_behind_a_stream_does_not_disturb_it(slim: Server) -> None:
    """Who sends two requests at once gets the stream for the first, and nothing of the other in between."""
    with socket.create_connection(("127.0.0.1", slim.port), timeout=WITHIN) as connection:
        stream = b"GET /v1/channels/ar/sse HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(stream + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        read = b""
        while b"\n\n" not in read.partition(b"event: snapshot")[2]:
            read += connection.recv(65536)
        slim.post("خبر عاجل", "ar")
        while b"event: publish" not in read:
            read += connection.recv(65536)

    assert read.count(b"HTTP/1.1 ") == 1
    assert "Traceback" not in slim.log


@pytest.mark.asyncio
@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_viewer_from_a_server_that_is_ahead(slim: Server, transport: str) -> None:
    """It is waited for a moment, whatever happens meanwhile; and one that leaves meanwhile is forgotten."""
    screen = Screen()
    number = int(slim.post(f"Before {transport}", "es")["cursor"].partition("-")[0])
    screen.cursor = f"{number + 50}-1"
    async with connect(slim.url, "es", transport, screen) as viewer:
        await asyncio.sleep(0.2)
        slim.post(f"Meanwhile {transport}", "es")
        assert screen.messages == []
        await viewer.sees(lambda screen: f"Meanwhile {transport}" in screen.texts)
    async with connect(slim.url, "es", transport, screen):
        pass

    assert screen.messages[0]["reason"] == "unknown"
    assert "Traceback" not in slim.log


@pytest.mark.asyncio
async def test_a_viewer_that_is_ahead_is_told_of_the_stop(servers: Callable[..., Server]) -> None:
    """It waits to be caught up with when the server stops: it gets `leaving` and a close as the others do."""
    server = servers().start()
    screen = Screen()
    number = int(server.post("Before")["cursor"].partition("-")[0])
    screen.cursor = f"{number + 50}-1"
    async with connect(server.url, "en", "ws", screen) as viewer:
        await asyncio.to_thread(until, lambda: 'transport="ws"} 1.0' in httpx.get(f"{server.url}/metrics").text, "the viewer")
        assert server.process
        server.process.send_signal(signal.SIGTERM)
        await viewer.ended()

    assert (screen.types, viewer.close_code) == (["leaving"], 1001)


def test_viewers_that_vanish_are_counted_out(slim: Server) -> None:
    """Gone without a word is gone."""
    clients = [Client(slim.port) for _ in range(20)]
    for client in clients:
        client.hang_up(abruptly=True)

    def counted() -> bool:
        return 'ticker_viewers{channel="en",transport="ws"} 0.0' in httpx.get(f"{slim.url}/metrics").text

    until(counted, "nobody to be left")


@pytest.mark.asyncio
@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_compressed_or_not(slim: Server, compression: str | None) -> None:
    """A client that asks for compression gets it, and reads the same."""
    async with ws_connect(f"{slim.ws}/v1/channels/es/ws", compression=compression) as websocket:
        await websocket.recv()
        slim.post(f"La misma línea {compression}", "es")
        line = str(await websocket.recv())
        extensions = (websocket.response.headers if websocket.response else {}).get("Sec-WebSocket-Extensions", "")

    assert f"La misma línea {compression}" in line
    assert ("permessage-deflate" in extensions, "server_no_context_takeover" in extensions) == (compression is not None,) * 2


@contextmanager
def plain(redis: RedisServer) -> Iterator[str]:
    """The same application under a stock uvicorn."""
    port = free_port()
    command = [sys.executable, "-m", "tests.live.plain", redis.url, str(port)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, env=environment(), cwd=root) as process:

        def ready() -> bool:
            assert process.poll() is None
            try:
                return httpx.get(f"http://127.0.0.1:{port}/readyz").is_success
            except httpx.TransportError:
                return False

        try:
            until(ready, "the plain server")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.mark.asyncio
@pytest.mark.parametrize("transport", ["ws", "sse", "poll"])
async def test_plain_asgi_shows_the_same(servers: Callable[..., Server], redis_server: RedisServer, transport: str) -> None:
    """Under a server that cannot hand over its connections, viewers see the same, and go from one to the other."""
    ours = servers(TICKER_REDIS_URL=redis_server.url).start()
    ours.token = ours.command("token", "create", "editor")
    screen = Screen()
    with plain(redis_server) as url:
        async with connect(url, transport=transport, screen=screen) as viewer:
            await viewer.sees(lambda screen: screen.types == ["snapshot"])
            line = ours.post("One")["line"]
            await viewer.sees(lambda screen: screen.texts == ["One"])
        async with connect(ours.url, transport=transport, screen=screen) as viewer:
            ours.correct(line, "Two")
            await viewer.sees(lambda screen: screen.texts == ["Two"])
        async with connect(url, transport=transport, screen=screen) as viewer:
            ours.withdraw(line)
            await viewer.sees(lambda screen: screen.texts == [])

    assert screen.twice == []
