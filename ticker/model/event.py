"""The event: what happened in a channel's log. It never holds text, so no replay can show an old one."""

from dataclasses import dataclass
from enum import StrEnum

from ticker.model.cursor import Cursor


class EventType(StrEnum):
    """What an event did to its line."""

    PUBLISH = "publish"  # show it
    CORRECT = "correct"  # replace it: correction, refile, update, pin, unpin
    WITHDRAW = "withdraw"  # remove it


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log."""

    cursor: Cursor
    type: EventType
    line: str  # the line's id
    version: int  # the version that the event made
    at: int  # ms since 1970 by the store's clock; strictly rising within a channel
    prev: Cursor  # the event before it: proof that nothing is missing between the two
    forgot: tuple[str, ...] = ()  # lines that the log keeps no longer from this event on, to make room
