"""Lines are posted as a client would post them."""

import socket
import threading

from bench.posting import Posting


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
