"""Who is let in, and with which words the others are refused: the same for every way in."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from ticker.edge.problems import Problem
from ticker.live.closing import Cause
from ticker.live.queries import Query, parse_query
from ticker.live.viewers import Viewers
from ticker.log.mirror import ChannelMirror


@dataclass(frozen=True, slots=True)
class Admitted:
    """A viewer that may come in."""

    channel: ChannelMirror
    query: Query


@dataclass(frozen=True, slots=True)
class Refusal:
    """A viewer that may not, and why."""

    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class Admission:
    """The door. `ready` tells whether the mirror has ever been at the log's tail."""

    viewers: Viewers
    ready: Callable[[], bool]

    def admit(self, channel: str, params: QueryParams) -> Admitted | Refusal:
        """Let a viewer of a WebSocket in, or not."""
        found = self.viewers.mirror.channels.get(channel)
        if found is None:
            return Refusal(Cause.UNKNOWN_CHANNEL, Cause.UNKNOWN_CHANNEL.value.reason)
        try:
            query = parse_query(params)
        except Problem as problem:
            # A reason has at most 123 bytes (RFC 6455, section 5.5.1).
            return Refusal(Cause.INVALID, problem.detail.encode()[:123].decode(errors="ignore"))
        for cause, holds in ((Cause.LEAVING, self.viewers.leaving), (Cause.NOT_READY, not self.ready())):
            if holds:
                return Refusal(cause, cause.value.reason)
        return Admitted(found, query)
