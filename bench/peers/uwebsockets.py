"""uWebSockets, a C++ server, through socketify: its own publish/subscribe fans out.

`python uwebsockets.py PORT`: WebSockets at /ws, lines at POST /publish. It compresses nothing, pings nobody and cuts off nobody
who is silent or slow.
"""

import sys

from socketify import (  # type: ignore[import-not-found]  # it has an environment of its own
    App,
    AppListenOptions,
    CompressOptions,
    OpCode,
    Request,
    Response,
    WebSocket,
)


def opened(ws: WebSocket) -> None:
    ws.subscribe("lines")


def main(port: int) -> None:
    app = App()
    answering: dict[Response, bytearray] = {}  # nothing else keeps a response alive until its request has come whole

    def part(response: Response, chunk: bytes | None, is_end: bool) -> None:
        answering[response] += chunk or b""
        if is_end:
            app.publish("lines", bytes(answering.pop(response)), OpCode.TEXT)
            response.end("")

    def publish(response: Response, request: Request) -> None:
        answering[response] = bytearray()
        response.on_data(part)

    app.ws(
        "/ws",
        {
            "compression": CompressOptions.DISABLED,
            "max_payload_length": 1024,
            "max_backpressure": 64 * 1024 * 1024,
            "idle_timeout": 0,
            "send_pings_automatically": False,
            "open": opened,
        },
    )
    app.post("/publish", publish)
    app.listen(AppListenOptions(port=port, host="127.0.0.1"))
    # socketify's own `run` turns asyncio's loop beside this one and polls both, which costs a tenth of a core and more at rest.
    # Nothing here needs asyncio, so uWebSockets has its loop to itself.
    app.loop.uv_loop.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
