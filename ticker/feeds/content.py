"""What a feed holds at a moment: chosen from the mirror, before any format."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress, islice

from ticker.feeds.version import Version, version_at
from ticker.log.mirror import ChannelMirror
from ticker.model.line import Line, newest_first


@dataclass(frozen=True, slots=True)
class Period:
    """How much a feed shows: the operator's choice."""

    entries: int  # the newest lines, and as many of the newest notices beside them
    notice: int  # ms for which a withdrawn line leaves a notice


@dataclass(frozen=True, slots=True)
class Content:
    """The state of a feed. Equal contents make equal bytes."""

    modified: int  # seconds since 1970; 0: nothing has happened yet
    lines: tuple[Line, ...] = ()  # newest publication first
    notices: tuple[Line, ...] = ()  # withdrawn lines whose readers are told so, newest withdrawal first
    tombstones: tuple[Line, ...] = ()  # withdrawn lines that are gone, newest withdrawal first
    topics: tuple[str, ...] = ()  # the filter: any of them; none: all lines

    def entries(self) -> list[Line]:
        """Give lines and notices in the order of the feed."""
        return sorted((*self.lines, *self.notices), key=newest_first, reverse=True)


def channel_version(mirror: ChannelMirror, period: Period, now: int) -> Version:
    """Give the version of the channel's feeds at `now` (ms since 1970).

    It is one for all filters: a tombstone does not say which topics its line had, and a publication makes the oldest line
    leave, whatever its topics.
    """
    return version_at(mirror.events(), mirror.get, [*_moments(mirror, period)], now)


def content_of(mirror: ChannelMirror, version: Version, period: Period, topics: tuple[str, ...], now: int) -> Content:
    """Give what the feed of `topics` (sorted; all lines if empty) shows at `now` (ms since 1970).

    A filtered feed has the notices of all withdrawn lines: their topics are gone with their text, and a reader who is told
    of a line that it never had is better off than one who keeps a false line.
    """
    wanted = frozenset(topics)
    lines = (line for line in mirror.lines(now) if line.id not in version.pending and line.matches(wanted))
    withdrawn = mirror.withdrawn()
    told = [period.notice > 0 and now < line.updated + period.notice for line in withdrawn]
    return Content(
        modified=version.modified,
        lines=tuple(_unpinned(line) for line in islice(lines, period.entries)),
        notices=tuple(islice(compress(withdrawn, told), period.entries)),
        tombstones=tuple(line for line, is_told in zip(withdrawn, told, strict=True) if not is_told),
        topics=topics,
    )


def _unpinned(line: Line) -> Line:
    """Give the line without what a pin changes, its version included: a feed shows nothing of it and stays as it is."""
    return replace(line, pinned=False, version=1)


def _moments(mirror: ChannelMirror, period: Period) -> Iterator[int]:
    """Give the times (ms), past and to come, at which time alone takes something out of a feed."""
    for line in mirror.lines(0):  # also those that have expired since
        if line.expires is not None:
            yield line.expires
    if period.notice:
        for line in mirror.withdrawn():
            yield line.updated + period.notice
