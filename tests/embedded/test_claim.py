"""One owner for a data folder, and one engine."""

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.drills import Holder, alive, eventually
from ticker.embedded.claim import claim
from ticker.embedded.engines import find_engine
from ticker.embedded.errors import FolderBusy, FolderOwned, FolderUnfit
from ticker.embedded.folder import Folder, url_of
from ticker.embedded.supervisor import Embedded

pytestmark = pytest.mark.asyncio


async def test_a_second_owner_is_refused_with_the_firsts_pid(data_dir: Path) -> None:
    """Two tickers on one folder: the second is told which process has it, at once."""
    folder = Folder.prepared(data_dir)
    first = await claim(folder)

    with pytest.raises(FolderOwned) as refusal:
        await claim(folder)
    assert refusal.value.pid == os.getpid()
    assert f"pid {os.getpid()}" in str(refusal.value)

    first.release()
    (await claim(folder)).release()


async def test_a_lock_that_cannot_be_opened_is_one_line(data_dir: Path) -> None:
    """Files that are not what they should be end the start with a reason, not with a traceback."""
    folder = Folder.prepared(data_dir)
    (data_dir / "lock").mkdir()

    with pytest.raises(FolderUnfit, match="lock: Is a directory"):
        await claim(folder)


@pytest.mark.slow
async def test_a_refused_second_ticker_leaves_the_first_alone(any_dir: Path) -> None:
    """The refusal takes neither the first one's socket nor its files."""
    with Holder(any_dir) as first:
        with pytest.raises(FolderOwned) as refusal:
            await Embedded(any_dir).__aenter__()

        assert refusal.value.pid == first.process.pid
        assert Folder(any_dir).announced() == first.url
        assert (any_dir / "engine.sock").is_socket()


@pytest.mark.slow
async def test_an_engine_holds_the_lock_after_its_ticker_was_killed(any_dir: Path) -> None:
    """While the old engine still writes, no second one is started on its files; as soon as it ends, the folder is free."""
    with Holder(any_dir) as first:
        os.kill(first.engine, signal.SIGSTOP)  # it cannot end yet
        try:
            first.process.kill()
            first.process.wait()
            with pytest.raises(FolderBusy) as refusal:
                await claim(Folder(any_dir), patience=0.2)
            assert refusal.value.pid == first.engine
            assert alive(first.engine)
        finally:
            os.kill(first.engine, signal.SIGCONT)

    (await claim(Folder(any_dir))).release()
    await eventually(lambda: not alive(first.engine))


@pytest.fixture
def orphan(any_dir: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """An engine whose ticker is gone and that was not told so, as on a system without parent-death signals."""
    folder = Folder.prepared(any_dir)
    lock = os.open(any_dir / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    engine = find_engine(folder.recorded())
    options = ["--dir", str(any_dir), "--port", "0", "--unixsocket", str(folder.socket()), "--appendonly", "yes", "--save", ""]
    with subprocess.Popen([engine.binary, *options], pass_fds=(lock,), stdout=subprocess.DEVNULL) as process:
        os.close(lock)
        folder.announce(url_of(folder.socket()))
        yield process
        process.kill()


@pytest.mark.slow
async def test_an_orphaned_engine_is_asked_to_stop(any_dir: Path, orphan: "subprocess.Popen[bytes]") -> None:
    """Where the system does not end an engine with its ticker, the next ticker does."""
    await eventually((any_dir / "engine.sock").is_socket)

    (await claim(Folder(any_dir))).release()

    assert orphan.wait(5) == 0
