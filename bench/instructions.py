"""What a delivery costs the server in user mode, in instructions: `python -m bench.instructions`. It needs valgrind.

A count that no other load on the machine and no mood of it changes. Callgrind counts a process that hands lines to 200 sockets,
once for few lines and once for more; the difference, by deliveries, is what one costs. The kernel's part, nine tenths of the
time, is not in it.
"""

import asyncio
import re
import socket
import subprocess
import sys
from typing import Final

import uvloop

from ticker.live import sweep as sweeps
from ticker.live.fanout import Group, Slot
from ticker.live.frames import Transport
from ticker.live.sending import send_run, send_run_in_python
from ticker.live.sweep import Sweep
from ticker.log.mirror import ChannelMirror
from ticker.model.channel import Channel

VIEWERS: Final = 200
LINES: Final = (3, 23)
WAYS: Final = {
    "transport": "a bare loop of `transport.write`, on uvloop",
    "python": "the sweep, its loop in Python",
    "compiled": "the sweep, its loop compiled",
}


class Viewer(asyncio.Protocol):
    """A viewer with a socket whose other end reads nothing; the kernel keeps the few lines."""

    def __init__(self) -> None:
        self.index = -1

    def write_rest(self, data: bytes) -> None:
        raise AssertionError("the kernel takes all")

    def proceed(self) -> None:
        raise AssertionError("nobody is away")

    def fail(self, error: Exception) -> None:
        raise error


class Quiet:
    """A bell for a walk that is taken by hand."""

    def ring(self, appended: int | None = None, /) -> None:
        pass


async def deliver(way: str, lines: int) -> None:
    """Hand so many lines to all viewers."""
    loop = asyncio.get_running_loop()
    pairs = [socket.socketpair() for _ in range(VIEWERS)]
    group = Group(ChannelMirror(Channel("en", "Breaking", "en", "ltr", "", "localhost,2026")), frozenset(), Transport.WEBSOCKET)
    group.bell = Quiet()
    sweep, transports = Sweep(group), []
    if way != "compiled":
        vars(sweeps)["send_run"] = send_run_in_python
    elif send_run is send_run_in_python:
        raise SystemExit("The loop is not compiled here.")
    for ours, _ in pairs:
        ours.setblocking(False)
        if way == "transport":
            transports.append((await loop.connect_accepted_socket(Viewer, ours))[0])
        else:
            viewer = Viewer()
            sweep.add(viewer, ours.fileno())
            sweep.places[viewer.index] = group.head
    for number in range(lines):
        frame = Transport.WEBSOCKET.frame({"type": "publish", "cursor": f"{number}-0", "text": "x" * 250})
        assert isinstance(frame, bytes)
        if way == "transport":
            for transport in transports:
                transport.write(frame)
            await asyncio.sleep(0)
        else:
            group.add(Slot(frame), 0)
            sweep.start()
            while sweep.is_moving:
                sweep.walk()
    size = len(pairs[-1][1].recv(1 << 20))
    if size < 250 * lines:
        raise SystemExit(f"{way}: only {size} bytes came.")


def count(way: str, lines: int) -> int:
    """Give the instructions of a process that delivers so many lines."""
    command = [
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        sys.executable,
        "-m",
        __spec__.name,
        way,
        str(lines),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise SystemExit(f"{way}: {done.stderr[-500:]}")
    return int(found[1])


def main() -> None:
    """Count each way, and print."""
    few, many = LINES
    for way, words in WAYS.items():
        each = (count(way, many) - count(way, few)) / (many - few) / VIEWERS
        print(f"{words}: {each:,.0f} instructions a delivery")


if __name__ == "__main__":
    if sys.argv[1:]:
        uvloop.run(deliver(sys.argv[1], int(sys.argv[2])))
    else:
        main()
