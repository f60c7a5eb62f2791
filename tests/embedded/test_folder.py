"""The data folder: closed to others, remembering its engine, with a socket that fits."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import lacking
from ticker.embedded.engines import Release
from ticker.embedded.errors import FolderUnfit, LogMissing
from ticker.embedded.folder import LOG_MOST, SOCKET_PATH_MOST, Folder, url_of, write_durably


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_private(data_dir: Path) -> None:
    """Nobody else may read the log, or reach the engine's socket."""
    assert mode(Folder.prepared(data_dir / "deep" / "er").path) == 0o700


def test_an_empty_folder_that_was_given_is_closed(data_dir: Path) -> None:
    """A folder made by hand or by the system, and used for ticker, is closed to others."""
    data_dir.mkdir(mode=0o755)

    assert mode(Folder.prepared(data_dir).path) == 0o700


def test_a_folder_with_other_things_in_it_is_not_closed(data_dir: Path) -> None:
    """`--data-dir /tmp` must not take /tmp away from everybody."""
    data_dir.mkdir(mode=0o755)
    (data_dir / "letter.txt").touch()

    with pytest.raises(FolderUnfit, match="folder of its own"):
        Folder.prepared(data_dir)
    assert mode(data_dir) == 0o755


def test_what_is_no_folder_is_refused(data_dir: Path) -> None:
    """A file in the folder's place gives one line."""
    data_dir.touch()

    with pytest.raises(FolderUnfit, match="File exists"):
        Folder.prepared(data_dir)


def test_somebody_elses_folder_is_refused(data_dir: Path) -> None:
    """Root would leave files in it that its owner cannot open."""
    if os.geteuid() != 0:
        lacking("Only root can give a folder away: run the tests as root")
    data_dir.mkdir(mode=0o700)
    os.chown(data_dir, 12345, 12345)

    with pytest.raises(FolderUnfit, match="user 12345"):
        Folder.prepared(data_dir)


def test_the_engine_is_remembered(data_dir: Path) -> None:
    """The newest version that wrote is what counts."""
    folder = Folder.prepared(data_dir)
    assert folder.recorded() is None

    folder.record(Release("valkey", (9, 1, 2)))
    folder.record(Release("valkey", (9, 2, 0)))

    assert folder.recorded() == Release("valkey", (9, 2, 0))


@pytest.mark.parametrize("record", ["", "{}", "[]", '{"family": "redis", "version": "7"}', '{"family": "redis", "version": 7}'])
def test_a_broken_record_is_refused(data_dir: Path, record: str) -> None:
    """Not knowing what wrote the data is a reason to stop, not to guess."""
    folder = Folder.prepared(data_dir)
    (folder.path / "engine.json").write_text(record)

    with pytest.raises(FolderUnfit, match="not readable"):
        folder.recorded()


def test_lost_files_are_noticed_before_a_start(data_dir: Path) -> None:
    """A folder that has held data is not begun anew when the engine's files are gone."""
    folder = Folder.prepared(data_dir)
    folder.expect_data()
    folder.found()

    with pytest.raises(LogMissing, match="restore"):
        folder.expect_data()


def test_the_socket_is_in_the_folder_when_it_fits(data_dir: Path) -> None:
    """107 bytes are the most that the system takes."""
    home = data_dir.parent / ("d" * (SOCKET_PATH_MOST - len(os.fsencode(data_dir.parent)) - len("//engine.sock")))

    fits = Folder.prepared(home).socket()
    assert fits.parent == home
    assert len(os.fsencode(fits)) == SOCKET_PATH_MOST

    far = Folder.prepared(home.with_name(home.name + "d")).socket()
    assert far.parent.parent != home.parent
    assert len(os.fsencode(far)) <= SOCKET_PATH_MOST
    assert mode(far.parent) == 0o700
    far.parent.rmdir()


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A login session's private folder: its name is short, as theirs are and tests' folders are not."""
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        yield Path(folder)


def test_a_deep_folder_takes_the_runtime_folder(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login session's private folder is the better place; each data folder has its own name there, and always the same."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    one, other = (Folder.prepared(tmp_path / ("deep" * 30) / name) for name in ("one", "other"))

    assert one.socket().parent.parent == runtime
    assert one.socket() == Folder(one.path).socket()
    assert one.socket() != other.socket()


def test_a_squatted_runtime_folder_is_refused(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a place that others write to, a folder that is open or somebody else's does not get our socket."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    folder = Folder.prepared(tmp_path / ("deep" * 30))
    folder.socket().parent.chmod(0o755)

    with pytest.raises(FolderUnfit, match="not a private folder"):
        folder.socket()


def test_a_running_engine_is_announced_and_withdrawn(data_dir: Path) -> None:
    """What is left after a stop says nothing of a running engine."""
    folder = Folder.prepared(data_dir)
    url = url_of(folder.socket())
    folder.announce(url)
    assert folder.announced() == url

    folder.withdraw(folder.socket())

    assert folder.announced() is None
    assert list(data_dir.iterdir()) == []


def test_a_full_disk_does_not_keep_an_engine_from_starting(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Announcing needs space; without it the engine can at least be read."""
    folder = Folder.prepared(data_dir)

    def no_space(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    folder.announce("unix:///x")

    assert folder.announced() is None
    with pytest.raises(OSError, match="No space"):
        write_durably(data_dir / "other", "text")
    assert list(data_dir.iterdir()) == []


def test_the_engines_log_is_bounded(data_dir: Path) -> None:
    """A start begins a new log file when the old one has grown, and keeps one old one."""
    folder = Folder.prepared(data_dir)
    (data_dir / "engine.log").write_text("an early word\n")
    descriptor, start = folder.open_log()
    os.write(descriptor, b"hello\n" + b"x" * LOG_MOST)
    os.close(descriptor)
    assert start == len("an early word\n")

    descriptor, start = folder.open_log()
    os.write(descriptor, b"hello again\n")
    os.close(descriptor)

    assert start == 0
    assert folder.log_since(start) == ["hello again"]
    assert (data_dir / "engine.log.old").stat().st_size > LOG_MOST


def test_a_killed_rewrite_leaves_nothing(data_dir: Path) -> None:
    """Half-written copies of the log are removed before the next start."""
    folder = Folder.prepared(data_dir)
    (data_dir / "temp-rewriteaof-bg-123.aof").write_text("half")

    folder.tidy()

    assert list(data_dir.iterdir()) == []
