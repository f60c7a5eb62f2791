"""Cursors: looked up, never compared, and made by anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.model.cursor import START, number, parse_cursor


@given(st.integers(0, 10**15), st.integers(0, 2**32 - 1))
def test_every_cursor_of_ours_is_read(n: int, r: int) -> None:
    """What we gave a viewer, we understand when it returns."""
    cursor = parse_cursor(f"{n}-{r}")

    assert cursor == f"{n}-{r}"
    assert number(cursor) == n


@pytest.mark.parametrize(
    "raw",
    ["", "-", "1", "1-", "-1", "01-1", "1-01", "+1-1", "1-1 ", "1-1\n", "١-1", "1-1-1", "1" * 64, "9" * 17 + "-1", "0x1-1"],
)
def test_what_names_nothing(raw: str) -> None:
    """What is no cursor is none, however close it comes."""
    assert parse_cursor(raw) is None


@given(st.text())
def test_any_text_is_a_cursor_or_none(raw: str) -> None:
    """No text makes the parser fail, and a cursor has one spelling."""
    assert parse_cursor(raw) in (None, raw)


def test_start_is_before_the_first_event() -> None:
    """A log without events has a cursor too."""
    assert (parse_cursor(START), number(START)) == (START, 0)
