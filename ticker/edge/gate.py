"""What every request passes before it is ours: one Host, a bounded body, a request id that its answer and its logs carry."""

import asyncio
import re
import secrets
import time
from collections.abc import Callable
from typing import Final

import structlog
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticker.edge.problems import Problem, problem_response

BODY_MOST: Final = 64 * 1024
BODY_WITHIN: Final = 15.0  # s

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = structlog.get_logger()


class Gate:
    """ASGI middleware, outermost."""

    def __init__(self, app: ASGIApp, *, address: Callable[[HTTPConnection], str]) -> None:
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer why not."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        # The query stays out of the logs: a cursor is harmless, but what people put there by mistake is not.
        structlog.contextvars.bind_contextvars(request=request_id, address=self._address(HTTPConnection(scope)))
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]):
            await _refuse(scope, receive, send, Problem("invalid-request", "Send exactly one valid Host header."))
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._http(scope, headers, receive, send, request_id)

    async def _http(self, scope: Scope, headers: Headers, receive: Receive, send: Send, request_id: str) -> None:
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > BODY_MOST:
            await _refuse(scope, receive, send, _too_large())
            return
        began, status = time.perf_counter(), 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", request_id.encode())]}
            await send(message)

        try:
            await self._app(scope, _bounded(receive), told)
        finally:
            level = "info" if scope["method"] not in ("GET", "HEAD") or status >= 500 else "debug"
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            getattr(_log, level)("request", method=scope["method"], path=scope["path"], status=status, ms=milliseconds)


def _bounded(receive: Receive) -> Receive:
    """Give a `receive` that raises Problem when the body is too large or too slow."""
    deadline = asyncio.get_running_loop().time() + BODY_WITHIN
    size, complete = 0, False

    async def bounded() -> Message:
        nonlocal size, complete
        if complete:
            return await receive()  # waits for the end of the connection, which may take for ever
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise Problem("request-timeout", "The body did not arrive in time.", headers={"Connection": "close"}) from None
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if size > BODY_MOST:
                raise _too_large()
        return message

    return bounded


def _too_large() -> Problem:
    return Problem("too-large", f"The body has more than {BODY_MOST} bytes.", headers={"Connection": "close"})


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


async def _refuse(scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": problem.detail})
        return
    problem.headers.setdefault("Connection", "close")
    await problem_response(problem)(scope, receive, send)
