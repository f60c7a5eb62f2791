"""What went wrong, said in one shape everywhere: RFC 9457 problem details.

`{"type": "/problems/SLUG", "title", "status", "detail", "errors": [{"field", "message"}], …}`. The type is a page that
explains the problem; PROBLEMS is the only table of them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem."""

    status: int
    title: str
    explanation: str


PROBLEMS: Final[Mapping[str, Kind]] = {
    "invalid-request": Kind(400, "Invalid request", "The request is not well formed; detail and errors say where."),
    "unauthorized": Kind(
        401, "Sign in needed", "Send a valid token as 'Authorization: Bearer TOKEN'; yours may have been revoked."
    ),
    "forbidden": Kind(403, "Not allowed", "The token is valid, but lacks the scope or the channel for this."),
    "not-found": Kind(404, "Not found", "Nothing is at this address."),
    "unknown-channel": Kind(404, "No such channel", "No channel of this newsroom has this id."),
    "unknown-line": Kind(
        404, "No such line", "This channel has no line of this id, or keeps or shows it no longer: it may have expired."
    ),
    "no-embed": Kind(
        404, "Nothing to embed", "No live page, line or embed page of this newsroom is at the address asked about."
    ),
    "method-not-allowed": Kind(405, "Method not allowed", "The address exists, but not for this method; see Allow."),
    "request-timeout": Kind(408, "Request too slow", "The request did not arrive completely in time."),
    "duplicate-line": Kind(
        409,
        "Duplicate line",
        "The same text was published in this channel moments ago; the member 'line' has it. To post it all the same, "
        "send allow_duplicate.",
    ),
    "line-withdrawn": Kind(410, "Line withdrawn", "The line was withdrawn for good; it can be neither shown nor changed."),
    "version-conflict": Kind(
        412,
        "Somebody else was first",
        "The line has changed since the version that If-Match names; the member 'line' has it as it stands now.",
    ),
    "too-large": Kind(413, "Body too large", "A request body may have 64 KiB at most."),
    "unsupported-media": Kind(415, "Unsupported media type", "Send JSON, a urlencoded form or plain text, in UTF-8."),
    "invalid-line": Kind(422, "Invalid line", "One or more fields cannot be accepted; nothing was stored."),
    "key-reused": Kind(
        422,
        "Idempotency key reused",
        "This Idempotency-Key was already used for a different request; nothing was stored.",
    ),
    "too-many-attempts": Kind(429, "Too many failed sign-ins", "Wait as long as Retry-After says."),
    "headers-too-large": Kind(431, "Headers too large", "Request headers may have 16 KiB and 100 fields at most."),
    "internal": Kind(500, "Internal error", "Something failed on our side; the log has it under the request id."),
    "unknown-format": Kind(501, "No such format", "An oEmbed answer comes as json or xml."),
    "log-unreachable": Kind(503, "Log unreachable", "Redis cannot be reached; nothing was stored. Try again."),
    "log-loading": Kind(503, "Log loading", "Redis is reading its data after a start; nothing was stored. Try again."),
    "log-busy": Kind(503, "Log busy", "Redis is busy with another script; nothing was stored. Try again."),
    "log-read-only": Kind(503, "Log read-only", "This Redis is a replica just now; nothing was stored. Try again."),
    "log-memory-full": Kind(503, "Log memory full", "Redis has reached its memory limit; nothing was stored."),
    "log-storage-full": Kind(503, "Log storage full", "Redis cannot write to its disk; nothing was stored."),
    "outcome-unknown": Kind(
        503,
        "Outcome unknown",
        "The change was sent, but its answer was lost: it may have happened. Repeat it with the same Idempotency-Key; "
        "then it happens once.",
    ),
}


class Problem(Exception):
    """Ends a request with a problem+json answer."""

    def __init__(
        self,
        slug: str,
        detail: str,
        *,
        errors: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.slug = slug
        self.kind = PROBLEMS[slug]
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = members

    def as_json(self) -> dict[str, Any]:
        """Give the problem details object (RFC 9457, section 3)."""
        problem: dict[str, Any] = {
            "type": f"/problems/{self.slug}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }
        if self.errors:
            problem["errors"] = [{"field": field, "message": message} for field, message in self.errors]
        return problem | self.members


def unknown_channel(asked: str, channels: Iterable[str]) -> Problem:
    """Give the problem of a channel that is none of those there are, which are no secret."""
    return Problem("unknown-channel", f"{asked[:64]!r} is none of the channels here: {', '.join(channels)}.")


def problem_response(problem: Problem) -> Response:
    """Give the answer that carries `problem`; it is never cached."""
    return Response(
        json.dumps(problem.as_json(), ensure_ascii=False).encode(),
        status_code=problem.kind.status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store"} | problem.headers,
    )
