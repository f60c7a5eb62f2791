"""Several processes on one port: as one server to whoever comes, and each of them may die."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.mmap_dict import MmapedDict

from tests.redises import RedisServer
from tests.served import Server, until
from tests.viewers import connect

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]


@pytest.fixture
def crew(servers: Callable[..., Server]) -> Server:
    server = servers(TICKER_HEARTBEAT="1").start("--workers", "2")
    until(lambda: server.log.count("server_serves") == 2, "both")
    return server


def children(server: Server) -> list[int]:
    """The pids of those who serve, the oldest first."""
    return [int(pid) for pid in re.findall(r"server_serves\W+.*?pid=\D*(\d+)", server.log)]


def metrics(server: Server) -> str:
    """What the metrics tell, whichever process answers."""
    return httpx.get(f"{server.url}/metrics").text


def viewers(server: Server) -> float:
    """How many viewers the metrics tell."""
    told = metrics(server)
    return sum(float(count) for count in re.findall(r"^ticker_viewers\{.*\} (\S+)$", told, re.MULTILINE))


async def test_every_viewer_of_every_process_sees_a_line(crew: Server) -> None:
    """Who is served by which process makes no difference, and the metrics count all."""
    opened = [connect(crew.url, transport="ws" if number % 2 else "sse") for number in range(20)]
    for viewer in opened:
        await viewer.__aenter__()
        await viewer.sees(lambda screen: "snapshot" in screen.types)
    line = crew.post("One")["line"]
    for viewer in opened:
        await viewer.sees(lambda screen: screen.texts == ["One"])
    counted = viewers(crew)
    answer = crew.withdraw(line)
    shown = {httpx.get(f"{crew.url}/v1/channels/en/lines").text.count("One") for _ in range(20)}
    for viewer in opened:
        await viewer.leave()

    assert counted == 20
    assert "propagated" not in answer
    assert shown == {0}
    until(lambda: viewers(crew) == 0, "all to be counted out")


async def test_who_dies_is_replaced(crew: Server) -> None:
    """The viewers of a process that was killed come back to another one, and miss nothing; what it counted is forgotten."""
    async with connect(crew.url) as viewer:
        await viewer.sees(lambda screen: screen.types == ["snapshot"])
        for child in children(crew):
            os.kill(child, signal.SIGKILL)
        await viewer.ended()
    until(lambda: len(children(crew)) == 4, "both to be back")
    crew.post("While away")
    async with connect(crew.url, screen=viewer.screen) as viewer:
        await viewer.sees(lambda screen: screen.texts == ["While away"])

        assert viewers(crew) == 1
    assert viewer.screen.types.count("snapshot") == 1
    assert viewer.screen.twice == []


async def test_all_stop_together(crew: Server) -> None:
    """A stop of the crew is a stop of each, with a word to its viewers."""
    opened = [connect(crew.url) for _ in range(6)]
    for viewer in opened:
        await viewer.__aenter__()
        await viewer.sees(lambda screen: "snapshot" in screen.types)
    status = crew.stop()
    for viewer in opened:
        await viewer.ended()

    assert status == 0
    assert {viewer.screen.types[-1] for viewer in opened} == {"leaving"}
    assert {viewer.close_code for viewer in opened} == {1001}


async def test_the_greeting_comes_when_somebody_serves(servers: Callable[..., Server]) -> None:
    """Who opens the address that it names is answered."""
    server = servers().start("--workers", "2", ready=False)
    until(lambda: "Editors sign in" in server.printed, "the greeting")

    assert httpx.get(f"{server.url}/healthz").status_code == 200


async def test_workers_are_a_setting(servers: Callable[..., Server], redis_server: RedisServer) -> None:
    """Without a flag; here on a Redis of the newsroom's own."""
    server = servers(TICKER_WORKERS="3", TICKER_REDIS_URL=redis_server.url).start()
    until(lambda: server.log.count("server_serves") == 3, "all three")

    assert "engine" not in httpx.get(f"{server.url}/readyz").json()


async def test_each_process_tells_the_state_of_the_engine(crew: Server) -> None:
    """Though it is their parent's: as long as it is away, and when it is back."""

    def told(state: str) -> bool:
        ready = httpx.get(f"{crew.url}/readyz").json()["engine"]
        counted = re.findall(r'^ticker_engine\{state="(\S+)"\} 1.0$', metrics(crew), re.MULTILINE)
        return (ready, counted) == (state, [state])

    until(lambda: told("running"), "the first state")
    engine = int((crew.data / "lock").read_text())
    until(lambda: _killed_again(crew.data, engine) and told("restarting"), "a death of the engine to be told")
    until(lambda: told("running"), "its return")


def _killed_again(data: Path, first: int) -> bool:
    """Kill the engine whenever there is one: it is started again after a pause that doubles."""
    pid = int((data / "lock").read_text() or first)
    if _lives(pid):
        os.kill(pid, signal.SIGKILL)
    return True


async def test_each_process_keeps_its_gauges_fresh(crew: Server) -> None:
    """Also where nobody scrapes it: what it last said would stand there for ever."""
    folder = Path(re.findall(r"PROMETHEUS_MULTIPROC_DIR=([^\0]*)", Path(f"/proc/{children(crew)[0]}/environ").read_text())[0])

    def gauges(pid: int) -> dict[str, float]:
        found = MmapedDict.read_all_values_from_file(str(folder / f"gauge_livemax_{pid}.db"))  # type: ignore[no-untyped-call]
        return {key: value for key, value, *_ in found if "silent" in key}

    first = {pid: gauges(pid) for pid in children(crew)}

    until(lambda: all(gauges(pid) not in ({}, first[pid]) for pid in children(crew)), "each to measure anew")


async def test_children_end_with_their_parent(crew: Server) -> None:
    """Nobody is left behind by a parent that was killed."""
    serving = children(crew)
    crew.kill()

    until(lambda: not any(_lives(pid) for pid in serving), "the children to end")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
