"""The limits that a request's head must keep, before there is a request.

uvicorn's httptools protocol knows none: it took a header of 20 MB, and waited for ever for one that never ended. This class,
given to uvicorn as its `http` setting, adds them: HEAD_MOST bytes, FIELDS_MOST fields, complete within HEAD_WITHIN seconds.
A body's limits are the gate's.
"""

import asyncio
import json
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ticker.edge.problems import PROBLEMS, Problem

HEAD_MOST: Final = 16 * 1024
FIELDS_MOST: Final = 100
HEAD_WITHIN: Final = 10.0  # s


class _TooLarge(Exception):
    """Ends the parsing of a head that is over its limits."""


class Intake(HttpToolsProtocol):
    """An HTTP/1.1 connection whose requests' heads are bounded in size, fields and time."""

    _deadline: asyncio.TimerHandle | None = None
    _in_head = True
    _head = 0  # bytes of the head that have come so far
    _slug = "invalid-request"

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A connection: its first head is due."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended."""
        self._head_complete()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes came. What is left of a head after them must fit."""
        self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > HEAD_MOST and not self.transport.is_closing():
            self._refuse("headers-too-large")

    def on_message_begin(self) -> None:
        """A further request on the same connection begins."""
        super().on_message_begin()
        self._slug = "invalid-request"
        if not self._in_head:
            self._expect_head()

    def on_url(self, url: bytes) -> None:
        """A part of the address came."""
        super().on_url(url)
        self._bounded(len(self.url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field is complete."""
        super().on_header(name, value)
        self._bounded(len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers))

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._head_complete()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that could not be parsed, in our one shape for problems."""
        self._refuse(self._slug)

    def _bounded(self, size: int) -> None:
        if size > HEAD_MOST or len(self.headers) > FIELDS_MOST:
            self._slug = "headers-too-large"
            raise _TooLarge  # httptools stops parsing, and uvicorn asks for the answer to a bad request

    def _expect_head(self) -> None:
        self._in_head = True
        self._head = 0
        self._deadline = self.loop.call_later(HEAD_WITHIN, self._late)

    def _head_complete(self) -> None:
        self._in_head = False
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        if self._in_head and not self.transport.is_closing():
            self._refuse("request-timeout")

    def _refuse(self, slug: str) -> None:
        self._head_complete()
        kind = PROBLEMS[slug]
        body = json.dumps(Problem(slug, kind.explanation).as_json()).encode()
        head = (
            f"HTTP/1.1 {kind.status} {kind.title}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
