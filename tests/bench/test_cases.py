"""The cases' figures are read and kept as they are, and who runs them is told when something was wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.cases import measured
from bench.cases_told import has_faults
from bench.histogram import Histogram
from bench.procs import machine

METRICS = """\
# TYPE late_seconds histogram
late_seconds_bucket{le="0.001"} %d.0
late_seconds_bucket{le="0.005"} %d.0
late_seconds_bucket{le="0.25"} %d.0
late_seconds_bucket{le="+Inf"} %d.0
late_seconds_count %d.0
other_late_seconds_bucket{le="0.001"} 7.0
"""

LEAVE = {"viewers": 3, "window_s": 10, "arrivals_by_second": [1, 2], "first_s": 0.5, "last_s": 1.5}


def histogram(*kept: int) -> Histogram:
    return Histogram.read("late_seconds", METRICS % (*kept, kept[-1]))


@pytest.mark.parametrize(
    ("kept", "share", "bound"),
    [
        ((50, 99, 100, 100), 0.5, 1),
        ((49, 99, 100, 100), 0.5, 5),
        ((49, 99, 100, 100), 0.99, 5),
        ((49, 98, 100, 100), 0.99, 250),
        ((0, 0, 0, 1), 0.5, float("inf")),
    ],
)
def test_a_quantile_is_the_least_bound_that_so_many_kept(kept: tuple[int, ...], share: float, bound: float) -> None:
    """In milliseconds; what passed all bounds has none."""
    assert histogram(*kept).at(share) == pytest.approx(bound)


def test_what_was_before_does_not_count() -> None:
    """A difference is what came between two looks."""
    came = histogram(1000, 1001, 1002, 1002) - histogram(1000, 1000, 1000, 1000)

    assert came.count == 2
    assert [came.at(0.5), came.at(0.99)] == pytest.approx([5, 250])


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        ({"faults": {}}, False),
        ({"faults": {"lost": 1}}, True),
        ({"faults": [{}, {}]}, False),
        ({"faults": [{}, {"lost": 1}]}, True),
        ({"rounds": [{"faults": {}}, {"reading": {"faults": {"doubled": 2}}}]}, True),
        ({"rounds": [{"reading": {"faults": {}}}], "viewers": 3}, False),
    ],
)
def test_faults_are_found_wherever_they_are(found: dict[str, Any], wrong: bool) -> None:
    """Of a case, of its rounds, of one of its load clients."""
    assert has_faults(found) is wrong


def fails() -> dict[str, Any]:
    raise TimeoutError("nothing came")


@pytest.mark.parametrize(
    ("case", "status"),
    [(lambda: LEAVE, 0), (lambda: LEAVE | {"faults": {"lost": 1}}, 1), (fails, 1)],
    ids=["well", "faults", "failure"],
)
def test_the_exit_status_says_what_was_wrong(tmp_path: Path, case: Callable[[], dict[str, Any]], status: int) -> None:
    """One that fails keeps none of the others from being measured, and none of what was measured before is lost."""
    results = tmp_path / "cases.json"
    before = {"herd": "before", "crowd": "before"}
    results.write_text(json.dumps(before))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bench.cases.markdown", lambda kept: " ".join(sorted(kept)))

        assert measured({"herd": case, "leave": lambda: LEAVE}, results) == status
    kept = json.loads(results.read_text())

    assert sorted(kept) == ["crowd", "herd", "leave"]
    assert (kept["crowd"], kept["herd"] == "before") == ("before", case is fails)
    assert kept["leave"]["machine"] == machine()
    assert "leave" in results.with_suffix(".md").read_text()
