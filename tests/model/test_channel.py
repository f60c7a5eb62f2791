"""The channel: one edition."""

from ticker.model.channel import CHANNEL_ID, RESERVED, Channel, Retention, Topic

CHANNEL = Channel("en", "Breaking", "en", "ltr", "", "news.example,2026", topics=(Topic("storm", "Storm & flood"),))


def test_labels_of_topics() -> None:
    """A reader sees a topic's label; a topic that nobody has configured is its own."""
    assert [CHANNEL.label(topic) for topic in ("storm", "sport")] == ["Storm & flood", "sport"]


def test_tag_names_a_line_for_life() -> None:
    """A feed's id depends on authority, channel and line only."""
    assert CHANNEL.tag("01J") == "tag:news.example,2026:en/01J"


def test_addresses_of_ours_are_no_channels() -> None:
    """A channel's address never hides one of ours: each reserved name could otherwise be a channel."""
    assert all(CHANNEL_ID.fullmatch(name) for name in RESERVED)
    assert not CHANNEL_ID.fullmatch("En")
    assert not CHANNEL_ID.fullmatch("x" * 33)


def test_what_is_kept_by_default() -> None:
    """A thousand lines for ninety days, and more events than lines."""
    assert CHANNEL.retention == Retention(lines=1000, days=90, events=2000)
