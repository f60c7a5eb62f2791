"""The writer and its scripts, on both engines."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.log.newsroom import MARKER, Newsroom
from tests.redises import RedisServer
from tests.served import until
from ticker.log.errors import DuplicateText, KeyReused, LineUnknown, LineWithdrawn, VersionConflict
from ticker.log.records import STAMP
from ticker.log.writer import Key, Posted
from ticker.model.cursor import START, number
from ticker.model.draft import Author, ChangeKind
from ticker.model.event import EventType
from ticker.model.line import LINE_ID, Status, Urgency

pytestmark = pytest.mark.asyncio

KEY = Key("key-1", "digest-1")


async def now_of(newsroom: Newsroom) -> int:
    seconds, micros = await newsroom.redis.time()
    return int(seconds) * 1000 + int(micros) // 1000


# -- publish --


async def test_published_line(newsroom: Newsroom) -> None:
    """A line is in the log as it was drafted, with the time of the store's clock."""
    before = await now_of(newsroom)
    posted = await newsroom.publish(
        'عاجل "é" <b>',
        source="Civil Defence",
        urgency=Urgency.FLASH,
        topics=("storm", "world"),
        url="https://news.example/1",
        pinned=True,
        expires=before + 60_000,
    )
    line = posted.line

    assert LINE_ID.fullmatch(line.id)
    assert (line.text, line.source, line.urgency, line.topics) == ('عاجل "é" <b>', "Civil Defence", 1, ("storm", "world"))
    assert (line.url, line.pinned, line.expires) == ("https://news.example/1", True, before + 60_000)
    assert (line.version, line.status, posted.replayed) == (1, Status.USABLE, False)
    assert before <= line.published == line.updated <= await now_of(newsroom)
    assert await newsroom.writer.line(newsroom.channel, line.id) == line
    [event] = await newsroom.events()
    assert (event.cursor, event.type, event.line, event.version) == (posted.cursor, EventType.PUBLISH, line.id, 1)
    assert (event.at, event.prev, event.forgot) == (line.published, START, ())
    assert await newsroom.in_order(newsroom.found.current) == [line.id]


async def test_log_is_a_dense_chain(newsroom: Newsroom) -> None:
    """Cursors count without a hole, each event names the one before it, and times rise."""
    for n in range(5):
        await newsroom.publish(f"Line {n}")
    events = await newsroom.events()

    assert [number(event.cursor) for event in events] == [1, 2, 3, 4, 5]
    assert [event.prev for event in events] == [START, *(event.cursor for event in events[:-1])]
    times = [event.at for event in events]
    assert sorted(set(times)) == times
    assert len({event.cursor.partition("-")[2] for event in events}) > 1


async def test_log_holds_no_stamp(newsroom: Newsroom) -> None:
    """The placeholder of the time never reaches the log, whatever is done."""
    line = (await newsroom.publish("One")).line
    await newsroom.correct(line, "Two")
    await newsroom.change(line, ChangeKind.PIN)
    await newsroom.withdraw(line)

    records: Any = await newsroom.redis.hgetall(newsroom.found.lines)
    entries: Any = await newsroom.redis.xrange(newsroom.found.audit)
    written = [*records.values(), *(fields[b"entry"] for _, fields in entries)]
    assert len(written) == 5
    assert not any(STAMP.encode() in value for value in written)


# -- duplicates --


async def test_same_text_moments_ago(newsroom: Newsroom) -> None:
    """Two editors who post the same at once make one line; the second is shown it."""
    first = (await newsroom.publish("Bridge closed", source="A")).line

    with pytest.raises(DuplicateText) as refused:
        await newsroom.publish("Bridge closed", source="B")
    assert refused.value.earlier == first
    assert len(await newsroom.events()) == 1


async def test_twenty_posts_of_one_text(newsroom: Newsroom) -> None:
    """Also at the very same time, one line."""
    outcomes = await asyncio.gather(*(newsroom.publish("Bridge closed") for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(outcome, Posted) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, DuplicateText) for outcome in outcomes) == 19
    assert len(await newsroom.events()) == 1


@pytest.mark.parametrize(
    "other",
    ["Bridge closed.", "bridge closed", "Bridge", 'Bridge closed","source":"x', '"text":"Bridge closed",', "Bridge closed\\"],
)
async def test_only_the_same_text_is_a_duplicate(newsroom: Newsroom, other: str) -> None:
    """A text that contains another, or looks like a record of it, is another."""
    await newsroom.publish(other)

    assert (await newsroom.publish("Bridge closed")).line.text == "Bridge closed"


async def test_when_the_same_text_may_come_again(newsroom: Newsroom) -> None:
    """A text is taken again where the editor insists, where it was corrected away or withdrawn, and in another channel."""
    line = (await newsroom.publish("Bridge closed")).line
    again = (await newsroom.publish("Bridge closed", allow_duplicate=True)).line
    await newsroom.correct(line, "Bridge open")
    with pytest.raises(DuplicateText):
        await newsroom.publish("Bridge closed")
    with pytest.raises(DuplicateText):
        await newsroom.publish("Bridge open")
    await newsroom.withdraw(again)

    assert (await newsroom.publish("Bridge closed")).line.text == "Bridge closed"


async def test_duplicates_end_with_their_window(engine: RedisServer) -> None:
    """After the window the same text is news again."""
    newsroom = Newsroom(engine.url, window=0.2)
    await newsroom.publish("Bridge closed")
    with pytest.raises(DuplicateText):
        await newsroom.publish("Bridge closed")
    tries = 0
    async with asyncio.timeout(10):
        while tries < 10_000:
            tries += 1
            try:
                await newsroom.publish("Bridge closed")
                break
            except DuplicateText:
                continue

    assert len(await newsroom.events()) == 2
    await newsroom.aclose()


# -- changes --


async def test_correction_update_and_refile(newsroom: Newsroom) -> None:
    """A change of content replaces what it names, moves `updated`, and keeps the note until the next correction."""
    first = (await newsroom.publish("One", source="A", topics=("storm",))).line
    corrected = (await newsroom.correct(first, "Two")).line
    updated = (await newsroom.change(first, ChangeKind.UPDATE, text="Three", topics=())).line
    refiled = (await newsroom.change(first, ChangeKind.REFILE, source=None)).line

    assert [line.version for line in (first, corrected, updated, refiled)] == [1, 2, 3, 4]
    assert [line.text for line in (corrected, updated, refiled)] == ["Two", "Three", "Three"]
    assert [line.correction for line in (first, corrected, updated, refiled)] == [None, *["It was wrong."] * 3]
    assert (updated.topics, updated.source, refiled.source) == ((), "A", None)
    assert {line.published for line in (corrected, updated, refiled)} == {first.published}
    assert first.updated < corrected.updated < updated.updated < refiled.updated
    assert [event.type for event in await newsroom.events()] == ["publish", "correct", "correct", "correct"]


async def test_pin_is_no_news(newsroom: Newsroom) -> None:
    """A pin is a new version of the line, but nothing that feeds tell."""
    first = (await newsroom.publish("One")).line
    pinned = (await newsroom.change(first, ChangeKind.PIN)).line
    unpinned = (await newsroom.change(first, ChangeKind.UNPIN)).line

    assert [(line.version, line.pinned) for line in (pinned, unpinned)] == [(2, True), (3, False)]
    assert {line.updated for line in (first, pinned, unpinned)} == {first.updated}


async def test_a_line_that_is_so_already_is_no_event(newsroom: Newsroom) -> None:
    """It is answered as it stands; readers hear nothing, the audit log who asked."""
    line = (await newsroom.publish("One", source="A", topics=("storm",), pinned=True)).line
    corrected = await newsroom.correct(line, "Two")
    record = await newsroom.record(line)
    same = [
        await newsroom.correct(line, "Two", expected=2),
        await newsroom.change(line, ChangeKind.UPDATE, source="A", topics=("storm",)),
        await newsroom.change(line, ChangeKind.PIN),
    ]

    assert same == [Posted(corrected.line, corrected.cursor, changed=False)] * 3
    assert [event.version for event in await newsroom.events()] == [1, 2]
    now = await newsroom.record(line)
    assert now | {"keys": []} == record | {"keys": []}
    assert now["keys"][: len(record["keys"])] == record["keys"]
    entries = await newsroom.audit()
    assert [(entry["kind"], entry["version"], entry["before"] == entry["after"]) for entry in entries[:3]] == [
        ("pin", 2, True),
        ("update", 2, True),
        ("correction", 2, True),
    ]
    with pytest.raises(VersionConflict):
        await newsroom.correct(line, "Two", expected=1)


async def test_twenty_who_want_the_same(newsroom: Newsroom) -> None:
    """At the same moment: one event, and nobody is refused."""
    line = (await newsroom.publish("One")).line
    done = await asyncio.gather(*(newsroom.correct(line, "Two") for _ in range(20)))

    assert [posted.changed for posted in done].count(True) == 1
    assert {posted.line.version for posted in done} == {2}
    assert len(await newsroom.events()) == 2


async def test_a_retry_of_what_was_so_already_overwrites_nobody(newsroom: Newsroom) -> None:
    """Its key is kept: what another editor made of the line since stays."""
    line = (await newsroom.publish("One")).line
    first = await newsroom.change(line, ChangeKind.REFILE, KEY, text="One")
    await newsroom.correct(line, "Two")
    again = await newsroom.change(line, ChangeKind.REFILE, KEY, text="One")

    assert (again.cursor, again.replayed, again.line.text) == (first.cursor, True, "Two")


async def test_withdrawal(newsroom: Newsroom) -> None:
    """Of a withdrawn line there is left that there was one; to withdraw it again changes nothing."""
    line = (await newsroom.publish("Wrong", topics=("storm",))).line
    posted = await newsroom.withdraw(line)
    again = await newsroom.withdraw(line)

    gone = posted.line
    assert (gone.version, gone.status, gone.text, gone.topics) == (2, Status.CANCELED, "", ())
    assert (again.line, again.cursor) == (gone, posted.cursor)
    assert gone.updated > line.updated
    assert (await newsroom.in_order(newsroom.found.current), await newsroom.in_order(newsroom.found.withdrawn)) == (
        [],
        [line.id],
    )
    assert set(await newsroom.record(line)) == {"version", "status", "published", "updated", "by", "keys"}
    with pytest.raises(LineWithdrawn) as refused:
        await newsroom.correct(line, "Right")
    assert refused.value.line == gone


async def test_withdrawn_again_in_a_log_without_events(newsroom: Newsroom) -> None:
    """Somebody deleted the events: the tombstone still says that the line is withdrawn."""
    line = (await newsroom.publish("Wrong")).line
    gone = (await newsroom.withdraw(line)).line
    await newsroom.redis.delete(newsroom.found.events)

    assert await newsroom.withdraw(line) == Posted(gone, START, changed=False)


async def test_unknown_line(newsroom: Newsroom) -> None:
    """What was never there cannot be changed."""
    for change in (newsroom.correct("01J00000000000000000000000", "x"), newsroom.withdraw("01J00000000000000000000000")):
        with pytest.raises(LineUnknown):
            await change
    assert await newsroom.writer.line(newsroom.channel, "01J00000000000000000000000") is None


async def test_editor_who_saw_an_older_version(newsroom: Newsroom) -> None:
    """Whoever says which version they saw is not overtaken unseen, and gets the line as it is now."""
    line = (await newsroom.publish("One")).line
    current = (await newsroom.correct(line, "Two", expected=1)).line

    for change in (newsroom.correct(line, "Three", expected=1), newsroom.withdraw(line, expected=1)):
        with pytest.raises(VersionConflict) as refused:
            await change
        assert refused.value.current == current
    assert (await newsroom.correct(line, "Three", expected=2)).line.version == 3


async def test_twenty_changes_at_once(newsroom: Newsroom) -> None:
    """Each of twenty editors who change one line at the same time is heard, one after the other."""
    line = (await newsroom.publish("Line")).line
    done = await asyncio.gather(*(newsroom.change(line, ChangeKind.UPDATE, text=f"Text {n}") for n in range(20)))

    assert sorted(posted.line.version for posted in done) == list(range(2, 22))
    events = await newsroom.events()
    assert [event.version for event in events] == list(range(1, 22))
    last = max(done, key=lambda posted: posted.line.version).line
    assert await newsroom.writer.line(newsroom.channel, line.id) == last


async def test_only_one_of_twenty_who_saw_the_same(newsroom: Newsroom) -> None:
    """Of twenty who all saw version 1, one changes it and nineteen are told."""
    line = (await newsroom.publish("Line")).line
    outcomes = await asyncio.gather(
        *(newsroom.correct(line, f"Text {n}", expected=1) for n in range(20)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Posted) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, VersionConflict) for outcome in outcomes) == 19


async def test_scripts_that_redis_has_forgotten(newsroom: Newsroom) -> None:
    """After a restart or a flush of the scripts, all goes on."""
    line = (await newsroom.publish("One")).line
    for change in (newsroom.publish("Two"), newsroom.correct(line, "Three"), newsroom.withdraw(line)):
        await newsroom.redis.script_flush()
        await change

    assert len(await newsroom.events()) == 4


# -- invariant 3: keys --


async def test_retry_of_a_post(newsroom: Newsroom) -> None:
    """The same request with its key gives the first answer again; another with the same key is refused."""
    first = await newsroom.publish("One", KEY)
    again = await newsroom.publish("One", KEY)

    assert (again.line, again.cursor, first.replayed, again.replayed) == (first.line, first.cursor, False, True)
    with pytest.raises(KeyReused):
        await newsroom.publish("Two", Key(KEY.value, "digest-2"))
    assert len(await newsroom.events()) == 1


async def test_keys_are_each_editor_s_own(newsroom: Newsroom) -> None:
    """Two tokens may use the same key, as "1", for different lines; a token's name does not matter."""
    first = await newsroom.publish("One", KEY)
    second = await newsroom.publish("Two", KEY, Author("~other"))

    assert first.line != second.line
    assert (await newsroom.publish("Two", KEY, Author("~other"))).replayed


async def test_twenty_retries_at_once(newsroom: Newsroom) -> None:
    """Retries that overtake each other make one line."""
    done = await asyncio.gather(*(newsroom.publish("One", KEY) for _ in range(20)))

    assert len({(posted.line.id, posted.cursor) for posted in done}) == 1
    assert [posted.replayed for posted in done].count(False) == 1


async def test_retry_of_a_change(newsroom: Newsroom) -> None:
    """A correction or a withdrawal is done once, and keeps its answer, also when others changed the line since."""
    line = (await newsroom.publish("One")).line
    correction = Key("correct", "a")
    first = await newsroom.correct(line, "Two", correction, expected=1)
    await newsroom.correct(line, "Three")
    again = await newsroom.correct(line, "Two", correction, expected=1)

    assert (again.cursor, again.replayed, again.line.text) == (first.cursor, True, "Three")
    withdrawal = Key("withdraw", "b")
    gone = await newsroom.withdraw(line, withdrawal)
    repeated = await newsroom.withdraw(line, withdrawal)
    assert (repeated.line, repeated.cursor, repeated.replayed) == (gone.line, gone.cursor, True)
    with pytest.raises(KeyReused):
        await newsroom.withdraw(line, Key("withdraw", "c"))
    assert len(await newsroom.events()) == 4


async def test_replay_never_shows_an_old_text(newsroom: Newsroom) -> None:
    """A retry after a correction or a withdrawal shows the line as it is now."""
    first = await newsroom.publish("Wrong", KEY)
    await newsroom.correct(first.line, "Right")
    assert (await newsroom.publish("Wrong", KEY)).line.text == "Right"
    await newsroom.withdraw(first.line)
    replay = await newsroom.publish("Wrong", KEY)

    assert (replay.line.status, replay.line.text, replay.cursor) == (Status.CANCELED, "", first.cursor)


# -- retention --


async def test_as_much_as_the_channel_keeps(newsrooms: Callable[..., Newsroom]) -> None:
    """The oldest lines go with their keys, a pinned one stays, and each event says who made room for it."""
    newsroom = newsrooms(lines=2, events=4)
    pinned = (await newsroom.publish("Pinned", pinned=True)).line
    lines = [(await newsroom.publish(f"Line {n}", Key(f"key-{n}", "d"))).line for n in range(5)]
    await newsroom.change(lines[4], ChangeKind.UPDATE, text="Line 4, again")

    assert await newsroom.kept() == {pinned.id, lines[3].id, lines[4].id}
    assert await newsroom.in_order(newsroom.found.current) == [pinned.id, lines[3].id, lines[4].id]
    events = await newsroom.events()
    assert [number(event.cursor) for event in events] == [4, 5, 6, 7]
    assert [event.forgot for event in events] == [(lines[0].id,), (lines[1].id,), (lines[2].id,), ()]
    fields: Any = await newsroom.redis.hkeys(newsroom.found.keys)
    assert sorted(field.decode() for field in fields if not field.startswith(b"~")) == ["editor\nkey-3", "editor\nkey-4"]
    assert len(fields) == 4  # with those that we made for the pinned line and the update


async def test_unpinned_line_goes_with_the_next(newsrooms: Callable[..., Newsroom]) -> None:
    """A line that was kept by its pin alone goes when it has none."""
    newsroom = newsrooms(lines=1)
    pinned = (await newsroom.publish("Pinned", pinned=True)).line
    line = (await newsroom.publish("Line")).line
    await newsroom.change(pinned, ChangeKind.UNPIN)
    assert await newsroom.kept() == {pinned.id, line.id}
    last = (await newsroom.publish("Last")).line

    assert await newsroom.kept() == {last.id}
    assert set((await newsroom.events())[-1].forgot) == {pinned.id, line.id}


async def test_tombstones_are_kept_as_long(newsrooms: Callable[..., Newsroom]) -> None:
    """As many withdrawn lines are remembered as lines; the oldest withdrawal goes first."""
    newsroom = newsrooms(lines=2)
    first = (await newsroom.publish("1")).line
    second = (await newsroom.publish("2")).line
    await newsroom.withdraw(second)
    await newsroom.withdraw(first)
    third = (await newsroom.publish("3")).line
    await newsroom.withdraw(third)

    assert await newsroom.in_order(newsroom.found.withdrawn) == [first.id, third.id]
    assert await newsroom.kept() == {first.id, third.id}
    assert (await newsroom.events())[-1].forgot == (second.id,)
    with pytest.raises(LineUnknown):
        await newsroom.correct(second, "x")


async def test_events_are_never_trimmed_to_nothing(newsrooms: Callable[..., Newsroom]) -> None:
    """The last event stays, whatever is kept: it proves the history, and counts it."""
    newsroom = newsrooms(lines=1, events=1)
    for n in range(3):
        await newsroom.publish(f"Line {n}")

    [event] = await newsroom.events()
    assert number(event.cursor) == 3


# -- the clock --


async def test_clock_that_goes_back(newsroom: Newsroom) -> None:
    """Where the store's clock was wrong and is set back, times still rise, and the order stays."""
    ahead = await now_of(newsroom) + 3_600_000
    fields: dict[Any, Any] = {"type": "publish", "line": "L", "version": 1, "at": ahead, "prev": START}
    await newsroom.redis.xadd(newsroom.found.events, fields, id="1-77")
    first, second = (await newsroom.publish("One")).line, (await newsroom.publish("Two")).line

    assert (first.published, second.published) == (ahead + 1, ahead + 2)
    with pytest.raises(DuplicateText):
        await newsroom.publish("One")
    assert (await newsroom.correct(first, "Three")).line.updated == ahead + 3
    assert await newsroom.in_order(newsroom.found.current) == [first.id, second.id]


# -- invariant 4: what is left of a text --


async def test_withdrawn_text_is_in_no_key_but_the_audit(newsroom: Newsroom) -> None:
    """Nobody finds a withdrawn text in Redis, in no key of any kind, but editors in the audit log; nor a corrected one."""
    withdrawn = (
        await newsroom.publish(f"{MARKER} one", Key(f"{MARKER[:3]}", "d"), source=MARKER, url=f"https://{MARKER}/")
    ).line
    corrected = (await newsroom.publish(f"{MARKER} two", topics=("storm",))).line
    assert await newsroom.holding(MARKER) == {newsroom.found.lines, newsroom.found.audit}
    await newsroom.correct(corrected, "Right")
    await newsroom.change(corrected, ChangeKind.PIN)
    await newsroom.withdraw(withdrawn)

    assert await newsroom.holding(MARKER) == {newsroom.found.audit}


@pytest.mark.slow
async def test_rewritten_file_holds_no_withdrawn_text(own_newsroom: Newsroom, own_engine: RedisServer) -> None:
    """Once the append-only file was rewritten, the text is on the disk in the audit log alone."""
    line = (await own_newsroom.publish(f"{MARKER} one")).line
    await own_newsroom.withdraw(line)
    assert MARKER in _files(own_engine.folder)
    await own_newsroom.redis.config_set("rdbcompression", "no")  # it would hide the text
    audit: Any = await own_newsroom.redis.dump(own_newsroom.found.audit)
    await own_newsroom.redis.delete(own_newsroom.found.audit)
    await own_newsroom.redis.bgrewriteaof()

    with own_engine.redis as redis:
        until(lambda: not _info(redis, "aof_rewrite_in_progress"), "the rewrite")
        assert _info(redis, "aof_last_bgrewrite_status") == "ok"
    assert MARKER not in _files(own_engine.folder)
    assert MARKER.encode() in audit


def _info(redis: Any, name: str) -> Any:
    return redis.info("persistence")[name]


def _files(folder: Path) -> str:
    return "\n".join(path.read_bytes().decode("latin-1") for path in (folder / "appendonlydir").iterdir())
