"""Ready bytes to the sockets of many viewers: the innermost loop of the sweep.

A send costs the kernel some four microseconds; what we do around it should not show. So a run of viewers who stand at the same
place is one call that reads three arrays and touches no object of a viewer. It goes past the event loop's transport, straight
to its socket: that keeps the order of the bytes, since a transport that still holds some has a viewer that is away. What the
kernel does not take goes to the transport.

Nor can a descriptor be another connection's by now: a transport tells its protocol that the connection is lost, and the viewer
leaves the sweep, before it closes the descriptor. asyncio and uvloop both do it in this order.

The compiled twin, `_sending.c`, does the same without holding the interpreter lock; without a compiler at installation this one
is used. bench/README.md has what it buys.
"""

import os
from array import array
from typing import Final

ELSEWHERE: Final = -1
"""Instead of a number of bytes: the run ended before a viewer who stands at another place, or after the last one."""


def send_run_in_python(
    fds: "array[int]", places: "array[int]", sent_from: "array[int]", at: int, stop: int, place: int, head: int, data: bytes
) -> tuple[int, int]:
    """Send `data` to the viewers from index `at` up to `stop` who stand at `place`, and move them to `head`.

    Those who stand at `head` are passed over. The run ends where somebody stands elsewhere, or does not take all: then with
    the bytes taken of `data` (0 as well where sending failed, or the descriptor is -1), and the viewer is moved all the same.
    Gives the index where it ended and that number, or ELSEWHERE. The arrays have items `i`, `q` and `q`.
    """
    size = len(data)
    for index in range(at, stop):
        stands = places[index]
        if stands == head:
            continue
        if stands != place:
            return index, ELSEWHERE
        places[index] = head
        sent_from[index] = place
        try:
            taken = os.write(fds[index], data)
        except OSError:
            taken = 0
        if taken != size:
            return index, taken
    return stop, ELSEWHERE


try:
    from ticker.live import _sending

    send_run = _sending.send_run
except ImportError:
    send_run = send_run_in_python

COMPILED: Final = send_run is not send_run_in_python
