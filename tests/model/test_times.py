"""Times as people and machines write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.model.times import moment, parse_rfc3339, rfc3339

FIRST = -62_135_596_800_000  # 0001-01-01T00:00:00Z
LAST = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z


@given(st.integers(FIRST, LAST))
def test_written_time_reads_as_itself(at: int) -> None:
    """Whatever time is shown, a reader who parses it gets that time."""
    assert parse_rfc3339(rfc3339(at)) == at


@given(st.integers(FIRST, LAST))
def test_moment_is_the_time(at: int) -> None:
    """A feed's datetime names the same millisecond."""
    assert rfc3339(at) == moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:00z", 0),
        ("1970-01-01 00:00:00Z", 0),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T19:30:00-04:30", 0),
        ("1970-01-01T00:00:00.5Z", 500),
        ("1970-01-01T00:00:00.0019999Z", 1),
        ("1969-12-31T23:59:59.999Z", -1),
        ("0001-01-01T00:00:00Z", FIRST),
        ("9999-12-31T23:59:59.999Z", LAST),
    ],
)
def test_every_spelling_of_rfc_3339(written: str, at: int) -> None:
    """A time is understood in each form that the standard allows."""
    assert parse_rfc3339(written) == at


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2026-11-24",
        "2026-11-24T22:26:47",  # no zone: another moment to each reader
        "2026-11-24T22:26Z",
        "2026-11-24T22:26:47+0100",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-24T24:00:01Z",
        "2026-11-24T22:26:60Z",
        "2026-11-24T22:26:47+24:00",
        "9999-12-31T23:59:59-01:00",  # would be in the year 10000
        "0001-01-01T00:00:00+01:00",  # and in the year 0
        "2026-11-24T22:26:47Z\n",
        " 2026-11-24T22:26:47Z",
        "٢٠٢٦-11-24T22:26:47Z",
        "2026-11-24T22:26:47.٥Z",
    ],
)
def test_what_is_no_time_is_refused(written: str) -> None:
    """A time that does not exist, or not for everybody at once, is refused with a reason."""
    with pytest.raises(ValueError, match="is not a time"):
        parse_rfc3339(written)


@given(st.text())
def test_any_text_is_a_time_or_refused(written: str) -> None:
    """No text makes the parser fail otherwise, and what it takes can be written down again."""
    try:
        at = parse_rfc3339(written)
    except ValueError:
        return
    assert parse_rfc3339(rfc3339(at)) == at
