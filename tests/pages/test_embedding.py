"""What a query says of an embedded ticker."""

import pytest
from starlette.datastructures import QueryParams

from ticker.pages.embedding import HEIGHTS, embedding_of


@pytest.mark.parametrize(
    ("query", "attributes"),
    [
        ("", {}),
        ("display=list&max=5&speed=80&announce=off&lang=es-419", "display=list max=5 speed=80 announce=off lang=es-419"),
        ("display=marquee&max=51&speed=401&announce=&lang=<b>", {}),
        ("max=0&max=7", {"max": "7"}),
        ("topics=world+sport&topics=world&topic=art", {"topics": "art sport world"}),
        ("topics=World+-a", {}),
        ("paused&colour=red", {"paused": ""}),
    ],
)
def test_good_values_count(query: str, attributes: dict[str, str] | str) -> None:
    """A bad value means the default, as in the element itself; nothing else gets through."""
    expected = attributes if isinstance(attributes, dict) else dict(pair.split("=") for pair in attributes.split())

    assert dict(embedding_of(QueryParams(query)).attributes) == expected


def test_equal_wishes_have_one_address() -> None:
    """Whatever the order, so that one page serves them all."""
    one, other = (embedding_of(QueryParams(query)) for query in ("topics=b+a&display=list", "display=list&topic=a&topic=b"))

    assert one.query == other.query == "?display=list&topics=a+b"


@pytest.mark.parametrize(
    ("query", "scheme", "asked"),
    [("", "light", ""), ("scheme=auto", "light dark", "?scheme=auto"), ("scheme=sepia", "light", "")],
)
def test_frame_is_light_unless_asked_otherwise(query: str, scheme: str, asked: str) -> None:
    """It cannot know what the page around it is, and most are light."""
    embedding = embedding_of(QueryParams(query))

    assert (embedding.color_scheme, embedding.query) == (scheme, asked)


def test_twenty_topics_at_most() -> None:
    """As many as a viewer may ask for."""
    assert len(embedding_of(QueryParams("topics=" + "+".join(f"t{n}" for n in range(30)))).topics) == 20


def test_frame_is_as_high_as_its_display() -> None:
    """A strip is always the same; a list scrolls."""
    assert {name: embedding_of(QueryParams(f"display={name}")).height for name in HEIGHTS} == HEIGHTS
    assert embedding_of(QueryParams("")).height == 44
