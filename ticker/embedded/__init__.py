"""The embedded engine: a private Redis or Valkey server for a ticker that was given no TICKER_REDIS_URL.

    async with Embedded(data_dir) as engine:    # the one owner of a data folder: `ticker serve`
        Redis.from_url(engine.url)
    url = await locate(data_dir)                # somebody else's running engine: `ticker worker`
    async with borrowed_or_started(data_dir) as url:    # either: `ticker token create`
    founded(data_dir)                       # whether there is data at all: `ticker token list` founds none

What a data folder holds (0700, all of it ours):

    owner           locked by the ticker process that owns the folder; its pid
    lock            locked by that process and, inherited, by its engine; the engine's pid
    engine.json     family and version of the newest engine that wrote here
    founded         there has been data here: from now on an empty database is a loss, not a beginning
    running.json    while an engine runs: its URL
    engine.sock     its socket (elsewhere when this path is too long for one)
    engine.log      what it says, and engine.log.old
    appendonlydir/  the engine's data
"""

from ticker.embedded.borrowing import borrowed_or_started, founded, locate
from ticker.embedded.engines import Engine, Release, find_engine
from ticker.embedded.errors import (
    EngineError,
    EngineFailed,
    FolderBusy,
    FolderOwned,
    FolderUnfit,
    LogMissing,
    NoEngine,
    WrongEngine,
)
from ticker.embedded.supervisor import Embedded, State

__all__ = [
    "Embedded",
    "Engine",
    "EngineError",
    "EngineFailed",
    "FolderBusy",
    "FolderOwned",
    "FolderUnfit",
    "LogMissing",
    "NoEngine",
    "Release",
    "State",
    "WrongEngine",
    "borrowed_or_started",
    "find_engine",
    "founded",
    "locate",
]
