"""Lines are posted as a client would post them."""

import contextlib
import os
import resource
import socket
import threading
from collections.abc import Iterator

import pytest

from bench.posting import Posting


@pytest.fixture
def thousand_files() -> Iterator[None]:
    """This process holds so many files that each further one has a number above 1,023."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2048, hard), hard))
    held = [os.open(os.devnull, os.O_RDONLY)]
    with contextlib.suppress(OSError):
        while held[-1] < 1024:
            held.append(os.dup(held[0]))
    yield
    for descriptor in held:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("thousand_files")
def test_a_server_may_let_an_idle_connection_go() -> None:
    """A server that closes what was idle for too long gets the next line over a new connection, and is measured."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve(posts: int) -> threading.Thread:
            thread = threading.Thread(target=_serve, args=(listening, posts, asked))
            thread.start()
            return thread

        with Posting(listening.getsockname()[1], "POST / HTTP/1.1\r\n", lambda number, size: b"%d" % number, 250) as posting:
            first = serve(1)
            posting.post(1)
            first.join(10)  # and its connection is closed
            second = serve(2)
            posting.post(2)
            posting.post(3)
            second.join(10)

    assert [request[-1:] for request in asked] == [b"1", b"2", b"3"]


def _serve(listening: socket.socket, posts: int, asked: list[bytes]) -> None:
    """Take one connection, answer what is posted over it, and hang up."""
    listening.settimeout(10)
    connection, _ = listening.accept()
    with connection:
        connection.settimeout(10)
        for _ in range(posts):
            asked.append(connection.recv(1000))
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
