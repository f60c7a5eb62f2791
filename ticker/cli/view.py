"""What `ticker tail` has seen of a channel and what it makes of each message: plain calls, no socket and no clock."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import click

from ticker.cli.printable import printable

_KNOWN_MOST: Final = 5000
"""Lines remembered to tell a change of pin from one of text; more than a server keeps by default."""

_URGENCIES: Final = {1: "FLASH", 2: "URGENT", 3: "BREAKING", 5: "UPDATE"}
_GONE: Final = {"canceled": "WITHDRAWN", "withheld": "HELD", "usable": "OFF TOPIC"}

_STYLES: Final[Mapping[str, dict[str, Any]]] = {
    "FLASH": {"fg": "white", "bg": "red", "bold": True},
    "URGENT": {"fg": "red", "bold": True},
    "BREAKING": {"bold": True},
    "CORRECTED": {"fg": "yellow", "bold": True},
    "CHANGED": {"fg": "yellow"},
    "WITHDRAWN": {"fg": "magenta", "bold": True},
    "HELD": {"fg": "magenta"},
}


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing to show: a word for what happened, and to which line."""

    word: str  # "FLASH" … "UPDATE" for a new line; "CORRECTED", "CHANGED", "PINNED", "UNPINNED", "WITHDRAWN", …
    id: str
    line: Mapping[str, Any] | None  # the line as it is now; None when it is gone


@dataclass(slots=True)
class View:
    """One channel as this terminal has shown it."""

    channel: str
    cursor: str | None = None  # where to go on after a lost connection
    heartbeat: float = 25.0  # s; the server promises a message at least that often
    snapshot: str | None = None  # why the newest answer was a snapshot; None when it was a resume
    _known: OrderedDict[str, Mapping[str, Any]] = field(default_factory=OrderedDict)

    def apply(self, message: Mapping[str, Any]) -> list[Sight]:
        """Take a message of the live protocol and give what it brings that is new, oldest first.

        A version that was shown already, or a newer one, makes it old news. Unknown types and fields are ignored.
        """
        self.cursor = message.get("cursor", self.cursor)
        self.heartbeat = float(message.get("heartbeat", self.heartbeat))
        match message.get("type"):
            case "snapshot":
                self.snapshot = str(message.get("reason"))
                lines = sorted(message["lines"], key=lambda line: (str(line["published"]), str(line["id"])))
                return [sight for line in lines for sight in self._line(line, known="CHANGED")]
            case "resumed":
                self.snapshot = None
            case "publish":
                return self._line(message["line"], known=None)
            case "correct":
                return self._line(message["line"], known="CHANGED")
            case "withdraw":
                return self._withdrawn(message)
        return []

    def _line(self, line: Mapping[str, Any], *, known: str | None) -> list[Sight]:
        before = self._known.get(line["id"])
        if not self._newer(line["id"], line):
            return []
        word = _URGENCIES.get(line.get("urgency", 0), "NEWS")
        if known and before is not None and "text" in before:
            word = _change(before, line)
        return [Sight(word, line["id"], line)]

    def _withdrawn(self, message: Mapping[str, Any]) -> list[Sight]:
        gone = {"id": message["id"], "version": message["version"]}
        known = self._known.get(message["id"], {})
        if message.get("status") == "usable" and "text" not in known:
            return []  # it never matched this view
        if not self._newer(message["id"], gone):
            return []
        return [Sight(_GONE.get(str(message.get("status")), "WITHDRAWN"), message["id"], None)]

    def _newer(self, line_id: str, line: Mapping[str, Any]) -> bool:
        """Remember the line, if it is newer than what was known."""
        known = self._known.get(line_id)
        if known is not None and int(line["version"]) <= int(known["version"]):
            return False
        self._known[line_id] = line
        self._known.move_to_end(line_id)
        if len(self._known) > _KNOWN_MOST:
            self._known.popitem(last=False)
        return True


def _change(before: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    if before.get("updated") == line.get("updated"):
        return "PINNED" if line.get("pinned") else "UNPINNED"
    return "CORRECTED" if line.get("correction") and line["correction"] != before.get("correction") else "CHANGED"


def drawn(channel: str, sight: Sight, now: datetime, *, colour: bool) -> str:
    """Give a sight as one line of text; `now` (aware) is the time of what is gone, and decides whether a date is needed."""
    word = click.style(f"{sight.word:<9}", **_STYLES.get(sight.word, {})) if colour else f"{sight.word:<9}"
    if sight.line is None:
        return f"{_time(None, now)} {printable(channel)} {word} {printable(sight.id)}"
    line = sight.line
    news = sight.word in _URGENCIES.values() or sight.word == "NEWS"
    text = f"{line['source']}: {line['text']}" if line.get("source") else str(line["text"])
    if line.get("correction"):
        text += f" (correction: {line['correction']})"
    end = click.style(f"[{printable(sight.id)}]", dim=True) if colour else f"[{printable(sight.id)}]"
    return f"{_time(str(line['published' if news else 'updated']), now)} {printable(channel)} {word} {printable(text)} {end}"


def _time(at: str | None, now: datetime) -> str:
    """Give a time by the clock on the wall, with its date if that is not today's."""
    try:
        moment = now if at is None else datetime.fromisoformat(at).astimezone(now.tzinfo)
    except ValueError:
        return "--:--:--"
    return moment.strftime("%H:%M:%S" if moment.date() == now.date() else "%Y-%m-%d %H:%M:%S")
