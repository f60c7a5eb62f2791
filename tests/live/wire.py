"""Frames as a client reads them, by the `websockets` library, and as one sends them, or should not."""

import contextlib
import socket
import struct
from typing import Final

from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode
from websockets.protocol import CLIENT, OPEN, Protocol

from tests.served import WITHIN
from ticker.live.frames import WINDOW_BITS, Frame

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
MASK: Final = b"\x01\x02\x03\x04"


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


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """Give a frame (RFC 6455, section 5.2)."""
    size = len(payload)
    length = bytes([size]) if size < 126 else struct.pack("!BH", 126, size) if size < 65536 else struct.pack("!BQ", 127, size)
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if not masked:
        return head + length + payload
    body = bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))
    return head + bytes([length[0] | 0x80]) + length[1:] + MASK + body


def close(code: int | None = None, reason: bytes = b"") -> bytes:
    """Give the frame of a close."""
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason)


class Client:
    """A WebSocket client without manners."""

    def __init__(self, port: int, channel: str = "en") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=WITHIN)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(
            f"GET /v1/channels/{channel}/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n".encode()
            + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self.file = self.socket.makefile("rb")
        head = b"".join(iter(self.file.readline, b"\r\n"))
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
        assert self.read()[0] == TEXT  # the snapshot

    def hang_up(self, *, abruptly: bool = False) -> None:
        """End the connection, if need be by a reset."""
        if abruptly:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.file.close()
        self.socket.close()

    def send(self, data: bytes, *, bytewise: bool = False) -> None:
        """Send bytes in one piece, or one by one; the server may have hung up before the last."""
        with contextlib.suppress(ConnectionError):
            for piece in [data[place : place + 1] for place in range(len(data))] if bytewise else [data]:
                self.socket.sendall(piece)

    def read(self) -> tuple[int, bytes]:
        """Give the opcode and the payload of the next frame."""
        head = self.file.read(2)
        if not head:
            raise EOFError
        first, length = head
        if length == 126:
            [length] = struct.unpack("!H", self.file.read(2))
        return first & 15, self.file.read(length)

    def rest(self) -> list[tuple[int, bytes]]:
        """Give all frames until the server ends the connection; its close is answered."""
        read: list[tuple[int, bytes]] = []
        with contextlib.suppress(ConnectionError, EOFError):
            while True:
                read.append(self.read())
                if read[-1][0] == CLOSE:
                    self.send(close(1000))
        return read
