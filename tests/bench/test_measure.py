"""A phase's figures are those of its deliveries."""

import pytest

from bench.load import Latencies, Report
from bench.measure import Effort, _figures
from bench.procs import Cpu
from bench.report import _spread


def report(delivered: int, seconds: float) -> Report:
    times = Latencies.of([1_000_000, 2_000_000, 9_000_000])
    return Report(open=10, delivered=delivered, faults={}, to_each=times, to_last=times, seconds=seconds, cpu=0.25)


def test_figures_are_by_delivery_and_by_second() -> None:
    """CPU of which the kernel sampled a quarter in user mode, over a thousand deliveries in half a second."""
    figures = _figures(report(1000, 0.5), Cpu(total=0.004, user=0.01, system=0.03), load_cpu=0.25)

    assert figures["cpu_us"] == pytest.approx(4.0)
    assert figures["user_us"] == pytest.approx(1.0)
    assert figures["deliveries_s"] == pytest.approx(2000)
    assert (figures["server_busy"], figures["load_busy"]) == (pytest.approx(0.008), pytest.approx(0.5))
    assert figures["to_each"] == {"median": 2.0, "p99": 9.0, "max": 9.0}


def test_figures_of_nothing_are_no_error() -> None:
    """Where no line came, its faults are to be told, and not a division."""
    figures = _figures(report(0, 0.0), Cpu(0.0, 0.0, 0.0), load_cpu=0.0)

    assert (figures["deliveries"], figures["cpu_us"], figures["deliveries_s"]) == (0, 0.0, 0.0)


@pytest.mark.parametrize(("share", "ms"), [(0.0, 1.0), (0.5, 1.0), (0.51, 2.0), (0.9, 2.0), (0.95, 3.0), (1.0, 3.0)])
def test_a_share_of_latencies(share: float, ms: float) -> None:
    """Five of ten took 1 ms, four 2 ms, one 3 ms; a bucket's middle is never told above the most."""
    latencies = Latencies(((1_000_000, 5), (2_000_000, 4), (3_100_000, 1)), most=3_000_000)

    assert latencies.at(share) == ms


@pytest.mark.parametrize(
    ("values", "said"), [([], "–"), ([2.0], "2.0"), ([3.0, 1.0, 2.0], "2.0 (1.0–3.0)"), ([1.0, 2.0], "1.5 (1.0–2.0)")]
)
def test_a_spread_is_a_median_with_its_least_and_most(values: list[float], said: str) -> None:
    """One value has no spread."""
    assert _spread(values, ".1f") == said


def test_a_steady_phase_has_a_line_at_least() -> None:
    """However short it is."""
    assert [Effort(seconds, 60, 16, None, None).steady for seconds in (0.01, 5, 20)] == [1, 25, 100]
