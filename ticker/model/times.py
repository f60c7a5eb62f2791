"""Times: integers of milliseconds since 1970 inside, RFC 3339 in UTC with milliseconds outside.

Integers compare and add without surprises and cost nothing to keep; strings are made where a message is encoded.
"""

import re
from datetime import UTC, datetime, timedelta

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def rfc3339(at: int) -> str:
    """Give `at` (ms since 1970) as `2026-11-24T22:26:47.123Z` (RFC 3339, section 5.6)."""
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(value: str) -> int:
    """Give the milliseconds since 1970 that an RFC 3339 time names; finer fractions are cut.

    Raises ValueError when it is no such time, or carries no zone: a time without one means another moment to each reader.
    """
    match = _RFC3339.fullmatch(value)
    if not match:
        raise ValueError("is not a time with date and zone as in 2026-11-24T22:26:47Z (RFC 3339)")
    day, clock, fraction, zone = match.groups()
    zone = "+00:00" if zone in "Zz" else zone
    try:
        # In UTC, since what lies in another zone's last hours of the year 9999 could never be written down again.
        named = datetime.fromisoformat(f"{day}T{clock}{zone}").astimezone(UTC)
        whole = (named - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is not a time that exists: {error}") from None
    return whole + int((fraction or ".0")[1:4].ljust(3, "0"))


def moment(at: int) -> datetime:
    """Give `at` (ms since 1970) as an aware datetime in UTC."""
    return _EPOCH + at * _MILLISECOND
