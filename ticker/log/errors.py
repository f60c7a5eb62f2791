"""What can go wrong in the log, with the data that the answer needs."""

from enum import StrEnum

from ticker.model.line import Line


class LogError(Exception):
    """The log did not do what was asked."""


class LineUnknown(LogError):
    """The channel has no such line, or keeps it no longer."""


class DuplicateText(LogError):
    """The same text was published in the channel moments ago."""

    def __init__(self, earlier: Line) -> None:
        super().__init__(f"the same text is line {earlier.id}")
        self.earlier = earlier


class VersionConflict(LogError):
    """Somebody else changed the line first."""

    def __init__(self, current: Line) -> None:
        super().__init__(f"line {current.id} is at version {current.version}")
        self.current = current  # as it stands now, so that the editor can compare


class LineWithdrawn(LogError):
    """The line was withdrawn for good."""

    def __init__(self, line: Line) -> None:
        super().__init__(f"line {line.id} was withdrawn")
        self.line = line


class KeyReused(LogError):
    """The idempotency key belongs to a different request."""


class Unavailable(StrEnum):
    """Why the log cannot take a change just now."""

    UNREACHABLE = "unreachable"
    LOADING = "loading"
    BUSY = "busy"
    READ_ONLY = "read-only"
    MEMORY_FULL = "memory-full"
    STORAGE_FULL = "storage-full"
    OUTCOME_UNKNOWN = "outcome-unknown"  # the change was sent and may have happened


class LogUnavailable(LogError):
    """The log cannot take the change now; nothing was written unless the reason is OUTCOME_UNKNOWN."""

    def __init__(self, reason: Unavailable, retry_after: int, cause: str) -> None:
        super().__init__(f"{reason.value}: {cause}")
        self.reason = reason
        self.retry_after = retry_after  # seconds
        self.cause = cause  # what Redis said; for our log, not for the answer


class HistoryChanged(LogError):
    """The log does not continue what the mirror holds: history was lost or replaced."""
