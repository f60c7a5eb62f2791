"""The door's pace: viewers come in in order, others get their turn between them, and a rate is kept."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.served import WITHIN, Server
from tests.viewers import connect
from ticker.live.arrivals import AT_ONCE, Arrivals

pytestmark = pytest.mark.asyncio


class Door:
    """Arrivals, and who came in when (loop s)."""

    def __init__(self, rate: float = 0) -> None:
        self.arrivals = Arrivals(rate)
        self.inside: list[int] = []
        self.gone: set[int] = set()
        self.times: list[float] = []

    def comes(self, viewer: int) -> None:
        def let_in() -> None:
            self.inside.append(viewer)
            self.times.append(asyncio.get_running_loop().time())

        self.arrivals.wait(let_in, lambda: viewer in self.gone)

    async def empty(self) -> None:
        async with asyncio.timeout(WITHIN):
            while self.arrivals:
                await asyncio.sleep(0)


async def test_a_crowd_comes_in_in_order_and_lets_others_pass() -> None:
    """At most AT_ONCE in a turn of the loop."""
    door = Door()
    seen: list[int] = []
    for viewer in range(AT_ONCE * 3 + 1):
        door.comes(viewer)
    while door.arrivals:
        await asyncio.sleep(0)
        seen.append(len(door.inside))

    assert door.inside == [*range(AT_ONCE * 3 + 1)]
    assert max(after - before for before, after in zip([0, *seen], seen, strict=False)) == AT_ONCE


async def test_nobody_comes_in_before_the_next_turn() -> None:
    """Who arrives is in the middle of something: its protocol is not the transport's yet."""
    door = Door()
    door.comes(1)

    assert door.inside == []


async def test_a_rate_is_kept() -> None:
    """A tenth of a second's worth at once, the rest as the rate says."""
    door = Door(rate=200)
    for viewer in range(60):
        door.comes(viewer)
    await door.empty()

    assert door.inside == [*range(60)]
    assert door.times[-1] - door.times[0] >= (60 - 20) / 200 - 0.01
    assert door.times[19] - door.times[0] < door.times[-1] - door.times[0]


async def test_a_slow_rate_lets_one_in_at_a_time() -> None:
    """Less than ten a second still lets the first in at once."""
    door = Door(rate=5)
    door.comes(1)
    door.comes(2)
    await door.empty()

    assert door.times[1] - door.times[0] >= 0.19


async def test_everybody_is_let_in_when_the_server_stops() -> None:
    """Nobody waits for a turn that would come too late."""
    door = Door(rate=0.01)
    for viewer in range(AT_ONCE + 5):
        door.comes(viewer)
    await asyncio.sleep(0)
    door.arrivals.hurry()
    await door.empty()

    assert door.inside == [*range(AT_ONCE + 5)]


async def test_one_that_fails_keeps_nobody_out() -> None:
    """Those behind it come in, and those who come later."""
    door = Door()

    def fails() -> None:
        raise RuntimeError("broken")

    door.arrivals.wait(fails, lambda: False)
    door.comes(1)
    await door.empty()
    door.comes(2)
    await door.empty()

    assert door.inside == [1, 2]


async def test_who_has_gone_takes_nobodys_turn() -> None:
    """A herd that loses patience must not keep those out who come after it: whoever has gone is not charged to the rate."""
    door = Door(rate=10)
    for viewer in range(2000):
        door.comes(viewer)
    door.gone = {*range(1, 2000)}
    door.comes(2000)
    await door.empty()

    assert [viewer for viewer in door.inside if viewer not in door.gone] == [0, 2000]
    assert door.times[-1] - door.times[0] < 2  # a second each would be half an hour


async def test_a_turn_can_be_awaited() -> None:
    """As a task does."""
    door = Door()
    door.comes(1)
    await door.arrivals.turn(lambda: False)

    assert door.inside == [1]


@pytest.mark.slow
async def test_viewers_at_the_door_hold_up_no_post(servers: Callable[..., Server]) -> None:
    """Ten a second come in; a line posted meanwhile is accepted at once, and all see it, whatever their transport."""
    server = servers(TICKER_ARRIVALS="10").start()
    async with AsyncExitStack() as stack:
        viewers = [
            await stack.enter_async_context(connect(server.url, "en", ("ws", "sse")[number % 2])) for number in range(16)
        ]
        await viewers[0].sees(lambda screen: screen.cursor is not None)
        await asyncio.to_thread(server.post, "While they wait")
        waiting = [viewer for viewer in viewers if not viewer.screen.messages]
        for viewer in viewers:
            await viewer.sees(lambda screen: screen.texts == ["While they wait"])

    assert waiting


@pytest.mark.slow
async def test_viewers_at_the_door_of_a_stopping_server_are_told(servers: Callable[..., Server]) -> None:
    """They are let in at once, to hear when to come back."""
    server = servers(TICKER_ARRIVALS="5").start()
    async with AsyncExitStack() as stack:
        viewers = [await stack.enter_async_context(connect(server.url)) for _ in range(30)]
        await viewers[0].sees(lambda screen: screen.cursor is not None)
        assert server.process
        server.process.send_signal(signal.SIGTERM)
        for viewer in viewers:
            await viewer.ended()

    assert {viewer.close_code for viewer in viewers} == {1001}
    assert {viewer.screen.types[-1] for viewer in viewers} == {"leaving"}
    assert ["leaving"] in [viewer.screen.types for viewer in viewers]
