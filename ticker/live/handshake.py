"""The WebSocket handshake: the library's, without ASGI, up to the moment when a slim viewer takes over.

Given to uvicorn as its `ws` setting, which makes one of these for each request to upgrade and hands it the request's head.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final, cast
from urllib.parse import unquote

from starlette.datastructures import QueryParams
from websockets.exceptions import NegotiationError
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import ExtensionParameter

from ticker.edge.gate import is_host
from ticker.live import frames
from ticker.live.admission import Admission, Admitted, Refusal
from ticker.live.closing import Cause
from ticker.live.frames import WINDOW_BITS, Transport
from ticker.live.slim import MESSAGE_MOST, QUIET, SlimWebSocket

_PATH = re.compile(r"/v1/channels/([^/?]+)/ws(?:\?(.*))?", re.DOTALL)
_GOODBYE_WITHIN = 2.0  # s


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


_DEFLATE: Final = _SharedDeflate(server_no_context_takeover=True, client_no_context_takeover=True)


class Handshake(asyncio.Protocol):
    """A connection between the request to upgrade and the viewer."""

    admission: ClassVar[Admission]

    def __init__(self, config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> None:
        extensions = [_DEFLATE] if self.admission.viewers.deflate else None
        self._connection = ServerProtocol(extensions=extensions, max_size=MESSAGE_MOST, logger=QUIET)
        self._admitted: Admitted | None = None
        self._answered = False
        self._early = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection, taken over from HTTP."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        """The request; later, what a viewer sends before it has the answer, or after it was refused."""
        if self._admitted is not None:
            self._early += data
            if len(self._early) > MESSAGE_MOST:
                self._transport.abort()  # it talks before it has an answer
            return
        self._connection.receive_data(data)
        if not self._answered:
            self._answered = True
            for request in self._connection.events_received():
                assert isinstance(request, Request)
                self._answer(request)
        self._flush()

    def _answer(self, request: Request) -> None:
        connection = self._connection
        asked = _PATH.fullmatch(request.path)
        if not is_host(request.headers.get_all("Host")):
            connection.send_response(connection.reject(400, "Send exactly one valid Host header.\n"))
        elif asked is None:
            connection.send_response(connection.reject(404, "Nothing is at this address.\n"))
        else:
            response = connection.accept(request)
            connection.send_response(response)
            if response.status_code == 101:
                self._admit(unquote(asked[1]), QueryParams(asked[2] or ""))

    def _admit(self, channel: str, params: QueryParams) -> None:
        # A browser sees no status of a refused handshake, so every refusal is an accept and a close that says why.
        admission = self.admission
        found = admission.admit(channel, params)
        if isinstance(found, Refusal):
            if found.cause is Cause.LEAVING:
                leaving = frames.encode(frames.leaving(admission.viewers.delay()))
                self._connection.send_text(leaving.encode())
            self._connection.send_close(found.cause.value.code, found.reason)
            asyncio.get_running_loop().call_later(_GOODBYE_WITHIN, self._transport.abort)
            return
        self._admitted = found
        # uvicorn makes this the transport's protocol when we return: the viewer takes over right after that.
        asyncio.get_running_loop().call_soon(self._take_over, found)

    def _take_over(self, admitted: Admitted) -> None:
        if self._transport.is_closing():
            return
        viewers, query = self.admission.viewers, admitted.query
        transport = Transport.WEBSOCKET_DEFLATE if self._connection.extensions else Transport.WEBSOCKET
        group = viewers.enter(admitted.channel, query.topics, transport)
        viewer = SlimWebSocket(viewers, group, query.after, query.limit)
        viewer.take_over(self._transport, b"".join(self._connection.data_to_send()))
        if self._early:
            viewer.data_received(self._early)

    def _flush(self) -> None:
        if self._admitted is None:
            out = self._connection.data_to_send()
            self._transport.write(b"".join(out))
            if b"" in out or (self._connection.close_expected() and self._connection.close_rcvd):
                self._transport.close()


def handshake_at(admission: Admission) -> type[Handshake]:
    """Give the class for uvicorn's `ws` setting."""
    return type("AdmittedHandshake", (Handshake,), {"admission": admission})
