"""What a fan-out meets besides lines: `python -m bench.cases [fair | slow | herd | leave | crowd] … [--viewers N]`.

    fair    bursts, one after the other: how late is the event loop meanwhile? And at a steady rate: from append to write?
    slow    a fifth of the viewers stops reading: what do the others notice, and what does the server hold for them?
    herd    the server is killed and all viewers return at once with their cursors: how long until all have what they missed?
    leave   the server is stopped: when do its viewers arrive at the next one?
    crowd   more viewers than a process can hold, over four processes on one port

Loopback only, bounded in count and time. Prints, and writes results/cases.json and .md. README.md says what is done.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import resource
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from redis.asyncio import Redis
from websockets.asyncio.client import connect

from bench.cases_told import Found, markdown
from bench.procs import Cpu, idle, machine, pss
from bench.served import PATH, Ours, ours
from ticker.embedded import locate

HERE: Final = Path(__file__).parent
CASES: Final = ["fair", "slow", "herd", "leave", "crowd"]
RESULTS: Final = HERE / "results" / "cases.json"


# -- fair --


def fair(viewers: int, cores: tuple[int | None, int | None]) -> Found:
    """Fifty lines at five a second, then twenty bursts of sixty."""
    with ours(core=cores[0]) as server, server.posting() as posting, server.load("127.30.1.1", core=cores[1]) as load:
        _all(load.connect(viewers, snapshot=True, within=60).connected, viewers)
        idle(server.pids())
        before = _Histogram.of(server, "ticker_append_to_write_seconds")
        load.expect(1, 50)
        posting.steadily(1, 50, 5)
        _sound(load.report(30).faults)
        written = _Histogram.of(server, "ticker_append_to_write_seconds") - before
        before = _Histogram.of(server, "ticker_loop_stall_seconds")
        for number in range(20):
            load.expect(1000 * (number + 1), 60, "common")
            posting.burst(1000 * (number + 1), 60, 16)
            _sound(load.report(30).faults)
        stall = _Histogram.of(server, "ticker_loop_stall_seconds") - before
    return {
        "viewers": viewers,
        "append_to_write_ms": {"median_at_most": written.at(0.5), "p99_at_most": written.at(0.99), "events": written.count},
        "loop_stall_ms": {"median_at_most": stall.at(0.5), "p99_at_most": stall.at(0.99), "looks": stall.count},
    }


@dataclass(frozen=True, slots=True)
class _Histogram:
    """A histogram of the metrics: how often each upper bound (s) was kept."""

    kept: dict[float, float]

    @classmethod
    def of(cls, server: Ours, name: str) -> "_Histogram":
        found = re.findall(rf'^{name}_bucket{{le="([^"]+)"}} (\S+)', server.get("/metrics"), re.MULTILINE)
        return cls({float(bound): float(often) for bound, often in found})

    def __sub__(self, earlier: "_Histogram") -> "_Histogram":
        return _Histogram({bound: often - earlier.kept.get(bound, 0) for bound, often in self.kept.items()})

    @property
    def count(self) -> int:
        return int(self.kept[float("inf")])

    def at(self, share: float) -> float:
        """Give the least bound that `share` of all kept, in ms."""
        return min(bound for bound, often in self.kept.items() if often >= share * self.count) * 1000


# -- slow --


def slow(viewers: int, cores: tuple[int | None, int | None]) -> Found:
    """Three rounds of the same, with a fifth that reads and with a fifth that does not; each on a server of its own."""
    rounds = [
        {how: _slow(viewers, cores, reading=how == "reading", number=number) for how in ("reading", "not_reading")}
        for number in range(3)
    ]
    ratio = [one["not_reading"]["p99_ms"] / one["reading"]["p99_ms"] for one in rounds]
    return {
        "viewers": viewers,
        "slow": viewers // 5,
        "rounds": rounds,
        "p99_ratio": {"median": round(median(ratio), 3), "least": round(min(ratio), 3), "most": round(max(ratio), 3)},
    }


def _slow(viewers: int, cores: tuple[int | None, int | None], *, reading: bool, number: int) -> Found:
    fifth, seconds, a_second = viewers // 5, 25, 20
    with (
        ours(core=cores[0], TICKER_WRITE_DEADLINE="5", TICKER_UNSENT_MOST="4") as server,
        server.posting() as posting,
        server.load(f"127.{40 + 2 * number + reading}.1.1", core=cores[1]) as load,
        _Others(server, fifth, reading) as others,
    ):
        _all(load.connect(viewers - fifth, snapshot=True, within=60).connected, viewers - fifth)
        idle(server.pids())
        before, most = pss(server.pids()), _Most(server)
        load.expect(1, seconds * a_second)
        with most:
            posting.steadily(1, seconds * a_second, a_second)
        report = load.report(60)
        return {
            "p99_ms": report.to_each.as_json()["p99"],
            "median_ms": report.to_each.as_json()["median"],
            "faults": report.faults,
            "unsent_most_bytes": most.unsent,
            "pss_growth_MB": round((most.pss - before) / 1e6, 1),
            "closed_slow": _closed_slow(server),
            "others_left": others.left(),
        }


class _Most:
    """Looks every second at what the server holds, and keeps the most."""

    def __init__(self, server: Ours) -> None:
        self._server = server
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
        while not self._stop.wait(1):
            self.unsent = max(self.unsent, self._server.metric("ticker_unsent_bytes"))
            self.pss = max(self.pss, pss(self._server.pids()))


class _Others:
    """Viewers who read, or who take their snapshot and then read nothing, with as little room as the kernel allows."""

    def __init__(self, server: Ours, count: int, reading: bool) -> None:
        self._server = server
        self._count = count
        self._reading = reading
        self._sockets: list[socket.socket] = []
        self._stop = threading.Event()

    def __enter__(self) -> "_Others":
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
                os.read(descriptor, 1 << 16)
        poll.close()

    def left(self) -> int:
        """How many the server has closed or cut off."""
        return sum(_is_closed(one) for one in self._sockets) if not self._reading else 0

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for one in self._sockets:
            one.close()


def _is_closed(one: socket.socket) -> bool:
    one.settimeout(2)
    try:
        while one.recv(1 << 16):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def _closed_slow(server: Ours) -> int:
    told = server.get("/metrics").splitlines()
    return sum(int(float(line.split()[-1])) for line in told if line.startswith("ticker_closes_total{") and '"slow"' in line)


# -- herd --


def herd(viewers: int, cores: tuple[int | None, int | None]) -> Found:
    """Three rounds: connect, kill, start again, return with a cursor five lines old."""
    rounds: list[Found] = []
    for number in range(3):
        with ours(core=cores[0]) as server, server.posting() as posting:
            with server.load(f"127.{60 + 2 * number}.1.1", core=cores[1]) as load:
                plain = load.connect(viewers, at_once=1000, snapshot=True, within=60)
                _all(plain.connected, viewers)
                cursor = json.loads(server.get("/v1/channels/en/lines"))["cursor"]
                load.expect(1, 5)
                for line in range(1, 6):
                    posting.post(line)
                _sound(load.report(30).faults)
                server.kill()
            server.start()
            idle(server.pids())
            rest = _commands(server, 2.0)
            with server.load(f"127.{61 + 2 * number}.1.1", f"{PATH}?after={cursor}", core=cores[1]) as load:
                load.expect(1, 5)
                began, before = time.monotonic(), _count_commands(server)
                back = load.connect(viewers, at_once=1000, snapshot=True, within=60)
                report = load.report(30)
                seconds = time.monotonic() - began
                commands = _count_commands(server) - before
                _all(back.connected, viewers)
                _all(report.delivered, viewers * 5)
            rounds.append(
                {
                    "plain_s": round(plain.seconds, 3),
                    "return_s": round(back.seconds, 3),
                    "ratio": round(back.seconds / plain.seconds, 3),
                    "faults": report.faults,
                    "engine_commands": commands,
                    "engine_commands_at_rest_in_that_time": round(rest * seconds, 1),
                }
            )
    return {"viewers": viewers, "rounds": rounds, "ratio": median(one["ratio"] for one in rounds)}


def _count_commands(server: Ours) -> int:
    async def asked() -> int:
        url = await locate(server.folder / "data")
        assert url
        async with Redis.from_url(url) as redis:
            stats = await redis.info("commandstats")
        return sum(
            one["calls"]
            for name, one in stats.items()
            if name not in ("cmdstat_info", "cmdstat_client|setinfo", "cmdstat_hello")
        )

    return asyncio.run(asked())


def _commands(server: Ours, seconds: float) -> float:
    """Give the engine's commands per second while nothing happens."""
    before = _count_commands(server)
    time.sleep(seconds)
    return (_count_commands(server) - before) / seconds


# -- leave --


def leave(viewers: int, cores: tuple[int | None, int | None]) -> Found:
    """Viewers of a server that stops go to a second one when they were told to; how even is that?"""
    viewers, window = min(viewers, 3000), 10.0
    with ours(core=cores[0], TICKER_LEAVE_WINDOW=str(window)) as first, ours(core=cores[0]) as second:
        arrived = sorted(asyncio.run(_leave(first, second, viewers)))
    tenths = [sum(place * window / 10 <= one < (place + 1) * window / 10 for one in arrived) for place in range(11)]
    return {
        "viewers": viewers,
        "window_s": window,
        "arrivals_by_second": tenths,
        "first_s": round(arrived[0], 2),
        "last_s": round(arrived[-1], 2),
    }


async def _leave(first: Ours, second: Ours, viewers: int) -> list[float]:
    stopped = 0.0

    async def view(ready: asyncio.Semaphore, there: asyncio.Barrier) -> float:
        async with ready:
            websocket = await connect(f"ws://127.0.0.1:{first.port}{PATH}", compression=None, open_timeout=60)
        await there.wait()
        delay = None
        async for text in websocket:
            message = json.loads(text)
            if message["type"] == "leaving":
                delay = message["reconnect"]
        if delay is None:
            raise RuntimeError("a viewer was not told when to come back")
        await asyncio.sleep(delay)
        async with connect(f"ws://127.0.0.1:{second.port}{PATH}", compression=None, open_timeout=60) as back:
            await back.recv()
            return time.monotonic() - stopped

    ready, there = asyncio.Semaphore(50), asyncio.Barrier(viewers + 1)
    everybody = [asyncio.create_task(view(ready, there)) for _ in range(viewers)]
    await there.wait()
    stopped = time.monotonic()
    first.process.send_signal(signal.SIGTERM)
    return list(await asyncio.gather(*everybody))


# -- crowd --


def crowd(viewers: int, workers: int = 4) -> Found:
    """Four processes on one port, and as many load clients; ten lines, one a second, to all."""
    each = viewers // workers
    with ours("--workers", str(workers)) as server, server.posting() as posting, contextlib.ExitStack() as stack:
        idle(server.pids())
        before, began = pss(server.pids()), time.monotonic()
        loads = [stack.enter_context(server.load(f"127.{100 + number}.1.1")) for number in range(workers)]
        for load in loads:
            _all(load.connect(each, snapshot=True, within=120).connected, each)
        seconds = time.monotonic() - began
        idle(server.pids(), 30)
        memory = (pss(server.pids()) - before) / viewers
        for load in loads:
            load.expect(1, 10)
        cpu = Cpu.of(server.pids())
        posting.steadily(1, 10, 1.0)
        reports = [load.report(60) for load in loads]
        cpu = Cpu.of(server.pids()) - cpu
        _all(int(server.metric("ticker_viewers")), each * workers)
    return {
        "viewers": each * workers,
        "workers": workers,
        "connect_s": round(seconds, 1),
        "delivered": sum(report.delivered for report in reports),
        "faults": [report.faults for report in reports],
        "to_last_ms": {
            "median": max(report.to_last.as_json()["median"] for report in reports),
            "max": max(report.to_last.as_json()["max"] for report in reports),
        },
        "cpu_us_a_delivery": round(cpu.total * 1e6 / (each * workers * 10), 2),
        "kB_a_viewer": round(memory / 1024, 2),
    }


# -- the program --


def _all(got: int, wanted: int) -> None:
    if got != wanted:
        raise RuntimeError(f"{got} instead of {wanted}")


def _sound(faults: dict[str, int]) -> None:
    if faults:
        raise RuntimeError(f"viewers saw {faults}")


def main() -> int:
    """Measure what is asked for; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.cases", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cases", nargs="*", choices=[*CASES, "all"], default="all", help="default: all")
    parser.add_argument("--viewers", type=int, default=10_000, help="default: 10,000")
    parser.add_argument("--crowd", type=int, default=76_000, help="viewers of the crowd (default: 76,000)")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    cores = sorted(os.sched_getaffinity(0))
    pinned = (cores[0], cores[1]) if len(cores) > 1 else (None, None)
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept["machine"] = machine()
    everything: dict[str, Callable[[], Found]] = {
        "fair": lambda: fair(given.viewers, pinned),
        "slow": lambda: slow(given.viewers, pinned),
        "herd": lambda: herd(given.viewers, pinned),
        "leave": lambda: leave(given.viewers, pinned),
        "crowd": lambda: crowd(given.crowd),
    }
    for case in CASES if "all" in given.cases else given.cases:
        if case != "crowd" and len(cores) > 1:
            os.sched_setaffinity(0, {cores[1]})
        else:
            os.sched_setaffinity(0, set(cores))
        print(f"{case} …", flush=True)
        kept[case] = {"date": time.strftime("%Y-%m-%d"), **everything[case]()}
        print(json.dumps(kept[case], indent=1), flush=True)
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
        RESULTS.with_suffix(".md").write_text(markdown(kept))
    return 0


if __name__ == "__main__":
    sys.exit(main())
