"""Viewers as a site would write them, slow and obvious: the model that says what must be on a screen, and real connections.

`Screen` applies the live protocol to a list, as the protocol page tells. `connect` gives a viewer on a real transport.
"""

import asyncio
import json
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

import httpx
from httpx_sse import aconnect_sse
from websockets.asyncio.client import connect as ws_connect
from websockets.exceptions import ConnectionClosed

from tests.served import NO_TLS, WITHIN
from ticker.model.times import parse_rfc3339

Message = dict[str, Any]
TRANSPORTS: Final = ("ws", "sse", "poll")


class Screen:
    """What a viewer shows, and what it has ever been shown."""

    def __init__(self, limit: int = 1000) -> None:
        self.lines: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.cursor: str | None = None
        self.messages: list[Message] = []
        self.twice: list[Message] = []  # what came though it was shown already
        self._limit = limit  # how many lines it holds at most
        self._ahead = 0  # ms that the server's clock is ahead of the viewer's

    def apply(self, message: Message, clock: int | None = None) -> None:
        """Apply a message that comes at `clock` (ms since 1970 by the viewer's clock); without one, nothing expires."""
        self.messages.append(message)
        self.cursor = message.get("cursor", self.cursor)
        if clock is not None and "now" in message:
            self._ahead = parse_rfc3339(message["now"]) - clock
        if message["type"] == "snapshot" and isinstance(message["lines"], list):
            # Also of the versions: it may be of another history, in which they are lower.
            shown = [line for line in map(_shown, message["lines"]) if line]
            self.lines = {line["id"]: line for line in shown}
            self.versions = {line["id"]: line["version"] for line in shown}
        elif message["type"] in ("publish", "correct") and (line := _shown(message.get("line"))):
            if line["version"] <= self.versions.get(line["id"], 0):
                self.twice.append(message)
            else:
                self.lines[line["id"]] = line
                self.versions[line["id"]] = line["version"]
        elif message["type"] == "withdraw" and message["version"] >= self.versions.get(message["id"], 0):
            self.lines.pop(message["id"], None)
            self.versions[message["id"]] = message["version"]
        self.lines = {line["id"]: line for line in self.shown(clock)[: self._limit]}

    def shown(self, clock: int | None = None) -> list[dict[str, Any]]:
        """The lines at `clock`: pinned first, then the newest first."""
        now = None if clock is None else clock + self._ahead
        lines = [line for line in self.lines.values() if now is None or now < line.get("expires_at", now + 1)]
        return sorted(lines, key=lambda line: (line["pinned"], line["published"], line["id"]), reverse=True)

    @property
    def texts(self) -> list[str]:
        """The texts on screen, in order."""
        return [line["text"] for line in self.shown()]

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.messages]


def _shown(line: Any) -> dict[str, Any] | None:
    """Give a line as a viewer holds it; None for what has not the shape of one."""
    shapes = {"id": str, "text": str, "version": int, "published": str}
    if not isinstance(line, dict) or not all(isinstance(line.get(name), shape) for name, shape in shapes.items()):
        return None
    if _time(line["published"]) is None:
        return None
    expires = _time(line.get("expires"))
    return line | {"pinned": line.get("pinned") is True} | ({} if expires is None else {"expires_at": expires})


def _time(value: Any) -> int | None:
    try:
        return parse_rfc3339(value)
    except (TypeError, ValueError):
        return None


class Viewer:
    """A connected viewer: a screen, and a task that reads messages onto it until the connection ends."""

    def __init__(self, url: str, channel: str, transport: str, screen: Screen, params: dict[str, Any]) -> None:
        self.transport = transport
        self.screen = screen
        self.close_code: int | None = None
        self.close_reason = ""
        self._url = f"{url}/v1/channels/{channel}"
        self._params = params
        self._changed = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._reading = asyncio.create_task({"ws": self._websocket, "sse": self._sse, "poll": self._poll}[self.transport]())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()

    async def leave(self) -> None:
        """End the connection from the viewer's side."""
        assert self._reading is not None
        self._reading.cancel()
        await asyncio.wait({self._reading})

    async def sees(self, condition: Callable[[Screen], bool], within: float = WITHIN) -> Screen:
        """Wait until the screen is so."""
        async with asyncio.timeout(within):
            while not condition(self.screen):
                self._changed.clear()
                await self._changed.wait()
        return self.screen

    async def ended(self, within: float = WITHIN) -> None:
        """Wait until the server has ended the connection."""
        assert self._reading is not None
        await asyncio.wait_for(asyncio.shield(self._reading), within)

    def _query(self) -> dict[str, Any]:
        after = {"after": self.screen.cursor} if self.screen.cursor else {}
        return after | self._params

    def _show(self, message: Message) -> None:
        self.screen.apply(message)
        self._changed.set()

    async def _websocket(self) -> None:
        address = httpx.URL(f"{self._url}/ws".replace("http", "ws", 1), params=self._query())
        try:
            async with ws_connect(str(address), compression=None, open_timeout=WITHIN) as websocket:
                try:
                    async for text in websocket:
                        self._show(json.loads(text))
                finally:
                    self.close_code, self.close_reason = websocket.close_code, websocket.close_reason or ""
        except (ConnectionClosed, OSError):
            pass

    async def _sse(self) -> None:
        try:
            async with (
                httpx.AsyncClient(timeout=None, verify=NO_TLS) as client,  # noqa: S113  # an endless stream
                aconnect_sse(client, "GET", f"{self._url}/sse", params=self._query()) as source,
            ):
                async for event in source.aiter_sse():
                    message = event.json()
                    assert event.event == message["type"]
                    assert event.id == message.get("cursor", event.id)
                    self._show(message)
        except httpx.TransportError:
            pass

    async def _poll(self) -> None:
        async with httpx.AsyncClient(timeout=WITHIN, verify=NO_TLS) as client:
            try:
                while True:
                    wait = {"wait": 20} if self.screen.cursor else {}
                    answer = (await client.get(f"{self._url}/lines", params=self._query() | wait)).raise_for_status().json()
                    for message in answer.get("events", [answer]):
                        self._show(message)
                    if any(message["type"] == "leaving" for message in answer.get("events", ())):
                        return
            except httpx.TransportError:
                pass


def connect(url: str, channel: str = "en", transport: str = "ws", screen: Screen | None = None, **params: Any) -> Viewer:
    """Give a viewer that resumes where `screen` stands; use it in `async with`."""
    return Viewer(url, channel, transport, screen or Screen(), params)


def stalled(port: int, channel: str = "en", transport: str = "ws") -> socket.socket:
    """Give the connection of a viewer that asks for a hundred lines and reads nothing; close it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    fields = [f"GET /v1/channels/{channel}/{transport}?limit=100 HTTP/1.1", "Host: localhost"]
    if transport == "ws":
        fields += ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
        fields += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    connection.sendall("\r\n".join([*fields, "", ""]).encode())
    return connection
