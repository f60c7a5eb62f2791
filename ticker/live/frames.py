"""The messages of the live protocol, and their bytes for each transport: made once, shared by all receivers.

A WebSocket gets complete RFC 6455 frames where we hold its transport; under another server ASGI wants a `str` and frames it
itself. SSE has `bytes` either way; a long-poll joins the messages' JSON.
"""

import json
import zlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from ticker.log.mirror import Applied
from ticker.model.channel import Channel
from ticker.model.cursor import Cursor
from ticker.model.event import EventType
from ticker.model.line import Line, Status
from ticker.model.times import rfc3339

Message = dict[str, Any]

WINDOW_BITS: Final = 12
"""Of the window in which messages are compressed: a line has less than 4 kB, and some clients ask for no more."""

Frame = str | bytes


class Transport(StrEnum):
    """How a viewer is connected."""

    WEBSOCKET = "ws"
    WEBSOCKET_DEFLATE = "ws-deflate"  # the same, compressed (RFC 7692, without context takeover)
    WEBSOCKET_TEXT = "ws-text"  # the same, framed by the ASGI server
    SSE = "sse"
    POLL = "poll"

    @property
    def label(self) -> str:
        """Give the name that metrics use."""
        return self.value.partition("-")[0]

    def frame(self, message: Message) -> Frame:
        """Give the frame of a message for this transport."""
        text = encode(message)
        if self is Transport.WEBSOCKET:
            return _websocket_frame(text.encode())
        if self is Transport.WEBSOCKET_DEFLATE:
            return _websocket_frame(_deflated(text.encode()), compressed=True)
        if self is not Transport.SSE:
            return text
        cursor = message.get("cursor")
        fields = f"id: {cursor}\n" if cursor else ""
        if message["type"] == "leaving":
            # A plain EventSource knows no messages of ours, but obeys `retry`.
            fields += retry(message["reconnect"])
        return f"event: {message['type']}\n{fields}data: {text}\n\n".encode()


def _websocket_frame(payload: bytes, *, compressed: bool = False) -> bytes:
    """Give a complete, unmasked text frame (RFC 6455, section 5.2); RSV1 says that it is compressed (RFC 7692, section 6)."""
    first = b"\xc1" if compressed else b"\x81"
    length = len(payload)
    if length < 126:
        return first + length.to_bytes(1, "big") + payload
    if length < 65536:
        return first + b"\x7e" + length.to_bytes(2, "big") + payload
    return first + b"\x7f" + length.to_bytes(8, "big") + payload


def _deflated(payload: bytes) -> bytes:
    """Compress a message on its own, so that its bytes do for everybody (RFC 7692, section 7.2.1)."""
    deflate = zlib.compressobj(wbits=-WINDOW_BITS)
    return (deflate.compress(payload) + deflate.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")


def polled(cursor: Cursor, events: Sequence[Frame]) -> bytes:
    """Give a long-poll's body of messages: `{"cursor", "events": [message, …]}`."""
    return f'{{"cursor":"{cursor}","events":[{",".join(str(event) for event in events)}]}}'.encode()


def retry(seconds: float) -> str:
    """Give the SSE field that sets how long an EventSource waits before it returns."""
    return f"retry: {int(seconds * 1000)}\n"


def encode(message: Message) -> str:
    """Give a message as compact JSON on one line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def snapshot(channel: Channel, reason: str, cursor: Cursor, heartbeat: float, now: int, lines: Sequence[Line]) -> Message:
    """Everything that the viewer shows from now on, newest first; it replaces all that was shown before.

    `reason` says why: `first`, `expired`, `unknown`, `too_many` or `slow`.
    """
    return {
        "type": "snapshot",
        "reason": reason,
        "channel": channel.id,
        "language": channel.language,
        "direction": channel.direction,
        "cursor": cursor,
        "heartbeat": heartbeat,
        "now": rfc3339(now),
        "lines": [line.as_json() for line in lines],
    }


def resumed(cursor: Cursor, heartbeat: float, now: int) -> Message:
    """The viewer's cursor was found; what came since follows."""
    return {"type": "resumed", "cursor": cursor, "heartbeat": heartbeat, "now": rfc3339(now)}


def beat(cursor: Cursor, now: int) -> Message:
    """Nothing happened that this viewer sees; moves its cursor past what its filter hid."""
    return {"type": "heartbeat", "cursor": cursor, "now": rfc3339(now)}


def leaving(reconnect: float) -> Message:
    """This server is stopping; come back after `reconnect` seconds."""
    return {"type": "leaving", "reconnect": reconnect}


def told_as(applied: Applied, topics: frozenset[str]) -> EventType | None:
    """Give what a viewer of `topics` is told an event as, or None when it is not to be told.

    A correction after which a line no longer matches takes it off the filtered view: a withdraw with the line's status.
    """
    kind, line = applied.event.type, applied.line
    if applied.gone:
        # What the log keeps no longer must leave the screens that missed its end. A line that was only published is on none.
        return EventType.WITHDRAW if kind is not EventType.PUBLISH else None
    if line is None:
        return None
    if not line.usable:
        return EventType.WITHDRAW
    if kind is EventType.WITHDRAW or line.matches(topics):
        return kind
    return EventType.WITHDRAW if kind is EventType.CORRECT else None


def message_of(applied: Applied, told: EventType) -> Message:
    """Give the message of an event that is told as this; the same for all to whom it is."""
    event, line = applied.event, applied.line
    if told is not EventType.WITHDRAW:
        assert line is not None
        return {"type": told.value, "cursor": event.cursor, "line": line.as_json()}
    gone = Status.CANCELED if event.type is EventType.WITHDRAW else Status.USABLE
    status = line.status if line else gone
    return {"type": "withdraw", "cursor": event.cursor, "id": event.line, "version": event.version, "status": status.value}


def message_for(applied: Applied, topics: frozenset[str]) -> Message | None:
    """Give what a viewer of `topics` is told of an event, or None when it is not to be told."""
    told = told_as(applied, topics)
    return None if told is None else message_of(applied, told)
