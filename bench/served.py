"""`ticker serve` for the cases: started, asked, killed, started again."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench import lines
from bench.load import BUILT, Load
from bench.posting import Posting
from bench.procs import family, on_core

PATH: Final = "/v1/channels/en/ws"


class Ours:
    """`ticker serve`, that can be killed and started again."""

    def __init__(self, folder: Path, *arguments: str, core: int | None = None, **settings: str) -> None:
        self.folder = folder
        self.token = ""
        self._arguments = arguments
        self._core = core
        self._settings = {"TICKER_DUPLICATE_WINDOW": "0", "TICKER_LOG_LEVEL": "warning"} | settings
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port: int = found.getsockname()[1]

    def start(self) -> "Ours":
        command = [sys.executable, "-m", "ticker", "serve", "--port", str(self.port), "--data-dir", "data", *self._arguments]
        given = {name: value for name, value in os.environ.items() if not name.startswith("TICKER_")} | self._settings
        folder = self.folder
        with on_core(self._core), (folder / "out").open("ab") as out, (folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=log, env=given, cwd=self.folder
            )
        deadline = time.monotonic() + 60
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"ticker serve did not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.05)
        self.token = self.token or re.findall(r"tk_[\w-]{43}", (self.folder / "out").read_text())[0]
        return self

    def _ready(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(self.get("/readyz")) and "Editors sign in" in (self.folder / "out").read_text()
        return False

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return str(answer.read().decode())

    def metric(self, name: str) -> float:
        """Give the sum of a metric's samples."""
        return sum(float(line.split()[-1]) for line in self.get("/metrics").splitlines() if re.match(rf"{name}[{{ ]", line))

    def metrics(self, name: str, label: str) -> dict[str, int]:
        """Give a metric's whole numbers by one of its labels, each the sum over the others."""
        found = re.findall(rf'^{name}{{.*\b{label}="(\w+)".*}} (\S+)$', self.get("/metrics"), re.MULTILINE)
        sums = Counter[str]()
        for value, number in found:
            sums[value] += int(float(number))
        return dict(sums)

    def posting(self, size: int = 250) -> Posting:
        head = (
            f"POST /v1/channels/en/lines HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
        )
        return Posting(self.port, head, lambda number, size: json.dumps({"text": lines.text(number, size)}).encode(), size)

    def load(self, source: str, path: str = PATH, core: int | None = None) -> Load:
        return Load([self.port], path, "ws", source, core=core)

    def pids(self) -> list[int]:
        return family(self.process.pid)

    def kill(self) -> None:
        """Kill it as a crash would, and wait until its engine has noticed."""
        children = self.pids()[1:]
        self.process.kill()
        self.process.wait(20)
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < deadline:
            time.sleep(0.05)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)


@contextlib.contextmanager
def ours(*arguments: str, core: int | None = None, **settings: str) -> Iterator[Ours]:
    """Give a server that runs."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILT) as folder:
        server = Ours(Path(folder), *arguments, core=core, **settings)
        try:
            yield server.start()
        finally:
            server.end()
