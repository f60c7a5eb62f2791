"""What every request passes before it is ours: one Host, a bounded body, a request id that its answer and its logs carry."""

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ticker import telemetry
from ticker.edge.intake import LINGER, LINGER_MOST
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
        if scope["type"] == "http":
            await self._http(scope, headers, receive, send, request_id)
        elif fault := _host_fault(headers):
            await send({"type": "websocket.close", "code": 1008, "reason": fault.detail})
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, headers: Headers, receive: Receive, send: Send, request_id: str) -> None:
        began, status = time.perf_counter(), 0
        body = _Body(receive, expected=scope["method"] not in ("GET", "HEAD"))

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", request_id.encode())]}
            elif not message.get("more_body") and not body.complete:
                await send({**message, "more_body": True})
                await body.ignore()
                message = {"type": "http.response.body", "more_body": False}
            await send(message)

        try:
            await self._answering(scope, headers)(scope, body.receive, told)
        finally:
            level = "info" if scope["method"] not in ("GET", "HEAD") or status >= 500 else "debug"
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            getattr(_log, level)("request", method=scope["method"], path=scope["path"], status=status, ms=milliseconds)

    def _answering(self, scope: Scope, headers: Headers) -> ASGIApp:
        """Give what answers a request: the app, or a refusal."""
        fault = _host_fault(headers) or _size_fault(headers)
        if fault is None:
            return self._app
        if scope["method"] not in ("GET", "HEAD"):
            telemetry.rejected.labels(fault.slug).inc()
        return problem_response(fault)


class _Body:
    """The body of a request as it comes: BODY_MOST bytes within BODY_WITHIN seconds, else a Problem is raised."""

    def __init__(self, receive: Receive, *, expected: bool) -> None:
        self.complete = False
        self._receive = receive
        self._expected = expected
        self._size = 0
        self._deadline = asyncio.get_running_loop().time() + BODY_WITHIN

    async def receive(self) -> Message:
        """See ASGI."""
        if self.complete:
            return await self._receive()  # waits for the end of the connection, which may take for ever
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._next()
        except TimeoutError:
            raise Problem("request-timeout", "The body did not arrive in time.", headers={"Connection": "close"}) from None
        if self._size > BODY_MOST:
            raise _too_large()
        if message["type"] == "http.disconnect" and self._expected:
            raise Problem("invalid-request", "The connection ended before the body did.")
        return message

    async def ignore(self) -> None:
        """Read on for a moment after the answer. Why, intake.py says at its top."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while not self.complete and self._size < LINGER_MOST:
                    await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)  # a disconnect ends it too
        return message


def is_host(hosts: Sequence[str]) -> bool:
    """Whether the Host headers of a request are one that can be (RFC 9112, section 3.2)."""
    return len(hosts) == 1 and bool(_HOST.fullmatch(hosts[0]))


def _host_fault(headers: Headers) -> Problem | None:
    if is_host(headers.getlist("host")):
        return None
    return Problem("invalid-request", "Send exactly one valid Host header.", headers={"Connection": "close"})


def _size_fault(headers: Headers) -> Problem | None:
    declared = headers.get("content-length", "0")
    return None if declared.isdigit() and int(declared) <= BODY_MOST else _too_large()


def _too_large() -> Problem:
    return Problem("too-large", f"The body has more than {BODY_MOST} bytes.", headers={"Connection": "close"})


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
