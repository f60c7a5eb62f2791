"""The line as everybody sees it."""

import json

import pytest

from ticker.model.line import LINE_ID, TOPIC, Line, Status, Urgency, newest_first

LINE = Line("01JDFHRR00000000000000TEST", "en", 1, Status.USABLE, 1000, 2000, text="Bridge closed")


def test_plain_line_is_short() -> None:
    """A line carries the members that have a value, and no others."""
    assert LINE.as_json() == {
        "id": "01JDFHRR00000000000000TEST",
        "channel": "en",
        "text": "Bridge closed",
        "urgency": 3,
        "status": "usable",
        "version": 1,
        "topics": [],
        "pinned": False,
        "published": "1970-01-01T00:00:01.000Z",
        "updated": "1970-01-01T00:00:02.000Z",
    }


def test_full_line() -> None:
    """Each value has its place, and all of it is JSON."""
    line = Line(
        LINE.id,
        "ar",
        3,
        Status.USABLE,
        1000,
        2000,
        text="عاجل",
        source="الدفاع المدني",
        urgency=Urgency.FLASH,
        correction="صُحح الاسم",
        topics=("storm", "world"),
        url="https://news.example/1",
        pinned=True,
        expires=3000,
    )

    assert json.loads(json.dumps(line.as_json())) == {
        "id": LINE.id,
        "channel": "ar",
        "text": "عاجل",
        "source": "الدفاع المدني",
        "urgency": 1,
        "status": "usable",
        "version": 3,
        "correction": "صُحح الاسم",
        "topics": ["storm", "world"],
        "url": "https://news.example/1",
        "pinned": True,
        "published": "1970-01-01T00:00:01.000Z",
        "updated": "1970-01-01T00:00:02.000Z",
        "expires": "1970-01-01T00:00:03.000Z",
    }


@pytest.mark.parametrize("status", [Status.CANCELED, Status.WITHHELD])
def test_line_that_may_not_be_shown_tells_nothing(status: Status) -> None:
    """Of a line that was taken back only its id, version, status and times remain, even if somebody left the text in it."""
    line = Line(LINE.id, "en", 2, status, 1000, 2000, text="Secret", source="Secret", url="https://secret.example/", expires=1)

    assert line.as_json() == {
        "id": LINE.id,
        "channel": "en",
        "status": status.value,
        "version": 2,
        "published": "1970-01-01T00:00:01.000Z",
        "updated": "1970-01-01T00:00:02.000Z",
    }
    assert not line.shown_at(0)


def test_line_is_shown_until_it_expires() -> None:
    """From its time on, not a millisecond later, an expired line is gone."""
    line = Line(LINE.id, "en", 1, Status.USABLE, 0, 0, text="x", expires=5000)

    assert (line.shown_at(4999), line.shown_at(5000)) == (True, False)
    assert LINE.shown_at(10**15)


def test_topics_of_a_viewer() -> None:
    """A viewer without topics sees all lines, one with topics those that have any of them."""
    line = Line(LINE.id, "en", 1, Status.USABLE, 0, 0, text="x", topics=("storm", "world"))

    assert line.matches(frozenset())
    assert line.matches(frozenset({"sport", "world"}))
    assert not line.matches(frozenset({"sport"}))
    assert not LINE.matches(frozenset({"sport"}))


def test_order() -> None:
    """Newest first; of the same millisecond, the later id."""
    old, new, newer = (Line(line, "en", 1, Status.USABLE, published, 0) for line, published in (("A", 1), ("B", 2), ("C", 2)))

    assert sorted([old, newer, new], key=newest_first, reverse=True) == [newer, new, old]


def test_ids_and_topics() -> None:
    """An id is a ULID in capitals, a topic a slug."""
    assert LINE_ID.fullmatch("01JDFHRR00000000000000ABCD")
    assert not LINE_ID.fullmatch("01jdfhrr00000000000000abcd")
    assert not LINE_ID.fullmatch("01JDFHRR00000000000000ABCI")  # not in Crockford's alphabet
    assert all(TOPIC.fullmatch(topic) for topic in ("a", "a-b", "x" * 64, "24-hours"))
    assert not any(TOPIC.fullmatch(topic) for topic in ("", "-a", "a-", "A", "a b", "x" * 65, "é"))
