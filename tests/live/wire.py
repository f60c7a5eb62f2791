"""Frames as a client reads them, by the `websockets` library."""

from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode
from websockets.protocol import CLIENT, OPEN, Protocol

from ticker.live.frames import WINDOW_BITS, Frame


def text_of(frame: Frame) -> str:
    """Give the message that a frame carries."""
    if isinstance(frame, str):
        return frame
    if frame[0] in (0x81, 0xC1):
        return _websocket_text(frame)
    return frame.decode().split("data: ", 1)[1].split("\n", 1)[0]


def _websocket_text(frame: bytes) -> str:
    client = Protocol(CLIENT, state=OPEN)
    client.extensions = [PerMessageDeflate(True, True, WINDOW_BITS, 15)]
    client.receive_data(frame)
    [event] = client.events_received()
    assert isinstance(event, WebSocketFrame)
    assert event.opcode is Opcode.TEXT
    assert event.fin
    return bytes(event.data).decode()
