"""What ASGI does not tell of a connection: when its transport can take more, and how to cut it off.

An ASGI server's `send` takes bytes first and waits afterwards, so whoever only has `send` must choose them before the peer can
take them; and it ends a connection by flushing it first, which a peer that does not read never lets happen. The
protocol here, given to uvicorn as its `http` setting, puts a Peer into each scope's state; it can also give the transport away.
"""

import asyncio
import weakref
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from starlette.types import Scope

from ticker.edge.intake import Intake


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection."""

    drained: Callable[[], Awaitable[Any]]  # waits until the transport's buffer is below its mark, or the connection is gone
    abort: Callable[[], None]  # ends the connection at once, whatever is still unsent
    gone: Callable[[], bool]  # whether the connection has ended, as far as is known
    hand_over: Callable[[], asyncio.Transport | None]  # gives the transport away, if it can: who takes it answers the request


async def _at_once() -> None:
    """Under another ASGI server: nothing is known, so nothing is waited for."""


_UNKNOWN: Final = Peer(_at_once, lambda: None, lambda: False, lambda: None)


def peer_of(scope: Scope) -> Peer:
    """Give the peer of a request or a WebSocket."""
    return cast(Peer, scope.get("state", {}).get("peer", _UNKNOWN))


class HttpConnection(Intake):
    """An HTTP/1.1 connection that tells of its peer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A connection."""
        super().connection_made(transport)
        connection = weakref.ref(self)  # it holds the peer

        def hand_over() -> asyncio.Transport | None:
            found = connection()
            return found._hand_over() if found else None

        peer = Peer(self.flow.drain, transport.abort, transport.is_closing, hand_over)
        self.app_state = {**self.app_state, "peer": peer}

    def _hand_over(self) -> asyncio.Transport | None:
        if self.pipeline or self.transport.is_closing():
            return None  # another request waits for its turn on this connection
        self.cycle.disconnected = True  # nothing is to come from the ASGI side any more
        self.flow.resume_reading()  # a body that came with the request may have paused it
        self._let_go()
        return self.transport


def http_within(write_deadline: float) -> type[HttpConnection]:
    """Give the class for uvicorn's `http` setting; its answers are to be taken within so many seconds."""
    return type("TimedHttpConnection", (HttpConnection,), {"write_deadline": write_deadline})
