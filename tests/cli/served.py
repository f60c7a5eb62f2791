"""The product as somebody runs it: `ticker serve` on a free port with a folder of its own, and commands beside it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from tests.cli.conftest import Ran

WITHIN = 20.0  # s; what takes longer does not come


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


class Served:
    """A server that can be stopped and started again on the same folder and port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = folder / "data"
        self.log = folder / "serve.log"
        self.token = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Served":
        self.start()
        self.token = self.command("token", "create", "desk", "--data-dir", str(self.data)).out.strip()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self.stop()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ticker", "serve", "--port", str(self.port), "--data-dir", str(self.data)],
                stdout=log,
                stderr=log,
                env=environ(TICKER_LEAVE_WINDOW="0.1"),
            )
        until(self._ready, f"the server; its log:\n{self.log.read_text()}")

    def stop(self) -> int:
        """Stop it as a supervisor does, and give its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(WITHIN)
        self._process = None
        return status

    def command(self, *args: str, stdin: bytes = b"", url: str | None = None) -> Ran:
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
        return environ(TICKER_URL=url or self.url, TICKER_TOKEN=self.token)

    def lines(self, channel: str = "en") -> list[dict[str, Any]]:
        """All lines that readers see, the newest first."""
        lines: list[dict[str, Any]] = httpx.get(f"{self.url}/v1/channels/{channel}/lines?limit=100").json()["lines"]
        return lines

    def texts(self, channel: str = "en") -> list[str]:
        return [line["text"] for line in reversed(self.lines(channel))]

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            return httpx.get(f"{self.url}/readyz").is_success
        except httpx.TransportError:
            return False


def free_port() -> int:
    """Give a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def environ(**more: str) -> dict[str, str]:
    """The environment without anything of ours but what is named."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TICKER_")} | more


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
