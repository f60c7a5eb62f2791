"""What a fan-out meets besides lines: `python -m bench.cases [fair | slow | bound | herd | leave | crowd] … [--viewers N]`.

    fair    bursts, one after the other: how late is the event loop meanwhile? And at a steady rate: from append to write?
    slow    a fifth of the viewers stops reading: what do the others notice, and what does the server hold for them?
    bound   a fifth reads nothing and is owed far more than may wait: how much does, and whose end is that?
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
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from redis.asyncio import Redis
from websockets.asyncio.client import connect

from bench.cases_told import Found, has_faults, markdown
from bench.histogram import Histogram
from bench.load import Report
from bench.others import Asking, Most, Others
from bench.procs import Cpu, idle, machine, on_core, pss
from bench.served import PATH, Ours, ours
from ticker.embedded import locate

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results" / "cases.json"

UNSENT_MOST: Final = 16
"""MiB that may wait in the case `bound`."""

BURSTS: Final = 12
"""Of the case `bound`: after the first three the kernel takes no more of those who do not read."""


# -- fair --


def fair(viewers: int, cores: tuple[int | None, int | None]) -> Found:
    """Fifty lines at five a second, then forty bursts of sixty, during which somebody asks for other things."""
    with ours(core=cores[0]) as server, server.posting() as posting, server.load("127.30.1.1", core=cores[1]) as load:
        _all(load.connect(viewers, snapshot=True, within=60).connected, viewers)
        idle(server.pids())
        before = _histogram(server, "ticker_append_to_write_seconds")
        load.expect(1, 50)
        posting.steadily(1, 50, 5)
        _sound(load.report(30).faults)
        written = _histogram(server, "ticker_append_to_write_seconds") - before
        before = _histogram(server, "ticker_loop_stall_seconds")
        with Asking(server) as asking:
            for number in range(40):
                load.expect(1000 * (number + 1), 60, "common")
                posting.burst(1000 * (number + 1), 60, 16)
                _sound(load.report(30).faults)
        stall = _histogram(server, "ticker_loop_stall_seconds") - before
    return {
        "viewers": viewers,
        "append_to_write_ms": {"median_at_most": written.at(0.5), "p99_at_most": written.at(0.99), "events": written.count},
        "loop_stall_ms": {"median_at_most": stall.at(0.5), "p99_at_most": stall.at(0.99), "looks": stall.count},
        "asked_ms": {name: _spread([one * 1000 for one in took]) for name, took in asking.took.items()},
    }


def _spread(values: list[float]) -> dict[str, float]:
    values = sorted(values)
    return {"median": median(values), "p99": values[len(values) * 99 // 100], "most": values[-1], "count": len(values)}


def _histogram(server: Ours, name: str) -> Histogram:
    return Histogram.read(name, server.get("/metrics"))


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
        Others(server, fifth, reading) as others,
    ):
        _all(load.connect(viewers - fifth, snapshot=True, within=60).connected, viewers - fifth)
        idle(server.pids())
        before, most = pss(server.pids()), Most(server)
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
            "others_left": others.left(),
            "closed_slow": server.metrics("ticker_closes_total", "cause").get("slow", 0),
        }


# -- bound --


def bound(viewers: int, cores: tuple[int | None, int | None]) -> Found:
    """Bursts of long lines, far more than may wait; beside a fifth that reads, and one that does not and has ages to do so."""
    rounds = [
        {how: _bound(viewers, cores, reading=how == "reading", number=number) for how in ("reading", "not_reading")}
        for number in range(2)
    ]
    return {"viewers": viewers, "slow": viewers // 5, "most_MiB": UNSENT_MOST, "bursts": BURSTS, "rounds": rounds}


def _bound(viewers: int, cores: tuple[int | None, int | None], *, reading: bool, number: int) -> Found:
    fifth = viewers // 5
    with (
        ours(core=cores[0], TICKER_WRITE_DEADLINE="300", TICKER_UNSENT_MOST=str(UNSENT_MOST)) as server,
        server.posting(1000) as posting,
        server.load(f"127.{50 + 2 * number + reading}.1.1", core=cores[1]) as load,
        Others(server, fifth, reading),
    ):
        _all(load.connect(viewers - fifth, snapshot=True, within=60).connected, viewers - fifth)
        idle(server.pids())
        before, most, reports = pss(server.pids()), Most(server, every=0.1), list[Report]()
        with most:
            for burst in range(BURSTS):
                load.expect(1000 * (burst + 1), 60, "common")
                posting.burst(1000 * (burst + 1), 60, 16)
                reports.append(load.report(30))
        return {
            "p99_ms": median(report.to_each.as_json()["p99"] for report in reports),
            "max_ms": max(report.to_each.as_json()["max"] for report in reports),
            "faults": dict(sum((Counter(report.faults) for report in reports), Counter())),
            "unsent_most_MB": round(most.unsent / 1e6, 1),
            "pss_growth_MB": round((most.pss - before) / 1e6, 1),
            "cut_off": server.metrics("ticker_closes_total", "cause"),
            "still_there": int(server.metric("ticker_viewers")) - (viewers - fifth),
        }


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


def measured(cases: Mapping[str, Callable[[], Found]], results: Path) -> int:
    """Measure one case after the other, and keep what came out beside what is kept of others.

    Gives the exit status: 1 when one could not be measured, or viewers saw faults.
    """
    kept = json.loads(results.read_text()) if results.exists() else {}
    status = 0
    for name, case in cases.items():
        print(f"{name} …", flush=True)
        try:
            kept[name] = {"date": time.strftime("%Y-%m-%d"), "machine": machine(), **case()}
        except (RuntimeError, TimeoutError, OSError) as error:
            print(f"{name} failed: {error}", flush=True)
            status = 1
            continue
        print(json.dumps(kept[name], indent=1), flush=True)
        results.write_text(json.dumps(kept, indent=1) + "\n")
        results.with_suffix(".md").write_text(markdown(kept))
        status |= has_faults(kept[name])
    return status


def main() -> int:
    """Measure what is asked for; give the exit status."""
    cases = {one.__name__: one for one in (fair, slow, bound, herd, leave)}
    parser = argparse.ArgumentParser(prog="python -m bench.cases", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cases", nargs="*", choices=[*cases, "crowd", "all"], default="all", help="default: all")
    parser.add_argument("--viewers", type=int, default=10_000, help="default: 10,000")
    parser.add_argument("--crowd", type=int, default=76_000, help="viewers of the crowd (default: 76,000)")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    found = sorted(os.sched_getaffinity(0))
    cores = (found[0], found[1]) if len(found) > 1 else (None, None)

    def run(name: str) -> Found:
        if name == "crowd":
            return crowd(given.crowd)
        with on_core(cores[1]):
            return cases[name](given.viewers, cores)

    wanted = [*cases, "crowd"] if "all" in given.cases else given.cases
    return measured({name: partial(run, name) for name in wanted}, RESULTS)


if __name__ == "__main__":
    sys.exit(main())
