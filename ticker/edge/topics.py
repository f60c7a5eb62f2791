"""Topics in addresses: `?topic=a&topic=b` means lines of any of them, everywhere; each filter has one spelling."""

from collections.abc import Iterable
from urllib.parse import urlencode

from ticker.edge.problems import Problem
from ticker.model.line import TOPIC, TOPICS_MOST


def topics_asked(asked: list[str]) -> tuple[str, ...]:
    """Give the topics of a filter, sorted and each once. Raises Problem when one cannot be a topic, or they are too many.

    Whether the channel names a topic does not matter: lines may have others, and may get them at any time.
    """
    if wrong := [topic for topic in asked if not TOPIC.fullmatch(topic)]:
        errors = [("topic", f"{topic[:64]!r} is no topic") for topic in wrong[:TOPICS_MOST]]
        raise Problem("invalid-request", "A topic is made of a-z, 0-9 and -.", errors=errors)
    topics = tuple(sorted(set(asked)))
    if len(topics) > TOPICS_MOST:
        raise Problem("invalid-request", f"A filter takes {TOPICS_MOST} topics at most.", errors=[("topic", "too many")])
    return topics


def query_of(topics: Iterable[str]) -> str:
    """Give the one spelling of a filter, with its question mark; nothing for no filter."""
    query = urlencode([("topic", topic) for topic in sorted(set(topics))])
    return f"?{query}" if query else ""


def topics_among(words: Iterable[str]) -> tuple[str, ...]:
    """Give the topics among what somebody typed, sorted and each once, as many as a filter may have; the rest is ignored."""
    return tuple(sorted({word for word in words if TOPIC.fullmatch(word)})[:TOPICS_MOST])
