"""Viewers on connections that were taken over: what only they can get wrong."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable
from itertools import pairwise
from unittest.mock import Mock

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect as ws_connect
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import DATA_OPCODES
from websockets.frames import Frame as Received
from websockets.protocol import OPEN, SERVER, Protocol

from tests.live.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Client, close, frame
from tests.logbook import Logbook, channel
from tests.served import WITHIN, Server, until
from tests.viewers import Screen, connect
from ticker.live.closing import Cause
from ticker.live.frames import Transport
from ticker.live.slim import MESSAGE_MOST, QUIET, SlimStream, SlimViewer, SlimWebSocket
from ticker.live.sweep import OUTSIDE
from ticker.live.viewers import Viewers
from ticker.log.mirror import Mirror
from ticker.model.line import Line
from ticker.telemetry import REGISTRY

pytestmark = [pytest.mark.slow]


@pytest.mark.parametrize("before", [b"", frame(TEXT, b"hello")], ids=["open", "closing"])
def test_a_flood_of_frames_ends_the_connection(slim: Server, before: bytes) -> None:
    """Forty pings at once are answered; hundreds would hold up every other viewer: they get a close, and one only."""
    client = Client(slim.port)
    client.send(frame(PING, b"x") * 40)
    assert [client.read() for _ in range(40)] == [(PONG, b"x")] * 40
    client.send(before + frame(PING, b"x") * 20_000)
    heard = client.rest()
    client.hang_up()

    # The server may read the flood in pieces, and the first of them may be small enough to be answered.
    assert [opcode for opcode, _ in heard].count(PONG) < 2_000
    assert [payload for opcode, payload in heard if opcode == CLOSE] == [b"\x03\xf0viewers send nothing"]  # 1008


def test_a_stream_behind_an_answer_that_is_still_being_taken(slim: Server, edition: str) -> None:
    """A viewer that reads slowly gets the whole of its earlier answer, then the head of the stream, then the stream."""
    for number in range(100):
        slim.post(f"Line {number} {'ط' * 480}", edition)
    asked = f"GET /v1/channels/{edition}/{{}} HTTP/1.1\r\nHost: x\r\n\r\n"
    read = b""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", slim.port))
        connection.settimeout(WITHIN)
        connection.sendall((asked.format("lines?limit=100") * 3 + asked.format("sse?limit=1")).encode())
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
        kind = SlimStream if transport is Transport.SSE else SlimWebSocket
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
    """Over the bound, a viewer that is slow is cut off at once, not at its deadline or when somebody looks at a clock."""
    pair = Pair(unsent_most=1)
    viewer = await pair.connected()
    async with asyncio.timeout(WITHIN):
        while pair.viewers.count:
            await pair.line("x" * 300)
    pair.end()

    assert viewer.transport.is_closing()


@pytest.mark.asyncio
async def test_who_is_ending_is_not_slow_as_well() -> None:
    """Cut off for the room that its bytes take, it is counted as what ended it; nothing more is written to it."""
    pair = Pair()
    viewer = await pair.connected(b"J" * 300_000)
    viewer.end(Cause.LEAVING)
    unsent, before = viewer.transport.get_write_buffer_size(), closes("leaving", "slow")
    pair.viewers._unsent_most = 1
    pair.viewers.blocked(viewer)
    after = viewer.transport.get_write_buffer_size()
    async with asyncio.timeout(WITHIN):
        while pair.viewers.count:
            await asyncio.sleep(0.01)
    pair.end()

    assert after <= unsent
    assert closes("leaving", "slow") == [before[0] + 1, before[1]]


@pytest.mark.asyncio
async def test_who_owes_a_withdrawn_text_is_slow() -> None:
    """Cut off for what it has not taken, and counted so: it did not leave by itself."""
    pair = Pair()
    viewer = await pair.connected()
    lines, before = list[Line](), closes("gone", "slow")
    async with asyncio.timeout(WITHIN):
        while not viewer.transport.get_write_buffer_size():
            lines.append(await pair.line("x" * 300))
        pair.log.withdraw(lines[-1])
        while pair.viewers.count:
            await pair.apply()
    pair.end()

    assert closes("gone", "slow") == [before[0], before[1] + 1]


@pytest.mark.asyncio
@pytest.mark.parametrize("earlier", [0, 20_000, 300_000])
async def test_who_is_full_is_told_of_the_stop_too(earlier: int) -> None:
    """Behind what it has yet to take: when to come back, and the close. What it holds counts once."""
    pair = Pair()
    viewer = await pair.connected(b"J" * earlier)
    assert pair.viewers._unsent <= viewer.transport.get_write_buffer_size()
    leaving = asyncio.create_task(pair.viewers.leave(WITHIN))
    read = await pair.read(b"\x88\x19\x03\xe9")
    pair.end()
    await leaving

    assert read.index(b'"leaving"') < read.index(b"\x88\x19\x03\xe9")


def closes(*causes: str) -> list[float]:
    """Give how many WebSockets have ended, by cause."""
    labels = ({"transport": "ws", "cause": cause} for cause in causes)
    return [REGISTRY.get_sample_value("ticker_closes_total", one) or 0 for one in labels]


@pytest.mark.asyncio
async def test_a_stop_leaves_others_their_turn() -> None:
    """Of hundreds of viewers in one group some are told at a time; who leaves meanwhile is not spoken to."""
    pair = Pair()
    transports = [Mock(spec=asyncio.Transport, **{"get_write_buffer_size.return_value": 0}) for _ in range(300)]
    viewers = [
        SlimStream(pair.viewers, pair.viewers.enter(pair.mirror, frozenset(), Transport.SSE), None, 10) for _ in transports
    ]
    for viewer, transport in zip(viewers, transports, strict=True):
        viewer.take_over(transport, b"")
        transport.write.reset_mock()
    stopping, told = asyncio.create_task(pair.viewers.leave(0)), [0]
    while told[-1] < 299:
        await asyncio.sleep(0)
        told.append(sum(transport.close.called for transport in transports))
        if told[-1] and viewers[-1].index != OUTSIDE:
            viewers[-1].connection_lost(None)
    await stopping
    pair.ours.close()
    pair.end()

    assert max(after - before for before, after in pairwise(told)) <= 64
    assert [transport.write.called for transport in transports] == [True] * 299 + [False]


@pytest.mark.asyncio
@pytest.mark.parametrize("transport", [Transport.WEBSOCKET, Transport.SSE])
async def test_one_that_cannot_be_served_is_let_go(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours while a viewer is let in: it does not look connected, and is counted out."""
    pair = Pair()
    monkeypatch.setattr(pair.viewers.fanout, "answer", Mock(side_effect=MemoryError))
    viewer = await pair.connected(transport=transport)
    ended = viewer.transport.is_closing()
    async with asyncio.timeout(WITHIN):
        while pair.viewers.count:
            await asyncio.sleep(0.01)
    pair.end()

    assert ended
    assert pair.viewers.fanout.groups() == []


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


def test_a_request_behind_a_stream_does_not_disturb_it(slim: Server, edition: str) -> None:
    """Who sends two requests at once gets the stream for the first, and nothing of the other in between."""
    with socket.create_connection(("127.0.0.1", slim.port), timeout=WITHIN) as connection:
        stream = f"GET /v1/channels/{edition}/sse HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        connection.sendall(stream + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        read = b""
        while b"\n\n" not in read.partition(b"event: snapshot")[2]:
            read += connection.recv(65536)
        slim.post("خبر عاجل", edition)
        while b"event: publish" not in read:
            read += connection.recv(65536)

    assert read.count(b"HTTP/1.1 ") == 1
    assert "Traceback" not in slim.log


@pytest.mark.asyncio
@pytest.mark.parametrize("transport", ["ws", "sse"])
async def test_viewer_from_a_server_that_is_ahead(slim: Server, edition: str, transport: str) -> None:
    """It is waited for a moment, whatever happens meanwhile; and one that leaves meanwhile is forgotten."""
    screen = Screen()
    number = int(slim.post(f"Before {transport}", edition)["cursor"].partition("-")[0])
    screen.cursor = f"{number + 50}-1"
    async with connect(slim.url, edition, transport, screen) as viewer:
        await asyncio.sleep(0.2)
        slim.post(f"Meanwhile {transport}", edition)
        assert screen.messages == []
        await viewer.sees(lambda screen: f"Meanwhile {transport}" in screen.texts)
    async with connect(slim.url, edition, transport, screen):
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


@pytest.mark.asyncio
@pytest.mark.parametrize("compression", [None, "deflate"])
async def test_compressed_or_not(slim: Server, edition: str, compression: str | None) -> None:
    """A client that asks for compression gets it, and reads the same."""
    async with ws_connect(f"{slim.ws}/v1/channels/{edition}/ws", compression=compression) as websocket:
        await websocket.recv()
        slim.post(f"La misma línea {compression}", edition)
        line = str(await websocket.recv())
        extensions = (websocket.response.headers if websocket.response else {}).get("Sec-WebSocket-Extensions", "")

    assert f"La misma línea {compression}" in line
    assert ("permessage-deflate" in extensions, "server_no_context_takeover" in extensions) == (compression is not None,) * 2


CODES = st.one_of(st.sampled_from([999, 1000, 1001, 1005, 1006, 1014, 1015, 2999, 3000, 4999, 5000]), st.integers(0, 65535))
DATA = st.sampled_from([0, 1, 125, 126, MESSAGE_MOST, MESSAGE_MOST + 1, 65536]).map(bytes)
FRAMES = st.one_of(
    st.builds(frame, st.sampled_from([PING, PONG]), st.binary(max_size=125)),
    st.builds(frame, st.sampled_from([CONTINUATION, TEXT, BINARY]), DATA, fin=st.booleans()),
    st.builds(close, st.none() | CODES),
    st.builds(close, CODES, st.binary(max_size=10)),
    st.builds(
        frame,
        st.integers(0, 15),
        DATA,
        fin=st.booleans(),
        rsv=st.sampled_from([0, 1, 4]),
        masked=st.booleans(),
    ),
)


@pytest.mark.parametrize("transport", [Transport.WEBSOCKET, Transport.WEBSOCKET_DEFLATE])
@given(st.lists(FRAMES, max_size=6), st.lists(st.integers(0, 2000), max_size=3))
def test_whatever_a_viewer_says(transport: Transport, history: list[bytes], cuts: list[int]) -> None:
    """However its bytes are cut, it is answered as the library answers its frames, by one who closes at the first of data."""
    assert asyncio.run(_answered(transport, b"".join(history), cuts)) == _answered_by_the_library(transport, history)


def _answered_by_the_library(transport: Transport, history: list[bytes]) -> tuple[bytes, bool]:
    protocol = Protocol(SERVER, state=OPEN, max_size=MESSAGE_MOST, logger=QUIET)
    protocol.extensions = [PerMessageDeflate(True, True, 15, 15)] * (transport is Transport.WEBSOCKET_DEFLATE)
    for one in history:
        protocol.receive_data(one)
        spoke = any(isinstance(event, Received) and event.opcode in DATA_OPCODES for event in protocol.events_received())
        if spoke and protocol.close_sent is None:
            protocol.send_close(Cause.DATA.value.code, Cause.DATA.value.reason)
    said = protocol.data_to_send()
    return b"".join(said), b"" in said


async def _answered(transport: Transport, said: bytes, cuts: list[int]) -> tuple[bytes, bool]:
    """Give what a viewer gets for its bytes, and whether the end comes after it."""
    pair = Pair()
    viewer = await pair.connected(transport=transport)
    await pair.read(b"HEAD")  # with the snapshot
    places = sorted({0, len(said), *(cut for cut in cuts if cut < len(said))})
    read, ended = bytearray(), False
    for begin, stop in pairwise(places):
        if not viewer.transport.is_closing():
            viewer.data_received(said[begin:stop])
        while True:
            await asyncio.sleep(0)
            with contextlib.suppress(BlockingIOError):
                while some := pair.theirs.recv(65536):
                    read += some
                ended = True
            if ended or not viewer.transport.get_write_buffer_size():
                break
    pair.end()
    return bytes(read), ended
