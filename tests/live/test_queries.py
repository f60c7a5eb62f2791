"""What a viewer asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from ticker.edge.problems import Problem
from ticker.live.queries import Query, parse_query


@pytest.mark.parametrize(
    ("query", "last_event_id", "asked"),
    [
        ("", None, Query(None, frozenset(), 10, 0)),
        ("after=4-1&limit=100&wait=30", None, Query("4-1", frozenset(), 100, 30)),
        ("topic=storm&topic=world&topic=storm", None, Query(None, frozenset({"storm", "world"}), 10, 0)),
        ("after=4-1", "5-2", Query("5-2", frozenset(), 10, 0)),
        ("after=4-1", "", Query("4-1", frozenset(), 10, 0)),
        ("after=%00%F0%9F%98%80&unknown=1", None, Query("\0😀", frozenset(), 10, 0)),
        ("limit=1&wait=0", None, Query(None, frozenset(), 1, 0)),
    ],
)
def test_what_is_understood(query: str, last_event_id: str | None, asked: Query) -> None:
    """A viewer's query has its defaults; what a browser says of its last event goes before an older cursor."""
    assert parse_query(QueryParams(query), last_event_id) == asked


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("limit=0", [("limit", "must be a whole number from 1 to 100")]),
        ("limit=101", [("limit", "must be a whole number from 1 to 100")]),
        ("limit=", [("limit", "must be a whole number from 1 to 100")]),
        ("limit=-1", [("limit", "must be a whole number from 1 to 100")]),
        ("limit=1e1", [("limit", "must be a whole number from 1 to 100")]),
        ("limit=٣", [("limit", "must be a whole number from 1 to 100")]),
        ("limit=00010", [("limit", "must be a whole number from 1 to 100")]),
        ("wait=31", [("wait", "must be a whole number from 0 to 30")]),
        ("topic=", [("topic", "'' is not a topic")]),
        ("topic=B&topic=A", [("topic", "'A' is not a topic"), ("topic", "'B' is not a topic")]),
        ("&".join(f"topic=t{n}" for n in range(21)), [("topic", "at most 20 are allowed")]),
        ("topic=A&limit=x", [("topic", "'A' is not a topic"), ("limit", "must be a whole number from 1 to 100")]),
    ],
)
def test_what_is_refused(query: str, errors: list[tuple[str, str]]) -> None:
    """A query that cannot be meant is refused, and each of its faults is named."""
    with pytest.raises(Problem) as refused:
        parse_query(QueryParams(query))

    assert (refused.value.slug, list(refused.value.errors)) == ("invalid-request", errors)


@given(st.dictionaries(st.sampled_from(["after", "topic", "limit", "wait", "other"]), st.text()))
def test_any_query_is_understood_or_refused(params: dict[str, str]) -> None:
    """Nothing else comes of a query, whatever is in it."""
    try:
        query = parse_query(QueryParams(params))
    except Problem as refused:
        assert refused.slug == "invalid-request"  # noqa: PT017  # both outcomes are right
        return
    assert 1 <= query.limit <= 100
    assert 0 <= query.wait <= 30
