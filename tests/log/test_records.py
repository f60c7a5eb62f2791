"""Records and entries: how a line and an event are kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.log.records import STAMP, event_of, keys_of, line_of, record_of, text_fragment
from ticker.model.cursor import Cursor
from ticker.model.event import Event, EventType
from ticker.model.line import Line, Status, Urgency

NOW = 1_795_608_000_123
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


def stamped(record: str, at: int = NOW) -> str:
    """Do what the script does."""
    return record.replace(STAMP, str(at))


LINES = st.builds(
    Line,
    id=st.just("L1"),
    channel=st.just("en"),
    version=st.integers(1, 99),
    status=st.just(Status.USABLE),
    published=st.integers(0, NOW),
    updated=st.integers(0, NOW),
    text=TEXT,
    source=st.none() | TEXT,
    urgency=st.sampled_from(Urgency),
    correction=st.none() | TEXT,
    topics=st.lists(st.sampled_from(["storm", "world"]), unique=True).map(tuple),
    url=st.none() | st.just("https://news.example/1"),
    pinned=st.booleans(),
    expires=st.none() | st.integers(0, NOW),
)


@given(LINES, TEXT, st.lists(TEXT))
def test_record_reads_as_the_line(line: Line, by: str, keys: list[str]) -> None:
    """What is kept is the line as it was, and whose it is and which keys made it."""
    record = record_of(line, by=by, keys=keys, stamp_updated=False)

    assert STAMP not in record
    assert line_of("L1", "en", record.encode()) == line
    assert keys_of(record) == keys
    assert json.loads(record)["by"] == by


@given(LINES, TEXT, st.lists(TEXT))
def test_script_sets_the_times(line: Line, by: str, keys: list[str]) -> None:
    """The placeholder stands for the times and nothing else, whatever the text looks like."""
    published = line_of("L1", "en", stamped(record_of(line, by=by, keys=keys, stamp_published=True)))
    changed = line_of("L1", "en", stamped(record_of(line, by=by, keys=keys)))

    assert (published.published, published.updated) == (NOW, NOW)
    assert (changed.published, changed.updated) == (line.published, NOW)
    assert changed.text == line.text


def test_text_that_looks_like_the_times() -> None:
    """A text that spells the beginning of a record stays a text."""
    line = Line("L1", "en", 1, Status.USABLE, 5, 6, text='"published":0,"updated":0', source='"published":0,"updated":0')
    kept = line_of("L1", "en", stamped(record_of(line, by='"published":0,"updated":0', keys=[], stamp_published=True)))

    assert (kept.text, kept.source) == (line.text, line.source)
    assert (kept.published, kept.updated) == (NOW, NOW)


@pytest.mark.parametrize("status", [Status.CANCELED, Status.WITHHELD])
def test_record_of_what_may_not_be_shown(status: Status) -> None:
    """A line that may not be shown is kept without its text."""
    record = record_of(Line("L1", "en", 2, status, 5, 6, text="Secret", source="Secret"), by="e", keys=["k"])

    assert "Secret" not in record
    kept = line_of("L1", "en", stamped(record))
    assert (kept.status, kept.version, kept.text, kept.source) == (status, 2, "", None)


@given(TEXT, TEXT)
def test_fragment_finds_its_text_only(text: str, other: str) -> None:
    """The script finds a line of the same text by bytes, and no other line."""
    line = Line("L1", "en", 1, Status.USABLE, 0, 0, text=other, source=text, correction=text)
    record = record_of(line, by=text, keys=[text_fragment(text)])

    assert (text_fragment(text) in record) == (text == other)


FIELDS = {b"type": b"correct", b"line": b"L1", b"version": b"2", b"at": b"7", b"prev": b"4-1"}


def test_entry_reads_as_the_event() -> None:
    """An entry of the stream says what happened, and which lines made room."""
    assert event_of(b"5-2", FIELDS) == Event(Cursor("5-2"), EventType.CORRECT, "L1", 2, 7, Cursor("4-1"))
    assert event_of(b"5-2", FIELDS | {b"forgot": b"L2 L3"}).forgot == ("L2", "L3")


def test_entry_of_a_newer_server() -> None:
    """A type that this server does not know is a change: the record says what is to be shown."""
    assert event_of(b"5-2", FIELDS | {b"type": b"hold"}).type is EventType.CORRECT


def test_entry_that_is_none_of_ours() -> None:
    """What has not the shape of an event is not taken for one."""
    with pytest.raises(KeyError):
        event_of(b"5-2", {b"type": b"publish"})
