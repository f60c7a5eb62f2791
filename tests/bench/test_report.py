"""What was measured can be read: as tables, and as a chart."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.chart import drawn
from bench.contestants import CONTESTANTS
from bench.measure import Effort, Scenario
from bench.report import CHARTED, Cell, Results


def figures(cpu: float, burst: float, **faults: int) -> dict[str, Any]:
    times = {"median": 1.0, "p99": 2.0, "max": 3.0}
    phase = {"cpu_us": cpu, "user_us": cpu / 10, "deliveries_s": 1.0, "last_s": burst, "to_each": times, "to_last": times}
    phase |= {"accepted_ms": 2.0, "accepted_s": burst, "server_busy": 0.5, "load_busy": 0.5, "faults": faults}
    return {"kB": 1.0, "connect_s": 1.0, "connect_us": 100.0, "steady": phase, "burst": phase, "appended": phase}


@pytest.fixture
def cell() -> Cell:
    """Three rounds; the machine is twice as slow in the second."""
    rounds = []
    for slow in (1, 2, 1):
        by_name = {one.name: figures(8.0 * slow, 5.0 * slow) for one in CONTESTANTS}
        rounds.append(by_name | {"ours": figures(6.0 * slow, 0.25 * slow)})
    return Cell(Scenario("ws", 250, 10_000), Effort(5, 60, 16, 0, 1), "2026-11-24", rounds)


def test_a_ratio_is_made_within_a_round(cell: Cell) -> None:
    """A machine that is slower for a round is no spread in a ratio."""
    assert cell.ratios("ours", "limit", lambda figures: float(figures["steady"]["cpu_us"])) == [0.75, 0.75, 0.75]


def test_results_are_kept_and_shown(tmp_path: Path, cell: Cell) -> None:
    """Who reads the tables finds each contestant, the ratios and the goals; the next run finds the figures."""
    results = Results(tmp_path / "fanout.json", "2 cores", {"ours": "0.1"}, {CHARTED: cell})
    results.write()
    page = (tmp_path / "fanout.md").read_text()

    assert Results.read(tmp_path / "fanout.json").cells == {CHARTED: cell}
    assert "| ticker | 6.00 (6.00–12.00) | 0.60 (0.60–1.20) | 0.75 (0.75–0.75) |" in page
    assert "| server CPU a delivery, over the limit's | at most 1.15 | 0.75 (0.75–0.75) | yes |" in page
    assert "| memory of an idle viewer, over the Starlette loop's | at most 0.1 | 1.00 (1.00–1.00) | no |" in page


def test_a_fault_stands_beside_the_figures(tmp_path: Path, cell: Cell) -> None:
    """Figures of viewers that missed something are not shown without saying so."""
    wrong = Cell(cell.scenario, cell.effort, cell.date, [{"nchan": figures(8.0, 5.0, lost=3)}])
    results = Results(tmp_path / "fanout.json", cells={CHARTED: wrong})

    assert "'lost': 3" in results.markdown_of(CHARTED)


def test_the_chart_is_an_image(cell: Cell) -> None:
    """The chart is well-formed, names each contestant, and says in words what it shows."""
    root = ET.fromstring(drawn(cell))
    said = "".join(root.itertext())

    assert [one.title for one in CONTESTANTS if one.title not in said] == []
    assert "ticker 6.0 (0.6)" in said


def test_more_rounds_join_those_that_did_as_much(tmp_path: Path, cell: Cell) -> None:
    """Rounds of 5 s and rounds of 20 s are no median of anything."""
    results = Results(tmp_path / "fanout.json", cells={CHARTED: cell})
    longer = replace(cell.effort, seconds=20)

    assert results.measured_alike(cell.scenario, cell.effort) == cell.rounds
    assert results.measured_alike(cell.scenario, longer) == []
    assert results.measured_alike(Scenario("sse", 250, 10_000), cell.effort) == []
