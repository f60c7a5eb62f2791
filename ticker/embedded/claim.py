"""One owner for a data folder, and one engine.

Redis has no lock: a second server on the same folder and socket takes the socket over without a word. Two locks keep that out:

    owner   held by the ticker process alone. Held by somebody else: another ticker lives, and we are refused at once.
    lock    held by the ticker process and by its engine, which inherits the descriptor. `owner` is free and this is not: that
            ticker is gone (killed) and its engine is still shutting down, so we wait for it.

Both are flock(2): they go with the last process that holds the descriptor, however it ends, so no stale lock can be left.
"""

import asyncio
import contextlib
import fcntl
import os
import time
from typing import Final

import structlog
from redis.exceptions import RedisError

from ticker.embedded.asking import ask
from ticker.embedded.errors import FolderBusy, FolderOwned, FolderUnfit
from ticker.embedded.folder import Folder, note_pid

log = structlog.get_logger()

LEFTOVER_MOST: Final = 10.0
"""Seconds that a left-over engine may take to end. It was told to when its ticker died, and has at most one sync to finish."""


class Claim:
    """The ownership of a data folder, until `release`."""

    def __init__(self, owner: int, lock: int) -> None:
        self._owner = owner
        self.lock = lock  # the descriptor for the engine to inherit

    def release(self) -> None:
        """Give the folder up. While an engine lives its inherited `lock` stays held: it is closed here, not unlocked."""
        os.close(self.lock)
        os.close(self._owner)


async def claim(folder: Folder, patience: float = LEFTOVER_MOST) -> Claim:
    """Become the owner of a data folder, after waiting up to `patience` seconds for a left-over engine to end.

    Raises FolderOwned when another ticker lives, FolderBusy when the left-over engine does not end, FolderUnfit for files of
    somebody else's.
    """
    owner = _opened(folder, "owner")
    try:
        if not _taken(owner):
            raise FolderOwned(folder.path, _pid(owner))
        note_pid(owner, os.getpid())
        lock = _opened(folder, "lock")
        try:
            if not _taken(lock):
                await _leftover_ends(folder, lock, patience)
        except BaseException:
            os.close(lock)
            raise
    except BaseException:
        os.close(owner)
        raise
    return Claim(owner, lock)


async def _leftover_ends(folder: Folder, lock: int, patience: float) -> None:
    log.warning("folder_awaited", folder=str(folder.path), engine_pid=_pid(lock))
    deadline = time.monotonic() + patience
    url = folder.announced()
    if url is not None:
        # Where the system tells an engine that its parent died this says it twice; where it does not, this is what ends it.
        with contextlib.suppress(RedisError, OSError):
            await ask(url, "SHUTDOWN", within=1.0)
    while not _taken(lock):
        if time.monotonic() >= deadline:
            raise FolderBusy(folder.path, _pid(lock))
        await asyncio.sleep(0.05)


def _opened(folder: Folder, name: str) -> int:
    try:
        return os.open(folder.path / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FolderUnfit(folder.path, f"{name}: {error.strerror}") from error


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid(descriptor: int) -> int | None:
    said = os.pread(descriptor, 21, 0).strip()
    return int(said) if said.isdigit() else None
