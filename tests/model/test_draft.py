"""What an editor asks for."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ticker.model.draft import Change, ChangeKind, Draft
from ticker.model.line import Line, Status, Urgency

LINE = Line("01J00000000000000000000000", "en", 3, Status.USABLE, 1, 2, "Bridge closed", correction="Not the tunnel.")

words = st.sampled_from(["Bridge closed", "Bridge open", "Desk"])
lines = st.builds(
    Line,
    id=st.just(LINE.id),
    channel=st.just("en"),
    version=st.integers(1, 5),
    status=st.just(Status.USABLE),
    published=st.just(1),
    updated=st.just(2),
    text=words,
    source=st.none() | words,
    urgency=st.sampled_from(Urgency),
    correction=st.none() | words,
    topics=st.sampled_from([(), ("world",), ("world", "storm"), ("storm", "world")]),
    url=st.sampled_from([None, "https://news.example/1"]),
    pinned=st.booleans(),
    expires=st.sampled_from([None, 9, 10]),
)
contents = st.fixed_dictionaries(
    {},
    optional={
        "text": words,
        "source": st.none() | words,
        "urgency": st.sampled_from(Urgency),
        "topics": st.sampled_from([(), ("world",), ("storm", "world")]),
        "url": st.sampled_from([None, "https://news.example/1"]),
        "expires": st.sampled_from([None, 9, 10]),
    },
)
changes = st.one_of(
    st.builds(Change, st.just(ChangeKind.CORRECTION), contents, words, note=st.none() | words),
    st.builds(Change, st.sampled_from([ChangeKind.REFILE, ChangeKind.UPDATE]), contents, note=st.none() | words),
    st.builds(Change, st.sampled_from([ChangeKind.PIN, ChangeKind.UNPIN])),
)


def test_only_content_moves_a_line_in_feeds() -> None:
    """A pin is no news: readers of feeds are not told of it."""
    assert {kind.value: kind.editorial for kind in ChangeKind} == {
        "correction": True,
        "refile": True,
        "update": True,
        "pin": False,
        "unpin": False,
    }


def test_plain_draft() -> None:
    """A text alone is a breaking line, neither pinned nor ending."""
    draft = Draft("Bridge closed")

    assert (draft.urgency, draft.pinned, draft.expires, draft.allow_duplicate) == (Urgency.BREAKING, False, None, False)


@given(lines, changes)
def test_a_change_asked_for_twice_happens_once(line: Line, change: Change) -> None:
    """Whoever sends it again, an editor or another one with the same idea, makes no second version."""
    changed = change.of(line)

    assert change.of(changed) is changed


@given(lines, changes)
def test_a_version_is_added_where_something_differs(line: Line, change: Change) -> None:
    """And only there: readers are told of every difference, and of nothing else."""
    changed = change.of(line)

    assert changed.version - line.version == (replace(changed, version=line.version) != line)


@given(lines, changes)
def test_what_a_change_does_not_name_stays(line: Line, change: Change) -> None:
    """What it names is as it says; of the rest a correction has its note, and pins are of pins alone."""
    changed = change.of(line)
    expected: dict[str, Any] = dict(change.fields)
    if change.kind is ChangeKind.CORRECTION:
        expected["correction"] = change.correction
    if not change.kind.editorial:
        expected["pinned"] = change.kind is ChangeKind.PIN

    assert changed == replace(line, version=changed.version, **expected)


def test_a_new_note_is_a_change() -> None:
    """What was wrong may be said better; the text stays."""
    changed = Change(ChangeKind.CORRECTION, {}, "It was the other bridge.").of(LINE)

    assert (changed.version, changed.correction) == (4, "It was the other bridge.")
