"""A proxy between a server and its Redis that does to a connection what networks do: delays, drops, cuts, and falls silent.

It runs in a thread of its own, so that a test may block while it works.
"""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self


def every(request: bytes) -> bool:
    """Any request."""
    return True


def scripts(request: bytes) -> bool:
    """A request that runs one of the scripts, as every change does."""
    return b"\r\nEVAL" in request[:20]


class Proxy:
    """Stands in front of a Redis on a Unix socket; use it in `with`. What it does may be changed at any time."""

    def __init__(self, target: Path, folder: Path) -> None:
        self.url = f"unix://{folder / 'proxy.sock'}"
        self.delay = 0.0  # s, for each reply
        self.refusing = False  # new connections are closed at once
        self.silent = False  # nothing passes, and nothing ends: a half-open connection
        self.losing: Callable[[bytes], bool] | None = None  # requests that arrive, but whose reply is lost with the connection
        self.lose_most = 1_000_000
        self.lost = 0  # how many were
        self._target = target
        self._path = folder / "proxy.sock"
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)
        self._loop.close()

    def cut(self) -> None:
        """End all connections that there are."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(self._cut)
        self._loop.call_soon_threadsafe(done.set)
        assert done.wait(10)

    def heal(self) -> None:
        """Let everything pass again, on new connections."""
        self.delay, self.refusing, self.silent, self.losing = 0.0, False, False, None
        self.cut()

    # -- inside the thread --

    async def _serve(self) -> None:
        server = await asyncio.start_unix_server(self._accepted, self._path)
        self._started.set()
        await self._stopping.wait()
        server.close()
        self.silent = False
        self._cut()
        if tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(tasks, timeout=5)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            writer.transport.abort()
            return
        try:
            redis_reader, redis_writer = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, redis_writer}
        self._writers |= ends
        doomed = asyncio.Event()  # the reply to come is to be lost
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._requests(reader, redis_writer, doomed))
                both.create_task(self._replies(redis_reader, writer, doomed))
        except* (OSError, ConnectionError):
            pass
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        while data := await self._passing(reader):
            if self.losing is not None and self.losing(data) and self.lost < self.lose_most:
                self.lost += 1
                doomed.set()
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        while data := await self._passing(reader):
            if self.delay:
                await asyncio.sleep(self.delay)
            if doomed.is_set():
                raise ConnectionResetError
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError

    async def _passing(self, reader: asyncio.StreamReader) -> bytes:
        data = await reader.read(65536)
        while self.silent:
            await asyncio.sleep(0.01)
        return data
