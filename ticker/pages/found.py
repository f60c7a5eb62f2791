"""What an address of a page names, found in the mirror; or the problem that says why it is not shown."""

from ticker.edge.problems import Problem, unknown_channel
from ticker.log.mirror import ChannelMirror, Mirror
from ticker.model.line import Line, Status


def channel_at(mirror: Mirror, channel: str) -> ChannelMirror:
    """Give a channel by its id. Raises Problem (unknown-channel, log-loading)."""
    of = mirror.channels.get(channel)
    if of is None:
        raise unknown_channel(channel, mirror.channels)
    return loaded(of)


def loaded(of: ChannelMirror) -> ChannelMirror:
    """Give the channel back; raise Problem as long as the log was never read: a page without lines would be a lie."""
    if of.revision == 0:
        raise Problem("log-loading", "The lines are still being read.", headers={"Retry-After": "1"})
    return of


def line_at(of: ChannelMirror, line_id: str, now: int) -> Line:
    """Give a line that may be shown at `now` (ms). Raises Problem (line-withdrawn, unknown-line) for every other."""
    line = of.get(line_id)
    if line is not None and line.status is Status.CANCELED:
        raise Problem("line-withdrawn", "This line was withdrawn.")
    if line is None or not line.shown_at(now):
        raise Problem("unknown-line", "This channel has no line of this id, or shows it no longer: it may have expired.")
    return line
