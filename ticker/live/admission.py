"""Who is let in, and with which words the others are refused: the same for every way in."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from ticker import telemetry
from ticker.edge.problems import Problem, unknown_channel
from ticker.live.closing import Cause
from ticker.live.frames import Transport
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
    """A viewer that may not, and why: for a WebSocket as a close, for HTTP as a problem."""

    cause: Cause
    problem: Problem

    @property
    def reason(self) -> str:
        """Give the words of the close; they have at most 123 bytes (RFC 6455, section 5.5.1)."""
        reason: str = self.problem.detail if self.cause is Cause.INVALID else self.cause.value.reason
        return reason.encode()[:123].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class Admission:
    """The door. `ready` tells whether the mirror has ever been at the log's tail."""

    viewers: Viewers
    ready: Callable[[], bool]

    def admit(
        self, transport: Transport, channel: str, params: QueryParams, last_event_id: str | None = None
    ) -> Admitted | Refusal:
        """Let a viewer in, or count it as refused."""
        answer = self._judge(channel, params, last_event_id)
        if isinstance(answer, Refusal):
            telemetry.refused.labels(transport.label, answer.cause.name.lower()).inc()
        return answer

    def _judge(self, channel: str, params: QueryParams, last_event_id: str | None) -> Admitted | Refusal:
        found = self.viewers.mirror.channels.get(channel)
        if found is None:
            return Refusal(Cause.UNKNOWN_CHANNEL, unknown_channel(channel, self.viewers.mirror.channels))
        try:
            query = parse_query(params, last_event_id)
        except Problem as problem:
            return Refusal(Cause.INVALID, problem)
        for cause, holds in ((Cause.LEAVING, self.viewers.leaving), (Cause.NOT_READY, not self.ready())):
            if holds:
                return Refusal(cause, Problem("log-unreachable", cause.value.reason, headers={"Retry-After": "1"}))
        return Admitted(found, query)
