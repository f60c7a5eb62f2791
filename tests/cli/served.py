"""The server that the commands speak to, and a way to lose its answers."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.cli.conftest import Ran
from tests.served import WITHIN, Server, environment


class Served(Server):
    """A server with commands beside it that find it by its address."""

    def run(self, *args: str, stdin: bytes = b"", url: str | None = None) -> Ran:
        """Run a command against it (or what stands before it at `url`) as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "ticker", *args],
            input=stdin,
            capture_output=True,
            env=self.env(url),
            check=False,
            timeout=WITHIN,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def env(self, url: str | None = None) -> dict[str, str]:
        return environment(TICKER_URL=url or self.url, TICKER_TOKEN=self.token)

    def texts(self, channel: str = "en") -> list[str]:
        """All lines that readers see, the oldest first."""
        lines = httpx.get(f"{self.url}/v1/channels/{channel}/lines?limit=100").json()["lines"]
        return [line["text"] for line in reversed(lines)]


@contextmanager
def dropping(port: int, *dropped: int) -> Iterator[str]:
    """Stand before a server, pass on each request by itself, and drop the answers to some (by number, from 0)."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_pass_on, args=(listener, port, dropped), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _pass_on(listener: socket.socket, port: int, dropped: tuple[int, ...]) -> None:
    number = 0
    while True:
        try:
            front = listener.accept()[0]
        except OSError:
            return
        with front, socket.create_connection(("127.0.0.1", port)) as back:
            request = b""
            while not _whole(request):
                request += front.recv(65536)
            back.sendall(request.replace(b"Connection: keep-alive", b"Connection: close"))
            answer = b"".join(iter(lambda: back.recv(65536), b""))
            if number not in dropped:
                front.sendall(answer)
        number += 1


def _whole(request: bytes) -> bool:
    """Whether a request is here with its body."""
    head, end, body = request.partition(b"\r\n\r\n")
    length = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(end) and len(body) >= sum(length)
