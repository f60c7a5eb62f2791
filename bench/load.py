"""The load client from Python: compile load.c, start it, tell it what to do, and read what it saw."""

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Self

from bench.procs import on_core

HERE: Final = Path(__file__).parent
BUILT: Final = HERE.parent / ".make" / "bench"

Transport = Literal["ws", "sse"]
Order = Literal["strict", "common"]


def compiled(name: str) -> Path:
    """Give the program made of `name`.c, compiled if that is newer. Raises FileNotFoundError without a compiler."""
    source, program = HERE / f"{name}.c", BUILT / name
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise FileNotFoundError("no C compiler: apt-get install gcc libc6-dev")
        BUILT.mkdir(parents=True, exist_ok=True)
        made = program.with_suffix(f".{os.getpid()}")
        flags = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror"]
        subprocess.run([compiler, *flags, "-o", str(made), str(source)], check=True, timeout=60)
        made.replace(program)
    return program


@dataclass(frozen=True, slots=True)
class Latencies:
    """Times in ns, as (time, how often) in order of time."""

    buckets: tuple[tuple[int, int], ...]
    most: int

    @classmethod
    def of(cls, values: Sequence[int]) -> Self:
        """Give single times."""
        return cls(tuple((value, 1) for value in sorted(values)), max(values, default=0))

    def at(self, share: float) -> float:
        """Give, in ms, the time within which `share` of all lie."""
        wanted = share * sum(often for _, often in self.buckets)
        for value, often in self.buckets:
            wanted -= often
            if wanted <= 0:
                return min(value, self.most) / 1e6
        return self.most / 1e6

    def as_json(self) -> dict[str, float]:
        """Give median, p99 and max, in ms."""
        return {"median": round(self.at(0.5), 3), "p99": round(self.at(0.99), 3), "max": round(self.most / 1e6, 3)}


@dataclass(frozen=True, slots=True)
class Report:
    """What the viewers saw of the lines that were expected."""

    open: int  # viewers that are still connected
    delivered: int  # lines to viewers
    faults: dict[str, int]  # what is not as it should be, by kind; empty when all is well
    to_each: Latencies
    to_last: Latencies  # of each line
    seconds: float  # from the first line's time stamp to the last delivery
    cpu: float  # seconds that the load client itself was busy, from `expect` to the report

    @classmethod
    def read(cls, said: dict[str, Any]) -> Self:
        """Read the client's JSON."""
        kinds = ("lost", "doubled", "disordered", "damaged", "stray", "snapshots", "closed", "broken")
        return cls(
            open=said["open"],
            delivered=said["delivered"],
            faults={kind: said[kind] for kind in kinds if said[kind]},
            to_each=Latencies(tuple((value, often) for value, often in said["histogram"]), said["latency_max"]),
            to_last=Latencies.of([last - published for published, last, got in said["lines"] if got]),
            seconds=max(0, said["last_arrival"] - said["first_publish"]) / 1e9,
            cpu=said["cpu"],
        )


@dataclass(frozen=True, slots=True)
class Connected:
    """How connecting went."""

    connected: int
    failed: int
    seconds: float  # from the first SYN to the last viewer's first message
    failure: str  # the first one, in words


@dataclass
class Load:
    """A load client with its viewers. A context manager: its viewers leave with it."""

    ports: Sequence[int]
    path: str
    transport: Transport
    source: str = "127.0.1.1"  # the first of the sixteen addresses that viewers come from
    host: str = "127.0.0.1"
    core: int | None = None
    _process: "subprocess.Popen[bytes]" = field(init=False, repr=False)
    _said: bytearray = field(init=False, repr=False, default_factory=bytearray)

    def __enter__(self) -> Self:
        command = [str(compiled("load")), self.host, ",".join(map(str, self.ports)), self.path, self.transport, self.source]
        with on_core(self.core):
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._process.stdout.close()

    def connect(self, viewers: int, *, at_once: int = 100, snapshot: bool = False, within: float = 60) -> Connected:
        """Open viewers; with `snapshot`, one is connected when its snapshot came."""
        word = "snapshot" if snapshot else "open"
        return Connected(**self._ask(f"connect {viewers} {at_once} {word} {within}", within + 10))

    def expect(self, first: int, count: int, order: Order = "strict") -> None:
        """From now on these lines count: in the order of their numbers, or in one that is common to all viewers."""
        self._ask(f"expect {first} {count} {order}", 10)

    def report(self, within: float, grace: float = 0.05) -> Report:
        """Wait until each viewer has all lines, and `grace` seconds for surplus ones; at most `within` seconds."""
        return Report.read(self._ask(f"report {within} {grace}", within + grace + 10))

    def _ask(self, command: str, within: float) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(command.encode() + b"\n")
        self._process.stdin.flush()
        deadline = time.monotonic() + within
        while b"\n" not in self._said:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(f"the load client did not answer {command!r} in {within:.0f} s")
            part = os.read(self._process.stdout.fileno(), 1 << 20)
            if not part:
                raise RuntimeError(f"the load client ended at {command!r}")
            self._said += part
        said, _, rest = bytes(self._said).partition(b"\n")
        self._said = bytearray(rest)
        answer: dict[str, Any] = json.loads(said)
        return answer
