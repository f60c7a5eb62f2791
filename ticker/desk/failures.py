"""What the log could not do, said to an editor: the one table from its errors to problems."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from ticker.edge.problems import PROBLEMS, Problem
from ticker.log.errors import (
    DuplicateText,
    KeyReused,
    LineUnknown,
    LineWithdrawn,
    LogError,
    LogUnavailable,
    Unavailable,
    VersionConflict,
)
from ticker.log.redis import unavailable
from ticker.model.line import Line


def etag(line: Line) -> str:
    """Give the entity tag of a line as editors use it in If-Match: its version."""
    return f'"{line.version}"'


def _duplicate(error: DuplicateText) -> Problem:
    detail = "The same text was published in this channel moments ago."
    return Problem("duplicate-line", detail, line=error.earlier.as_json())


def _conflict(error: VersionConflict) -> Problem:
    detail = f"The line is at version {error.current.version} now."
    return Problem("version-conflict", detail, headers={"ETag": etag(error.current)}, line=error.current.as_json())


_SLUGS: Final[Mapping[Unavailable, str]] = {
    Unavailable.UNREACHABLE: "log-unreachable",
    Unavailable.LOADING: "log-loading",
    Unavailable.BUSY: "log-busy",
    Unavailable.READ_ONLY: "log-read-only",
    Unavailable.MEMORY_FULL: "log-memory-full",
    Unavailable.STORAGE_FULL: "log-storage-full",
    Unavailable.OUTCOME_UNKNOWN: "outcome-unknown",
}


def _unavailable(error: LogUnavailable) -> Problem:
    # The cause is Redis' own words: for our log (as the problem's __cause__), not for the answer.
    slug = _SLUGS[error.reason]
    return Problem(slug, PROBLEMS[slug].explanation, headers={"Retry-After": str(error.retry_after)})


_PROBLEMS: Final[Mapping[type[LogError], Callable[[Any], Problem]]] = {
    DuplicateText: _duplicate,
    VersionConflict: _conflict,
    LineUnknown: lambda _: Problem("unknown-line", "This channel has no line of this id, or keeps it no longer."),
    LineWithdrawn: lambda _: Problem("line-withdrawn", "It is gone for good and cannot be changed any more."),
    KeyReused: lambda _: Problem("key-reused", "It came with a different request before; nothing was stored."),
    LogUnavailable: _unavailable,
}


def problem_of(error: LogError | RedisError | OSError) -> Problem | None:
    """Give the problem that `error` of the log or of Redis is to an editor, or None when it is a fault of ours."""
    if isinstance(error, RedisError):
        known = unavailable(error)
        if known is None and isinstance(error, RedisConnectionError | RedisTimeoutError):
            known = LogUnavailable(Unavailable.UNREACHABLE, 2, str(error))
        return _unavailable(known) if known else None
    if isinstance(error, OSError):
        return _unavailable(LogUnavailable(Unavailable.UNREACHABLE, 2, str(error)))
    make = _PROBLEMS.get(type(error))
    return make(error) if make else None
