"""Requests to upgrade: what is no handshake is answered in the one shape of problems, and whoever is refused is counted."""

import contextlib
import itertools
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect as ws_connect
from websockets.exceptions import ConnectionClosed

from tests.served import WITHIN, Server

pytestmark = [pytest.mark.slow]

GOOD = {
    "Host": "x",
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("handshakes")).start()
    yield server
    server.end()


def asked(
    server: Server,
    *more: str,
    path: str = "/v1/channels/en/ws",
    method: str = "GET",
    version: str = "1.1",
    **fields: str | None,
) -> bytes:
    """All that the server answers a request to upgrade until it hangs up, or after a good one, its first bytes."""
    named = GOOD | {name.replace("_", "-"): value for name, value in fields.items()}
    fields_sent = [f"{name}: {value}" for name, value in named.items() if value is not None]
    lines = [f"{method} {path} HTTP/{version}", *fields_sent, *more]
    with socket.create_connection(("127.0.0.1", server.port), timeout=WITHIN) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        came = connection.recv(65536)
        while not came.startswith(b"HTTP/1.1 101"):
            with contextlib.suppress(ConnectionResetError):
                if some := connection.recv(65536):
                    came += some
                    continue
            break
        return came


def refused(server: Server) -> dict[str, float]:
    """How many WebSockets were refused, by cause."""
    text = httpx.get(f"{server.url}/metrics", timeout=WITHIN).text
    lines = [line for line in text.splitlines() if line.startswith("ticker_refused_total{") and 'transport="ws"' in line]
    return {line.split('cause="')[1].split('"')[0]: float(line.split()[-1]) for line in lines}


def test_a_good_handshake_is_accepted(door: Server) -> None:
    """With the key of the RFC's example (section 1.3), and no extension that was not asked for."""
    answer = asked(door, Origin="http://caf\u00e9.example", Cookie="\u00ff")

    assert answer.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    assert b"Sec-WebSocket-Extensions" not in answer


@pytest.mark.parametrize(
    ("change", "status", "slug", "said"),
    [
        ({"path": "/v1/channels/en/wss"}, 404, "not-found", "Nothing is at this address"),
        ({"path": "/"}, 404, "not-found", "Nothing is at this address"),
        ({"Host": None}, 400, "invalid-request", "Host"),
        ({"Sec_WebSocket_Version": "8"}, 400, "invalid-request", "Sec-WebSocket-Version"),
        ({"Sec_WebSocket_Key": None}, 400, "invalid-request", "Sec-WebSocket-Key"),
        ({"Sec_WebSocket_Key": "short"}, 400, "invalid-request", "Sec-WebSocket-Key"),
        ({"Sec_WebSocket_Version": "1\u00ff"}, 400, "invalid-request", "Sec-WebSocket-Version"),
        ({"method": "POST"}, 400, "invalid-request", "POST"),
    ],
)
def test_what_is_no_handshake_is_answered_with_a_problem(
    door: Server, change: dict[str, Any], status: int, slug: str, said: str
) -> None:
    """Its status, its kind and what is wrong; the connection ends, and it is counted."""
    before = refused(door).get("handshake", 0)
    head, _, body = asked(door, **change).partition(b"\r\n\r\n")

    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"content-type: application/problem+json" in head.lower()
    problem = json.loads(body)
    assert (problem["type"], problem["status"]) == (f"/problems/{slug}", status)
    assert said in problem["detail"]
    assert refused(door)["handshake"] == before + 1


@pytest.mark.parametrize("other", ["8", "0", "013", "13, 8", None])
def test_who_speaks_another_version_is_told_ours(door: Server, other: str | None) -> None:
    """So that it can try again (RFC 6455, sections 4.2.2 and 4.4); also where its other fields are those of that version."""
    for key in (GOOD["Sec-WebSocket-Key"], None):
        head, _, _ = asked(door, Sec_WebSocket_Version=other, Sec_WebSocket_Key=key).lower().partition(b"\r\n\r\n")

        assert head.startswith(b"http/1.1 400 ")
        assert b"\r\nsec-websocket-version: 13\r\n" in head + b"\r\n"


def test_http_1_0_knows_no_upgrade(door: Server) -> None:
    """A WebSocket needs 1.1 (RFC 6455, section 4.1); in 1.0 the request is one without `Upgrade` (RFC 9110, section 7.8)."""
    assert asked(door, version="1.0").startswith(b"HTTP/1.1 404 ")
    assert asked(door, path="/healthz", version="1.0").startswith(b"HTTP/1.1 200 ")


def test_a_field_sent_twice_is_no_handshake(door: Server) -> None:
    """Which of two keys were meant cannot be known."""
    assert asked(door, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==").startswith(b"HTTP/1.1 400 ")
    assert asked(door, "Host: y").startswith(b"HTTP/1.1 400 ")


PING, PONG = (
    b"\x89\x84\x01\x02\x03\x04" + bytes(a ^ b for a, b in zip(b"tail", b"\x01\x02\x03\x04", strict=True)),
    b"\x8a\x04tail",
)


def request() -> bytes:
    lines = ["GET /v1/channels/en/ws HTTP/1.1", *(f"{name}: {value}" for name, value in GOOD.items()), "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("parts", [1, 2, 3], ids=["at once", "in two", "in three"])
def test_what_comes_with_the_handshake_is_kept(door: Server, parts: int) -> None:
    """A ping behind the request is answered, wherever the bytes were cut."""
    sent = request() + PING
    cuts = [
        0,
        *(len(request()) - 2 if parts == 3 else len(request()) + 3,) * (parts > 1),
        *(len(sent) - 2,) * (parts > 2),
        len(sent),
    ]
    with socket.create_connection(("127.0.0.1", door.port), timeout=WITHIN) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin, end in itertools.pairwise(cuts):
            connection.sendall(sent[begin:end])
            time.sleep(0.02)  # so that they come apart; if they did not, it would pass all the same
        came = b""
        while PONG not in came:
            came += connection.recv(65536)

    assert came.startswith(b"HTTP/1.1 101 ")


@pytest.fixture(scope="module")
def slow_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Lets one in a second."""
    server = Server(tmp_path_factory.mktemp("slow"), TICKER_ARRIVALS="1").start()
    yield server
    server.end()


def test_who_speaks_while_it_waits_is_heard_later(slow_door: Server) -> None:
    """What comes before the answer is not lost; too much of it ends the connection."""
    with contextlib.ExitStack() as stack:
        first, second, third = (
            stack.enter_context(socket.create_connection(("127.0.0.1", slow_door.port), timeout=WITHIN)) for _ in range(3)
        )
        first.sendall(request())
        assert first.recv(65536)
        for connection in (second, third):
            connection.sendall(request())
        second.sendall(PING)
        third.sendall(b"x" * 2000)
        with contextlib.suppress(ConnectionResetError):
            assert third.recv(65536) == b""
        came = b""
        while PONG not in came:
            came += second.recv(65536)

    assert came.startswith(b"HTTP/1.1 101 ")


def test_who_is_refused_and_says_nothing_is_cut_off(door: Server) -> None:
    """The close waits for the other side's for two seconds."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=WITHIN) as connection:
        connection.sendall(request().replace(b"/en/", b"/zz/"))
        came = b""
        with contextlib.suppress(ConnectionResetError):
            while some := connection.recv(65536):
                came += some

    assert b"\x11\x34no such channel" in came  # 4404


def test_who_is_refused_and_goes_on_talking_is_cut_off(door: Server) -> None:
    """It is waited for its close, not for hundreds of pings."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=WITHIN) as connection:
        connection.sendall(request().replace(b"/en/", b"/zz/"))
        came = b""
        while b"no such channel" not in came:
            came += connection.recv(65536)
        connection.sendall(b"\x89\x80\x01\x02\x03\x04" * 400)
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(65536) == b""


@pytest.mark.parametrize(
    ("change", "behind", "last"),
    [
        ((b"Version: 13", b"Version: 8"), b"x" * 5000, b"}"),
        ((b"/en/", b"/zz/"), b"GET", b"no such channel"),
        ((b"/en/", b"/zz/"), b"\x89\x80\x01\x02\x03\x04" * 400, b"no such channel"),
    ],
    ids=["no handshake", "no such channel", "no such channel, many pings"],
)
def test_who_is_refused_while_it_speaks_reads_why(
    door: Server, change: tuple[bytes, bytes], behind: bytes, last: bytes
) -> None:
    """The whole of the answer, and then the end of the stream: no reset for what nobody wants to hear, which may undo both."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=WITHIN) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request().replace(*change))
        came = connection.recv(65536)
        for _ in range(3):
            connection.sendall(behind)
            time.sleep(0.02)  # so that they come apart; if they did not, it would pass all the same
        while some := connection.recv(65536):
            came += some

    assert last in came


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "code", "cause"),
    [("zz/ws", 4404, "unknown_channel"), ("en/ws?limit=0", 1008, "invalid"), ("en/ws?topic=%C3%BC", 1008, "invalid")],
)
async def test_a_viewer_who_is_refused_is_told_why_and_counted(door: Server, path: str, code: int, cause: str) -> None:
    """By a close, since a browser sees nothing of another answer."""
    before = refused(door).get(cause, 0)
    with pytest.raises(ConnectionClosed) as closed:
        async with ws_connect(f"{door.ws}/v1/channels/{path}") as websocket:
            await websocket.recv()

    assert closed.value.rcvd
    assert closed.value.rcvd.code == code
    assert refused(door)[cause] == before + 1
