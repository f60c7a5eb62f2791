"""Measure fan-out against its peers: `python -m bench.run [--quick | --full] [--viewers N …] [--only NAME …]`.

Loopback only; at most 19,000 viewers for each server, as many as a process of 20,000 descriptors can hold. See README.md.
"""

import argparse
import itertools
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from bench import chart, report
from bench.contestants import CONTESTANTS, Contestant
from bench.load import compiled
from bench.measure import Effort, Scenario, measure
from bench.procs import machine

HERE: Final = Path(__file__).parent
CHART: Final = HERE.parent / "docs/images/fanout.svg"

MAIN: Final = "fanout"
"""The results that the documents show; a run that writes elsewhere draws no chart for them."""

SPARE: Final = 500
"""Descriptors that a server needs beside its viewers."""


def main() -> int:
    """Measure, print and write; give the exit status, 1 if a viewer missed something or a contestant could not be measured."""
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C: what was started is ended first
    _descriptors(max(arguments.viewers))
    try:
        compiled("load")
        compiled("limit")
    except FileNotFoundError as error:
        raise SystemExit(f"The bench needs a C compiler and its headers: {error}") from None
    contestants = [one for one in CONTESTANTS if not arguments.only or one.name in arguments.only]
    contestants = [one for one in contestants if _is_there(one)]
    effort = _effort(arguments)
    cells = [
        Scenario(transport, size, viewers)
        for viewers, size, transport in itertools.product(arguments.viewers, arguments.sizes, arguments.transports)
    ]
    everything = report.Results.read(HERE / "results" / f"{arguments.name}.json")
    everything.about(machine(), {one.name: one.version() for one in contestants})
    began, failures = time.monotonic(), 0
    for scenario in cells:
        print(f"\n{scenario.title}", flush=True)
        earlier = everything.measured_alike(scenario, effort) if arguments.more else []
        runs, failed = _rounds(scenario, contestants, effort, range(len(earlier), len(earlier) + arguments.rounds))
        failures += failed
        everything.cells[scenario.name] = report.Cell(scenario, effort, time.strftime("%Y-%m-%d"), [*earlier, *runs])
        everything.write()
        print(everything.markdown_of(scenario.name))
    if arguments.name == MAIN and any(scenario.name == report.CHARTED for scenario in cells):
        chart.write(everything.cells[report.CHARTED], CHART)
    print(f"Took {time.monotonic() - began:.0f} s. Written to {everything.path.relative_to(HERE.parent)} and .md beside it.")
    return 1 if failures else 0


def _rounds(
    scenario: Scenario, contestants: Iterable[Contestant], effort: Effort, numbers: Iterable[int]
) -> tuple[list[dict[str, dict[str, Any]]], int]:
    """Measure all contestants in turn, round by round, so that a change of the machine's mood meets all of them."""
    taking_part = [one for one in contestants if scenario.transport in one.transports]
    runs, failures = [], 0
    for number in numbers:
        figures: dict[str, dict[str, Any]] = {}
        # Each round starts with another: who comes first meets no cold machine each time.
        for one in (taking_part[(place + number) % len(taking_part)] for place in range(len(taking_part))):
            try:
                # Sources of their own in each round, so that no connection meets the leftovers of an earlier one.
                figures[one.name] = measure(one, scenario, effort, f"127.{number % 200 + 1}.{_place(one)}.1")
            except (RuntimeError, TimeoutError, OSError) as error:
                print(f"  round {number + 1}  {one.name:10} failed: {error}", flush=True)
                failures += 1
                continue
            failures += bool(report.faults(figures[one.name]))
            print(f"  round {number + 1}  {one.name:10} {report.in_a_line(figures[one.name])}", flush=True)
        runs.append(figures)
    return runs, failures


def _place(contestant: Contestant) -> int:
    return 1 + CONTESTANTS.index(contestant)


def _is_there(contestant: Contestant) -> bool:
    if lacks := contestant.lacks():
        print(f"Without {contestant.title}; it needs {lacks}", file=sys.stderr)
    return not lacks


def _descriptors(viewers: int) -> None:
    """Use all the descriptors that we may have, and say when they are too few."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if viewers + SPARE > hard:
        raise SystemExit(
            f"{viewers:,} viewers need {viewers + SPARE:,} file descriptors, and a process may have {hard:,} here."
        )


def _effort(given: argparse.Namespace) -> Effort:
    """Give the server the first core and the load the second; without two cores the figures mean little."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        print("There is one core only: server and viewers share it, and the figures mean little.", file=sys.stderr)
        return Effort(given.seconds, given.burst, given.posters, server_core=None, load_core=None)
    os.sched_setaffinity(0, {cores[1]})
    return Effort(given.seconds, given.burst, given.posters, server_core=cores[0], load_core=cores[1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=(__doc__ or "").partition("\n")[0])
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument("--quick", action="store_true", help="1,000 viewers, one round: about a minute, to see that all works")
    scope.add_argument("--full", action="store_true", help="all numbers of viewers and sizes: over an hour")
    parser.add_argument("--viewers", type=int, nargs="+", metavar="N", help="numbers of viewers (default: 10000)")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="BYTES", help="bytes of a line's text (default: 250)")
    parser.add_argument("--transports", nargs="+", choices=("ws", "sse"), help="default: both")
    parser.add_argument("--rounds", type=int, help="how often each is measured (default: 3)")
    parser.add_argument("--more", action="store_true", help="add rounds to those of an earlier run that did as much")
    parser.add_argument("--seconds", type=float, help="of the steady phase (default: 5)")
    parser.add_argument("--burst", type=int, default=60, help="lines of a burst (default: 60)")
    parser.add_argument("--posters", type=int, default=16, help="connections that a burst is posted over (default: 16)")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in CONTESTANTS], help="default: all contestants")
    parser.add_argument("--name", help='of the files in bench/results (default: "fanout", with --quick "quick")')
    given = parser.parse_args()
    given.viewers = given.viewers or ([1_000] if given.quick else [1_000, 10_000, 19_000] if given.full else [10_000])
    given.sizes = given.sizes or ([250, 1_000] if given.full else [250])
    given.transports = given.transports or ["ws", "sse"]
    given.rounds = given.rounds or (1 if given.quick else 3)
    given.seconds = given.seconds or (2.0 if given.quick else 5.0)
    given.name = given.name or ("quick" if given.quick else MAIN)
    if min(given.viewers) < 1 or min(given.rounds, given.burst, given.posters) < 1 or max(given.viewers) > 1_000_000:
        parser.error("viewers, rounds, lines and posters are at least 1")
    return given


if __name__ == "__main__":
    sys.exit(main())
