"""What the cases look at beside the viewers of the load client: the server's memory, and viewers who read nothing."""

import os
import select
import socket
import threading
import time
from collections.abc import Callable

from websockets.sync.client import connect

from bench.procs import pss
from bench.served import PATH, Ours

ANSWER_WITHIN = 30.0
"""Seconds after which an answer does not come any more."""

PATIENCE = 2.0
"""Seconds after which who was not told of an end is taken to be there."""


class Most:
    """Looks at what the server holds, every so many seconds, and keeps the most."""

    def __init__(self, server: Ours, every: float = 1) -> None:
        self._server = server
        self._every = every
        self._stop = threading.Event()
        self.unsent = 0.0
        self.pss = 0

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            self.unsent = max(self.unsent, self._server.metric("ticker_unsent_bytes"))
            self.pss = max(self.pss, pss(self._server.pids()))


class Asking:
    """Asks for something else, one after the other, as long as it lasts; keeps how long each took (s)."""

    def __init__(self, server: Ours) -> None:
        self._server = server
        self._stop = threading.Event()
        self.took: dict[str, list[float]] = {"ping": [], "arrival": [], "feed": []}
        self.failure: Exception | None = None

    def __enter__(self) -> "Asking":
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self.failure:
            raise self.failure

    def _ask(self) -> None:
        server = f"ws://127.0.0.1:{self._server.port}"

        def arrive() -> None:
            with connect(server + PATH, compression=None) as viewer:
                viewer.recv(ANSWER_WITHIN)

        try:
            # Of a channel without lines: nobody reads what comes to it.
            with connect(f"{server}/v1/channels/es/ws", compression=None) as pinging:
                while not self._stop.is_set():
                    self._timed("ping", lambda: pinging.ping().wait(ANSWER_WITHIN))
                    self._timed("arrival", arrive)
                    self._timed("feed", lambda: self._server.get("/en/rss.xml"))
        except Exception as error:  # noqa: BLE001  # it is raised where the results are asked for
            self.failure = error

    def _timed(self, name: str, ask: Callable[[], object]) -> None:
        began = time.monotonic()
        if ask() is False:
            raise TimeoutError(f"{name}: no answer within {ANSWER_WITHIN:.0f} s")
        self.took[name].append(time.monotonic() - began)


class Others:
    """Viewers who read, or who take their snapshot and then read nothing, with as little room as the kernel allows."""

    def __init__(self, server: Ours, count: int, reading: bool) -> None:
        self._server = server
        self._count = count
        self._reading = reading
        self._sockets: list[socket.socket] = []
        self._stop = threading.Event()

    def __enter__(self) -> "Others":
        request = f"GET {PATH} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        request += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        for _ in range(self._count):
            one = socket.socket()
            if not self._reading:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", self._server.port))
            one.sendall(request.encode())
            one.recv(4096)
            self._sockets.append(one)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def _read(self) -> None:
        if not self._reading:
            return
        poll = select.epoll()
        for one in self._sockets:
            one.setblocking(False)
            poll.register(one, select.EPOLLIN)
        while not self._stop.is_set():
            for descriptor, _ in poll.poll(0.1):
                try:
                    is_over = not os.read(descriptor, 1 << 16)
                except OSError:
                    is_over = True
                if is_over:
                    poll.unregister(descriptor)
        poll.close()

    def left(self) -> int:
        """How many the server has closed or cut off."""
        deadline = time.monotonic() + PATIENCE
        return sum(_is_closed(one, deadline) for one in self._sockets) if not self._reading else 0

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for one in self._sockets:
            one.close()


def _is_closed(one: socket.socket, deadline: float) -> bool:
    try:
        while True:
            one.settimeout(max(0, deadline - time.monotonic()))
            if not one.recv(1 << 16):
                return True
    except (TimeoutError, BlockingIOError):
        return False
    except OSError:
        return True
