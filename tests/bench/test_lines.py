"""The lines that the bench posts are lines."""

import json
from typing import Any

import pytest

from bench.lines import message, text
from ticker.model.line import TEXT_MOST
from ticker.model.text import plain


@pytest.mark.parametrize("size", [60, 250, 500, 1000])
def test_a_line_has_its_size(size: int) -> None:
    """A line of 1,000 bytes still has no more characters than one may have, and the server changes none of them."""
    made = text(7, size)

    assert len(made.encode()) == size
    assert plain(made, most=TEXT_MOST) == made


def test_peers_pass_on_what_ours_would_send() -> None:
    """A peer's message has the fields of ours, so all put as many bytes on the wire."""
    sent: dict[str, Any] = json.loads(message(7, 250))

    assert list(sent) == ["type", "cursor", "line"]
    assert len(sent["line"]["text"]) == 250
