"""Several processes on one port: as one server to whoever comes, and each of them may die."""

import os
import re
import signal
from collections.abc import Callable

import httpx
import pytest

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


def viewers(server: Server) -> float:
    """How many viewers the metrics tell, whichever process answers."""
    told = httpx.get(f"{server.url}/metrics").text
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
