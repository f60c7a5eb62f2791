"""Real viewers that stop reading: what it costs others (nothing), the server (little), and what they see when they go on."""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from websockets.asyncio.client import connect as ws_connect
from websockets.exceptions import ConnectionClosed

from tests.served import WITHIN, Server, until
from tests.viewers import Screen, connect, stalled

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

LINES: Final = "/v1/channels/en/lines"
FILLER: Final = "ط" * 480  # a kilobyte of UTF-8
STUCK: Final = 400
"""Lines after which a viewer that reads nothing is stuck: more than the kernel and the transport hold for it."""

STREAMS: Final = ("ws", "sse")

Next = Callable[[], Awaitable[dict[str, Any]]]


@pytest.fixture
def server(servers: Callable[..., Server]) -> Server:
    """A server that bears with a sleeper however slow the machine is."""
    return servers(TICKER_WRITE_DEADLINE="120").start()


@contextlib.asynccontextmanager
async def sleepy(server: Server, transport: str, **params: Any) -> AsyncIterator[Next]:
    """A viewer that reads a message when it is asked to, and nothing meanwhile; gives how to ask."""
    path = f"/v1/channels/en/{transport}?{httpx.QueryParams(params)}"
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    if transport == "ws":
        async with ws_connect(
            f"{server.ws}{path}", sock=connection, compression=None, max_queue=1, ping_interval=None
        ) as websocket:

            async def message() -> dict[str, Any]:
                heard: dict[str, Any] = json.loads(await websocket.recv())
                return heard

            try:
                yield message
            finally:
                connection.close()  # without the handshake, for which it would have to read on
    else:
        reader, writer = await asyncio.open_connection(sock=connection, limit=4096)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        read = bytearray()

        async def event() -> dict[str, Any]:
            while b"\n\n" not in read:
                some = await reader.read(4096)
                if not some:
                    raise EOFError
                read.extend(some)
            one, _, rest = bytes(read).partition(b"\n\n")
            read[:] = rest
            heard: dict[str, Any] = json.loads(one.partition(b"data: ")[2])
            return heard

        try:
            yield event
        finally:
            writer.transport.abort()


async def fill(server: Server, count: int, prefix: str = "Line") -> None:
    """Post so many long lines."""
    async with httpx.AsyncClient(base_url=server.url, headers=server.editor, timeout=WITHIN) as editor:
        for n in range(count):
            answer = await editor.post(LINES, json={"text": f"{prefix} {n} {FILLER}"})
            assert answer.status_code == 201, answer.text


async def drained(reads: Next, last: str) -> tuple[Screen, str]:
    """Read on until the screen shows a text; give it, and all that was read."""
    screen, read = Screen(), []
    async with asyncio.timeout(WITHIN):
        while not any(text.startswith(last) for text in screen.texts):
            message = await reads()
            read.append(json.dumps(message, ensure_ascii=False))
            screen.apply(message)
    return screen, " ".join(read)


@pytest.mark.parametrize("transport", STREAMS)
async def test_viewer_that_sleeps_is_moved_when_it_wakes(server: Server, transport: str) -> None:
    """While one sleeps others get each line at once; when it reads on, it skips to what is now, and says why."""
    async with sleepy(server, transport) as reads, connect(server.url, transport=transport) as awake:
        assert (await reads())["type"] == "snapshot"
        await awake.sees(lambda screen: screen.types == ["snapshot"])
        await fill(server, STUCK + 300)
        await awake.sees(lambda screen: screen.texts[0].startswith(f"Line {STUCK + 299} "))
        screen, _ = await drained(reads, f"Line {STUCK + 299} ")
        server.post("After")
        await awake.sees(lambda screen: screen.texts[0] == "After")
        while "After" not in screen.texts:
            screen.apply(await reads())

    assert [message["reason"] for message in screen.messages if message["type"] == "snapshot"] == ["slow"]
    assert screen.twice == []
    assert awake.screen.types.count("publish") == STUCK + 301
    assert awake.screen.twice == []


@pytest.mark.parametrize("transport", STREAMS)
async def test_sleeper_never_sees_what_was_withdrawn_meanwhile(server: Server, transport: str) -> None:
    """What is withdrawn or corrected while a viewer cannot take it never reaches it, though it was on its way to others."""
    async with sleepy(server, transport) as reads, connect(server.url, transport=transport) as awake:
        assert (await reads())["type"] == "snapshot"
        await fill(server, STUCK)
        withdrawn, corrected = server.post("Withdrawn text")["line"], server.post("Wrong text")["line"]
        await awake.sees(lambda screen: {"Withdrawn text", "Wrong text"} <= set(screen.texts))
        for _ in range(60):  # it wakes for a moment, and takes some of what lies there, before it falls asleep again
            assert (await reads())["type"] == "publish"
        server.withdraw(withdrawn)
        server.correct(corrected, "Right text")
        server.post("After")
        screen, read = await drained(reads, "After")

    assert "Right text" in screen.texts
    assert "Withdrawn text" not in read
    assert "Wrong text" not in read
    assert "slow" not in read  # it was in the ring


@pytest.mark.parametrize("transport", STREAMS)
async def test_nothing_withdrawn_waits_in_a_transport(server: Server, transport: str) -> None:
    """What the server holds for a viewer that reads nothing is taken back with the line: the viewer is cut off, and returns."""
    async with sleepy(server, transport) as reads:
        assert (await reads())["type"] == "snapshot"
        await fill(server, STUCK)
        lines = [server.post(f"Withdrawn text {n} {FILLER}")["line"] for n in range(60)]
        newest = server.post("Newest")["cursor"]
        for line in lines:
            server.withdraw(line)
        read: list[str] = []
        with contextlib.suppress(ConnectionError, EOFError, ConnectionClosed):
            async with asyncio.timeout(WITHIN):
                while newest not in (read[-1:] or [""])[0]:
                    read.append(json.dumps(await reads()))
    held = [text for text in read if "Withdrawn text" in text]

    assert held == []  # the kernel held less than STUCK lines


@pytest.mark.parametrize("transport", STREAMS)
async def test_replay_never_shows_what_was_withdrawn_meanwhile(servers: Callable[..., Server], transport: str) -> None:
    """A viewer that returns over a slow line gets none of what was withdrawn while its replay was under way."""
    server = servers(TICKER_REPLAY_MOST="1000").start()
    cursor = server.post("Before")["cursor"]
    await fill(server, STUCK)
    withdrawn = server.post("Withdrawn text")["line"]
    async with sleepy(server, transport, after=cursor) as reads:
        assert (await reads())["type"] == "resumed"
        server.withdraw(withdrawn)
        server.post("After")
        screen, read = Screen(), ""
        # It may be cut off, if what it could not take yet might be it; then it returns by its cursor.
        with contextlib.suppress(ConnectionError, EOFError, ConnectionClosed):
            while "After" not in screen.texts:
                message = await reads()
                read += json.dumps(message, ensure_ascii=False)
                screen.apply(message)
    async with connect(server.url, transport=transport, screen=screen) as viewer:
        await viewer.sees(lambda screen: "After" in screen.texts)

    assert "Withdrawn text" not in read
    assert "Withdrawn text" not in screen.texts


@pytest.mark.parametrize("transport", STREAMS)
async def test_memory_of_the_server_is_bounded(servers: Callable[..., Server], transport: str) -> None:
    """Forty viewers that read nothing cost the server no more than their transports' buffers, and in the end nothing."""
    server = servers(TICKER_WRITE_DEADLINE="3").start()
    await fill(server, 100, "Old")
    before, connections = _resident(server), _connections(server)
    asleep = [stalled(server.port, transport=transport) for _ in range(40)]
    await fill(server, STUCK + 300)
    grown = _resident(server) - before
    counted = f'ticker_closes_total{{cause="slow",transport="{transport}"}} 40.0'
    await asyncio.to_thread(until, lambda: counted in httpx.get(f"{server.url}/metrics").text, "the end of all of them")
    await asyncio.to_thread(until, lambda: _connections(server) <= connections, "the end of their connections")
    for connection in asleep:
        connection.close()

    # Each has one write in its transport; the lines themselves, the ring and the feeds are there once.
    assert grown < 40 * 256 + 16_384


def _connections(server: Server) -> int:
    """Give how many sockets the server holds."""
    assert server.process is not None
    count = 0
    for file in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            count += os.readlink(file).startswith("socket:")
    return count


def _resident(server: Server) -> int:
    """Give the server's memory in kB."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
