"""The event: what happened, without the text."""

from dataclasses import fields

from ticker.model.event import Event, EventType


def test_event_holds_no_text() -> None:
    """No replay can show an old text, since no event has one."""
    assert [field.name for field in fields(Event)] == ["cursor", "type", "line", "version", "at", "prev", "forgot"]


def test_types_are_those_of_the_protocol() -> None:
    """The log says what the protocol says."""
    assert [kind.value for kind in EventType] == ["publish", "correct", "withdraw"]
