"""The WebSocket handshake: the library's, without ASGI, up to the moment when a slim viewer takes over.

Given to uvicorn as its `ws` setting, which makes one of these for each request to upgrade and hands it the request's head.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, cast
from urllib.parse import unquote

from starlette.datastructures import QueryParams
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake, NegotiationError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.http11 import Request
from websockets.protocol import OPEN, SERVER, Protocol
from websockets.server import ServerProtocol
from websockets.typing import ExtensionParameter

from ticker import telemetry
from ticker.edge.gate import is_host
from ticker.edge.problems import PROBLEMS, Problem, problem_response
from ticker.live import frames
from ticker.live.admission import Admission, Refusal
from ticker.live.closing import Cause
from ticker.live.frames import WINDOW_BITS, Transport
from ticker.live.slim import MESSAGE_MOST, QUIET, SlimWebSocket, hang_up

_PATH = re.compile(r"/v1/channels/([^/?]+)/ws(?:\?(.*))?", re.DOTALL)
_NO_PARAMS: Final = QueryParams()

VERSION: Final = "13"
"""Of the protocol, the only one that there is."""


class _SharedDeflate(ServerPerMessageDeflateFactory):
    """Agrees to compression in one form only, so that one compressed frame does for all who asked for it (RFC 7692).

    Without context takeover each message is compressed on its own. A client that wants a smaller window than ours gets none.
    """

    def process_request_params(
        self, params: Sequence[tuple[str, str | None]], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        agreed, extension = super().process_request_params(params, accepted_extensions)
        if extension.local_max_window_bits < WINDOW_BITS:
            raise NegotiationError("the window is too small")
        return agreed, extension


_PLAIN: Final = ServerProtocol(logger=QUIET)
_COMPRESSING: Final = ServerProtocol(
    extensions=[_SharedDeflate(server_no_context_takeover=True, client_no_context_takeover=True)], logger=QUIET
)
"""What judges requests; each is judged by itself, so one of them does for all."""


class Handshake(asyncio.Protocol):
    """A connection between the request to upgrade and the viewer."""

    admission: ClassVar[Admission]

    def __init__(self, config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> None:
        self._head = b""  # the request's
        self._early = b""  # what a viewer sends before it has the answer, or after it was refused
        self._refused: Protocol | None = None  # once it was: what speaks the rest of the protocol
        self._is_deaf = False  # once all was said to it, the end too

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection, taken over from HTTP."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        """The request; later, what a viewer sends before it has the answer, or after it was refused."""
        if self._is_deaf:
            return  # it speaks to nobody until it has read why
        if self._head:
            self._early += data
            talks = len(self._early) > MESSAGE_MOST  # where it has nothing to say
            if self._refused is None:
                if talks:
                    self._transport.abort()
            elif talks:
                self._hang_up()  # a reset may take the close with it that says why
            else:
                self._refused.receive_data(data)
                self._go_on_refusing(self._refused)
        else:
            # uvicorn makes this the transport's protocol when we return: the answer comes after that in any case.
            self._head = data
            self.admission.viewers.arrivals.wait(self._answer, self._transport.is_closing)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.admission.viewers.refused.drop(self._transport)

    def _answer(self) -> None:
        if self._transport.is_closing():
            return
        try:
            self._admit(_asked(self._head, deflate=self.admission.viewers.deflate))
        except Problem as problem:
            self._reject(problem)
        except Exception:
            self._transport.abort()  # nobody else would ever end it
            raise

    def _admit(self, asked: "_Asked") -> None:
        # A browser sees no status of a refused handshake, so every refusal is an accept and a close that says why.
        found = self.admission.admit(asked.transport, asked.channel, asked.params)
        if isinstance(found, Refusal):
            self._refuse(asked.response, found)
            return
        viewers, query = self.admission.viewers, found.query
        group = viewers.enter(found.channel, query.topics, asked.transport)
        viewer = SlimWebSocket(viewers, group, query.after, query.limit)
        viewer.take_over(self._transport, asked.response)
        if self._early:
            viewer.data_received(self._early)

    def _refuse(self, response: bytes, refusal: Refusal) -> None:
        """Accept, say why not, and wait a moment for the close of the other side."""
        self._refused = refused = Protocol(SERVER, state=OPEN, max_size=MESSAGE_MOST, logger=QUIET)
        if refusal.cause is Cause.LEAVING:
            refused.send_text(frames.encode(frames.leaving(self.admission.viewers.delay())).encode())
        refused.send_close(refusal.cause.value.code, refusal.reason)
        self._begin_to_end()
        self._transport.write(response)
        refused.receive_data(self._early)
        self._go_on_refusing(refused)

    def _go_on_refusing(self, refused: Protocol) -> None:
        out = refused.data_to_send()
        if any(out):
            self._transport.write(b"".join(out))
        if refused.close_rcvd is not None:
            self._transport.close()
        elif b"" in out:
            self._hang_up()

    def _hang_up(self) -> None:
        """All is said, and what comes until the other side ends it too, or the deadline, is passed over."""
        self._is_deaf = True
        hang_up(self._transport)

    def _reject(self, problem: Problem) -> None:
        """Answer what is no handshake."""
        telemetry.refused.labels(Transport.WEBSOCKET.label, "handshake").inc()
        answer = problem_response(problem)
        answer.headers["Connection"] = "close"
        head = f"HTTP/1.1 {problem.kind.status} {problem.kind.title}\r\n".encode()
        fields = b"".join(name + b": " + value + b"\r\n" for name, value in answer.raw_headers)
        self._begin_to_end()
        self._transport.write(head + fields + b"\r\n" + bytes(answer.body))
        self._hang_up()

    def _begin_to_end(self) -> None:
        self.admission.viewers.refused.begin(self._transport, asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True)
class _Asked:
    """A good handshake: what it asks for, and the response that accepts it."""

    channel: str
    params: QueryParams
    transport: Transport
    response: bytes


def _asked(head: bytes, *, deflate: bool) -> _Asked:
    """Judge a handshake. Raises Problem."""
    try:
        request = _request_of(head)
    except InvalidHandshake as error:
        raise Problem("invalid-request", f"This is no WebSocket handshake: {error}.") from None
    if not is_host(request.headers.get_all("Host")):
        raise Problem("invalid-request", "Send exactly one valid Host header.")
    asked = _PATH.fullmatch(request.path)
    if asked is None:
        raise Problem("not-found", PROBLEMS["not-found"].explanation)
    try:
        accept, extensions, _ = (_COMPRESSING if deflate else _PLAIN).process_request(request)
    except InvalidHandshake as error:
        known = request.headers.get_all("Sec-WebSocket-Version") == [VERSION]
        headers = {} if known else {"Sec-WebSocket-Version": VERSION}  # whatever else is wrong (RFC 6455, section 4.2.2)
        raise Problem("invalid-request", f"This is no WebSocket handshake: {error}.", headers=headers) from None
    # Without the Date that other answers carry: an interim one needs none (RFC 9110, section 6.6.1).
    fields = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
    if extensions:
        fields += f"Sec-WebSocket-Extensions: {extensions}\r\n"
    return _Asked(
        unquote(asked[1]),
        QueryParams(asked[2]) if asked[2] else _NO_PARAMS,
        Transport.WEBSOCKET_DEFLATE if extensions else Transport.WEBSOCKET,
        f"HTTP/1.1 101 Switching Protocols\r\n{fields}\r\n".encode(),
    )


def _request_of(head: bytes) -> Request:
    """Read a request's head as uvicorn hands it on: parsed by llhttp, and put together again from the parts."""
    first, *fields = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = Headers()
    for field in fields:
        name, _, value = field.partition(": ")
        headers[name] = value
    return Request(path, headers, method)


def handshake_at(admission: Admission) -> type[Handshake]:
    """Give the class for uvicorn's `ws` setting."""
    return type("AdmittedHandshake", (Handshake,), {"admission": admission})
