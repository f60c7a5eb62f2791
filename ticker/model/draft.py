"""What an editor asks for, after the edge has checked it: values that cannot be wrong."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from ticker.model.line import Line, Urgency


@dataclass(frozen=True, slots=True)
class Draft:
    """A line to publish."""

    text: str
    source: str | None = None
    urgency: Urgency = Urgency.BREAKING
    topics: tuple[str, ...] = ()
    url: str | None = None
    pinned: bool = False
    expires: int | None = None  # ms since 1970
    note: str | None = None  # private, for the audit log
    allow_duplicate: bool = False


class ChangeKind(StrEnum):
    """The weights of a change, as on a wire, and the two that move a line without changing it."""

    CORRECTION = "correction"  # something was wrong: marked, public note required
    REFILE = "refile"  # a typo, meaning unchanged: not marked
    UPDATE = "update"  # new facts
    PIN = "pin"
    UNPIN = "unpin"

    @property
    def editorial(self) -> bool:
        """Whether it changes content, so that `updated` moves."""
        return self not in (ChangeKind.PIN, ChangeKind.UNPIN)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a line: `fields` holds the new text, source, urgency, topics, url and expires, as far as they change."""

    kind: ChangeKind
    fields: dict[str, Any] = field(default_factory=dict)
    correction: str | None = None
    note: str | None = None  # private

    def of(self, line: Line) -> Line:
        """Give the next version of a usable `line`, or `line` itself where it is already as it is asked to be."""
        if self.kind.editorial:
            # The note tells what the last correction corrected, so it stays until the next one.
            changed = replace(line, **self.fields, correction=self.correction or line.correction)
        else:
            changed = replace(line, pinned=self.kind is ChangeKind.PIN)
        return line if changed == line else replace(changed, version=line.version + 1)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal and why; the reason is for editors, in the audit log."""

    reason: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who acts: the name of the token."""

    token: str
