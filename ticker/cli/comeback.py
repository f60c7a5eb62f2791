"""When a viewer comes back after its connection is gone, and when not: a table of close codes, and the pause."""

from typing import Final

FOR_GOOD: Final = {
    1008: "the server takes no data from viewers",
    1009: "the server found a message too big",
    4404: "there is no such channel",
    4410: "the channel is retired",
}
"""Close codes that end the matter, and why. Every other one comes back: 1001, 1006, 1011, 1012, 1013 (too slow), …"""

LEAST, MOST = 0.5, 20.0
"""Seconds: what the first pause is at most, and any later one."""

STEADY: Final = 10.0
"""Seconds after which a connection was a good one: the next pause is a first one again. A server that accepts and drops
at once would otherwise be asked twice a second for ever."""


def pause_before(attempt: int, chance: float) -> float:
    """Give the seconds before the next attempt, after `attempt` (from 0) failed; `chance` is from 0 to 1.

    Full jitter: anything up to a bound that doubles, so that thousands who lost one server do not return in waves.
    """
    return chance * min(MOST, LEAST * 2.0 ** min(attempt, 10))


def refused_for_good(status: int) -> bool:
    """Whether an HTTP status instead of a WebSocket ends the matter: the request is wrong, not the moment."""
    return 400 <= status < 500 and status not in (408, 421, 425, 429)
