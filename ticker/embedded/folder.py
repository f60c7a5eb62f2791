"""The data folder: who may use it, what wrote it, where its socket is. See the package for the list of its files."""

import contextlib
import errno
import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

from ticker.embedded.engines import Release
from ticker.embedded.errors import FolderUnfit, LogMissing

SOCKET_PATH_MOST: Final = 107 if sys.platform == "linux" else 103
"""Bytes of a Unix socket's path: `sun_path` has 108 with its closing NUL on Linux (unix(7)), 104 on macOS and the BSDs."""

LOG_MOST: Final = 1 << 20
"""Bytes of engine.log from which a start begins a new one."""


class Folder:
    """A data folder. To own it, get it from `Folder.prepared`: there, ours, and closed to others."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))

    @classmethod
    def prepared(cls, data_dir: Path) -> "Folder":
        """Create the folder if need be and close it to others. Raises FolderUnfit."""
        folder = cls(data_dir)
        try:
            folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _close_to_others(folder.path)
        except OSError as error:
            raise FolderUnfit(folder.path, error.strerror or str(error)) from error
        return folder

    @property
    def _record(self) -> Path:
        return self.path / "engine.json"

    def recorded(self) -> Release | None:
        """Give the newest engine that wrote here, None in a new folder. Raises FolderUnfit when the record is broken."""
        try:
            record = json.loads(self._record.read_bytes())
            major, minor, patch = map(int, record["version"].split("."))
            return Release(str(record["family"]), (major, minor, patch))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise FolderUnfit(self.path, f"{self._record.name} is not readable ({error})") from error

    def record(self, release: Release) -> None:
        """Remember that `release` writes here. Called before it starts, since from then on older ones may fail."""
        if release != self.recorded():
            version = ".".join(map(str, release.version))
            write_durably(self._record, json.dumps({"family": release.family, "version": version}) + "\n")

    @property
    def founded(self) -> bool:
        """Whether there has been data here."""
        return (self.path / "founded").exists()

    def found(self) -> None:
        """Remember that there is data here."""
        write_durably(self.path / "founded", "This folder holds data. With this file, an empty database is not accepted.\n")

    def expect_data(self) -> None:
        """Raise LogMissing when there has been data here and its files are gone: the engine would start an empty log."""
        if self.founded and not any((self.path / "appendonlydir").glob("*.manifest")):
            raise LogMissing(self.path)

    def tidy(self) -> None:
        """Remove what an engine that was killed left of a rewrite: a copy of the whole log that nobody would ever delete."""
        for left in self.path.glob("temp-rewriteaof-*.aof"):
            left.unlink(missing_ok=True)

    @property
    def _running(self) -> Path:
        return self.path / "running.json"

    def announce(self, url: str) -> None:
        """Say where the engine answers. On a full disk nobody is told: that must not keep the engine from being read."""
        if self.announced() != url:
            with _full_disk_ignored():
                write_durably(self._running, json.dumps({"url": url}) + "\n")

    def announced(self) -> str | None:
        """Give the URL of the engine that was last said to run; it may be gone."""
        try:
            return str(json.loads(self._running.read_bytes())["url"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def withdraw(self, socket: Path) -> None:
        """Remove what only a running engine needs."""
        self._running.unlink(missing_ok=True)
        socket.unlink(missing_ok=True)
        if socket.parent != self.path:
            with contextlib.suppress(OSError):  # it may be gone already, with the session that it belonged to
                socket.parent.rmdir()

    def socket(self) -> Path:
        """Give the path for the engine's socket: in the folder, or in a short private folder when that path is too long."""
        near = self.path / "engine.sock"
        if _fits(near):
            return near
        name = "ticker-" + hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        for home in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108 - see `_private`
            far = Path(os.path.realpath(home or ""), name, near.name)
            if home and os.path.isdir(home) and _fits(far):
                return _private(far.parent) / near.name
        raise FolderUnfit(self.path, "its path is too long for a Unix socket, and so is the temporary folder's")

    def open_log(self) -> tuple[int, int]:
        """Open engine.log for the engine's output; gives the descriptor and where this output will begin."""
        path = self.path / "engine.log"
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > LOG_MOST:
                path.replace(path.with_suffix(".log.old"))
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return descriptor, os.fstat(descriptor).st_size

    def log_since(self, start: int) -> list[str]:
        """Give the lines of engine.log from byte `start` on, at most the last 64 KiB of them."""
        with contextlib.suppress(OSError), (self.path / "engine.log").open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(start, end - (64 << 10)))
            return file.read().decode(errors="replace").splitlines()
        return []


def url_of(socket: Path) -> str:
    """Give the URL that redis-py takes for a Unix socket."""
    return "unix://" + quote(os.fspath(socket))


def write_durably(path: Path, text: str) -> None:
    """Write a small file so that it is there after a power cut, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def note_pid(descriptor: int, pid: int) -> None:
    """Write a pid at the start of a file, in place: a file that has its block takes it even on a full disk."""
    with _full_disk_ignored():
        os.pwrite(descriptor, f"{pid:<20}\n".encode(), 0)


@contextlib.contextmanager
def _full_disk_ignored() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise


def _fits(socket: Path) -> bool:
    return len(os.fsencode(socket)) <= SOCKET_PATH_MOST


def _close_to_others(path: Path) -> None:
    status = path.stat()
    if status.st_uid != os.geteuid():
        # Root could use it, and would leave files in it that its owner cannot open.
        raise FolderUnfit(path, f"it belongs to user {status.st_uid}: start ticker as that user")
    if not status.st_mode & 0o077:
        return
    # A folder that was given to us is closed. One with other things in it (a home, /tmp) is not ours to close.
    if (path / "lock").exists() or not any(path.iterdir()):
        path.chmod(0o700)
    else:
        raise FolderUnfit(path, "others may read it and it holds other files: give ticker a folder of its own, or chmod 700 it")


def _private(folder: Path) -> Path:
    """Make a folder of ours in a place that others may write to; raise FolderUnfit when somebody else's is there."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise FolderUnfit(folder, "it is not a private folder of ours: remove it")
    return folder
