"""The table of close codes."""

import re
from pathlib import Path

from ticker.live.closing import Cause

PAGE = Path(__file__).parent.parent.parent / "docs" / "protocol.md"


def test_protocol_page_shows_the_table() -> None:
    """Who writes a viewer finds each code that we close with, why, and whether to come back."""
    rows = re.findall(r"^\| (\d{4}) \| (.+?) \| (yes|no) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    causes = [(str(cause.value.code), cause.value.reason, "yes" if cause.value.returns else "no") for cause in Cause]

    assert sorted(rows) == sorted(causes)


def test_codes_may_be_sent() -> None:
    """Each code is one that a server may send, and each reason fits into a close frame (RFC 6455, sections 5.5.1 and 7.4)."""
    for cause in Cause:
        assert cause.value.code in (1000, 1001, 1002, 1008, 1011, 1013) or 4000 <= cause.value.code <= 4999
        assert len(cause.value.reason.encode()) <= 123


def test_one_code_says_one_thing_about_returning() -> None:
    """A viewer that knows codes only does the right thing."""
    assert len({(cause.value.code, cause.value.returns) for cause in Cause}) == len({cause.value.code for cause in Cause})
