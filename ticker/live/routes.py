"""The viewers' endpoints: WebSocket, SSE, snapshot and long-poll, one line."""

import asyncio
import json
from email.utils import formatdate
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from ticker.edge.peers import peer_of
from ticker.edge.problems import Problem, unknown_channel
from ticker.edge.rendered import Rendered, respond
from ticker.live import frames
from ticker.live.admission import Admission, Admitted, Refusal
from ticker.live.closing import Cause
from ticker.live.frames import Transport
from ticker.live.queries import parse_query
from ticker.live.sinks import SseSink, WebSocketSink
from ticker.live.slim import SlimStream
from ticker.log.mirror import ChannelMirror
from ticker.model.line import LINE_ID

_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}  # public, read without credentials
_SNAPSHOTS_KEPT = 64

_SSE_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold the stream back
    (b"access-control-allow-origin", b"*"),
]


def routes(admission: Admission) -> list[BaseRoute]:
    """Give the routes of those who are let in there."""
    live = _Live(admission)
    at = "/v1/channels/{channel}"
    return [
        WebSocketRoute(f"{at}/ws", live.websocket),
        Route(f"{at}/sse", _Sse(admission), methods=["GET"]),
        Route(f"{at}/lines", live.lines, methods=["GET"]),
        Route(f"{at}/lines/{{line}}", live.line, methods=["GET"]),
    ]


class _Live:
    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.viewers = admission.viewers
        self.ready = admission.ready
        self._snapshots: dict[tuple[object, ...], tuple[object, Rendered]] = {}  # by what was asked: the state, and its bytes

    def channel(self, channel: str) -> ChannelMirror:
        found = self.viewers.mirror.channels.get(channel)
        if found is None:
            raise unknown_channel(channel, self.viewers.mirror.channels)
        return found

    def _must_be_ready(self) -> None:
        if not self.ready():
            raise Problem("log-unreachable", "The lines are not loaded yet.", headers={"Retry-After": "1"})

    async def websocket(self, websocket: WebSocket) -> None:
        # A browser sees no status of a refused handshake, so every refusal is an accept and a close that says why.
        await websocket.accept()
        peer = peer_of(websocket.scope)
        await self.viewers.arrivals.turn(peer.gone)
        sink = WebSocketSink(websocket.receive, websocket.send, peer)
        found = self.admission.admit(sink.transport, websocket.path_params["channel"], websocket.query_params)
        if isinstance(found, Refusal):
            if found.cause is Cause.LEAVING:
                await sink.send([sink.transport.frame(frames.leaving(self.viewers.delay()))])
            return await sink.close(found.cause, found.reason)
        query = found.query
        return await self.viewers.serve(found.channel, sink, query.topics, query.after, query.limit)

    async def lines(self, request: Request) -> Response:
        """A snapshot; with `after`, what came since; with `wait`, as soon as something came."""
        found = self.channel(request.path_params["channel"])
        query = parse_query(request.query_params)
        self._must_be_ready()
        if query.after is None:
            return respond(request, self._snapshot(found, query.topics, query.limit))
        polling = asyncio.ensure_future(self.viewers.poll(found, query.topics, query.after, query.limit, query.wait))
        body = await _unless_gone(request, polling) if query.wait else await polling
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"} | _ANY_ORIGIN)

    def _snapshot(self, found: ChannelMirror, topics: frozenset[str], limit: int) -> Rendered:
        fanout, now = self.viewers.fanout, self.viewers.clock()
        asked = (found.channel.id, topics, limit)
        state = (found.revision, found.cursor, now // 1000)
        kept = self._snapshots.get(asked)
        if kept and kept[0] == state:
            return kept[1]
        if len(self._snapshots) >= _SNAPSHOTS_KEPT:
            self._snapshots.clear()
        shown = found.ticker(now, limit, topics)
        message = frames.snapshot(found.channel, "first", found.cursor, fanout.heartbeat, now, shown)
        # The tag is of what is shown, not of when: the same in every process.
        tag = f"{found.cursor} {limit} {sorted(topics)} {[(line.id, line.version) for line in shown]}"
        rendered = Rendered.make(
            frames.encode(message).encode(),
            "application/json",
            cache_control="no-cache",  # stored copies are asked about each time, so none shows a withdrawn line
            state=tag,
            headers=tuple(_ANY_ORIGIN.items()),
        )
        self._snapshots[asked] = (state, rendered)
        return rendered

    async def line(self, request: Request) -> Response:
        """One line as it stands now; 410 with its tombstone once it was withdrawn."""
        found = self.channel(request.path_params["channel"])
        self._must_be_ready()
        line_id = request.path_params["line"]
        line = found.get(line_id) if LINE_ID.fullmatch(line_id) else None
        if line is None or (line.usable and not line.shown_at(self.viewers.clock())):
            raise Problem("unknown-line", f"There is no line {line_id!r} in this channel.")
        if not line.usable:
            raise Problem("line-withdrawn", "This line was withdrawn.", line=line.as_json())
        body = json.dumps(line.as_json(), ensure_ascii=False).encode()
        headers = {"ETag": f'"{line.version}"', "Cache-Control": "no-cache"} | _ANY_ORIGIN
        return Response(body, media_type="application/json", headers=headers)


class _Sse:
    """An ASGI app: a stream has no Response object to come back from."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        viewers = self._admission.viewers
        peer = peer_of(scope)
        await viewers.arrivals.turn(peer.gone)
        last = request.headers.get("last-event-id")
        found = self._admission.admit(Transport.SSE, request.path_params["channel"], request.query_params, last)
        if isinstance(found, Refusal) and found.cause in (Cause.UNKNOWN_CHANNEL, Cause.INVALID):
            raise found.problem
        if isinstance(found, Admitted) and request.method == "GET" and (transport := peer.hand_over()):
            group = viewers.enter(found.channel, found.query.topics, Transport.SSE)
            SlimStream(viewers, group, found.query.after, found.query.limit).take_over(transport, _sse_head())
            return
        await send({"type": "http.response.start", "status": 200, "headers": _SSE_HEADERS})
        if request.method == "HEAD":
            await send({"type": "http.response.body"})
            return
        sink = SseSink(receive, send, peer)
        if isinstance(found, Refusal):
            # Never 503 or 204: an EventSource would not come back.
            await sink.send([f"{frames.retry(viewers.delay())}\n".encode()])
            await sink.close(Cause.NOT_READY)
            return
        await viewers.serve(found.channel, sink, found.query.topics, found.query.after, found.query.limit)


def _sse_head() -> bytes:
    """Give the head of a stream on a transport that we hold: a body of unknown length that ends with the connection."""
    fields = [*_SSE_HEADERS, (b"date", formatdate(usegmt=True).encode()), (b"connection", b"close")]
    return b"HTTP/1.1 200 OK\r\n" + b"".join(name + b": " + value + b"\r\n" for name, value in fields) + b"\r\n"


async def _unless_gone(request: Request, waiting: asyncio.Future[bytes]) -> bytes:
    """Wait, but not for somebody who has gone: nobody reads that answer."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    leaving: asyncio.Future[None] = asyncio.ensure_future(gone())
    both: set[asyncio.Future[Any]] = {waiting, leaving}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        return await waiting if waiting.done() else b""
    finally:
        leaving.cancel()
        waiting.cancel()
