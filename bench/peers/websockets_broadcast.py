"""The websockets library's own server and its `broadcast`, on uvloop.

`python websockets_broadcast.py PORT POSTS`: WebSockets at PORT, lines at POST /publish on the port POSTS, since this server
speaks WebSocket alone. It compresses nothing and pings nobody; each is off to make it cheaper.
"""

import asyncio
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

clients: set[ServerConnection] = set()


async def viewer(connection: ServerConnection) -> None:
    clients.add(connection)
    try:
        await connection.wait_closed()
    finally:
        clients.discard(connection)


async def publish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Just enough HTTP for the bench's own requests."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            broadcast(clients, (await reader.readexactly(length)).decode())
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    except asyncio.IncompleteReadError:
        writer.close()


async def main(port: int, posts: int) -> None:
    viewers = serve(viewer, "127.0.0.1", port, compression=None, ping_interval=None, backlog=4096)
    async with viewers, await asyncio.start_server(publish, "127.0.0.1", posts) as posting:
        await posting.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
