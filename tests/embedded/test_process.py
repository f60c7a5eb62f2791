"""The engine's process: it ends with us, and its end is noticed."""

import asyncio
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvloop

from tests.embedded.drills import alive, eventually
from ticker.embedded import process
from ticker.embedded.process import EngineProcess


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


@pytest.fixture
def output(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "output", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def said(output: int) -> str:
    return os.pread(output, 1 << 16, 0).decode()


async def started(shell: str, lock: int, output: int) -> EngineProcess:
    """A process that runs a line of shell and has got past our launcher."""
    engine = EngineProcess.start(["/bin/sh", "-c", f"echo ready; {shell}"], lock, output)
    await eventually(lambda: engine.ended or "ready" in said(output))
    return engine


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("pidfd", [True, False])
@pytest.mark.parametrize(
    ("shell", "status"), [("exit 3", "exit status 3"), ("kill -9 $$", "killed by SIGKILL"), ("exit 0", "exit status 0")]
)
def test_the_end_is_noticed(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
    pidfd: bool,
    shell: str,
    status: str,
    lock: int,
    output: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On both event loops, with the kernel's help and without it, an end is seen with its cause."""
    if not pidfd:
        monkeypatch.delattr(os, "pidfd_open", raising=False)

    async def main() -> None:
        engine = await started(shell, lock, output)
        assert await engine.end(within=10)
        assert engine.ended
        assert engine.status == status
        assert engine.lived > 0
        assert await engine.stop()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())


@pytest.mark.asyncio
async def test_it_stops_when_asked(lock: int, output: int) -> None:
    """SIGTERM is enough for an engine that listens to it."""
    engine = await started("sleep 60 & wait", lock, output)
    pid = engine.pid

    assert await engine.stop()
    assert engine.status == "killed by SIGTERM"
    assert not alive(pid)


@pytest.mark.asyncio
async def test_it_is_killed_when_it_does_not_stop(lock: int, output: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop is bounded, also for an engine that hangs."""
    monkeypatch.setattr(process, "STOP_MOST", 0.05)
    engine = await started("trap '' TERM; echo deaf; while :; do sleep 1; done", lock, output)
    await eventually(lambda: "deaf" in said(output))

    assert not await engine.stop()
    assert engine.status == "killed by SIGKILL"


@pytest.mark.asyncio
async def test_it_is_killed_when_the_stop_is_cancelled(lock: int, output: int) -> None:
    """Whoever has no time to wait for a clean end does not leave an engine behind."""
    engine = await started("trap '' TERM; echo deaf; while :; do sleep 1; done", lock, output)
    await eventually(lambda: "deaf" in said(output))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(engine.stop(), 0.05)

    assert await engine.end(within=5)
    assert engine.status == "killed by SIGKILL"


@pytest.mark.asyncio
async def test_the_lock_is_inherited(tmp_path: Path, lock: int, output: int) -> None:
    """Our closing the lock does not free it while the engine lives."""
    mine = os.open(tmp_path / "lock", os.O_RDWR)
    fcntl.flock(mine, fcntl.LOCK_EX)
    engine = await started("sleep 60 & wait", mine, output)
    os.close(mine)

    with pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    await engine.stop()


@pytest.mark.asyncio
async def test_secrets_of_ours_are_not_handed_on(lock: int, output: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine does not see our settings, and compares text the same way wherever it runs."""
    monkeypatch.setenv("TICKER_TOKEN", "tk_secret")
    engine = await started("env", lock, output)
    await engine.end()

    assert "tk_secret" not in said(output)
    assert "LC_ALL=C\n" in said(output)


def test_it_does_not_start_after_its_parent_died() -> None:
    """Between the fork and the request for the signal the parent may die; then there must be no engine."""
    launcher = [sys.executable, "-I", "-S", "-c", process._LAUNCHER, str(os.getppid()), "/bin/echo", "started"]
    ended = subprocess.run(launcher, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "the parent is gone" in ended.stderr
