"""RFC 6455 to the letter, in both houses: each case whole, byte by byte, and with a tail that comes in the same bytes."""

import re
import struct
from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from tests.live.conftest import Plain
from tests.live.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Client, close, frame
from tests.served import Server, until

pytestmark = [pytest.mark.slow]

FEEDS: Final = ("whole", "bytewise", "tail")

PART, END = frame(TEXT, b"part", fin=False), frame(CONTINUATION, b"end")

ENDS: Final[dict[str, tuple[bytes, int | None]]] = {
    # A close is answered by its own code (section 5.5.1).
    "goodbye": (close(1000, b"bye"), 1000),
    "goodbye of an application": (close(4000), 4000),
    "goodbye, the highest code": (close(4999), 4999),
    "goodbye without a word": (close(), None),
    # Viewers send nothing: what does not break the protocol is against our policy (section 7.4.1).
    "text": (frame(TEXT, b"hello"), 1008),
    "bytes": (frame(BINARY, b"hello"), 1008),
    "a text of nothing": (frame(TEXT), 1008),
    "a text with a longer head": (frame(TEXT, b"x" * 126), 1008),
    "the longest text": (frame(TEXT, b"x" * 1024), 1008),
    "a text in parts": (PART + END, 1008),
    "a text in parts, with a ping between": (PART + frame(PING, b"between") + END, 1008),
    "a text that is none": (frame(TEXT, b"\xff"), 1008),
    "text, then goodbye": (frame(TEXT, b"x" * 126) + close(1000), 1008),
    "goodbye inside of a text": (PART + close(1000), 1008),
    "a text inside of a text": (PART + frame(TEXT, b"x"), 1008),
    "a text that is too long": (frame(TEXT, b"x" * 1025), 1009),
    "a text that is far too long": (frame(TEXT, b"x" * 65536), 1009),
    # What the protocol forbids (sections 5.1 to 5.5).
    "the end of nothing": (frame(CONTINUATION, b"x"), 1002),
    "a ping that is too long": (frame(PING, b"x" * 126), 1002),
    "a pong that is too long": (frame(PONG, b"x" * 126), 1002),
    "a ping in parts": (frame(PING, b"x", fin=False), 1002),
    "a close in parts": (frame(CLOSE, b"", fin=False), 1002),
    "a reserved opcode for data": (frame(3, b"x"), 1002),
    "a reserved opcode for control": (frame(11, b"x"), 1002),
    "the first reserved bit": (frame(PING, b"x", rsv=4), 1002),
    "the last reserved bit": (frame(TEXT, b"x", rsv=1), 1002),
    "no mask": (frame(PING, b"x", masked=False), 1002),
    "a close without a mask": (frame(CLOSE, b"", masked=False), 1002),
    "what is no frame at all": (b"GET / HTTP/1.1\r\n\r\n", 1002),
    "half a code": (frame(CLOSE, b"\x03"), 1002),
    "a code below all": (close(999), 1002),
    "a code that is never sent": (close(1005), 1002),
    "a code that is not assigned": (close(1016), 1002),
    "a code above all": (close(5000), 1002),
    "a reason that is no text": (close(1000, b"\xff\xfe"), 1007),
}

PLAIN: Final[dict[str, tuple[set[int], str]]] = {
    "a text that is none": ({1007}, "it decodes a text before we can refuse it"),
    "goodbye inside of a text": ({1002}, "it takes a close between two parts for an error, which it is not (section 5.4)"),
    "a text inside of a text": ({1002}, "it tells of a text when its last part has come, and the error comes before"),
    "text, then goodbye": ({1000, 1008}, "it judges all that it has read before we hear of the first"),
    "a text that is too long": ({1008}, "how much it takes is a setting of its own, 16 MiB"),
    "a text that is far too long": ({1008}, "how much it takes is a setting of its own, 16 MiB"),
}
"""Where a stock uvicorn answers with another code, and why."""


@pytest.fixture
def client(house: Server) -> Iterator[Client]:
    client = Client(house.port)
    yield client
    client.hang_up()


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("case", ENDS)
def test_what_ends_a_connection(house: Server, client: Client, case: str, feed: str) -> None:
    """By one close with the right code; pings are answered until the viewer has closed or failed, and nothing else comes."""
    sent, code = ENDS[case]
    codes = PLAIN[case][0] if isinstance(house, Plain) and case in PLAIN else {code}
    client.send(frame(PING, b"first") + sent + frame(PING, b"tail") * (feed == "tail"), bytewise=feed == "bytewise")
    heard = client.rest()
    [closed] = [struct.unpack("!H", payload[:2])[0] if payload else None for opcode, payload in heard if opcode == CLOSE]
    goes_on = 1008 in (code, closed) and not re.search("goodbye|inside", case)

    assert closed in codes
    assert [payload for opcode, payload in heard if opcode == PONG] == [
        b"first",
        *[b"between"] * ("between" in case),
        *[b"tail"] * (feed == "tail" and goes_on),
    ]
    assert heard[0] == (PONG, b"first")
    assert [payload for opcode, payload in heard if opcode not in (PONG, CLOSE)] == []


@pytest.mark.parametrize("feed", FEEDS)
def test_pings_are_answered(client: Client, feed: str) -> None:
    """Each by a pong of its own, in order; pongs that nobody asked for are passed over."""
    sent = frame(PING, b"one") + frame(PONG, b"unasked") + frame(PING) + frame(PING, b"x" * 125)
    client.send(sent + frame(PING, b"tail") * (feed == "tail"), bytewise=feed == "bytewise")
    expected = [(PONG, b"one"), (PONG, b""), (PONG, b"x" * 125), *[(PONG, b"tail")] * (feed == "tail")]

    assert [client.read() for _ in expected] == expected


def test_nothing_comes_after_a_close(house: Server, edition: str) -> None:
    """A viewer that was told goodbye, or has said it, is told nothing more (section 5.5.1)."""
    client = Client(house.port, edition)
    client.send(frame(TEXT, b"hello"))
    opcode, _ = client.read()
    house.post("After the close", edition)
    client.send(close(1008))

    assert opcode == CLOSE
    assert client.rest() == []
    client.hang_up()


@pytest.mark.parametrize(
    ("sent", "cause"),
    [
        (close(1000), "gone"),
        (close(1002), "gone"),
        (frame(TEXT, b"hello"), "data"),
        (frame(PING, b"x", masked=False), "protocol"),
        (close(1000, b"\xff\xfe"), "protocol"),
    ],
    ids=["goodbye", "goodbye, for the protocol", "text", "no mask", "a reason that is no text"],
)
def test_an_end_is_counted_as_what_it_was(house: Server, sent: bytes, cause: str) -> None:
    """Who broke the protocol did not just leave, and who says that we did has left."""
    if isinstance(house, Plain) and sent == close(1002):
        cause = "protocol"  # ASGI tells the code, and not whose it was

    def metrics() -> str:
        return httpx.get(f"{house.url}/metrics").text

    def count() -> float:
        found = re.search(rf'^ticker_closes_total{{cause="{cause}",transport="ws"}} (\S+)', metrics(), re.MULTILINE)
        return float(found[1]) if found else 0

    until(lambda: not re.search(r"^ticker_viewers{.*} [1-9]", metrics(), re.MULTILINE), "those before to be counted")
    before = count()
    client = Client(house.port)
    client.send(sent)
    client.rest()
    client.hang_up()

    until(lambda: count() == before + 1, "the end to be counted")


def test_viewers_that_vanish_are_counted_out(house: Server, edition: str) -> None:
    """Gone without a word is gone."""
    clients = [Client(house.port, edition) for _ in range(20)]
    label = f'ticker_viewers{{channel="{edition}",transport="ws"}}'
    there = f"{label} 20.0" in httpx.get(f"{house.url}/metrics").text
    for client in clients:
        client.hang_up(abruptly=True)
    until(lambda: f"{label} 0.0" in httpx.get(f"{house.url}/metrics").text, "nobody to be left")

    assert there
