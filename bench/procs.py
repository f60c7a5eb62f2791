"""What the kernel tells of processes: their children, CPU time and memory. Linux."""

import contextlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Pin what is started meanwhile, and all that it starts, to a core; None: to none."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """Give a process and all its living descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = _stat(int(entry.name))
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def _stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat from the third on, after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU time in seconds.

    The sum is the scheduler's, exact to a microsecond. Many kernels know the two parts only by samples, 100 to 1,000 a second:
    the share of user mode is good to a few per cent after a few seconds of work.
    """

    total: float
    user: float  # by samples
    system: float  # by samples

    @property
    def in_user_mode(self) -> float:
        """Give the part of the total that was spent in user mode."""
        sampled = self.user + self.system
        return self.total * self.user / sampled if sampled else 0.0

    @classmethod
    def of(cls, pids: Iterable[int]) -> Self:
        """Give what processes have used so far."""
        total = user = system = 0.0
        for pid in pids:
            fields = _stat(pid)
            user += int(fields[11]) / _TICKS
            system += int(fields[12]) / _TICKS
            total += sum(_ran(thread) for thread in Path(f"/proc/{pid}/task").iterdir()) / 1e9
        return cls(total or user + system, user, system)

    def __sub__(self, earlier: "Cpu") -> "Cpu":
        return Cpu(self.total - earlier.total, self.user - earlier.user, self.system - earlier.system)


def _ran(thread: Path) -> int:
    """Give how long a thread has run, in ns; 0 on a kernel that does not say."""
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except (OSError, IndexError):
        return 0


def pss(pids: Iterable[int]) -> int:
    """Give the memory of processes in bytes, pages that are shared divided among those who share them."""
    return sum(
        int(re.findall(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)[0]) * 1024
        for pid in pids
    )


def idle(pids: Iterable[int], within: float = 10.0) -> None:
    """Wait until processes use less than a twentieth of a core, at most `within` seconds: earlier work is done then."""
    pids = list(pids)
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        before = Cpu.of(pids)
        time.sleep(0.25)
        if (Cpu.of(pids) - before).total < 0.0125:
            return


def machine() -> str:
    """Give this machine in words: cores, memory, kernel. No names."""
    about = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", about, re.MULTILINE)
    memory = int(re.findall(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[0]) / 1024**2
    kernel = re.match(r"\d+\.\d+", os.uname().release)
    cores = os.cpu_count()
    return (
        f"{cores} cores ({model[1] if model else os.uname().machine}), {memory:.0f} GiB, Linux {kernel[0] if kernel else '?'}"
    )
