"""Finding the engine of a data folder from another process."""

from pathlib import Path

import pytest

from tests.embedded.drills import Holder, Log, alive, eventually, pid_of
from ticker.embedded import borrowing
from ticker.embedded.borrowing import borrowed_or_started, locate
from ticker.embedded.claim import claim
from ticker.embedded.errors import FolderOwned
from ticker.embedded.folder import Folder

pytestmark = pytest.mark.asyncio


async def test_there_is_none_where_nothing_ran(tmp_path: Path) -> None:
    """Looking for an engine makes no folder."""
    assert await locate(tmp_path / "data") is None
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
async def test_a_running_engine_is_found_and_borrowed(any_dir: Path) -> None:
    """`ticker worker` and `ticker token` use the engine that `ticker serve` runs, and leave it running."""
    with Holder(any_dir) as server:
        assert await locate(any_dir) == server.url
        async with borrowed_or_started(any_dir) as url:
            assert await pid_of(url) == server.engine
        assert alive(server.engine)

    assert await locate(any_dir) is None


@pytest.mark.slow
async def test_a_stale_announcement_is_not_believed(any_dir: Path) -> None:
    """After a `kill -9` the file that says where the engine is remains; nobody is sent there."""
    with Holder(any_dir) as server:
        server.process.kill()

    await eventually(lambda: not alive(server.engine))
    assert Folder(any_dir).announced() == server.url
    assert await locate(any_dir) is None


@pytest.mark.slow
async def test_without_a_server_an_engine_is_started_for_the_while(any_dir: Path) -> None:
    """`ticker token create` works before the server was ever started, and what it stores is there afterwards."""
    async with borrowed_or_started(any_dir) as url:
        pid = await pid_of(url)
        async with Log(url) as log:
            assert await log.write("token")

    assert not alive(pid)
    async with borrowed_or_started(any_dir) as url, Log(url) as log:
        assert await log.kept() == {"token"}


async def test_a_silent_owner_is_named_after_a_while(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner that is only starting gets time; one whose engine does not answer is named."""
    monkeypatch.setattr(borrowing, "OWNER_STARTS_MOST", 0.05)
    held = await claim(Folder.prepared(data_dir))

    with pytest.raises(FolderOwned):
        await borrowed_or_started(data_dir).__aenter__()
    held.release()
