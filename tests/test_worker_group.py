"""Workers together, and a worker as a process: what is shared, taken over, and found through the data folder."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from structlog.testing import capture_logs

from tests.redises import RedisServer
from tests.served import WITHIN, Server, environment, until
from ticker import embedded, worker
from ticker.log.keys import Keys
from ticker.log.redis import cancelled, client
from ticker.log.writer import Writer
from ticker.model.channel import Channel
from ticker.model.draft import Author, Change, ChangeKind, Draft, Withdrawal
from ticker.model.line import Line
from ticker.settings import Settings
from ticker.worker import GROUP, Worker

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

DESK: Final = Author("desk")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis whose files show texts as they are."""
    redis = RedisServer(tmp_path).start("--rdbcompression", "no")
    yield redis
    redis.end()


class Log:
    """A log to work on."""

    def __init__(self, redis: Redis, engine: RedisServer) -> None:
        self.redis = redis
        self.engine = engine
        self.channel: Channel = Settings().channels["en"]
        self.names = Keys("main").channel("en")
        self.writer = Writer(redis, Keys("main"), duplicate_window=0)

    async def post(self, text: str) -> Line:
        return (await self.writer.publish(self.channel, Draft(text), DESK)).line

    async def withdraw(self, line: Line) -> None:
        await self.writer.withdraw(self.channel, line.id, Withdrawal("It was not so."), DESK)

    async def correct(self, line: Line) -> None:
        change = Change(ChangeKind.CORRECTION, {"text": "Something else"}, "It was wrong.")
        await self.writer.change(self.channel, line.id, change, DESK)

    @asynccontextmanager
    async def worked_on(self, name: str = "") -> AsyncIterator[Worker]:
        """A worker at work."""
        async with client(self.engine.url, socket_timeout=5) as redis:
            made = Worker(redis, Keys("main"), [self.channel])
            if name:
                made._name = name  # else that of the process, of which each has one
            running = asyncio.create_task(made.run())
            try:
                yield made
            finally:
                await cancelled({running})

    async def rewrites(self) -> int:
        done: int = (await self.redis.info("persistence"))["aof_rewrites"]
        return done

    async def rewriting(self) -> bool:
        return bool((await self.redis.info("persistence"))["aof_rewrite_in_progress"])

    def kill_rewrite(self) -> None:
        """Kill the process that makes it."""
        assert self.engine.process
        subprocess.run(["pkill", "-KILL", "-P", str(self.engine.process.pid)], check=True)

    async def workers(self) -> set[str]:
        """The names that the group knows."""
        found: Any = await self.redis.xinfo_consumers(self.names.events, GROUP)
        return {consumer["name"].decode() for consumer in found}

    async def pending(self) -> int:
        """How many events were taken and not finished."""
        found: dict[str, int] = await self.redis.xpending(self.names.events, GROUP)
        return found["pending"]

    async def lag(self) -> int | None:
        """How many events nobody has taken."""
        groups: list[dict[Any, Any]] = await self.redis.xinfo_groups(self.names.events)
        return next((group[b"lag"] if b"lag" in group else group["lag"] for group in groups), None)

    def holds(self, text: str) -> bool:
        """Whether the engine's files hold a text."""
        for path in (self.engine.folder / "appendonlydir").iterdir():
            with contextlib.suppress(FileNotFoundError):  # a rewrite ends meanwhile
                if text.encode() in path.read_bytes():
                    return True
        return False


@pytest_asyncio.fixture
async def log(engine: RedisServer) -> AsyncIterator[Log]:
    async with client(engine.url, socket_timeout=5) as redis:
        yield Log(redis, engine)


async def comes(condition: Callable[[], Any], expected: object, what: str) -> None:
    """Wait until an awaited value is as expected."""
    async with asyncio.timeout(WITHIN):
        while (found := await condition()) != expected:  # Redis signals none of this
            await asyncio.sleep(0.02)
    assert found == expected, what


@pytest.mark.parametrize("how", ["withdrawn", "corrected"])
async def test_an_old_text_leaves_the_append_only_file(log: Log, how: str) -> None:
    """Whoever steals the disk finds no text that was taken back, except in the audit log, which is emptied here."""
    old, kept = (f"{word} {uuid4().hex}" for word in ("Old", "Kept"))
    line = await log.post(old)
    await log.post(kept)
    await (log.withdraw(line) if how == "withdrawn" else log.correct(line))
    await log.redis.delete(log.names.audit)
    before = log.holds(old)
    async with log.worked_on():
        await comes(log.rewrites, 1, "a rewrite")
        await asyncio.to_thread(until, lambda: not log.holds(old), "the old text to go")

    assert (before, log.holds(kept)) == (True, True)


async def test_done_means_gone_from_disk(log: Log) -> None:
    """The event is done once the rewrite has ended, not once it has begun: until then a dead worker's event is taken over."""
    await log.redis.config_set("rdb-key-save-delay", 300_000)  # µs for each key: the rewrite takes its time
    line = await log.post(f"Old {uuid4().hex}")
    await log.withdraw(line)
    async with log.worked_on():
        await comes(log.rewriting, True, "a rewrite")
        while await log.rewriting():
            assert await log.pending() == 1
            await asyncio.sleep(0.05)
        await comes(log.pending, 0, "its end")


async def test_a_failed_rewrite_is_made_again(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed, or out of disk: what it was for is not forgotten."""
    monkeypatch.setattr(worker, "REWRITE_EVERY", 0)
    await log.redis.config_set("rdb-key-save-delay", 10_000_000)
    await log.withdraw(await log.post("One"))
    with capture_logs() as told:
        async with log.worked_on():
            await comes(log.rewriting, True, "a rewrite")
            await log.redis.config_set("rdb-key-save-delay", 0)
            await asyncio.to_thread(log.kill_rewrite)
            await comes(log.pending, 0, "the next one's end")

    assert [entry["event"] for entry in told if entry["event"].startswith("log_")] == ["log_rewrite_failed", "log_rewritten"]


async def test_a_pin_needs_no_rewrite(log: Log) -> None:
    """It leaves no old text behind."""
    line = await log.post("One")
    for kind in (ChangeKind.PIN, ChangeKind.UNPIN):
        await log.writer.change(log.channel, line.id, Change(kind), DESK)
    async with log.worked_on():
        await comes(log.lag, 0, "all to be taken")
        await comes(log.pending, 0, "all to be done")

    assert (await log.rewrites(), await log.rewriting()) == (0, False)


async def test_workers_that_are_no_more_are_struck_off(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process leaves a name; one that still owes something keeps it until another has taken that over."""
    async with log.worked_on("gone"):
        await log.post("One")
        await comes(log.lag, 0, "it to be taken")
        await comes(log.pending, 0, "it to be done")
    await log.withdraw(await log.post("Two"))
    await log.redis.xreadgroup(GROUP, "owes", {log.names.events: ">"})
    monkeypatch.setattr(worker, "_GONE", 0)
    async with log.worked_on("new"):
        await comes(log.workers, {"owes", "new"}, "one to be struck off")


async def test_the_audit_log_keeps_it(log: Log) -> None:
    """For editors with the right scope, and nowhere else."""
    old = f"Old {uuid4().hex}"
    await log.withdraw(await log.post(old))
    async with log.worked_on():
        await comes(log.rewrites, 1, "a rewrite")
        await comes(log.pending, 0, "its end")
    kept = [name async for name in log.redis.scan_iter() if old.encode() in (await log.redis.dump(name) or b"")]

    assert kept == [log.names.audit.encode()]


async def test_there_is_one_rewrite_a_minute(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each writes the whole data set, so what comes in the meantime waits for the next, and is not forgotten."""
    async with log.worked_on():
        await log.withdraw(await log.post("One"))
        await comes(log.rewrites, 1, "a rewrite")
        await comes(log.pending, 0, "its end")
        for text in ("Two", "Three"):
            await log.withdraw(await log.post(text))
        await comes(log.pending, 2, "two to wait")
        first = await log.rewrites()
        monkeypatch.setattr(worker, "REWRITE_EVERY", 0)
        await comes(log.rewrites, 2, "the next")
        await comes(log.pending, 0, "its end")

    assert first == 1


async def test_two_workers_share(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event is one worker's, and all are done."""
    monkeypatch.setattr(worker, "REWRITE_EVERY", 0)
    async with log.worked_on("one"), log.worked_on("two"):
        for count in range(20):
            await log.withdraw(await log.post(f"Line {count}"))
        await comes(log.lag, 0, "all to be taken")
        await comes(log.pending, 0, "all to be done")
        consumers = await log.redis.xinfo_consumers(log.names.events, GROUP)

    assert len(consumers) == 2


async def test_what_a_dead_worker_took_another_does(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was killed before the rewrite was due."""
    async with log.worked_on("first"):
        await log.withdraw(await log.post("One"))
        await comes(log.rewrites, 1, "a rewrite")
        await comes(log.pending, 0, "its end")
        await log.withdraw(await log.post("Two"))
        await comes(log.pending, 1, "the first worker to take it")
    monkeypatch.setattr(worker, "_ABANDONED", 0)
    async with log.worked_on("second"):
        await comes(log.rewrites, 2, "the second worker to do it")
        await comes(log.pending, 0, "its end")


async def test_a_redis_without_append_only_file_needs_no_rewrite(log: Log) -> None:
    """Nothing holds the old text, and the event is done."""
    await log.redis.config_set("appendonly", "no")
    await log.withdraw(await log.post("One"))
    async with log.worked_on():
        await comes(log.lag, 0, "it to be taken")
        await comes(log.pending, 0, "it to be done")

    assert await log.rewrites() == 0


async def test_a_worker_process_finds_the_embedded_engine(servers: Callable[..., Server], tmp_path: Path) -> None:
    """By the data folder: it waits for the first server, goes on after that one's restart, and stops when told to."""
    server = servers()
    said = tmp_path / "worker.log"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "ticker", "worker", "--data-dir", str(server.data)],
            stdout=out,
            stderr=out,
            env=environment(),
            cwd=tmp_path,
        )
    try:
        server.start()
        await comes(lambda: works(server, process.pid), True, "the worker")
        server.stop()
        await asyncio.to_thread(until, lambda: "worker_waits" in said.read_text(), "the worker to notice")
        server.start()
        await asyncio.to_thread(until, lambda: "worker_works" in said.read_text(), "the worker to go on")
        process.send_signal(signal.SIGTERM)
        status = await asyncio.to_thread(process.wait, WITHIN)
    finally:
        if process.poll() is None:
            process.kill()

    assert status == 0
    assert "Traceback" not in said.read_text()
    assert said.read_text().count("worker_waits") == 1


async def works(server: Server, pid: int) -> bool:
    """Whether a process is one of the workers on a server's engine."""
    url = await embedded.locate(server.data)
    assert url
    async with client(url) as redis:
        consumers = await redis.xinfo_consumers(Keys("main").channel("en").events, GROUP)
    return any(str(consumer).find(f":{pid}") > 0 for consumer in consumers) and pid != os.getpid()
