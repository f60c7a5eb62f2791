"""The load client sees all that viewers may get wrong; otherwise its figures would mean nothing."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import get_args

import pytest

from bench.lines import message, text
from bench.load import Load, Transport
from tests.bench.fakes import Fake, chunk, frame
from tests.needs import lacking
from tests.served import Server

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("compiler")]

LINES = [message(number, 250) for number in range(5)]
DAMAGED = LINES[2].replace("klm", "kxm", 1)


@pytest.fixture(scope="module")
def compiler() -> None:
    """The load client is compiled where it is used."""
    if not (shutil.which("cc") or shutil.which("gcc")):
        lacking("No C compiler on PATH: apt-get install gcc libc6-dev")


@contextmanager
def watching(fake: Fake, viewers: int = 3) -> Iterator[Load]:
    """Viewers of a fake server, who expect five lines."""
    with Load([fake.port], "/", fake.transport) as load:
        assert load.connect(viewers).connected == viewers
        load.expect(0, 5)
        yield load


@pytest.mark.parametrize("transport", get_args(Transport))
def test_viewers_of_the_real_server_get_each_line(servers: Callable[..., Server], transport: Transport) -> None:
    """Fifty viewers get ten lines from the server as somebody runs it, and nothing is wrong."""
    server = servers().start()
    with Load([server.port], f"/v1/channels/en/{transport}", transport) as load:
        assert load.connect(50, snapshot=True).connected == 50
        load.expect(0, 10)
        for number in range(10):
            server.post(text(number, 250))
        report = load.report(10)

    assert (report.delivered, report.faults, report.open) == (500, {}, 50)
    assert 0 < report.to_each.at(0.5) <= report.to_last.at(1.0) < 10_000


@pytest.mark.parametrize("transport", get_args(Transport))
@pytest.mark.parametrize(
    ("said", "faults"),
    [
        (LINES, {}),
        ([*LINES[:3], LINES[2], *LINES[3:]], {"doubled": 3}),
        ([*LINES[:2], *LINES[3:]], {"lost": 3}),
        (LINES[:3], {"lost": 6}),
        ([*LINES[:2], DAMAGED, *LINES[3:]], {"damaged": 3, "lost": 3}),
        ([LINES[0], LINES[2], LINES[1], *LINES[3:]], {"disordered": 3}),
        ([*LINES, message(5, 250)], {"stray": 3}),
        (['{"type":"heartbeat"}', *LINES], {}),
        ([*LINES[:2], '{"type":"snapshot"}', *LINES[2:]], {"snapshots": 3}),
    ],
    ids=["all is well", "doubled", "lost", "lost at the end", "damaged", "disordered", "stray", "heartbeat", "snapshot"],
)
def test_what_three_viewers_get_wrong_is_seen(transport: Transport, said: list[str], faults: dict[str, int]) -> None:
    """A line that comes twice, not, too early or changed is counted, once for each viewer."""
    with Fake(transport) as fake, watching(fake) as load:
        fake.say(said)
        report = load.report(0.3, grace=0.1)

    assert report.faults == faults


def test_a_fault_of_one_viewer_is_seen() -> None:
    """Somebody else's intact copy does not hide a damaged one."""
    with Fake("ws") as fake, watching(fake) as load:
        fake.viewers[0].sendall(fake.framed(LINES))
        fake.viewers[1].sendall(fake.framed([*LINES[:2], DAMAGED, *LINES[3:]]))
        fake.viewers[2].sendall(fake.framed([LINES[1], *LINES]))
        report = load.report(0.3)

    assert report.faults == {"damaged": 1, "lost": 1, "disordered": 1, "doubled": 1}


@pytest.mark.parametrize("transport", get_args(Transport))
def test_pieces_of_any_size_make_the_same_lines(transport: Transport) -> None:
    """It does not matter how the network cuts what is sent: byte by byte, or all with the beginning of the next."""
    with Fake(transport) as fake, watching(fake, 2) as load:
        bytes_of_all = b"".join(fake.framed([line]) for line in LINES)
        for place in range(len(bytes_of_all)):
            fake.viewers[0].sendall(bytes_of_all[place : place + 1])
        fake.viewers[1].sendall(bytes_of_all[:-7])
        fake.viewers[1].sendall(bytes_of_all[-7:])
        report = load.report(5)

    assert (report.delivered, report.faults) == (10, {})


def test_events_may_lie_across_chunks() -> None:
    """A chunk of a body is no event: one may hold several, and an event several of them."""
    events = "".join(f"id: 1\ndata: {line}\n\n" for line in LINES).encode()
    with Fake("sse") as fake, watching(fake, 1) as load:
        fake.viewers[0].sendall(b"".join(chunk(events[start : start + 333]) for start in range(0, len(events), 333)))
        report = load.report(5)

    assert (report.delivered, report.faults) == (5, {})


def test_a_ping_is_answered() -> None:
    """A server that asks whether its viewer lives gets its own bytes back."""
    with Fake("ws") as fake, watching(fake, 1) as load:
        fake.viewers[0].sendall(frame(b"there?", opcode=9) + fake.framed(LINES))
        report = load.report(5)
        fake.viewers[0].settimeout(5)
        answer = fake.viewers[0].recv(100)

    assert report.faults == {}
    assert answer == b"\x8a\x86\0\0\0\0there?"


@pytest.mark.parametrize("last", [frame(b"\x03\xe8", opcode=8), b""], ids=["close frame", "end of the stream"])
def test_a_viewer_that_is_sent_away_is_seen(last: bytes) -> None:
    """Who is closed has not got what came after."""
    with Fake("ws") as fake, watching(fake, 2) as load:
        fake.viewers[0].sendall(fake.framed(LINES))
        fake.viewers[1].sendall(fake.framed(LINES[:3]) + last)
        fake.viewers[1].close()
        report = load.report(0.5)

    assert (report.open, report.faults) == (1, {"closed": 1, "lost": 2})


@pytest.mark.parametrize(("orders", "disordered"), [(("10243", "10243"), 0), (("10243", "10234"), 1)], ids=["same", "other"])
def test_lines_posted_at_once_have_one_order(orders: tuple[str, str], disordered: int) -> None:
    """Which of two lines comes first may be open; that it comes first to all is not."""
    with Fake("ws") as fake, watching(fake, 2) as load:
        load.expect(0, 5, "common")
        first, second = (fake.framed([LINES[int(number)] for number in order]) for order in orders)
        fake.viewers[0].sendall(first)
        load.report(0.2)  # it has seen the first, who sets the order
        fake.viewers[1].sendall(second)
        report = load.report(5)

    assert report.faults.get("disordered", 0) == disordered


def test_a_refused_viewer_is_told() -> None:
    """Viewers that cannot connect are counted, with the reason."""
    with Fake("ws") as fake:
        port = fake.port
    with Load([port], "/", "ws") as load:
        done = load.connect(3)

    assert (done.connected, done.failed, done.failure) == (0, 3, "Connection refused")
