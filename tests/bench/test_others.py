"""What the cases look at beside the load client is told right, whatever the server does to it."""

import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench import others
from bench.others import Others
from bench.served import Ours
from tests.served import WITHIN, until

pytestmark = [pytest.mark.slow]


@contextmanager
def viewing(folder: Path, count: int, *, reading: bool) -> Iterator[tuple[Others, list[socket.socket]]]:
    """Viewers, and our ends of their connections once each has been told something."""
    server, ends = Ours(folder), list[socket.socket]()
    with socket.create_server(("127.0.0.1", server.port)) as door:

        def welcome() -> None:
            for _ in range(count):
                ends.append(door.accept()[0])
                ends[-1].sendall(b"welcome")

        welcoming = threading.Thread(target=welcome)
        welcoming.start()
        try:
            with Others(server, count, reading) as viewers:
                welcoming.join(WITHIN)
                yield viewers, ends
        finally:
            for end in ends:
                end.close()


def reset(end: socket.socket) -> None:
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def test_who_is_cut_off_does_not_stop_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Viewers that the server resets or leaves are done with; the others go on reading, and nothing spins."""
    reads = list[int]()
    read: Callable[[int, int], bytes] = os.read

    def counted(descriptor: int, most: int) -> bytes:
        reads.append(descriptor)
        return read(descriptor, most)

    monkeypatch.setattr(os, "read", counted)
    with viewing(tmp_path, 3, reading=True) as (_, [first, second, third]):
        reset(first)
        second.close()
        until(lambda: len(set(reads)) == 2, "both ends to be seen")
        third.settimeout(WITHIN)
        third.sendall(b"x" * (8 << 20))

    assert [reads.count(descriptor) for descriptor in set(reads[:2])] == [1, 1]


def test_who_was_cut_off_is_counted_in_one_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closed or reset, with bytes before it or without; those who are there share one deadline."""
    waits = list[float]()
    monkeypatch.setattr(others, "PATIENCE", 0.2)
    monkeypatch.setattr(socket.socket, "settimeout", _noted(socket.socket.settimeout, waits))
    with viewing(tmp_path, 5, reading=False) as (viewers, [first, second, *_]):
        first.sendall(b"more")
        first.close()
        reset(second)
        waits.clear()

        assert viewers.left() == 2
    assert waits[-1] == 0
    assert waits == sorted(waits, reverse=True)


def _noted(
    settimeout: Callable[[socket.socket, float | None], None], waits: list[float]
) -> Callable[[socket.socket, float | None], None]:
    def noted(one: socket.socket, seconds: float | None) -> None:
        waits.append(seconds or 0)
        settimeout(one, seconds)

    return noted


def test_a_metric_is_summed_over_its_other_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends by their cause are those of all transports."""
    series = [("slow", "ws", 3), ("slow", "sse", 2), ("gone", "ws", 1)]
    text = "".join(f'closes_total{{cause="{cause}",transport="{transport}"}} {n}.0\n' for cause, transport, n in series)
    monkeypatch.setattr(Ours, "get", lambda _self, _path: text)

    assert Ours(tmp_path).metrics("closes_total", "cause") == {"slow": 5, "gone": 1}
