"""Slim viewers: connections taken over from the HTTP server once the handshake is done.

What stays of a viewer is a transport, a place in its group's ring and this protocol with its slots: no ASGI task, no scope, no
headers, no parser, no queue, no timer. The sweep sends past the transport, as long as that holds nothing. What a viewer sends
(a pong of its library, its close) is so rare that the parser is made when bytes come and dropped when they are dealt with.

A transport that is full says so (`pause_writing`): the viewer leaves the common path, keeps its place, and is closed if it does
not drain before the deadline; when it drains it goes on from its place, or skips to the newest state by a snapshot.
"""

import asyncio
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

import structlog
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import DATA_OPCODES, Frame, Opcode
from websockets.protocol import OPEN, SERVER, Event, Protocol

from ticker.live import frames
from ticker.live.bell import Bell
from ticker.live.closing import Cause
from ticker.live.fanout import Group
from ticker.live.frames import Transport
from ticker.live.sweep import AT_ONCE, AWAY, OUTSIDE, Sweep
from ticker.live.viewer import Viewer

if TYPE_CHECKING:
    from ticker.live.viewers import Viewers

MESSAGE_MOST: Final = 1024
"""Bytes of a message from a viewer at the most; it has nothing to say."""

FRAMES_AT_ONCE: Final = 64
"""Frames of a viewer that are looked at when they come together; on a flood, which would hold up everybody else, we close."""

_log = structlog.get_logger()

KINDS: Final = {opcode.value for opcode in Opcode}

QUIET: Final = logging.getLogger("ticker.live.quiet")
QUIET.disabled = True  # the library tells of each handshake and close


class SlimViewer(asyncio.Protocol):
    """A viewer on a bare transport; see `sweep.Standing` for what the sweep asks of it."""

    __slots__ = (
        "_after",
        "_blocked",
        "_cause",
        "_limit",
        "_viewer",
        "_viewers",
        "group",
        "index",
        "transport",
    )

    transport: asyncio.Transport

    def __init__(self, viewers: "Viewers", group: Group, after: str | None, limit: int) -> None:
        self._viewers = viewers
        self._viewer: Viewer | None = Viewer(viewers.fanout, group, after, limit)
        self._after = after
        self._limit = limit
        self._blocked = False
        self._cause: Cause | None = None  # why we end the connection, once we do
        self.group = group
        self.index = OUTSIDE

    @property
    def sweep(self) -> Sweep:
        """The walk that visits this viewer."""
        assert isinstance(self.group.bell, Bell)
        return self.group.bell.sweep

    @property
    def place(self) -> int:
        """In the group's ring, or AWAY."""
        return AWAY if self.index == OUTSIDE else self.sweep.places[self.index]

    @place.setter
    def place(self, place: int) -> None:
        if self.index != OUTSIDE:
            self.sweep.places[self.index] = place

    # -- what the handshake calls --

    def take_over(self, transport: asyncio.Transport, head: bytes) -> None:
        """Become the transport's protocol; send what ends the handshake, and all that the viewer is to have at first."""
        self.transport = transport
        transport.set_protocol(self)
        # No bytes are to lie in our memory that could still be withdrawn: the transport is full as soon as the kernel is.
        transport.set_write_buffer_limits(high=0)
        # What an earlier answer on this connection left; that the transport is paused may have been told to its protocol.
        if transport.get_write_buffer_size() and not self._blocked:
            self.pause_writing()
        try:
            self._viewers.arrived(self, self._after, head)
        except Exception as error:  # noqa: BLE001  # whatever it is: a viewer that is told nothing must not look connected
            self.fail(error)

    @property
    def fd(self) -> int:
        """The socket that the sweep may send to past the transport; -1 where what the transport does to bytes must be done."""
        if self.transport.get_extra_info("sslcontext") is not None:
            return -1
        number: int = self.transport.get_extra_info("socket").fileno()
        return number

    # -- what the sweep calls --

    def write_rest(self, data: bytes) -> None:
        """Hand the transport what the kernel did not take: it is full, or the connection is gone."""
        self.transport.write(data)

    def proceed(self, head: bytes = b"") -> None:
        """Take what there is to take, as far as the transport lets it, and go back to the common path.

        `head` goes before it, in the same write.
        """
        if self._blocked and head:
            self.transport.write(head)
        if self.index == OUTSIDE or self._cause is not None:
            return  # its turn has not come yet, or is over
        viewer = self._viewer
        if viewer is None:
            viewer = self._viewer = Viewer.at(self._viewers.fanout, self.group, self.place, self._limit)
            self.place = AWAY
        while not self._blocked:
            before = viewer.place if viewer.in_ring else AWAY
            taken = viewer.take(self._viewers.clock(), AT_ONCE)
            if viewer.answered:
                self._viewers.answered(viewer.answered)
            if not taken:
                self.place = viewer.place
                self._viewer = None
                return
            self.sweep.sent_from[self.index] = AWAY if viewer.answered else before
            self.transport.write(head + b"".join(frame for frame in taken if isinstance(frame, bytes)))
            head = b""

    # -- what the transport calls --

    def pause_writing(self) -> None:
        """The transport is full: keep the place, and be closed if it does not drain."""
        self._blocked = True
        if self._cause is None:  # or else the deadline is already that of its end
            if self._viewer is None:
                self._viewer = Viewer.at(self._viewers.fanout, self.group, self.place, self._limit)
                self.place = AWAY
            self._viewers.due(self)
        self._viewers.blocked(self)

    def resume_writing(self) -> None:
        """The transport has drained: go on from the place."""
        self._blocked = False
        if self._cause is None:
            self._viewers.not_due(self)
            self.proceed()

    def data_received(self, data: bytes) -> None:
        """Bytes that a viewer sends."""

    def eof_received(self) -> bool:
        """The viewer has closed its side."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._viewers.departed(self, self._cause or Cause.GONE)

    def may_owe(self, lines: Collection[str]) -> bool:
        """Whether frames of lines may be among the bytes that the transport could not write yet."""
        if not self.transport.get_write_buffer_size():
            return False
        place = self._viewer.place if self._viewer else self.place
        sent_from = AWAY if self.index == OUTSIDE else self.sweep.sent_from[self.index]
        return AWAY in (sent_from, place) or self.group.holds(lines, sent_from, place)

    # -- what ends it from our side --

    def fail(self, error: Exception) -> None:
        """Serving this viewer raised."""
        _log.error("viewer_failed", error=type(error).__name__, cause=str(error))
        self.cut_off(Cause.FAULT)

    def leave(self, delay: float) -> None:
        """Tell the viewer that this server is stopping, and when to come back."""
        if self._cause is None:
            frame = self.group.transport.frame(frames.leaving(delay))
            assert isinstance(frame, bytes)
            self.transport.write(frame)
            self.end(Cause.LEAVING)

    def end(self, cause: Cause) -> None:
        """End the connection, after what is still unsent; cut it off if that takes longer than the deadline."""
        self._cause = cause
        self.place = AWAY
        self._viewers.due(self)
        self.say_goodbye(cause)

    def say_goodbye(self, cause: Cause) -> None:
        """Close as the transport's protocol says."""
        self.transport.close()

    def overdue(self) -> None:
        """The deadline has passed: a viewer that did not drain is closed, one that did not take the close is cut off."""
        if self._cause is None:
            self.end(Cause.SLOW)
        else:
            self.cut_off(Cause.SLOW)

    def cut_off(self, cause: Cause) -> None:
        """End the connection at once; for this cause, unless it was ending for another."""
        self._cause = self._cause or cause
        self.place = AWAY
        self.transport.abort()


class SlimStream(SlimViewer):
    """A viewer of Server-Sent Events: a response whose body ends with the connection."""

    __slots__ = ()


class SlimWebSocket(SlimViewer):
    """A viewer on a WebSocket; the `websockets` library reads what it sends."""

    __slots__ = ("_parser", "_unread")

    def __init__(self, viewers: "Viewers", group: Group, after: str | None, limit: int) -> None:
        super().__init__(viewers, group, after, limit)
        self._parser: Protocol | None = None  # once we have sent a close; between two frames there is nothing to remember
        self._unread = b""  # the begin of a frame whose end has not come

    def data_received(self, data: bytes) -> None:
        """Answer pings and closes; a viewer that sends data is closed."""
        data = self._unread + data
        # A frame at a time: the first of a message is answered by our close, before what follows it is judged.
        for _ in range(FRAMES_AT_ONCE):
            size = _size_of_first(data)
            if size > len(data):
                self._unread = data
                return
            self._receive(data[:size])
            data = data[size:]
        self._unread = b""
        if data:
            self._close_the_ears()

    def _receive(self, frame: bytes) -> None:
        parser = self._parser or self._new_parser()
        parser.receive_data(frame)
        spoke = any(_is_data(event) for event in parser.events_received())
        if spoke and parser.close_sent is None:
            parser.send_close(Cause.DATA.value.code, Cause.DATA.value.reason)
        self._say(parser, Cause.DATA if spoke else Cause.GONE if parser.close_rcvd else Cause.PROTOCOL)

    def _close_the_ears(self) -> None:
        """Close on a flood of frames; what comes from now on the library passes over."""
        parser = self._parser or self._new_parser()
        parser.fail(Cause.DATA.value.code, Cause.DATA.value.reason)
        self._say(parser, Cause.DATA)

    def _say(self, parser: Protocol, cause: Cause) -> None:
        """Send what the library says, and end as it does; for this cause, if it has closed."""
        out = parser.data_to_send()
        if self._cause is None and parser.close_sent is not None:
            self._parser = parser
            self._cause = cause
            self.place = AWAY
            self._viewers.due(self)
        if any(out) and (not self._blocked or parser.close_sent is not None):  # who takes nothing is not waiting for a pong
            self.transport.write(b"".join(out))
        if parser.close_rcvd is not None:
            self.transport.close()
        elif b"" in out:
            hang_up(self.transport)

    def _new_parser(self) -> Protocol:
        parser = Protocol(SERVER, state=OPEN, max_size=MESSAGE_MOST, logger=QUIET)
        if self.group.transport is Transport.WEBSOCKET_DEFLATE:
            parser.extensions = [PerMessageDeflate(True, True, 15, 15)]
        return parser

    def say_goodbye(self, cause: Cause) -> None:
        """Send the close and wait for the viewer's; the deadline ends that."""
        if self._parser is None:
            self._parser = self._new_parser()
            self._parser.send_close(cause.value.code, cause.value.reason)
            self.transport.write(b"".join(self._parser.data_to_send()))


def hang_up(transport: asyncio.Transport) -> None:
    """End our half of a connection, after what is still unsent.

    Bytes of the other side that are still on their way must not have our last ones thrown away with a reset.
    """
    if transport.can_write_eof():
        transport.write_eof()
    else:
        transport.close()


def _is_data(event: Event) -> bool:
    return isinstance(event, Frame) and event.opcode in DATA_OPCODES


def _size_of_first(data: bytes) -> int:
    """Give the bytes of the frame that `data` begins with (RFC 6455, section 5.2).

    As long as its head is not complete that is more than there are. Of one that is too long, that is of no kind or not masked,
    its head is enough to judge it: what its length promises may never come.
    """
    if len(data) < 2:
        return 2
    if data[0] & 0x0F not in KINDS or not data[1] & 0x80:
        return len(data)
    length = data[1] & 0x7F
    extended = {126: 2, 127: 8}.get(length, 0)
    head = 2 + extended + 4
    if len(data) < head:
        return head
    if extended:
        length = int.from_bytes(data[2 : 2 + extended], "big")
    return head + length if length <= MESSAGE_MOST else len(data)
