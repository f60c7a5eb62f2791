"""The engine of a data folder for other processes: the one that runs, or one of their own for a while."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from ticker.embedded.asking import answers
from ticker.embedded.errors import FolderOwned
from ticker.embedded.folder import Folder
from ticker.embedded.supervisor import Embedded

OWNER_STARTS_MOST: Final = 10.0
"""Seconds to wait for the engine of an owner that lives and does not yet, or not at the moment, have one that answers."""


async def locate(data_dir: Path) -> str | None:
    """Give the URL of the engine that runs on a data folder, None when none answers. Changes nothing in the folder."""
    url = Folder(data_dir).announced()
    return url if url is not None and await answers(url) else None


def founded(data_dir: Path) -> bool:
    """Tell whether there is, or has been, data in a folder. Changes nothing in it."""
    return Folder(data_dir).founded


@contextlib.asynccontextmanager
async def borrowed_or_started(data_dir: Path) -> AsyncIterator[str]:
    """Give the URL of the folder's running engine; without one, start an engine for as long as this lasts.

    Raises EngineError; FolderOwned when the folder's owner lives and its engine does not answer for ten seconds.
    """
    deadline = time.monotonic() + OWNER_STARTS_MOST
    while True:
        url = await locate(data_dir)
        if url is not None:
            yield url
            return
        async with contextlib.AsyncExitStack() as stack:
            try:
                engine = await stack.enter_async_context(Embedded(data_dir))
            except FolderOwned:
                if time.monotonic() >= deadline:
                    raise
            else:
                yield engine.url
                return
        await asyncio.sleep(0.1)
