"""A server that says exactly what a test tells it to, also what no server should say."""

import socket
import threading
from typing import Self

from bench.load import Transport

ANSWERS = {
    "ws": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    "sse": b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
}


class Fake:
    """Accepts viewers; a context manager."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.viewers: list[socket.socket] = []  # in the order of their arrival
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._accepting = threading.Thread(target=self._accept)

    @property
    def port(self) -> int:
        port: int = self._listening.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._accepting.join(10)
        for one in [self._listening, *self.viewers]:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                viewer, _ = self._listening.accept()
            except OSError:
                return
            viewer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked = b""
            while not asked.endswith(b"\r\n\r\n"):
                asked += viewer.recv(4096)
            self.viewers.append(viewer)
            viewer.sendall(ANSWERS[self.transport])

    def say(self, messages: list[str]) -> None:
        """Send messages to all viewers."""
        for viewer in self.viewers:
            viewer.sendall(self.framed(messages))

    def framed(self, messages: list[str]) -> bytes:
        """Give the bytes of messages: a frame each, or all events as one chunk."""
        if self.transport == "ws":
            return b"".join(frame(message.encode()) for message in messages)
        events = "".join(f"event: publish\ndata: {message}\n\n" for message in messages).encode()
        return chunk(events)


def frame(payload: bytes, opcode: int = 1) -> bytes:
    """Give a WebSocket frame, at most 65,535 bytes of payload."""
    length = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + len(payload).to_bytes(2, "big")
    return bytes([0x80 | opcode]) + length + payload


def chunk(data: bytes) -> bytes:
    """Give a chunk of a body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"
