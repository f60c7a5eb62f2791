"""The editors' HTTP: post, correct, withdraw, audit, who am I, and the page that does it all by hand.

Each write goes the same way: sign in, find the channel, check the scope, parse, write, wait until this process shows it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import structlog
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ticker import telemetry
from ticker.desk.bodies import change_of, draft_of, withdrawal_of
from ticker.desk.conditions import AuditPage, audit_page, expected_version, idempotency_key, line_id, withdrawal_reason
from ticker.desk.failures import etag, problem_of
from ticker.desk.page import desk_page
from ticker.desk.signin import SignIn, require
from ticker.edge.problems import Problem, unknown_channel
from ticker.edge.rendered import respond
from ticker.log.errors import LogError
from ticker.log.tokens import SCOPES, Token
from ticker.log.writer import Posted, Writer
from ticker.model.channel import Channel
from ticker.model.cursor import Cursor
from ticker.model.draft import Author

APPLIED_WITHIN: Final = 2.0
"""Seconds an answer waits for this process to show what was written. It takes milliseconds; a reader that is just
reconnecting takes longer, and an editor should not think that the change failed."""

_log = structlog.get_logger()

_PRIVATE: Final = {"Cache-Control": "no-store"}

Audit = Callable[[Channel, AuditPage], Awaitable[tuple[list[dict[str, Any]], str | None]]]
Reached = Callable[[str, Cursor, float], Awaitable[bool]]

_Answer = TypeVar("_Answer")


class Desk:
    """The editors' endpoints of one process."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        writer: Writer,
        audit: Audit,
        signin: SignIn,
        reached: Reached,
        base_url: str,
        clock: Callable[[], int],
    ) -> None:
        self._channels = channels
        self._writer = writer
        self._audit = audit
        self._signin = signin
        self._reached = reached
        self._base_url = base_url
        self._clock = clock  # ms since 1970
        self._page = desk_page(base_url)
        self._running: set[asyncio.Task[Posted]] = set()

    async def post(self, request: Request) -> Response:
        """Publish a line: 201 `{"line", "cursor"}` with its Location."""
        channel, token = await self._admitted(request, "post")
        draft = draft_of(await _body(request), request.headers.get("content-type"), self._clock())
        key = idempotency_key(request, draft)
        posted = await self._written(self._writer.publish(channel, draft, Author(token.name), key))
        return await self._answer(posted, "publish", status=201)

    async def patch(self, request: Request) -> Response:
        """Correct, refile, update, pin or unpin a line: 200 `{"line", "cursor"}`."""
        channel, token = await self._admitted(request, "correct")
        line, expected = line_id(request), expected_version(request)
        change = change_of(await _body(request), request.headers.get("content-type"), self._clock())
        key = idempotency_key(request, change)
        posted = await self._written(self._writer.change(channel, line, change, Author(token.name), key, expected))
        return await self._answer(posted, change.kind.value)

    async def delete(self, request: Request) -> Response:
        """Withdraw a line for good: 200 `{"line", "cursor"}` with the tombstone, once this process shows the line no more."""
        channel, token = await self._admitted(request, "withdraw")
        line, expected = line_id(request), expected_version(request)
        body, content_type = await _body(request), request.headers.get("content-type")
        withdrawal = withdrawal_of(body, content_type, withdrawal_reason(request))
        key = idempotency_key(request, withdrawal)
        posted = await self._written(self._writer.withdraw(channel, line, withdrawal, Author(token.name), key, expected))
        return await self._answer(posted, "withdraw")

    async def audit(self, request: Request) -> Response:
        """Give who did what, newest first: `{"entries": […]}`."""
        channel, _ = await self._admitted(request, "audit")
        page = audit_page(request)
        entries, following = await _asked(self._audit(channel, page))
        headers = dict(_PRIVATE)
        if following:
            query = request.query_params.multi_items()
            kept = [(name, value) for name, value in query if name != "after"]
            address = f"{self._base_url}/v1/channels/{channel.id}/audit?{urlencode([*kept, ('after', following)])}"
            headers["Link"] = f'<{address}>; rel="next"'
        return JSONResponse({"entries": entries}, headers=headers)

    async def me(self, request: Request) -> Response:
        """Give who the token is, what it may do, and in which channels, with what a form for them needs."""
        token = await _asked(self._signin.token(request))
        channels = [channel for channel in self._channels.values() if not token.channels or channel.id in token.channels]
        scopes = [scope for scope in SCOPES if scope in token.scopes or "admin" in token.scopes]
        return JSONResponse(
            {"name": token.name, "scopes": scopes, "channels": [_channel_json(channel) for channel in channels]},
            headers=_PRIVATE,
        )

    async def page(self, request: Request) -> Response:
        """Give the editors' page."""
        return respond(request, self._page)

    async def _admitted(self, request: Request, scope: str) -> tuple[Channel, Token]:
        token = await _asked(self._signin.token(request))
        asked = request.path_params["channel"]
        channel = self._channels.get(asked)
        if channel is None:
            raise unknown_channel(asked, self._channels)
        require(token, scope, channel.id)
        return channel, token

    async def _written(self, write: Coroutine[Any, Any, Posted]) -> Posted:
        """Await a write that goes on when its request does not: half a write would leave the editor knowing nothing."""
        task = asyncio.create_task(write)
        self._running.add(task)  # the event loop itself holds tasks only weakly
        task.add_done_callback(self._running.discard)
        return await _asked(asyncio.shield(task))

    async def _answer(self, posted: Posted, action: str, status: int = 200) -> Response:
        line = posted.line
        if posted.changed:
            telemetry.changes.labels(line.channel, action).inc()
        headers = {"ETag": etag(line)} | _PRIVATE
        if status == 201:
            headers["Location"] = f"{self._base_url}/v1/channels/{line.channel}/lines/{line.id}"
        if posted.replayed:
            headers["Idempotency-Replayed"] = "true"
        answer: dict[str, Any] = {"line": line.as_json(), "cursor": posted.cursor}
        if not await self._reached(line.channel, posted.cursor, APPLIED_WITHIN):
            answer["propagated"] = False  # it is done, but this process may still show what was before
        return JSONResponse(answer, status, headers)


async def _body(request: Request) -> bytes:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem("unsupported-media", "Send the body without Content-Encoding.", headers={"Accept-Encoding": "identity"})
    return await request.body()


async def _asked(question: Awaitable[_Answer]) -> _Answer:
    """Await the log; what it cannot do becomes a Problem."""
    try:
        return await question
    except (LogError, RedisError, OSError) as error:
        problem = problem_of(error)
        if problem is None:
            raise
        if problem.kind.status == 503:
            _log.warning("editor_refused", problem=problem.slug, cause=str(error))
        raise problem from error


def _channel_json(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "title": channel.title,
        "language": channel.language,
        "direction": channel.direction,
        "topics": [{"id": topic.id, "label": topic.label} for topic in channel.topics],
    }


def routes(
    channels: Mapping[str, Channel],
    writer: Writer,
    audit: Audit,
    signin: SignIn,
    reached: Reached,
    base_url: str,
    clock: Callable[[], int],
) -> list[Route]:
    """Give the routes of the editors' side.

    `reached(channel, cursor, within)` waits until this process shows what was written at `cursor`, and tells whether it did
    within so many seconds; `clock` gives ms since 1970.
    """
    desk = Desk(channels, writer, audit, signin, reached, base_url, clock)
    return [
        Route("/v1/channels/{channel}/lines", desk.post, methods=["POST"]),
        Route("/v1/channels/{channel}/lines/{line}", desk.patch, methods=["PATCH"]),
        Route("/v1/channels/{channel}/lines/{line}", desk.delete, methods=["DELETE"]),
        Route("/v1/channels/{channel}/audit", desk.audit),
        Route("/v1/me", desk.me),
        Route("/desk", desk.page),
    ]
