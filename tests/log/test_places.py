"""Places: a withdrawal is answered when every living process is past it."""

import asyncio
import json
from typing import Any

import pytest

from tests.log.newsroom import Newsroom
from ticker.log.mirror import Mirror
from ticker.log.places import LEASE, Places
from ticker.model.cursor import Cursor

pytestmark = pytest.mark.asyncio


def process(newsroom: Newsroom) -> tuple[Places, Mirror]:
    """Give a process that follows the newsroom's log by hand."""
    return Places(newsroom.redis, newsroom.keys), Mirror([newsroom.channel])


async def read(newsroom: Newsroom, mirrors: Mirror) -> None:
    """Bring a process to the tail."""
    mirrors.channels["en"].load(await newsroom.events(), {})


async def test_alone_there_is_nobody_to_wait_for(newsroom: Newsroom) -> None:
    """Where no process has told its place, nothing is waited for."""
    places, _ = process(newsroom)
    posted = await newsroom.publish("One")

    assert await places.passed("en", posted.cursor, 0)


async def test_everybody_must_be_past_it(newsroom: Newsroom) -> None:
    """An event has passed when each of the processes has applied it, not before."""
    (ours, we), (theirs, they) = process(newsroom), process(newsroom)
    posted = await newsroom.publish("One")
    await ours.tell(newsroom.redis, we)
    await theirs.tell(newsroom.redis, they)
    assert not await ours.passed("en", posted.cursor, 0)
    await read(newsroom, we)
    await ours.tell(newsroom.redis, we)
    assert not await ours.passed("en", posted.cursor, 0)
    waiting = asyncio.create_task(ours.passed("en", posted.cursor, 10))
    await read(newsroom, they)
    await theirs.tell(newsroom.redis, they)

    assert await waiting


async def test_further_on_is_past_it(newsroom: Newsroom) -> None:
    """A process that has applied later events too is past the earlier one."""
    places, mirrors = process(newsroom)
    posted = await newsroom.publish("One")
    await newsroom.publish("Two")
    await read(newsroom, mirrors)
    await places.tell(newsroom.redis, mirrors)

    assert await places.passed("en", posted.cursor, 0)


async def test_further_on_in_a_lost_history_is_not(newsroom: Newsroom) -> None:
    """A process that still follows a history that is lost may count further, and still show what is withdrawn."""
    places, mirrors = process(newsroom)
    backup = await newsroom.back_up()
    for n in range(3):
        await newsroom.publish(f"Lost {n}")
    await read(newsroom, mirrors)
    await newsroom.restore(backup)
    posted = await newsroom.publish("New")
    await places.tell(newsroom.redis, mirrors)
    assert not await places.passed("en", posted.cursor, 0)
    await read(newsroom, mirrors)
    await places.tell(newsroom.redis, mirrors)

    assert await places.passed("en", posted.cursor, 0)


async def test_process_that_stopped_is_not_waited_for(newsroom: Newsroom) -> None:
    """One that left says so; one that died is silent, and counts no more after its lease."""
    left, _ = process(newsroom)
    dead, mirrors = process(newsroom)
    await left.tell(newsroom.redis, mirrors)
    await left.leave(newsroom.redis)
    await dead.tell(newsroom.redis, mirrors)
    assert not await left.passed("en", Cursor("1-1"), 0)
    await _age(newsroom, LEASE + 1)

    assert await left.passed("en", Cursor("1-1"), 0)


async def test_dead_processes_are_forgotten(newsroom: Newsroom) -> None:
    """What processes leave behind that die does not pile up for ever."""
    dead, mirrors = process(newsroom)
    await dead.tell(newsroom.redis, mirrors)
    await _age(newsroom, 3601)
    alive, _ = process(newsroom)
    await alive.tell(newsroom.redis, mirrors)

    assert await newsroom.redis.hlen(newsroom.keys.readers) == 1


async def test_channel_that_another_process_does_not_have(newsroom: Newsroom) -> None:
    """A process that was started before a channel was configured shows none of its lines."""
    places, _ = process(newsroom)
    await places.tell(newsroom.redis, Mirror([]))
    posted = await newsroom.publish("One")

    assert await places.passed("en", posted.cursor, 0)


async def _age(newsroom: Newsroom, seconds: float) -> None:
    told: Any = await newsroom.redis.hgetall(newsroom.keys.readers)
    for name, value in told.items():
        place = json.loads(value)
        place["at"] -= int(seconds * 1000)
        await newsroom.redis.hset(newsroom.keys.readers, name.decode(), json.dumps(place))
