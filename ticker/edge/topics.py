"""Topics in addresses: `?topic=a&topic=b` means lines of any of them, everywhere; each filter has one spelling."""

from collections.abc import Iterable
from urllib.parse import urlencode

from ticker.model.line import TOPIC, TOPICS_MOST


def query_of(topics: Iterable[str]) -> str:
    """Give the one spelling of a filter, with its question mark; nothing for no filter."""
    query = urlencode([("topic", topic) for topic in sorted(set(topics))])
    return f"?{query}" if query else ""


def topics_among(words: Iterable[str]) -> tuple[str, ...]:
    """Give the topics among what somebody typed, sorted and each once, as many as a filter may have; the rest is ignored."""
    return tuple(sorted({word for word in words if TOPIC.fullmatch(word)})[:TOPICS_MOST])
