"""Viewers from a server that has seen more: they wait a moment, and come in a few at a time."""

import asyncio
import itertools

import pytest

from tests.logbook import Logbook, channel
from ticker.live.ahead import CATCH_UP, Ahead
from ticker.live.arrivals import AT_ONCE
from ticker.log.mirror import Mirror

pytestmark = pytest.mark.asyncio


async def test_a_herd_that_is_ahead_comes_in_by_turns() -> None:
    """Once the channel has moved, or their time is up, others have their turn between them; nobody comes in twice."""
    log = Logbook(channel())
    [mirror] = Mirror([log.channel]).channels.values()
    ahead, came = Ahead(), list[int]()
    log.publish("One")
    seen = log.cursor
    for number in range(200):
        cursor = seen if number < 100 else "50-1"
        assert ahead.wait(mirror, cursor, lambda number=number: came.append(number), lambda: False)  # type: ignore[misc]
    await asyncio.sleep(0)
    assert came == []

    for mirrored in log.events:
        mirror.apply(mirrored, log.records[mirrored.line])
    ahead.moved(mirror)
    assert await _turns(came, 100) == AT_ONCE
    assert came == [*range(100)]
    ahead.remind(asyncio.get_running_loop().time() + CATCH_UP)
    assert await _turns(came, 200) == AT_ONCE

    assert came == [*range(200)]
    assert not ahead.wait(mirror, seen, lambda: None, lambda: False)


async def _turns(came: list[int], many: int) -> int:
    """Give how many came in at once at the most, until so many have."""
    seen = [len(came)]
    while seen[-1] < many:
        await asyncio.sleep(0)
        seen.append(len(came))
    return max(after - before for before, after in itertools.pairwise(seen))
