"""One measurement: a contestant, its viewers, lines at a steady rate, and a burst."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.contestants import Contestant, Place, Running, running
from bench.load import BUILT, Load, Order, Report, Transport
from bench.posting import Posting, append
from bench.procs import Cpu, idle, pss

_WARMING: Final = 20  # viewers that come and go before the measurement, so that nothing is done for the first time in it


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is measured."""

    transport: Transport
    size: int  # bytes of a line's text
    viewers: int

    @property
    def name(self) -> str:
        """Its key in the results."""
        return f"{self.transport}-{self.size}-{self.viewers}"

    @property
    def title(self) -> str:
        """Its heading in the results."""
        transport = {"ws": "WebSocket", "sse": "SSE"}[self.transport]
        return f"{self.viewers:,} viewers, {transport}, lines of {self.size:,} bytes"


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done for a measurement."""

    seconds: float  # of the steady phase
    burst: int  # lines
    posters: int  # connections over which a burst is posted
    server_core: int | None
    load_core: int | None
    a_second: float = 5.0  # lines of the steady phase

    @property
    def steady(self) -> int:
        """How many lines the steady phase has."""
        return max(1, round(self.seconds * self.a_second))


def measure(contestant: Contestant, scenario: Scenario, effort: Effort, source: str) -> dict[str, Any]:
    """Measure a contestant once; give the figures by name. Raises RuntimeError and TimeoutError when it cannot be done."""
    BUILT.mkdir(parents=True, exist_ok=True)
    # On the disk of the checkout: where a temporary folder lies in memory, syncing a line to it would cost nothing.
    with tempfile.TemporaryDirectory(dir=BUILT) as folder:
        place = Place(scenario.transport, Path(folder), effort.server_core)
        with running(contestant, place) as server, Posting(server.posts, server.head, server.body, scenario.size) as posting:
            return _Measurement(contestant, scenario, effort, source, server, posting).all()


@dataclass(frozen=True, slots=True)
class _Measurement:
    contestant: Contestant
    scenario: Scenario
    effort: Effort
    source: str
    server: Running
    posting: Posting

    def all(self) -> dict[str, Any]:
        with self._load() as load:
            self._connected(load, _WARMING)
            self._steady(load, 1, 2)
        pids = self.server.pids()
        idle(pids)
        memory, cpu = pss(pids), Cpu.of(pids)
        with self._load() as load:
            seconds = self._connected(load, self.scenario.viewers)
            idle(pids)
            figures: dict[str, Any] = {
                "connect_s": seconds,
                "connect_us": (Cpu.of(pids) - cpu).total * 1e6 / self.scenario.viewers,
                "kB": (pss(pids) - memory) / self.scenario.viewers / 1024,
            }
            self._steady(load, 101, 2)
            figures["steady"] = self._steady(load, 1001, self.effort.steady)
            idle(pids)
            figures["burst"] = self._burst(load, 10001, self._posted)
            if self.contestant.ours:
                idle(pids)
                figures["appended"] = self._burst(load, 20001, self._appended)
            return figures

    def _load(self) -> Load:
        server = self.server
        return Load([server.port], server.path, self.scenario.transport, self.source, core=self.effort.load_core)

    def _connected(self, load: Load, viewers: int) -> float:
        done = load.connect(viewers, snapshot=self.contestant.ours, within=30 + viewers / 200)
        if done.failed:
            raise RuntimeError(f"{done.failed} of {viewers} viewers could not connect: {done.failure or 'no answer'}")
        return done.seconds

    def _steady(self, load: Load, first: int, count: int) -> dict[str, Any]:
        accepted: list[float] = []

        def post() -> None:
            accepted.extend(self.posting.steadily(first, count, self.effort.a_second))

        figures = self._phase(load, first, count, "strict", post)
        return figures | {"accepted_ms": sorted(accepted)[len(accepted) // 2] * 1000}

    def _burst(self, load: Load, first: int, post: Callable[[int], float]) -> dict[str, Any]:
        accepted: list[float] = []
        figures = self._phase(load, first, self.effort.burst, "common", lambda: accepted.append(post(first)))
        return figures | {"accepted_s": accepted[0]}

    def _posted(self, first: int) -> float:
        return self.posting.burst(first, self.effort.burst, self.effort.posters)

    def _appended(self, first: int) -> float:
        return append(self.server.folder / "data", first, self.effort.burst, self.scenario.size)

    def _phase(self, load: Load, first: int, count: int, order: Order, post: Callable[[], None]) -> dict[str, Any]:
        load.expect(first, count, order)
        pids = self.server.pids()
        before, own = Cpu.of(pids), time.process_time()
        post()
        report = load.report(10 + count * self.scenario.viewers * 50e-6)
        return _figures(report, Cpu.of(pids) - before, report.cpu + time.process_time() - own)


def _figures(report: Report, cpu: Cpu, load_cpu: float) -> dict[str, Any]:
    deliveries, seconds = max(1, report.delivered), report.seconds or 1.0
    return {
        "cpu_us": cpu.total * 1e6 / deliveries,
        "user_us": cpu.in_user_mode * 1e6 / deliveries,
        "deliveries": report.delivered,
        "deliveries_s": report.delivered / seconds,
        "last_s": report.seconds,
        "to_each": report.to_each.as_json(),
        "to_last": report.to_last.as_json(),
        "server_busy": cpu.total / seconds,  # may pass 1: what comes before the first line and after the last counts too
        "load_busy": load_cpu / seconds,  # with the posting of lines, which is done on the same core
        "faults": report.faults,
    }
