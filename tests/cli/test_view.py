"""What the terminal shows of each message of the live protocol."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ticker.cli.view import Sight, View, drawn

NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)


def line(line_id: str = "A", version: int = 1, **more: Any) -> dict[str, Any]:
    at = f"2026-11-24T22:0{min(version, 9)}:00.000Z"
    return {
        "id": line_id,
        "version": version,
        "text": f"{line_id}{version}",
        "urgency": 3,
        "published": at,
        "updated": at,
    } | more


def publish(*args: Any, cursor: str = "1-1", **more: Any) -> dict[str, Any]:
    return {"type": "publish", "cursor": cursor, "line": line(*args, **more)}


def correct(*args: Any, **more: Any) -> dict[str, Any]:
    return {"type": "correct", "cursor": "2-1", "line": line(*args, **more)}


def withdraw(line_id: str, version: int, status: str = "canceled") -> dict[str, Any]:
    return {"type": "withdraw", "cursor": "3-1", "id": line_id, "version": version, "status": status}


def seen(*messages: dict[str, Any]) -> list[tuple[str, str]]:
    """Word and line of all that a new view shows of `messages`."""
    view = View("en")
    return [(sight.word, sight.id) for message in messages for sight in view.apply(message)]


@pytest.mark.parametrize(
    "messages, expected",
    [
        (
            [publish(urgency=1), publish("B", urgency=2), publish("C", urgency=5)],
            [("FLASH", "A"), ("URGENT", "B"), ("UPDATE", "C")],
        ),
        ([publish(urgency=8)], [("NEWS", "A")]),
        ([publish(), publish()], [("BREAKING", "A")]),
        ([publish(), correct("A", 2, correction="Not Lima")], [("BREAKING", "A"), ("CORRECTED", "A")]),
        ([publish(), correct("A", 2)], [("BREAKING", "A"), ("CHANGED", "A")]),
        (
            [publish(correction="old"), correct("A", 2, correction="old")],
            [("BREAKING", "A"), ("CHANGED", "A")],
        ),
        (
            [publish(), correct("A", 2, updated=line()["updated"], pinned=True), correct("A", 3, updated=line()["updated"])],
            [("BREAKING", "A"), ("PINNED", "A"), ("UNPINNED", "A")],
        ),
        ([correct("A", 4)], [("BREAKING", "A")]),
        ([correct("A", 4), correct("A", 3), publish("A", 4)], [("BREAKING", "A")]),
        ([publish(), withdraw("A", 2), correct("A", 2), publish()], [("BREAKING", "A"), ("WITHDRAWN", "A")]),
        ([publish(), withdraw("A", 2), withdraw("A", 2)], [("BREAKING", "A"), ("WITHDRAWN", "A")]),
        ([publish(), withdraw("A", 2, "withheld"), publish("A", 3)], [("BREAKING", "A"), ("HELD", "A"), ("BREAKING", "A")]),
        ([publish(), withdraw("A", 2, "usable"), correct("A", 3)], [("BREAKING", "A"), ("OFF TOPIC", "A"), ("BREAKING", "A")]),
        ([withdraw("A", 2, "usable")], []),
        ([withdraw("A", 2)], [("WITHDRAWN", "A")]),
        ([{"type": "heartbeat", "cursor": "9-9"}, {"type": "leaving", "reconnect": 1}, {"type": "weather"}, {}], []),
    ],
)
def test_each_message_shows_once_what_is_new(messages: list[dict[str, Any]], expected: list[tuple[str, str]]) -> None:
    """By id and version: what was shown is not shown again, and nothing old replaces what is newer."""
    assert seen(*messages) == expected


def test_a_snapshot_shows_only_what_is_new_and_the_oldest_first() -> None:
    """After a gap the terminal goes on downwards, without repeating itself."""
    view = View("en")
    first = {"type": "snapshot", "reason": "first", "cursor": "5-5", "heartbeat": 7, "lines": [line("B", 2), line("A")]}
    later = {"type": "snapshot", "reason": "expired", "cursor": "9-9", "lines": [line("C", 3), line("B", 3), line("A")]}

    assert [sight.id for sight in view.apply(first)] == ["A", "B"]
    assert (view.cursor, view.heartbeat) == ("5-5", 7)
    assert [(sight.word, sight.id) for sight in view.apply(later)] == [("CHANGED", "B"), ("BREAKING", "C")]
    assert view.cursor == "9-9"


def test_a_heartbeat_moves_the_cursor() -> None:
    """Past lines that a filter hides."""
    view = View("en", "1-1")

    view.apply({"type": "heartbeat", "cursor": "8-8"})

    assert view.cursor == "8-8"


def test_what_is_remembered_is_bounded() -> None:
    """A terminal left alone for a year does not fill the memory."""
    view = View("en")
    for number in range(5001):
        view.apply(publish(str(number)))

    assert view.apply(publish("5000")) == []
    assert len(view.apply(publish("0"))) == 1


@pytest.mark.parametrize(
    "sight, shown",
    [
        (Sight("BREAKING", "A", line()), "22:01:00 en BREAKING  A1 [A]"),
        (Sight("NEWS", "A", line()), "22:01:00 en NEWS      A1 [A]"),
        (Sight("FLASH", "A", line(source="Civil Defence")), "22:01:00 en FLASH     Civil Defence: A1 [A]"),
        (
            Sight("CORRECTED", "A", line(correction="Not Lima", updated="2026-11-24T22:09:00.000Z")),
            "22:09:00 en CORRECTED A1 (correction: Not Lima) [A]",
        ),
        (Sight("BREAKING", "A", line(published="2026-11-23T01:02:03.000Z")), "2026-11-23 01:02:03 en BREAKING  A1 [A]"),
        (Sight("BREAKING", "A", line(published="soon")), "--:--:-- en BREAKING  A1 [A]"),
        (Sight("WITHDRAWN", "A", None), "22:30:00 en WITHDRAWN A"),
        (Sight("BREAKING", "A\x1b", line(text="\x9b2J\x07")), "22:01:00 en BREAKING  \ufffd2J\ufffd [A\ufffd]"),
    ],
)
def test_a_sight_is_one_line(sight: Sight, shown: str) -> None:
    """Time, channel, what happened, text, id; and no escape of the sender's."""
    assert drawn("en", sight, NOW, colour=False) == shown


def test_colours_are_only_added() -> None:
    """On a terminal the word stands out."""
    assert drawn("en", Sight("FLASH", "A", line()), NOW, colour=True).startswith(
        "22:01:00 en \x1b[37m\x1b[41m\x1b[1mFLASH    \x1b[0m A1 "
    )
