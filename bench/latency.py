"""From post to browser, and what an idle viewer costs: `python -m bench.latency [--viewers N …] [--lines N]`.

Starts a server of its own with the embedded engine, connects N WebSocket viewers from this process, posts lines one at a time
and notes, for each, when its 201 came and when each viewer had it. Durability is the default: each line is synced to disk
before it is answered. Viewers are bare sockets, so that what is measured is the server and not a client library; with many of
them this process is busy too, and its own time is in the figures.
"""

import argparse
import asyncio
import json
import re
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from tests.served import Server

_SEQUENCE = re.compile(rb'"text":"Line (\d+)"')


class Viewer(asyncio.Protocol):
    """A WebSocket viewer that notes when it has which line."""

    def __init__(self, server: Server, arrivals: list[list[float]], open_: asyncio.Future[None]) -> None:
        self._server = server
        self._arrivals = arrivals
        self._open = open_

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(
            f"GET /v1/channels/en/ws?limit=1 HTTP/1.1\r\nHost: 127.0.0.1:{self._server.port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if not self._open.done():
            if b'"snapshot"' in data:
                self._open.set_result(None)
            return
        for found in _SEQUENCE.finditer(data):
            self._arrivals[int(found[1])].append(now)


def pss(pid: int) -> int:
    """Give the memory of a process in bytes, shared pages divided among those that share them."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.findall(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[0]) * 1024


async def measure(viewers: int, lines: int) -> dict[str, float]:
    """Measure one number of viewers; times in ms, memory in kB."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), TICKER_DUPLICATE_WINDOW="0").start()
        try:
            assert server.process is not None
            before = pss(server.process.pid)
            arrivals: list[list[float]] = [[] for _ in range(lines)]
            loop = asyncio.get_running_loop()
            began = time.perf_counter()
            for start in range(0, viewers, 100):
                opened = [loop.create_future() for _ in range(start, min(start + 100, viewers))]
                for one in opened:
                    await loop.create_connection(lambda one=one: Viewer(server, arrivals, one), "127.0.0.1", server.port)
                await asyncio.gather(*opened)
            connected = time.perf_counter() - began
            memory = (pss(server.process.pid) - before) / viewers / 1024
            answered: list[float] = []
            posted: list[float] = []
            async with httpx.AsyncClient(base_url=server.url, headers=server.editor) as editor:
                for number in range(lines):
                    posted.append(time.perf_counter())
                    answer = await editor.post("/v1/channels/en/lines", json={"text": f"Line {number}"})
                    answer.raise_for_status()
                    answered.append(time.perf_counter() - posted[-1])
                    async with asyncio.timeout(10):
                        while len(arrivals[number]) < viewers:
                            await asyncio.sleep(0.001)
            each = [at - begin for begin, got in zip(posted, arrivals, strict=True) for at in got]
            last = [max(got) - begin for begin, got in zip(posted, arrivals, strict=True)]
            assert all(len(got) == viewers for got in arrivals), "a line came twice"
            return {
                "viewers": viewers,
                "connect_s": round(connected, 2),
                "kB_per_viewer": round(memory, 1),
                "post_median": _ms(statistics.median(answered)),
                "post_p99": _ms(_p99(answered)),
                "each_median": _ms(statistics.median(each)),
                "each_p99": _ms(_p99(each)),
                "last_median": _ms(statistics.median(last)),
                "last_p99": _ms(_p99(last)),
            }
        finally:
            server.end()


def _p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def main() -> None:
    """Measure and print a JSON line per number of viewers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--viewers", type=int, nargs="+", default=[1, 1000])
    parser.add_argument("--lines", type=int, default=200)
    arguments = parser.parse_args()
    for viewers in arguments.viewers:
        print(json.dumps(asyncio.run(measure(viewers, arguments.lines))), flush=True)


if __name__ == "__main__":
    main()
