"""Posting lines: one at a time over one keep-alive connection, or a burst over several, each busy all the time."""

import asyncio
import re
import select
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Self

from bench import lines
from ticker.embedded import locate
from ticker.log.keys import Keys
from ticker.log.redis import client
from ticker.log.writer import Writer
from ticker.model.draft import Author, Draft
from ticker.settings import Settings

ANSWER_WITHIN: Final = 30.0  # s

_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Connection:
    """A keep-alive HTTP connection that posts lines. Bare bytes: what is measured is the server, not an HTTP library."""

    def __init__(self, port: int, head: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), ANSWER_WITHIN)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = head
        self._came = b""

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def hung_up(self) -> bool:
        """Whether the server has closed it meanwhile; nothing else comes to a connection that waits for no answer."""
        poll = select.poll()  # `select` knows no descriptor above 1,023, and the cases hold thousands
        poll.register(self, select.POLLIN)
        return bool(poll.poll(0))

    def send(self, body: bytes) -> None:
        """Send a request."""
        self._socket.sendall(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def answered(self) -> bool:
        """Read what has come; give whether the answer is complete. Raises RuntimeError unless it is a success."""
        part = self._socket.recv(65536)
        self._came += part
        head, end, body = self._came.partition(b"\r\n\r\n")
        if not part or (end and not head.startswith(b"HTTP/1.1 2")):
            raise RuntimeError(f"a line was refused: {self._came[:500].decode(errors='replace') or 'the server hung up'}")
        found = _LENGTH.search(head)
        if not end or len(body) < (int(found[1]) if found else 0):
            return False
        self._came = b""
        return True


class Posting:
    """Posts lines to a server. A context manager."""

    def __init__(self, port: int, head: str, body: Callable[[int, int], bytes], size: int) -> None:
        self._port = port
        self._head = head
        self._body = body
        self._size = size
        self._connections: list[Connection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.close()

    def _opened(self, count: int) -> list[Connection]:
        """Give as many connections; one that the server let go while it was idle is opened anew, as any client does."""
        for connection in [one for one in self._connections if one.hung_up()]:
            connection.close()
            self._connections.remove(connection)
        while len(self._connections) < count:
            self._connections.append(Connection(self._port, self._head))
        return self._connections[:count]

    def post(self, number: int) -> float:
        """Post a line; give the seconds until it was accepted."""
        (connection,) = self._opened(1)
        began = time.monotonic()
        connection.send(self._body(number, self._size))
        while not connection.answered():
            pass
        return time.monotonic() - began

    def steadily(self, first: int, count: int, a_second: float) -> list[float]:
        """Post lines at a rate, later ones late where the server does not keep up; give the seconds until each was accepted."""
        began = time.monotonic()
        took = []
        for place in range(count):
            time.sleep(max(0.0, began + place / a_second - time.monotonic()))
            took.append(self.post(first + place))
        return took

    def burst(self, first: int, count: int, connections: int) -> float:
        """Post lines as fast as they are accepted; give the seconds until the last was accepted."""
        opened = self._opened(connections)
        numbers: Iterator[int] = iter(range(first, first + count))
        waiting: dict[int, Connection] = {}
        poll = select.poll()
        began = time.monotonic()
        for connection, number in zip(opened, numbers):  # noqa: B905  # there may be fewer lines than connections
            connection.send(self._body(number, self._size))
            waiting[connection.fileno()] = connection
            poll.register(connection, select.POLLIN)
        while waiting:
            ready = poll.poll(ANSWER_WITHIN * 1000)
            if not ready:
                raise TimeoutError(f"no line was accepted in {ANSWER_WITHIN:.0f} s")
            for descriptor, _ in ready:
                connection = waiting[descriptor]
                if not connection.answered():
                    continue
                following = next(numbers, None)
                if following is None:
                    del waiting[descriptor]
                    poll.unregister(descriptor)
                else:
                    connection.send(self._body(following, self._size))
        return time.monotonic() - began


def append(data_dir: Path, first: int, count: int, size: int) -> float:
    """Append lines straight to the log of a running server, all at once; give the seconds until the last was in it."""
    return asyncio.run(_append(data_dir, first, count, size))


async def _append(data_dir: Path, first: int, count: int, size: int) -> float:
    url = await locate(data_dir)
    assert url
    settings = Settings()
    async with client(url) as redis:
        writer = Writer(redis, Keys(settings.newsroom), duplicate_window=0)
        channel, author = settings.channels["en"], Author("bench")
        # One line before, for the connection and the script to be there. It has no mark, so nobody counts it.
        await writer.publish(channel, Draft(text=f"Before line {first}"), author)
        await asyncio.sleep(0.3)
        began = time.monotonic()
        await asyncio.gather(
            *(writer.publish(channel, Draft(text=lines.text(first + place, size)), author) for place in range(count))
        )
        return time.monotonic() - began
