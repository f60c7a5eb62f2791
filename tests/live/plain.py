"""The server's ASGI application under a stock uvicorn, which knows none of our protocols.

`python -m tests.live.plain REDIS_URL PORT`
"""

import asyncio
import sys

import uvicorn

from ticker.app import Server
from ticker.settings import Settings


async def main(url: str, port: int) -> None:
    server = Server(Settings(port=port), url)
    async with server.running():
        await uvicorn.Server(uvicorn.Config(server.asgi, port=port, lifespan="off", log_level="warning")).serve()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
