"""What a viewer asks for, parsed once for all transports."""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import QueryParams

from ticker.edge.problems import Problem
from ticker.model.line import TOPIC, TOPICS_MOST

LIMIT: Final = 10
LIMIT_MOST: Final = 100
WAIT_MOST: Final = 30


@dataclass(frozen=True, slots=True)
class Query:
    """`?after=CURSOR&topic=…&topic=…&limit=…&wait=…`; unknown parameters are ignored."""

    after: str | None
    topics: frozenset[str]
    limit: int
    wait: int  # s


def parse_query(params: QueryParams, last_event_id: str | None = None) -> Query:
    """Read a viewer's query. Raises Problem invalid-request.

    `last_event_id` goes before `after`: a browser that reconnects sends the newer of the two there. A cursor is not checked
    here: what names nothing is answered by a snapshot.
    """
    topics = frozenset(params.getlist("topic"))
    errors = [("topic", f"{topic!r} is not a topic") for topic in sorted(topics) if not TOPIC.fullmatch(topic)]
    if len(topics) > TOPICS_MOST:
        errors.append(("topic", f"at most {TOPICS_MOST} are allowed"))
    limit = _number(params, "limit", LIMIT, 1, LIMIT_MOST, errors)
    wait = _number(params, "wait", 0, 0, WAIT_MOST, errors)
    if errors:
        raise Problem("invalid-request", f"{errors[0][0]}: {errors[0][1]}", errors=errors)
    return Query(last_event_id or params.get("after"), topics, limit, wait)


def _number(params: QueryParams, name: str, default: int, least: int, most: int, errors: list[tuple[str, str]]) -> int:
    raw = params.get(name)
    if raw is None:
        return default
    if not raw.isascii() or not raw.isdigit() or len(raw) > 4 or not least <= int(raw) <= most:
        errors.append((name, f"must be a whole number from {least} to {most}"))
        return default
    return int(raw)
