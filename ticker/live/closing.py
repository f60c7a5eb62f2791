"""Why a viewer's connection ends, and what the viewer should do about it: the one table of close codes (RFC 6455, section 7.4).

The protocol page of the docs shows this table; a test compares them.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


@dataclass(frozen=True, slots=True)
class Closing:
    """How a connection ends."""

    code: int
    reason: str
    returns: bool  # whether the viewer should come back


class Cause(Enum):
    """Every way in which we end a connection, or see it end."""

    GONE = Closing(1000, "the viewer left", False)
    LEAVING = Closing(1001, "this server is stopping", True)
    PROTOCOL = Closing(1002, "the protocol was broken", True)  # or 1007, in the library's words; or 1009, which ends the matter
    DATA = Closing(1008, "viewers send nothing", False)
    INVALID = Closing(1008, "invalid request", False)
    UNKNOWN_CHANNEL = Closing(4404, "no such channel", False)
    SLOW = Closing(1013, "too slow", True)
    FAULT = Closing(1011, "a fault of this server", True)
    NOT_READY = Closing(1013, "not ready yet", True)


PROTOCOL_CODES: Final = (1002, 1007, 1009)
"""What a WebSocket library closes with when a viewer breaks the protocol, or says too much at once."""
