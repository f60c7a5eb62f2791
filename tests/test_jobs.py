"""Jobs: a fault ends none of them, and they end together."""

import asyncio

import pytest
from structlog.testing import capture_logs

from ticker import jobs

pytestmark = pytest.mark.asyncio


async def test_a_job_that_fails_is_told_and_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour's heartbeats must not end with one fault."""
    monkeypatch.setattr(jobs, "_PAUSE", 0)
    starts: list[int] = []

    async def job() -> None:
        starts.append(len(starts))
        if len(starts) < 3:
            raise RuntimeError("a fault")

    with capture_logs() as told:
        await jobs.kept("heartbeat", job)

    assert starts == [0, 1, 2]
    assert [(event["event"], event["job"]) for event in told] == [("job_failed", "heartbeat")] * 2


async def test_jobs_end_together() -> None:
    """Nothing goes on behind the back of who leaves."""
    ended: list[str] = []

    async def job(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    async with jobs.at_work(one=lambda: job("one"), two=lambda: job("two")):
        await asyncio.sleep(0)

    assert sorted(ended) == ["one", "two"]
