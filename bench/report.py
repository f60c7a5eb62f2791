"""Results: kept as JSON, one cell for each scenario with the figures of all its rounds, and shown as Markdown.

A ratio is made within a round and its median taken over the rounds; beside it stand its least and most.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final, Self

from bench.contestants import CONTESTANTS
from bench.measure import Effort, Scenario

Figures = dict[str, Any]
Figure = Callable[[Figures], float]

CHARTED: Final = Scenario("ws", 250, 10_000).name
"""The scenario that the goals are set for, and that the chart shows."""

PHASES: Final = ("steady", "burst", "appended")

TITLES: Final = {one.name: one.title for one in CONTESTANTS}


def cpu(figures: Figures) -> float:
    """Server CPU for each delivery of the steady phase, in µs."""
    return float(figures["steady"]["cpu_us"])


def user(figures: Figures) -> float:
    """Its part in user mode."""
    return float(figures["steady"]["user_us"])


def last(figures: Figures) -> float:
    """Seconds from a burst's first line to its last delivery."""
    return float(figures["burst"]["last_s"])


def faults(figures: Figures) -> dict[str, dict[str, int]]:
    """What viewers missed, got twice, and so on, by phase."""
    return {phase: figures[phase]["faults"] for phase in PHASES if phase in figures and figures[phase]["faults"]}


def in_a_line(figures: Figures) -> str:
    """A round's main figures."""
    steady, burst = figures["steady"], figures["burst"]
    said = (
        f"{steady['cpu_us']:6.2f} µs ({steady['user_us']:.2f} user)  to the last {steady['to_last']['median']:.1f} ms  "
        f"burst {burst['last_s']:.3f} s, accepted in {burst['accepted_s']:.3f} s  "
        f"{figures['kB']:.1f} kB a viewer  connect {figures['connect_s']:.2f} s"
    )
    if wrong := faults(figures):
        said += f"  FAULTS {wrong}"
    return said


@dataclass(frozen=True, slots=True)
class Cell:
    """One scenario's rounds."""

    scenario: Scenario
    effort: Effort
    date: str
    rounds: Sequence[dict[str, Figures]]  # by contestant

    def of(self, name: str, figure: Figure) -> list[float]:
        """Give a figure of a contestant in each of its rounds."""
        return [figure(figures[name]) for figures in self.rounds if name in figures]

    def ratios(self, name: str, other: str, figure: Figure) -> list[float]:
        """Give a figure of a contestant over another's, round by round."""
        both = [figures for figures in self.rounds if name in figures and other in figures]
        return [figure(figures[name]) / figure(figures[other]) for figures in both if figure(figures[other])]

    @property
    def names(self) -> list[str]:
        """Those who were measured, in the tables' order."""
        return [one.name for one in CONTESTANTS if any(one.name in figures for figures in self.rounds)]


@dataclass(slots=True)
class Results:
    """All that was measured so far, cell by cell."""

    path: Path  # of the JSON
    machine: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what is there: a run replaces the cells it measures and keeps the others."""
        found = cls(path)
        if path.exists():
            kept = json.loads(path.read_text())
            found.machine, found.versions = kept["machine"], kept["versions"]
            for name, cell in kept["cells"].items():
                scenario, effort = Scenario(**cell["scenario"]), Effort(**cell["effort"])
                found.cells[name] = Cell(scenario, effort, cell["date"], cell["rounds"])
        return found

    def measured_alike(self, scenario: Scenario, effort: Effort) -> list[dict[str, Figures]]:
        """Give the rounds of a scenario so far, if as much was done for them: more can be added to those."""
        cell = self.cells.get(scenario.name)
        return list(cell.rounds) if cell and cell.effort == effort else []

    def about(self, machine: str, versions: dict[str, str]) -> None:
        """Say on what and with what it is measured."""
        self.machine = machine
        self.versions |= versions

    def write(self) -> None:
        """Write the JSON, and the Markdown beside it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"machine": self.machine, "versions": self.versions, "cells": {n: asdict(c) for n, c in self.cells.items()}}
        self.path.write_text(json.dumps(_rounded(kept), indent=1, ensure_ascii=False) + "\n")
        self.path.with_suffix(".md").write_text(self.markdown())

    def markdown(self) -> str:
        """Give everything as one page."""
        order = sorted(self.cells, key=lambda name: (name != CHARTED, self.cells[name].scenario.viewers, name))
        parts = [
            "# Fan-out, measured",
            f"Made by `make bench`; what each figure means is in [README.md](../README.md).\n\nThe machine: {self.machine}.",
        ]
        parts.append("\n".join(f"- {TITLES[name]}: {version}" for name, version in self.versions.items()))
        parts += [self.markdown_of(name) for name in order]
        return "\n\n".join(parts) + "\n"

    def markdown_of(self, name: str) -> str:
        """Give one scenario's tables."""
        cell = self.cells[name]
        parts = [
            f"## {cell.scenario.title}",
            _how(cell),
            _steady_table(cell),
            _burst_table(cell),
        ]
        if wrong := [f"{TITLES[n]}: {faults(r[n])}" for r in cell.rounds for n in cell.names if n in r and faults(r[n])]:
            parts.append("Faults:\n\n" + "\n".join(f"- {one}" for one in wrong))
        if name == CHARTED and "ours" in cell.names:
            parts.append(_goals(cell))
        return "\n\n".join(parts)


def _how(cell: Cell) -> str:
    effort = cell.effort
    steady = f"{effort.steady} lines at {effort.a_second:g} a second, then {effort.burst} at once"
    return f"{cell.date}, {len(cell.rounds)} rounds of {steady}. Medians; in brackets the least and the most."


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return value


def _spread(values: Sequence[float], form: str) -> str:
    """Write a median with its least and most; an empty list as a dash."""
    if not values:
        return "–"
    middle = format(median(values), form)
    return middle if len(values) == 1 else f"{middle} ({min(values):{form}}–{max(values):{form}})"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _times(cell: Cell, name: str, phase: str, which: str) -> str:
    def one(form: str) -> str:
        return f"{median(cell.of(name, lambda figures: float(figures[phase][which][form]))):.1f}"

    return " / ".join(one(form) for form in ("median", "p99", "max"))


def _steady_table(cell: Cell) -> str:
    heads = [
        "steady",
        "server CPU, µs a delivery",
        "of it in user mode",
        "× the limit",
        "× nchan",
        "to each, ms: median / p99 / max",
        "to the last, ms",
        "accepted after, ms",
        "kB a viewer",
        "connect, s",
        "connect, CPU µs each",
    ]
    rows = [
        [
            TITLES[name],
            _spread(cell.of(name, cpu), ".2f"),
            _spread(cell.of(name, user), ".2f"),
            _spread(cell.ratios(name, "limit", cpu), ".2f"),
            _spread(cell.ratios(name, "nchan", cpu), ".2f"),
            _times(cell, name, "steady", "to_each"),
            _times(cell, name, "steady", "to_last"),
            _spread(cell.of(name, lambda figures: figures["steady"]["accepted_ms"]), ".1f"),
            _spread(cell.of(name, lambda figures: figures["kB"]), ".1f"),
            _spread(cell.of(name, lambda figures: figures["connect_s"]), ".2f"),
            _spread(cell.of(name, lambda figures: figures["connect_us"]), ".0f"),
        ]
        for name in cell.names
    ]
    return _table(heads, rows)


def _burst_table(cell: Cell) -> str:
    heads = [
        "burst",
        "deliveries a second",
        "to the last viewer, s",
        "accepted in, s",
        "times as fast as the limit",
        "server CPU, µs a delivery",
        "to each, ms: median / p99 / max",
        "server busy",
        "load client busy",
    ]
    rows = []
    for name in cell.names:
        rows.append(_burst_row(cell, name, "burst", TITLES[name]))
        if name == "ours":
            rows.append(_burst_row(cell, name, "appended", f"{TITLES[name]}, appended to its log"))
    return _table(heads, rows)


def _burst_row(cell: Cell, name: str, phase: str, title: str) -> list[str]:
    def of(figure: str, form: str) -> str:
        return _spread(cell.of(name, lambda figures: figures[phase][figure]), form)

    both = [figures for figures in cell.rounds if name in figures and "limit" in figures]
    faster = [last(figures["limit"]) / figures[name][phase]["last_s"] for figures in both if figures[name][phase]["last_s"]]
    return [
        title,
        of("deliveries_s", ",.0f"),
        of("last_s", ".3f"),
        of("accepted_s", ".3f"),
        _spread(faster, ".1f"),
        of("cpu_us", ".2f"),
        _times(cell, name, phase, "to_each"),
        of("server_busy", ".0%"),
        of("load_busy", ".0%"),
    ]


@dataclass(frozen=True, slots=True)
class _Goal:
    title: str
    wanted: str
    values: list[float]
    most: float  # what is reached, if the median is no more

    def row(self) -> list[str]:
        reached = "–" if not self.values else "yes" if median(self.values) <= self.most else "no"
        return [self.title, self.wanted, _spread(self.values, ".2f"), reached]


def _goals(cell: Cell) -> str:
    """Hold our figures against what was set out to be reached."""

    def kb(figures: Figures) -> float:
        return float(figures["kB"])

    def connect(figures: Figures) -> float:
        return float(figures["connect_s"])

    def p99(figures: Figures) -> float:
        return float(figures["steady"]["to_last"]["p99"])

    def appended(figures: Figures) -> float:
        return float(figures["appended"]["last_s"])

    with_limit = [figures for figures in cell.rounds if "ours" in figures and "limit" in figures]
    goals = [
        _Goal("server CPU a delivery, over the limit's", "at most 1.15", cell.ratios("ours", "limit", cpu), 1.15),
        _Goal("the same, over nchan's", "at most 0.9", cell.ratios("ours", "nchan", cpu), 0.9),
        _Goal("the same, over the Starlette loop's", "at most 0.6", cell.ratios("ours", "starlette", cpu), 0.6),
        _Goal("in user mode, µs a delivery", "at most 0.6", cell.of("ours", user), 0.6),
        _Goal("a burst to the last viewer, over the limit's", "at most 0.1", cell.ratios("ours", "limit", last), 0.1),
        _Goal(
            "the same, appended to the log",
            "at most 0.1",
            [appended(figures["ours"]) / last(figures["limit"]) for figures in with_limit],
            0.1,
        ),
        _Goal("publish to the last viewer, p99, over nchan's", "at most 1", cell.ratios("ours", "nchan", p99), 1.0),
        _Goal("memory of an idle viewer, over the Starlette loop's", "at most 0.1", cell.ratios("ours", "starlette", kb), 0.1),
        _Goal("the same, over nchan's", "at most 0.25", cell.ratios("ours", "nchan", kb), 0.25),
        _Goal("connect time, over the Starlette loop's", "at most 0.4", cell.ratios("ours", "starlette", connect), 0.4),
    ]
    return _table(["goal", "wanted", "measured", "reached"], [goal.row() for goal in goals])
