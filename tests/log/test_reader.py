"""The reader: the mirror at the log's tail, through all that happens to a Redis."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from tests.log.newsroom import Newsroom
from tests.redises import RedisServer
from ticker.log.mirror import Applied, ChannelMirror, Mirror
from ticker.log.places import Places
from ticker.log.reader import Reader
from ticker.log.redis import cancelled
from ticker.model.cursor import START, Cursor
from ticker.model.event import EventType

pytestmark = pytest.mark.asyncio

WITHIN = 20.0  # s


class Following:
    """A reader at work, and what it told."""

    def __init__(self, newsroom: Newsroom, *others: Newsroom, places: bool = False) -> None:
        self.newsroom = newsroom
        self.told: list[Applied] = []
        self.replaced = 0
        self._told = asyncio.Event()
        self.places = Places(newsroom.redis, newsroom.keys) if places else None
        mirrors = Mirror([newsroom.channel, *(other.channel for other in others)])
        self.mirror = mirrors.channels[newsroom.channel.id]
        self.reader = Reader(
            newsroom.url,
            newsroom.keys,
            mirrors,
            places=self.places,
            on_applied=self._applied,
            on_replaced=self._replaced,
        )

    def _applied(self, found: ChannelMirror, batch: Sequence[Applied]) -> None:
        self.told += batch
        self._told.set()

    def _replaced(self, found: ChannelMirror) -> None:
        self.replaced += 1
        self._told.set()

    @property
    def texts(self) -> list[str]:
        return [line.text for line in self.mirror.lines(0)]

    async def until(self, condition: Callable[[], bool], within: float = WITHIN) -> None:
        """Wait for what the reader must bring about."""
        async with asyncio.timeout(within):
            while not condition():
                self._told.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._told.wait(), 0.02)


@contextlib.asynccontextmanager
async def following(newsroom: Newsroom, *others: Newsroom, places: bool = False) -> AsyncIterator[Following]:
    """A reader that has reached the tail."""
    follows = Following(newsroom, *others, places=places)
    running = asyncio.create_task(follows.reader.run())
    try:
        await follows.until(lambda: follows.reader.loaded)
        yield follows
    finally:
        await cancelled([running])
        await follows.reader.aclose()


async def test_mirror_is_the_log(newsroom: Newsroom) -> None:
    """What was in the log at the start is in the mirror, and what comes follows."""
    first = await newsroom.publish("One")
    gone = (await newsroom.publish("Gone")).line
    await newsroom.withdraw(gone)
    async with following(newsroom) as follows:
        assert (follows.texts, follows.replaced, follows.told) == (["One"], 1, [])
        assert [line.id for line in follows.mirror.withdrawn()] == [gone.id]
        posted = await newsroom.correct(first.line, "Two")
        assert await follows.reader.reached("en", posted.cursor, WITHIN)
        last = await newsroom.publish("Three")
        assert await follows.reader.reached("en", last.cursor, WITHIN)

        assert follows.texts == ["Three", "Two"]
        assert [one.event.type for one in follows.told] == [EventType.CORRECT, EventType.PUBLISH]
        assert list(follows.mirror.events()) == await newsroom.events()
        assert (follows.mirror.cursor, follows.replaced) == (last.cursor, 1)


async def test_reached_waits_no_longer_than_asked(newsroom: Newsroom) -> None:
    """What has not happened is not said to have."""
    async with following(newsroom) as follows:
        assert not await follows.reader.reached("en", Cursor("1-1"), 0.05)
        assert await follows.reader.reached("en", START, WITHIN)


async def test_request_that_is_repeated_after_long(newsrooms: Callable[..., Newsroom]) -> None:
    """An event that the ring has forgotten was shown long ago; an editor who repeats a request need not wait."""
    newsroom = newsrooms(events=2)
    old = await newsroom.publish("One")
    for n in range(4):
        await newsroom.publish(f"Line {n}")
    async with following(newsroom) as follows:
        assert await asyncio.wait_for(follows.reader.reached("en", old.cursor, WITHIN), 1.5)


async def test_record_that_cannot_be_read_stops_nobody(newsroom: Newsroom) -> None:
    """One damaged record hides its line, and no other."""
    line = (await newsroom.publish("One")).line
    await newsroom.publish("Two")
    await newsroom.redis.hset(newsroom.found.lines, line.id, '{"version":')
    async with following(newsroom) as follows:
        assert follows.texts == ["Two"]
        await newsroom.publish("Three")
        await follows.until(lambda: follows.texts == ["Three", "Two"])


async def test_viewers_that_were_not_told_are_given_everything(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault while events are handed on loses none: the channel is loaded anew, and its viewers with it."""
    async with following(newsroom) as follows:

        def fails(found: ChannelMirror, batch: Sequence[Applied]) -> None:
            raise ValueError("a fault of ours")

        monkeypatch.setattr(follows.reader, "_on_applied", fails)
        await newsroom.publish("One")
        await follows.until(lambda: follows.replaced == 2)

        assert follows.texts == ["One"]


async def test_entry_of_a_newer_server(newsroom: Newsroom) -> None:
    """Servers of two versions on one log: what the older one does not know is a change of the record."""
    posted = await newsroom.publish("One")
    async with following(newsroom) as follows:
        record = await newsroom.record(posted.line) | {"version": 2, "text": "Two"}
        await newsroom.redis.hset(newsroom.found.lines, posted.line.id, json.dumps(record))
        fields: dict[Any, Any] = {"type": "improve", "line": posted.line.id, "version": 2, "at": 1, "prev": posted.cursor}
        await newsroom.redis.xadd(newsroom.found.events, fields, id="2-5")

        await follows.until(lambda: follows.texts == ["Two"])
        assert follows.told[-1].event.type is EventType.CORRECT


@pytest.mark.slow
async def test_entry_that_is_none_of_ours(newsroom: Newsroom) -> None:
    """A foreign entry in the stream is told in the log; once it is out, the reader goes on by itself."""
    posted = await newsroom.publish("One")
    async with following(newsroom) as follows:
        await newsroom.redis.xadd(newsroom.found.events, {"hello": "world"}, id="2-5")
        await follows.until(lambda: not follows.reader.connected)
        assert follows.texts == ["One"]
        await newsroom.redis.xdel(newsroom.found.events, "2-5")
        await follows.until(lambda: bool(follows.reader.connected))
        assert follows.mirror.cursor == posted.cursor


# -- invariant 6 --


async def _flush(newsroom: Newsroom) -> None:
    await newsroom.redis.flushall()


async def _delete_events(newsroom: Newsroom) -> None:
    await newsroom.redis.delete(newsroom.found.events)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lose", "left"),
    [(_flush, []), (_delete_events, ["Two", "One"]), (None, ["One"])],
)
async def test_lost_history_without_traffic(
    own_newsroom: Newsroom, lose: Callable[[Newsroom], Any] | None, left: list[str]
) -> None:
    """A reader that waits for what comes next notices within five seconds that what it has is gone."""
    await own_newsroom.publish("One")
    backup = await own_newsroom.back_up()
    await own_newsroom.publish("Two")
    async with following(own_newsroom) as follows:
        await (own_newsroom.restore(backup) if lose is None else lose(own_newsroom))
        await follows.until(lambda: follows.replaced == 2, within=5)

        assert follows.texts == left
        assert list(follows.mirror.events()) == await own_newsroom.events()


@pytest.mark.slow
async def test_lost_tail_whose_numbers_are_used_again(own_newsroom: Newsroom) -> None:
    """A new history that counts to the same number is another one: noticed at once when something is posted."""
    for text in ("One", "Two"):
        await own_newsroom.publish(text)
    backup = await own_newsroom.back_up()
    await own_newsroom.publish("Lost")
    async with following(own_newsroom) as follows:
        await own_newsroom.restore(backup)
        posted = await own_newsroom.publish("New")
        assert posted.cursor.startswith("3-")
        assert await follows.reader.reached("en", posted.cursor, 1.5)

        assert (follows.texts, follows.replaced) == (["New", "Two", "One"], 2)


@pytest.mark.slow
async def test_lost_history_that_goes_on(own_newsroom: Newsroom) -> None:
    """Where others post into the new history, its first event beyond ours gives the break away."""
    await own_newsroom.publish("One")
    backup = await own_newsroom.back_up()
    await own_newsroom.publish("Lost")
    async with following(own_newsroom) as follows:
        await own_newsroom.restore(backup)
        await own_newsroom.publish("New")
        await own_newsroom.publish("Newer")
        await follows.until(lambda: follows.texts == ["Newer", "New", "One"], within=1.5)

        assert follows.replaced == 2


@pytest.mark.slow
async def test_quiet_channel_beside_a_busy_one(own_newsroom: Newsroom) -> None:
    """The loss of a quiet channel's history is noticed though another channel never lets a read come back empty."""
    await own_newsroom.publish("Quiet")
    busy = own_newsroom.edition("es")
    async with following(own_newsroom, busy) as follows:
        before = follows.replaced
        await own_newsroom.redis.delete(own_newsroom.found.events, own_newsroom.found.lines)
        n, deadline = 0, time.monotonic() + 5
        while follows.replaced == before:
            n += 1
            posted = await busy.publish(f"Busy {n}")
            assert await follows.reader.reached("es", posted.cursor, WITHIN)
            assert time.monotonic() < deadline, "nobody noticed"

        assert (follows.texts, follows.replaced, n > 10) == ([], before + 1, True)


@pytest.mark.slow
async def test_redis_that_is_away(own_newsroom: Newsroom, own_engine: RedisServer) -> None:
    """While Redis is away the mirror stays as it is; afterwards nothing is missing, and nothing was replaced."""
    await own_newsroom.publish("One")
    async with following(own_newsroom) as follows:
        own_engine.kill()
        await follows.until(lambda: not follows.reader.connected)
        assert follows.texts == ["One"]
        own_engine.start()
        await own_newsroom.publish("Two")
        await follows.until(lambda: follows.texts == ["Two", "One"])

        assert (follows.replaced, follows.reader.connected) == (1, True)


@pytest.mark.slow
async def test_redis_that_is_full(own_newsroom: Newsroom) -> None:
    """A reader that shares a Redis goes on reading, and tells its place, where memory is full."""
    line = (await own_newsroom.publish("One")).line
    async with following(own_newsroom, places=True) as follows:
        await own_newsroom.redis.config_set("maxmemory", "1")
        posted = await own_newsroom.withdraw(line)
        assert await follows.reader.reached("en", posted.cursor, WITHIN)
        assert follows.places is not None
        assert await follows.places.passed("en", posted.cursor, WITHIN)

        assert (follows.texts, follows.reader.connected) == ([], True)
        await own_newsroom.redis.config_set("maxmemory", "0")


@pytest.mark.slow
async def test_redis_that_became_a_replica(own_newsroom: Newsroom) -> None:
    """A reader goes on reading where nothing can be written."""
    await own_newsroom.publish("One")
    async with following(own_newsroom, places=True) as follows:
        heard = follows.reader.heard_at
        await own_newsroom.redis.replicaof("127.0.0.1", "1")
        await follows.until(lambda: follows.reader.heard_at > heard + 2)  # a block has passed, and a look at the tail

        assert follows.reader.connected
        await own_newsroom.redis.replicaof("NO", "ONE")
        await own_newsroom.publish("Two")
        await follows.until(lambda: follows.texts == ["Two", "One"])
