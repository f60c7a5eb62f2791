"""A log that keeps what the demo asks of it in memory, and can be away."""

from collections import Counter
from dataclasses import replace
from typing import Final

from ticker.log.errors import LineUnknown, LineWithdrawn, LogUnavailable, Unavailable, VersionConflict
from ticker.log.writer import Posted
from ticker.model.channel import Channel
from ticker.model.cursor import START
from ticker.model.draft import Author, Change, ChangeKind, Draft, Withdrawal
from ticker.model.line import Line, Status

NOON: Final = 1_795_608_000_000  # ms: 2026-11-25 at 12:00 UTC


class Stopped(Exception):
    """Ends a demo that would go on for ever."""


class Desk:
    """Records what is done to lines, and refuses what the log would refuse."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self.done: Counter[str] = Counter()  # publish, withdraw or the kind of a change: how often
        self.changes: list[tuple[Line, Change, Line]] = []  # before, change, after
        self.away = 0  # that many calls fail
        self.now = NOON

    def texts(self, channel: str) -> list[str]:
        return [line.text for line in self.lines.values() if line.channel == channel]

    async def publish(self, channel: Channel, draft: Draft, author: Author) -> Posted:
        self._arrive("publish", author)
        assert draft.allow_duplicate
        line_id = f"{len(self.lines):026}"
        self.lines[line_id] = Line(
            line_id,
            channel.id,
            1,
            Status.USABLE,
            self.now,
            self.now,
            draft.text,
            draft.source,
            draft.urgency,
            None,
            draft.topics,
            draft.url,
            draft.pinned,
            draft.expires,
        )
        return Posted(self.lines[line_id], START)

    async def change(
        self, channel: Channel, line_id: str, change: Change, author: Author, *, expected: int | None = None
    ) -> Posted:
        self._arrive(change.kind.value, author)
        before = self._look(channel, line_id, expected)
        if not before.usable:
            raise LineWithdrawn(before)
        if change.kind is ChangeKind.UNPIN:
            after = replace(before, version=before.version + 1, pinned=False)
        else:
            after = replace(before, version=before.version + 1, text=str(change.fields["text"]), correction=change.correction)
        self.lines[line_id] = after
        self.changes.append((before, change, after))
        return Posted(after, START)

    async def withdraw(
        self, channel: Channel, line_id: str, withdrawal: Withdrawal, author: Author, *, expected: int | None = None
    ) -> Posted:
        self._arrive("withdraw", author)
        assert withdrawal.reason
        before = self._look(channel, line_id, expected)
        after = Line(line_id, channel.id, before.version + 1, Status.CANCELED, before.published, self.now)
        self.lines[line_id] = after
        return Posted(after, START)

    def _arrive(self, action: str, author: Author) -> None:
        self.now += 1000
        assert author.token == "demo"
        if self.away:
            self.away -= 1
            raise LogUnavailable(Unavailable.UNREACHABLE, 2, "gone for a while")
        self.done[action] += 1

    def _look(self, channel: Channel, line_id: str, expected: int | None) -> Line:
        line = self.lines.get(line_id)
        if line is None:
            raise LineUnknown(line_id)
        assert line.channel == channel.id
        if line.usable and expected != line.version:
            raise VersionConflict(line)
        return line
