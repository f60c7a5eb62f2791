"""The limits that a request's head must keep, before there is a request, and the time that its answer may take to be read.

uvicorn's httptools protocol knows none: it took a header of 20 MB, waited for ever for one that never ended, and kept for ever
what nobody read. This class adds them: HEAD_MOST bytes, FIELDS_MOST fields, complete within HEAD_WITHIN seconds; a connection
that is full, or closed with something unsent, has `write_deadline` seconds to drain. A body's limits are the gate's.

Who is refused is listened to for a moment longer. A client that speaks before it listens would otherwise meet a closed socket:
the kernel answers its next bytes with a reset, and the reset takes the refusal out of the client's hands.
"""

import asyncio
import json
from typing import ClassVar, Final, NoReturn, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ticker import telemetry
from ticker.edge.problems import PROBLEMS, Problem

HEAD_MOST: Final = 16 * 1024
FIELDS_MOST: Final = 100
HEAD_WITHIN: Final = 10.0  # s

LINGER: Final = 2.0
"""Seconds for which somebody who was refused may go on speaking, to nobody."""

LINGER_MOST: Final = 32 * 1024 * 1024
"""And how many bytes at the most."""


class _TooLarge(Exception):
    """Ends the parsing of a head that is over its limits."""


class Intake(HttpToolsProtocol):
    """An HTTP/1.1 connection: its requests' heads are bounded in size, fields and time, and its answers in time."""

    write_deadline: ClassVar[float]  # s
    _unread: asyncio.TimerHandle | None = None  # ends a connection that takes nothing; set while it is full or closing
    _deadline: asyncio.TimerHandle | None = None
    _in_head = True
    _head = 0  # bytes of the head that have come so far
    _fields = 0  # bytes of its address and of the fields that are complete
    _slug = "invalid-request"
    _last = b""  # of a head, what came last, with three bytes before it: its empty line may come in two parts
    _idle_bytes = False  # whether what comes has, so far, begun no request
    _lingering: asyncio.TimerHandle | None = None
    _ignored = 0  # bytes that came after a refusal

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A connection: its first head is due."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended."""
        if self._lingering:
            self._lingering.cancel()
        super().connection_lost(exc)
        self._let_go()

    def data_received(self, data: bytes) -> None:
        """Bytes came. What is left of a head after them must fit."""
        if self._lingering:
            self._ignore(data)
            return
        self._head += len(data)
        self._last += data
        self._idle_bytes = True
        super().data_received(data)
        self._idle_bytes = False
        self._last = self._last[-3:] if self._in_head else b""
        if self._in_head and self._head > HEAD_MOST and not self.transport.is_closing():
            self._refuse("headers-too-large")

    def on_message_begin(self) -> None:
        """A further request on the same connection begins."""
        self._idle_bytes = False
        self._unset_keepalive_if_required()
        super().on_message_begin()
        self._slug = "invalid-request"
        self._fields = 0
        if not self._in_head:
            self._expect_head()

    def on_url(self, url: bytes) -> None:
        """A part of the address came."""
        super().on_url(url)
        self._fields += len(url)
        if self._fields > HEAD_MOST:
            self._too_large()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field is complete."""
        super().on_header(name, value)
        self._fields += len(name) + len(value) + 4
        if self._fields > HEAD_MOST or len(self.headers) > FIELDS_MOST:
            self._too_large()

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._head_complete()
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """The connection becomes a WebSocket. What came behind the request in the same bytes, uvicorn would lose."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # uvicorn says it were always there
        if cycle and not cycle.response_complete:
            cycle.keep_alive = False  # who is owed answers gets these, and then the end: none of them may come into a WebSocket
            return
        super().handle_websocket_upgrade()
        self._let_go()
        first = cycle is None  # of its connection: what came last is its own
        early = self._last.partition(b"\r\n\r\n")[2]
        if first and early:
            cast(asyncio.Protocol, self.transport.get_protocol()).data_received(early)

    def pause_writing(self) -> None:
        """The transport is full."""
        super().pause_writing()
        self._must_drain()

    def resume_writing(self) -> None:
        """The transport has room again."""
        super().resume_writing()
        self._drained()
        if self.transport.is_closing():
            self._must_drain()

    def on_response_complete(self) -> None:
        """An answer was handed to the transport, which was closed if it is the last."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._must_drain()

    def eof_received(self) -> None:
        """The client has ended its side: the transport closes itself when we return."""
        self._must_drain()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing was asked for some time."""
        self._close()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that could not be parsed, in our one shape for problems."""
        unread = "This cannot be read as an HTTP/1.1 request: its method, its address, a header or its length is malformed."
        self._refuse(self._slug, unread if self._slug == "invalid-request" else None)

    def _should_upgrade(self) -> bool:
        # In HTTP/1.0 the field is to be ignored (RFC 9110, section 7.8). The head that uvicorn makes for a WebSocket says 1.1.
        return self.scope["http_version"] == "1.1" and super()._should_upgrade()

    def _unset_keepalive_if_required(self) -> None:
        # uvicorn asks for it at every byte; one that begins no request must not keep an idle connection open.
        if not self._idle_bytes:
            super()._unset_keepalive_if_required()

    def _too_large(self) -> NoReturn:
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

    def _refuse(self, slug: str, detail: str | None = None) -> None:
        self._head_complete()
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle and not cycle.response_complete:
            if cycle.response_started or self.pipeline or not cycle.more_body:
                self._close()  # an earlier request is being answered; nothing may come between
                return
            cycle.disconnected = True  # its body broke off: whatever the app has to say comes too late
            cycle.message_event.set()
        kind = PROBLEMS[slug]
        body = json.dumps(Problem(slug, detail or kind.explanation).as_json()).encode()
        head = (
            f"HTTP/1.1 {kind.status} {kind.title}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\ncache-control: no-store\r\nconnection: close\r\n"
        ).encode()
        fields = b"".join(b"%b: %b\r\n" % field for field in self.server_state.default_headers)  # Date
        self.transport.write(head + fields + b"\r\n" + body)
        self.transport.write_eof()
        self._lingering = self.loop.call_later(LINGER, self.transport.abort)

    def _ignore(self, data: bytes) -> None:
        self._ignored += len(data)
        if self._ignored > LINGER_MOST:
            self.transport.close()

    def _close(self) -> None:
        self.transport.close()
        self._must_drain()

    def _must_drain(self) -> None:
        if self._unread is None and self.transport.get_write_buffer_size():
            self._unread = self.loop.call_later(self.write_deadline, self._cut_off)

    def _drained(self) -> None:
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def _cut_off(self) -> None:
        telemetry.closes.labels("http", "slow").inc()
        self.transport.abort()

    def _let_go(self) -> None:
        """Do nothing to the transport any more, and hold nothing that holds this: so it is freed at once, by its references."""
        self._head_complete()
        self._drained()
        super()._unset_keepalive_if_required()
        self.connections.discard(self)
        self.pipeline.clear()
        self.parser = self.cycle = None  # type: ignore[assignment]  # as in uvicorn
