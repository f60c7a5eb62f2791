"""When a viewer comes back, and after how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.cli.comeback import FOR_GOOD, MOST, pause_before, refused_for_good


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_a_pause_is_jittered_and_bounded(attempt: int, chance: float) -> None:
    """Any moment up to the bound is as likely as another, and nobody waits longer than 20 seconds."""
    assert 0 <= pause_before(attempt, chance) <= min(MOST, pause_before(attempt, 1.0))


def test_the_bound_of_the_pause_doubles() -> None:
    """From half a second to twenty."""
    assert [pause_before(attempt, 1.0) for attempt in range(7)] == [0.5, 1, 2, 4, 8, 16, 20]


def test_only_four_close_codes_end_the_matter() -> None:
    """All others come back, also ones that nobody knows yet."""
    assert sorted(FOR_GOOD) == [1008, 1009, 4404, 4410]


@pytest.mark.parametrize(
    "status, for_good",
    [(400, True), (401, True), (403, True), (404, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_a_status_for_good_is_about_the_request(status: int, for_good: bool) -> None:
    """A proxy that is short of servers may be asked again; one that knows no such address may not."""
    assert refused_for_good(status) is for_good
