"""Topics in addresses."""

from ticker.edge.topics import query_of, topics_among
from ticker.model.line import TOPICS_MOST


def test_equal_filters_have_equal_addresses() -> None:
    """Whatever the order, and however often a topic is named."""
    assert query_of(["world", "storm", "world"]) == "?topic=storm&topic=world"
    assert query_of([]) == ""


def test_what_is_no_topic_is_ignored() -> None:
    """Somebody who typed a filter gets what can be one."""
    assert topics_among(["world", "World", "", "-a", "<b>", "art", "world"]) == ("art", "world")
    assert len(topics_among(f"t{number}" for number in range(30))) == TOPICS_MOST
