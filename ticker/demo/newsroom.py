"""The newsroom of the demo: it fills each channel, and then posts, corrects, withdraws and pins until it is stopped.

It writes like any editor and sees only the answers to its own changes. A line that somebody else changed or withdrew, as who
tries the desk will, is theirs from then on.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol

import structlog

from ticker.demo.samples import Sample, samples_in
from ticker.log.errors import LineUnknown, LineWithdrawn, LogUnavailable, VersionConflict
from ticker.log.writer import Posted
from ticker.model.channel import Channel
from ticker.model.draft import Author, Change, ChangeKind, Draft, Withdrawal
from ticker.model.line import Line, Urgency

OPENING: Final = 12
"""Lines that each channel starts with."""

PAUSE: Final = (3.0, 6.0)
"""Seconds between two changes, at the least and at the most."""

RECENT: Final = 10
"""How many of its newest lines a channel may mend or withdraw: as many as a ticker shows unless told otherwise."""

PINNED_FOR: Final = 900_000
"""Milliseconds after which a pinned line expires. A demo that is stopped cannot unpin, and the next one knows nothing of it."""

MEND: Final = 1 / 5
WITHDRAW: Final = 1 / 8
PIN: Final = 1 / 20  # or unpin
"""Shares of the changes; the rest are new lines, as are changes for which no line is there."""

AUTHOR: Final = Author(token="demo")  # noqa: S106 - the name of a token, not its secret
REASON: Final = Withdrawal("The demo withdraws a line now and then.")

_log = structlog.get_logger()


class Writes(Protocol):
    """What the demo needs of `ticker.log.writer.Writer`; each call may raise LogUnavailable."""

    async def publish(self, channel: Channel, draft: Draft, author: Author) -> Posted:
        """Append a new line."""
        ...

    async def change(
        self, channel: Channel, line_id: str, change: Change, author: Author, *, expected: int | None = None
    ) -> Posted:
        """Correct, refile or unpin a line; may raise LineUnknown, LineWithdrawn, VersionConflict."""
        ...

    async def withdraw(
        self, channel: Channel, line_id: str, withdrawal: Withdrawal, author: Author, *, expected: int | None = None
    ) -> Posted:
        """Withdraw a line; may raise LineUnknown, VersionConflict."""
        ...


async def run(
    writer: Writes, channels: Mapping[str, Channel], *, random: Random, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Keep `channels` in the news; never returns. What the log refuses for the moment is logged, and tried again or let go."""
    editions = [Edition(writer, channel, random) for channel in channels.values()]
    for edition in editions:
        while edition.posted < OPENING:
            if not await _survives(edition.post):
                await sleep(random.uniform(*PAUSE))
    while True:
        await sleep(random.uniform(*PAUSE))
        await _survives(random.choice(editions).act)


async def _survives(change: Callable[[], Awaitable[None]]) -> bool:
    """Make a change; tell whether the log took it."""
    try:
        await change()
    except LogUnavailable as error:
        _log.warning("demo_waits", reason=error.reason.value, cause=error.cause)
        return False
    return True


@dataclass(slots=True, eq=False)
class _Shown:
    """A line of ours on the ticker, as its last change left it, and what is still to be mended."""

    line: Line
    mending: Change | None


class Edition:
    """One channel of the demo. Each method makes one change and may raise LogUnavailable; it has then changed nothing here."""

    def __init__(self, writer: Writes, channel: Channel, random: Random) -> None:
        self.posted = 0
        self._writer = writer
        self._channel = channel
        self._random = random
        samples = samples_in(channel.language)
        random.shuffle(samples)
        self._samples = deque(samples)  # the next one first; a posted one goes to the end
        self._recent: deque[_Shown] = deque(maxlen=RECENT)
        self._pinned: _Shown | None = None

    async def act(self) -> None:
        """Make the next change, by chance."""
        chance = self._random.random()
        if chance < MEND:
            await self.mend()
        elif chance < MEND + WITHDRAW:
            await self.withdraw()
        elif chance < MEND + WITHDRAW + PIN:
            await self.pin_or_unpin()
        else:
            await self.post()

    async def post(self) -> None:
        """Post the next line."""
        await self._post(self._samples[0])

    async def mend(self) -> None:
        """Correct or refile one of the recent lines that need it; post if none does."""
        wanting = [(shown, shown.mending) for shown in self._recent if shown.mending]
        if wanting:
            shown, mending = self._random.choice(wanting)
            await self._change(shown, mending)
            shown.mending = None
        else:
            await self.post()

    async def withdraw(self) -> None:
        """Withdraw one of the recent lines; post if there is none."""
        if self._recent:
            shown = self._random.choice(self._recent)
            try:
                await self._writer.withdraw(self._channel, shown.line.id, REASON, AUTHOR, expected=shown.line.version)
            except (LineUnknown, VersionConflict):
                pass  # it is somebody else's now
            self._forget(shown)
        else:
            await self.post()

    async def pin_or_unpin(self) -> None:
        """Unpin what is pinned; else post a line of some weight, pinned. It expires by itself."""
        if self._pinned:
            await self._change(self._pinned, Change(ChangeKind.UNPIN))
            self._pinned = None
        elif self._recent:
            sample = next(one for one in self._samples if one.urgency <= Urgency.URGENT)
            # The log's clock, as far as we know it; ours need not agree with it.
            self._pinned = await self._post(sample, pinned=True, expires=self._recent[-1].line.updated + PINNED_FOR)
        else:
            await self.post()

    async def _post(self, sample: Sample, *, pinned: bool = False, expires: int | None = None) -> _Shown:
        draft = sample.draft(self._channel, pinned=pinned, expires=expires)
        answer = await self._writer.publish(self._channel, draft, AUTHOR)
        self._samples.remove(sample)
        self._samples.append(sample)
        shown = _Shown(answer.line, sample.mending())
        self._recent.append(shown)
        self.posted += 1
        return shown

    async def _change(self, shown: _Shown, change: Change) -> None:
        """Change a line, or forget it if it is no longer ours."""
        try:
            answer = await self._writer.change(self._channel, shown.line.id, change, AUTHOR, expected=shown.line.version)
            shown.line = answer.line
        except (LineUnknown, LineWithdrawn, VersionConflict):
            self._forget(shown)

    def _forget(self, shown: _Shown) -> None:
        if shown in self._recent:
            self._recent.remove(shown)
        if self._pinned is shown:
            self._pinned = None
