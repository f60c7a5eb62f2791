"""The embedded engine over its life: nothing that was acknowledged is lost, nothing is left behind."""

import asyncio
import os
import shutil
import signal
import stat
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
import uvloop
from structlog.testing import capture_logs

from tests.embedded.drills import Holder, Log, alive, eventually, fill, pid_of, small_disk
from ticker.embedded import supervisor
from ticker.embedded.asking import answers, ask
from ticker.embedded.engines import Release
from ticker.embedded.errors import EngineFailed, LogMissing, WrongEngine
from ticker.embedded.folder import Folder, url_of
from ticker.embedded.supervisor import FOUNDATION, Backoff, Embedded, State

asynchronous = pytest.mark.asyncio


def test_restarts_back_off_until_a_settled_life() -> None:
    """An engine that keeps dying is tried less and less often, up to every five seconds; one that had lived is back at once."""
    backoff = Backoff()

    assert [backoff.after(0) for _ in range(8)] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert [backoff.after(61), backoff.after(0)] == [0.1, 0.2]


@pytest.mark.slow
@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_it_starts_stops_and_leaves_nothing(any_dir: Path, loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """On both event loops: an engine that answers while it is held, then no process, no socket, no lock; the data stay."""

    async def main() -> int:
        async with Embedded(any_dir) as engine:
            assert engine.state == State.RUNNING
            assert engine.url == f"unix://{any_dir}/engine.sock"
            assert stat.S_IMODE((any_dir / "engine.sock").stat().st_mode) == 0o700
            async with Log(engine.url) as log:
                assert await log.write("one")
            return await pid_of(engine.url)

    async def again() -> set[str]:
        async with Embedded(any_dir) as engine, Log(engine.url) as log:
            return await log.kept()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        pid = runner.run(main())
        assert not alive(pid)
        left = {path.name for path in any_dir.iterdir()}
        assert left == {"appendonlydir", "engine.json", "engine.log", "founded", "lock", "owner"}
        assert runner.run(again()) == {"one"}


@asynchronous
@pytest.mark.slow
async def test_the_engine_is_set_for_keeping(any_dir: Path) -> None:
    """Every write is synced before its answer, nothing is evicted, no text is kept aside, no port is open."""
    async with Embedded(any_dir) as engine:
        config = await ask(engine.url, "CONFIG", "GET", "*")

    settings = {name.decode(): value.decode() for name, value in config.items()}
    expected = {"appendonly": "yes", "appendfsync": "always", "save": "", "port": "0", "maxmemory-policy": "noeviction"}
    expected |= {"slowlog-log-slower-than": "-1", "no-appendfsync-on-rewrite": "no", "aof-load-truncated": "yes"}
    assert expected == {name: settings[name] for name in expected}


@asynchronous
@pytest.mark.slow
async def test_a_deep_folder_works(tmp_path: Path) -> None:
    """A path too long for a socket, with signs that mean something in a URL, is no obstacle and leaves nothing outside."""
    async with Embedded(tmp_path / ("wire service é#%?" * 8)) as engine, Log(engine.url) as log:
        assert await log.write("one")
        far = Folder(tmp_path / ("wire service é#%?" * 8)).socket()
        assert far.is_socket()

    assert not far.parent.exists()


@asynchronous
@pytest.mark.slow
async def test_the_engine_ends_when_its_ticker_is_killed(any_dir: Path) -> None:
    """After `kill -9` of the ticker no engine is left, what was acknowledged is there, and the next ticker just starts."""
    with Holder(any_dir) as server:
        async with Log(server.url) as log:
            for number in range(20):
                assert await log.write(str(number))
        server.process.kill()

    async with Embedded(any_dir) as engine, Log(engine.url) as kept:
        assert not alive(server.engine)
        assert log.acknowledged == await kept.kept()


@asynchronous
@pytest.mark.slow
async def test_no_acknowledged_write_is_lost_when_the_engine_is_killed(any_dir: Path) -> None:
    """Twenty writers write through two deaths of the engine: each time it is back with every write that it acknowledged."""
    async with Embedded(any_dir) as engine, Log(engine.url) as log:
        writing = True

        async def write(writer: int) -> None:
            for number in count():
                if not writing:
                    return
                if not await log.write(f"{writer}-{number}"):
                    await asyncio.sleep(0.02)

        async with asyncio.TaskGroup() as writers:
            for writer in range(20):
                writers.create_task(write(writer))
            for _ in range(2):
                before = len(log.acknowledged)
                await eventually(lambda before=before: len(log.acknowledged) > before + 200)  # type: ignore[misc]
                os.kill(await pid_of(engine.url), signal.SIGKILL)
                await eventually(lambda: engine.state == State.RESTARTING)
                await eventually(lambda: engine.state == State.RUNNING)
            before = len(log.acknowledged)
            await eventually(lambda: len(log.acknowledged) > before)
            writing = False

        assert log.acknowledged <= await log.kept()


@asynchronous
@pytest.mark.slow
async def test_a_full_disk_loses_nothing_and_heals(any_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk writes are refused and the engine waits; with space again it is back, with all that it acknowledged."""
    looks: list[int] = []
    disk_usage = shutil.disk_usage

    def look(path: Path) -> object:
        looks.append(disk_usage(path).free)
        return disk_usage(path)

    monkeypatch.setattr(shutil, "disk_usage", look)
    monkeypatch.setattr(supervisor, "SPACE_EVERY", 0.05)
    with small_disk(tmp_path / "disk", 4) as disk, capture_logs() as events:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(2 << 20))
        shutil.copytree(any_dir, disk / "data")
        async with Embedded(disk / "data") as engine, Log(engine.url) as log:
            for number in count():
                if not await log.write(str(number), "x" * 10_000):
                    break
            await eventually(lambda: engine.state == State.DISK_FULL)
            assert len(log.acknowledged) > 100
            assert not await log.write("refused")
            looked = len(looks)
            await eventually(lambda: len(looks) > looked + 5)
            told = [event["event"] for event in events]
            assert (told.count("disk_full"), told.count("engine_started")) == (1, 1)

            ballast.unlink()

            await eventually(lambda: engine.state == State.RUNNING)
            assert await log.write("accepted")
            assert log.acknowledged <= await log.kept()
            assert "refused" not in await log.kept()
        told = [event["event"] for event in events]
        assert (told.count("disk_full"), told.count("engine_started")) == (1, 2)


@asynchronous
@pytest.mark.slow
async def test_a_write_too_big_for_the_disk_is_told_as_such(any_dir: Path, tmp_path: Path) -> None:
    """An engine that gives back what it could not finish leaves a disk that does not look full: its own words say it."""
    with small_disk(tmp_path / "disk", 4) as disk, capture_logs() as events:
        shutil.copytree(any_dir, disk / "data")
        async with Embedded(disk / "data") as engine, Log(engine.url) as log:
            assert await log.write("small")
            assert not await log.write("big", "x" * (5 << 20))
            await eventually(lambda: "disk_full" in [event["event"] for event in events])
            await eventually(lambda: engine.state == State.RUNNING)
            assert await log.kept() == {"small"}


@asynchronous
@pytest.mark.slow
async def test_a_ticker_started_on_a_full_disk_can_be_read(any_dir: Path, tmp_path: Path) -> None:
    """After a reboot with a full disk the lines are still there for the viewers; only a new folder cannot be made."""
    with small_disk(tmp_path / "disk", 4) as disk:
        shutil.copytree(any_dir, disk / "data")
        async with Embedded(disk / "data") as engine, Log(engine.url) as log:
            assert await log.write("one")
        fill(disk)

        async with Embedded(disk / "data") as engine, Log(engine.url) as log:
            assert await log.kept() == {"one"}
            assert not await log.write("refused", "x" * 10_000)
            await eventually(lambda: engine.state == State.DISK_FULL)

        with pytest.raises(EngineFailed, match="No space left on device"):
            await Embedded(disk / "new").__aenter__()


@asynchronous
async def test_another_family_is_refused(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Valkey wrote is not opened by Redis: one line, and nothing is changed."""
    folder = Folder.prepared(data_dir)
    folder.record(Release("valkey", (99, 0, 0)))

    with pytest.raises(WrongEngine, match=r"written by Valkey 99\.0\.0"):
        await Embedded(data_dir).__aenter__()

    assert folder.recorded() == Release("valkey", (99, 0, 0))
    assert not (data_dir / "appendonlydir").exists()


@asynchronous
@pytest.mark.slow
@pytest.mark.parametrize("loss", ["the files", "their content"])
async def test_an_empty_database_is_not_taken_for_a_new_one(any_dir: Path, loss: str) -> None:
    """A folder whose data are gone, by a wrong mount or a bad restore, is refused: serving it would hide the loss."""
    async with Embedded(any_dir) as engine:
        if loss == "their content":
            await ask(engine.url, "FLUSHALL")
    if loss == "the files":
        shutil.rmtree(any_dir / "appendonlydir")

    with pytest.raises(LogMissing, match=r"remove .*founded to begin a new log"):
        await Embedded(any_dir).__aenter__()

    (any_dir / "founded").unlink()
    async with Embedded(any_dir) as engine:
        assert await ask(engine.url, "EXISTS", FOUNDATION) == 1


@asynchronous
@pytest.mark.slow
async def test_damaged_data_end_the_start_with_the_engines_words(any_dir: Path) -> None:
    """An engine that cannot read its files is not waited for: its complaint is passed on in one line."""
    async with Embedded(any_dir) as engine, Log(engine.url) as log:
        for number in range(10):
            await log.write(str(number))
    for path in (any_dir / "appendonlydir").glob("*.incr.aof"):
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] + b"damage" + whole[len(whole) // 2 :])

    began = time.monotonic()
    with pytest.raises(EngineFailed, match="Bad file format") as failure:
        await Embedded(any_dir).__aenter__()
    assert time.monotonic() - began < 5
    assert "\n" not in str(failure.value)


@asynchronous
@pytest.mark.slow
async def test_a_restart_that_fails_is_tried_again(any_dir: Path) -> None:
    """While the data are away the engine stays away, and says so once; when they are back, so is it."""
    with capture_logs() as events:
        async with Embedded(any_dir) as engine, Log(engine.url) as log:
            await log.write("one")
            (any_dir / "appendonlydir").rename(any_dir / "away")
            os.kill(await pid_of(engine.url), signal.SIGKILL)
            await eventually(lambda: any("held data before" in str(event.get("cause")) for event in events))
            assert engine.state == State.RESTARTING
            (any_dir / "away").rename(any_dir / "appendonlydir")
            await eventually(lambda: engine.state == State.RUNNING)
            assert await log.kept() == {"one"}

    causes = [event["cause"] for event in events if event["event"] == "engine_died"]
    assert len(causes) == len(set(causes)) == 2


@asynchronous
@pytest.mark.slow
async def test_each_death_of_a_settled_engine_is_told(any_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two deaths of one cause that are far apart are two matters for the log."""
    monkeypatch.setattr(supervisor, "SETTLED", 0.0)
    with capture_logs() as events:
        async with Embedded(any_dir) as engine:
            for _ in range(2):
                os.kill(await pid_of(engine.url), signal.SIGKILL)
                await eventually(lambda: engine.state == State.RESTARTING)
                await eventually(lambda: engine.state == State.RUNNING)

    assert [event["cause"] for event in events if event["event"] == "engine_died"] == ["killed by SIGKILL"] * 2


@asynchronous
@pytest.mark.slow
async def test_a_removed_folder_is_told_and_leaves_no_engine(any_dir: Path) -> None:
    """Somebody deletes the data folder under a running ticker: the stop is clean all the same."""
    with capture_logs() as events:
        async with Embedded(any_dir) as engine:
            pid = await pid_of(engine.url)
            shutil.rmtree(any_dir)
            os.kill(pid, signal.SIGKILL)
            await eventually(lambda: sum(event["event"] == "engine_died" for event in events) == 2)

    assert "No such file" in events[-1]["cause"]


@asynchronous
@pytest.mark.slow
async def test_loading_is_waited_for(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long log may take longer to load than an engine may be silent, but not for ever; meanwhile it is known to be there."""
    async with Embedded(data_dir) as engine, Log(engine.url) as log:
        await log.fill(20_000)
    command = Embedded._command
    monkeypatch.setattr(Embedded, "_command", lambda self: [*command(self), "--key-load-delay", "60"])
    monkeypatch.setattr(supervisor, "ANSWER_MOST", 1.5)
    monkeypatch.setattr(supervisor, "TELL_EVERY", 0.2)

    with capture_logs() as events:
        engine = Embedded(data_dir)
        entering = asyncio.create_task(engine.__aenter__())
        await eventually((data_dir / "engine.sock").is_socket)
        assert await answers(url_of(data_dir / "engine.sock"))
        assert not entering.done()
        await entering
        async with Log(engine.url) as log:
            assert len(await log.kept()) == 20_000
        await engine.__aexit__(None, None, None)
    assert "engine_awaited" in [event["event"] for event in events]

    monkeypatch.setattr(supervisor, "LOADING_MOST", 0.3)
    with pytest.raises(EngineFailed, match="no answer"):
        await Embedded(data_dir).__aenter__()


@asynchronous
@pytest.mark.slow
async def test_a_stop_between_two_lives_is_clean(any_dir: Path) -> None:
    """A ticker that is stopped while its engine is being restarted leaves no engine."""
    async with Embedded(any_dir) as engine:
        os.kill(await pid_of(engine.url), signal.SIGKILL)
        await eventually(lambda: engine.state == State.RESTARTING)

    assert not (any_dir / "running.json").exists()
    assert not (any_dir / "engine.sock").exists()
    async with Embedded(any_dir):
        pass
