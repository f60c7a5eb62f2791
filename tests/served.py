"""The product as somebody runs it: `ticker serve` on a free port with a folder of its own."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

import httpx

WITHIN: Final = 30.0
"""Seconds; what takes longer does not come."""


NO_TLS: Final = ssl.create_default_context()
"""For httpx's single requests, which would each load all certificates anew: 20 ms of work."""


def free_port() -> int:
    """Give a port that nobody listens on, and that for a minute nobody else on this machine is given."""
    with socket.create_server(("127.0.0.1", 0)) as found, socket.create_connection(found.getsockname()) as client:
        accepted, _ = found.accept()
        accepted.close()  # the end that closes first keeps the port in TIME_WAIT, where it can be bound by its number alone
        client.recv(1)
        port: int = found.getsockname()[1]
        return port


def until(condition: Callable[[], bool], what: str, within: float = WITHIN) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def environment(**settings: str) -> dict[str, str]:
    """Give our environment without its own ticker settings, and with these."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TICKER_")} | settings


class Server:
    """A server process that can be stopped, killed and started again on the same folder and port."""

    program: ClassVar[tuple[str, ...]] = ("-m", "ticker")

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws = f"ws://127.0.0.1:{self.port}"
        self.data = folder / "data"
        self.token = ""
        self.settings: Mapping[str, str] = {"TICKER_LEAVE_WINDOW": "0.5"} | settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """Give what the server has logged so far."""
        return (self.folder / "serve.log").read_text()

    @property
    def printed(self) -> str:
        """Give what the server has printed so far."""
        return (self.folder / "serve.out").read_text()

    def start(self, *arguments: str, ready: bool = True) -> "Server":
        """Start it, and wait until it is ready."""
        with (self.folder / "serve.log").open("ab") as log, (self.folder / "serve.out").open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "serve", "--port", str(self.port), "--data-dir", str(self.data), *arguments],
                stdout=out,
                stderr=log,
                env=environment(**self.settings),
                cwd=self.folder,
            )
        if ready:
            until(self.ready, "the server")
            until(lambda: "Editors sign in" in self.printed, "its greeting")
        if not self.token and "tk_" in self.printed:
            self.token = re.findall(r"tk_[\w-]{43}", self.printed)[0]
        return self

    def ready(self) -> bool:
        """Tell whether /readyz says so."""
        assert self.process is not None
        assert self.process.poll() is None, f"the server ended:\n{self.log}"
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2, verify=NO_TLS).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, within: float = WITHIN) -> int:
        """Ask it to stop, and give its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)

    def kill(self) -> None:
        """Kill it as a crash would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(WITHIN)

    def end(self) -> None:
        """Leave nothing behind."""
        if self.process is not None and self.process.poll() is None:
            self.stop()

    def command(self, *arguments: str) -> str:
        """Run another command of ticker's on the same settings, and give what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "ticker", *arguments],
            capture_output=True,
            text=True,
            timeout=WITHIN,
            env=environment(**self.settings, TICKER_DATA_DIR=str(self.data)),
            cwd=self.folder,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @property
    def editor(self) -> dict[str, str]:
        """Give the headers of an editor's request."""
        return {"Authorization": f"Bearer {self.token}"}

    # -- what an editor does; each gives the answer's JSON and fails on a refusal --

    def post(self, text: str, channel: str = "en", **fields: Any) -> dict[str, Any]:
        """Post a line, and give `{"line", "cursor"}`."""
        return self._done("POST", f"/v1/channels/{channel}/lines", {"text": text, **fields})

    def change(self, line: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Change a line."""
        return self._done("PATCH", f"/v1/channels/{line['channel']}/lines/{line['id']}", fields)

    def correct(self, line: dict[str, Any], text: str, correction: str = "It was wrong.") -> dict[str, Any]:
        """Correct a line."""
        return self.change(line, kind="correction", text=text, correction=correction)

    def withdraw(self, line: dict[str, Any]) -> dict[str, Any]:
        """Withdraw a line."""
        return self._done("DELETE", f"/v1/channels/{line['channel']}/lines/{line['id']}", {"reason": "It was not so."})

    def _done(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = httpx.request(method, f"{self.url}{path}", json=body, headers=self.editor, timeout=15, verify=NO_TLS)
        assert answer.is_success, answer.text
        done: dict[str, Any] = answer.json()
        return done
