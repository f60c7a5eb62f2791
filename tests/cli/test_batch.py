"""Standard input as lines to post, and their keys."""

import io
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.cli.batch import LONGEST, entries
from ticker.cli.refused import Refused


def keys(raw: bytes, channel: str = "en", batch: str = "") -> list[str]:
    return [entry.key for entry in entries(io.BytesIO(raw), channel, batch)]


def test_a_line_is_text_or_an_object() -> None:
    """Plain text and the fields of the API may be mixed; empty lines are passed over but count."""
    raw = b'\xef\xbb\xbfQuake felt in Lima\r\n\n  \t\n{"text": "Second", "urgency": 1}\n {"text": "Third"} \nno newline'

    found = [(entry.number, entry.body) for entry in entries(io.BytesIO(raw), "en", "")]

    assert found == [
        (1, {"text": "Quake felt in Lima"}),
        (4, {"text": "Second", "urgency": 1}),
        (5, {"text": "Third"}),
        (6, {"text": "no newline"}),
    ]


@pytest.mark.parametrize(
    "raw, said",
    [
        (b"good\n\xff\n", "line 2: is not UTF-8"),
        (b"good\n{bad\n", "line 2: starts with { and is no JSON object"),
        (b'["a"]\n', "line 1: is JSON and no object"),
        (b'{"text": "a"} {"text": "b"}\n', "line 1: starts with { and is no JSON object"),
        (b'{"a":' * 50_00 + b"\n", "line 1: starts with { and is no JSON object"),
        (b"x" * LONGEST + b"\n", "line 1: is longer than 65536 bytes"),
    ],
)
def test_what_cannot_be_read_is_named(raw: bytes, said: str) -> None:
    """With its line, after the good ones before it were given."""
    with pytest.raises(Refused) as caught:
        keys(raw)

    assert str(caught.value) == said


_LINES = st.lists(st.sampled_from([b"a", b"b", b"", b'{"text":"a"}']))


@given(_LINES, st.integers(0, 9))
def test_a_rerun_has_the_same_keys(lines: list[bytes], stop: int) -> None:
    """However far the first run came, and although the input has grown since, each line's key is the same."""
    whole = keys(b"\n".join(lines))
    part = keys(b"\n".join(lines[:stop]))

    assert whole[: len(part)] == part


@given(_LINES)
def test_no_two_lines_share_a_key(lines: list[bytes]) -> None:
    """Equal lines of one input are two lines; other channels and batches are other lines; each is a header's value."""
    raw = b"\n".join(lines)
    found = [*keys(raw), *keys(raw, "es"), *keys(raw, "en", "2026-11-24"), *keys(raw, "en", "2026-11-25")]

    assert len(found) == len(set(found))
    assert all(key.isascii() and len(key) < 100 for key in found)


def test_lines_are_given_as_they_come() -> None:
    """`tail -f wire | ticker post -` posts a line when it is written, not when the pipe is closed."""
    out, into = os.pipe()
    with os.fdopen(out, "rb") as source, os.fdopen(into, "wb", buffering=0) as wire:
        found = entries(source, "en", "")
        wire.write(b"first\nhalf")
        assert next(found).body == {"text": "first"}
        wire.write(b" and half\n")
        assert next(found).body == {"text": "half and half"}


def test_an_object_has_the_key_of_its_spelling() -> None:
    """The key follows from the bytes, so that nothing has to be decided about JSON."""
    assert keys(json.dumps({"text": "a"}).encode()) != keys(b'{"text":"a"}')
