"""What a request says besides its body: If-Match, Idempotency-Key, and the few query fields. Everything else is refused."""

import json
import re
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final

from starlette.requests import Request

from ticker.edge.problems import Problem
from ticker.log.writer import Key
from ticker.model.draft import Change, Draft, Withdrawal
from ticker.model.line import LINE_ID

_VERSION: Final = re.compile(r'"([1-9][0-9]{0,14})"')
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_LIMIT: Final = re.compile(r"[1-9][0-9]{0,2}")
_PLACE: Final = re.compile(r"[0-9]{1,20}-[0-9]{1,20}")  # in the stream of the audit log

AUDIT_MOST: Final = 500
AUDIT_DEFAULT: Final = 100


def expected_version(request: Request) -> int | None:
    """Give the version that If-Match names; None when any will do (no header, or `*`, since there is no other state to match).

    Raises Problem: a weak tag never matches (RFC 9110, section 13.1.1), and of several versions only one can be the line's.
    """
    given = _once(request, "If-Match")
    if given is None or given.strip() == "*":
        return None
    match = _VERSION.fullmatch(given.strip())
    if match is None:
        raise Problem(
            "invalid-request", 'If-Match must be one version in quotes as in "3", or *.', errors=[("If-Match", "is wrong")]
        )
    return int(match[1])


def idempotency_key(request: Request, body: Draft | Change | Withdrawal) -> Key | None:
    """Give the Idempotency-Key with a digest of all that the request asks for. Raises Problem.

    The digest is of what was understood, not of the bytes: a retry by another client library is still the same request.
    """
    value = _once(request, "Idempotency-Key")
    if value is None:
        return None
    if not _KEY.fullmatch(value):
        message = "must have 1 to 255 visible ASCII characters"
        raise Problem("invalid-request", f"Idempotency-Key {message}.", errors=[("Idempotency-Key", message)])
    asked = [request.method, request.url.path, request.headers.get("if-match"), type(body).__name__, asdict(body)]
    return Key(value, sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest())


def line_id(request: Request) -> str:
    """Give the line's id of the path; what cannot be one is unknown. Raises Problem."""
    line = str(request.path_params["line"])
    if not LINE_ID.fullmatch(line):
        raise Problem("unknown-line", "This channel has no such line.")
    return line


def withdrawal_reason(request: Request) -> str | None:
    """Give the `reason` of the query, if any. Raises Problem."""
    return _query(request, "reason")


@dataclass(frozen=True, slots=True)
class AuditPage:
    """What a reader of the audit log asks for."""

    line: str | None  # None: all
    limit: int
    after: str | None  # the place that an answer named for its next page


def audit_page(request: Request) -> AuditPage:
    """Read the query. Raises Problem."""
    line, limit, after = (_query(request, name) for name in ("line", "limit", "after"))
    errors = []
    if line is not None and not LINE_ID.fullmatch(line):
        errors.append(("line", "is not the id of a line"))
    if limit is not None and (not _LIMIT.fullmatch(limit) or int(limit) > AUDIT_MOST):
        errors.append(("limit", f"must be 1 to {AUDIT_MOST}"))
    if after is not None and not _PLACE.fullmatch(after):
        errors.append(("after", "is not what an answer named"))
    if errors:
        raise Problem("invalid-request", "The query is wrong.", errors=errors)
    return AuditPage(line, int(limit) if limit else AUDIT_DEFAULT, after)


def _once(request: Request, name: str) -> str | None:
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise Problem("invalid-request", f"{name} is given twice.", errors=[(name, "is given twice")])
    return values[0] if values else None


def _query(request: Request, name: str) -> str | None:
    values = request.query_params.getlist(name)
    if len(values) > 1:
        raise Problem("invalid-request", "The query is wrong.", errors=[(name, "is given twice")])
    return values[0] if values else None
