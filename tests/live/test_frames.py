"""The messages of the live protocol and their bytes."""

import json

import pytest

from tests.live.wire import text_of
from tests.logbook import Logbook, channel
from ticker.live import frames
from ticker.live.frames import Message, Transport
from ticker.log.mirror import Applied
from ticker.model.cursor import Cursor
from ticker.model.event import Event, EventType
from ticker.model.line import Line, Status

NOW = 1_795_608_000_123
CURSOR = Cursor("41-2914")
EVERYTHING: frozenset[str] = frozenset()


def applied(kind: EventType, line: Line | None, *, version: int = 2, gone: bool = False) -> Applied:
    return Applied(Event(CURSOR, kind, "L1", version, NOW, Cursor("40-7")), line, gone)


def line(version: int = 2, status: Status = Status.USABLE, topics: tuple[str, ...] = ()) -> Line:
    return Line("L1", "en", version, status, NOW, NOW, text="عاجل — <b>", topics=topics)


def test_snapshot() -> None:
    """A snapshot says why it comes, what it is of, when it was made, and holds the lines."""
    message = frames.snapshot(channel(), "first", CURSOR, 25.0, NOW, [line()])

    assert message == {
        "type": "snapshot",
        "reason": "first",
        "channel": "en",
        "language": "en",
        "direction": "ltr",
        "cursor": "41-2914",
        "heartbeat": 25.0,
        "now": "2026-11-25T12:00:00.123Z",
        "lines": [line().as_json()],
    }


def test_messages_without_a_line() -> None:
    """Resumed, heartbeat and leaving say what the protocol page says."""
    now = "2026-11-25T12:00:00.123Z"

    assert frames.resumed(CURSOR, 25.0, NOW) == {"type": "resumed", "cursor": "41-2914", "heartbeat": 25.0, "now": now}
    assert frames.beat(CURSOR, NOW) == {"type": "heartbeat", "cursor": "41-2914", "now": now}
    assert frames.leaving(4.2) == {"type": "leaving", "reconnect": 4.2}


WITHDRAWN = {"type": "withdraw", "cursor": "41-2914", "id": "L1", "version": 2}


@pytest.mark.parametrize(
    ("one", "topics", "message"),
    [
        (applied(EventType.PUBLISH, line()), (), {"type": "publish", "cursor": "41-2914", "line": line().as_json()}),
        (applied(EventType.CORRECT, line()), (), {"type": "correct", "cursor": "41-2914", "line": line().as_json()}),
        (applied(EventType.PUBLISH, line()), ("storm",), None),
        (applied(EventType.CORRECT, line()), ("storm",), WITHDRAWN | {"status": "usable"}),
        (
            applied(EventType.PUBLISH, line(topics=("storm",))),
            ("sport", "storm"),
            {"type": "publish", "cursor": "41-2914", "line": line(topics=("storm",)).as_json()},
        ),
        (applied(EventType.WITHDRAW, line(status=Status.CANCELED)), (), WITHDRAWN | {"status": "canceled"}),
        (applied(EventType.WITHDRAW, line(status=Status.WITHHELD)), ("storm",), WITHDRAWN | {"status": "withheld"}),
        (applied(EventType.CORRECT, line(status=Status.WITHHELD)), (), WITHDRAWN | {"status": "withheld"}),
        (applied(EventType.CORRECT, None), (), None),  # a newer event is to come
        (applied(EventType.WITHDRAW, None, gone=True), (), WITHDRAWN | {"status": "canceled"}),
        (applied(EventType.CORRECT, None, gone=True), (), WITHDRAWN | {"status": "usable"}),
        (applied(EventType.PUBLISH, None, gone=True), (), None),
    ],
)
def test_what_a_viewer_is_told_of_an_event(one: Applied, topics: tuple[str, ...], message: Message | None) -> None:
    """A viewer is told what it must show or remove, never the text of what it must not show."""
    assert frames.message_for(one, frozenset(topics)) == message


def test_frames_of_each_transport() -> None:
    """The same JSON: alone on a WebSocket and in a poll, in the fields of a server-sent event."""
    message = frames.beat(CURSOR, NOW)
    text = '{"type":"heartbeat","cursor":"41-2914","now":"2026-11-25T12:00:00.123Z"}'

    assert Transport.WEBSOCKET.frame(message) == bytes([0x81, len(text)]) + text.encode()
    assert Transport.WEBSOCKET_TEXT.frame(message) == text
    assert Transport.POLL.frame(message) == text
    assert Transport.SSE.frame(message) == f"event: heartbeat\nid: 41-2914\ndata: {text}\n\n".encode()


@pytest.mark.parametrize("transport", [Transport.WEBSOCKET, Transport.WEBSOCKET_DEFLATE])
@pytest.mark.parametrize("size", [0, 1, 30, 31, 200, 70_000])
def test_websocket_frames_are_read_by_the_library(transport: Transport, size: int) -> None:
    """Whatever its length, a frame is one text message to a client, compressed or not."""
    message = {"type": "x", "pad": "ع" * size}

    assert json.loads(text_of(transport.frame(message))) == message


def test_leaving_tells_an_event_source_too() -> None:
    """A plain EventSource, which knows no messages of ours, waits as long as the others; its cursor stays as it is."""
    frame = Transport.SSE.frame(frames.leaving(4.2))

    assert frame == b'event: leaving\nretry: 4200\ndata: {"type":"leaving","reconnect":4.2}\n\n'


def test_frame_is_one_line() -> None:
    """No line of text can end an event early: what could is no part of a line, or escaped in JSON."""
    log = Logbook(channel())
    shown = log.publish("data: x id: 9 \\n عاجل")
    frame = Transport.SSE.frame(frames.snapshot(log.channel, "first", CURSOR, 25.0, NOW, [shown]))

    assert isinstance(frame, bytes)
    head, data, *rest = frame.decode().split("\ndata: ")
    assert rest == []
    assert json.loads(data)["lines"][0]["text"] == "data: x id: 9 \\n عاجل"
    assert data.count("\n") == 2
    assert head == "event: snapshot\nid: 41-2914"
