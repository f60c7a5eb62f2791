"""The server that a tutorial builds: Starlette under uvicorn, and a loop over all viewers.

`python starlette_loop.py PORT`: WebSockets at /ws, SSE at /sse, lines at POST /publish. uvicorn has uvloop and httptools, as
ours has, and compresses nothing. The lock keeps two lines from overtaking each other where a viewer makes the loop wait.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

clients: set[WebSocket] = set()
streams: set[asyncio.Queue[str]] = set()
in_turn = asyncio.Lock()


async def ws(websocket: WebSocket) -> None:
    await websocket.accept()
    clients.add(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        clients.discard(websocket)


async def sse(request: Request) -> Response:
    queue: asyncio.Queue[str] = asyncio.Queue()

    async def events() -> AsyncIterator[str]:
        streams.add(queue)
        try:
            while True:
                yield f"event: publish\ndata: {await queue.get()}\n\n"
        finally:
            streams.discard(queue)

    return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def publish(request: Request) -> Response:
    text = (await request.body()).decode()
    async with in_turn:
        for client in list(clients):
            with contextlib.suppress(WebSocketDisconnect):
                await client.send_text(text)
        for queue in streams:
            queue.put_nowait(text)
    return Response(status_code=204)


app = Starlette(routes=[WebSocketRoute("/ws", ws), Route("/sse", sse), Route("/publish", publish, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
        backlog=4096,
    )
