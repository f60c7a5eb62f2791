"""The audit log: who did what, with the text before and after."""

import pytest

from tests.log.newsroom import Newsroom
from ticker.log.errors import LogError
from ticker.log.writer import Key
from ticker.model.draft import Author, ChangeKind

pytestmark = pytest.mark.asyncio


async def test_life_of_a_line(newsroom: Newsroom) -> None:
    """Each act is there, the newest first: who, when, what, why, and the text before and after it."""
    line = (await newsroom.publish("One", None, Author("night desk"), source="A", note="Seen by B.")).line
    await newsroom.correct(line, "Two")
    await newsroom.change(line, ChangeKind.PIN)
    gone = (await newsroom.withdraw(line)).line
    withdrawn, pinned, corrected, published = await newsroom.audit()

    one = {"text": "One", "urgency": 3, "topics": [], "pinned": False, "source": "A"}
    two = one | {"text": "Two"}
    at = published.pop("at")
    assert published == {
        "action": "publish",
        "line": line.id,
        "version": 1,
        "token": "night desk",
        "note": "Seen by B.",
        "after": one,
    }
    assert (corrected["action"], corrected["kind"], corrected["version"]) == ("correct", "correction", 2)
    assert (corrected["correction"], corrected["before"], corrected["after"]) == ("It was wrong.", one, two)
    assert (pinned["action"], pinned["kind"], pinned["after"]) == ("correct", "pin", two | {"pinned": True})
    assert (withdrawn["action"], withdrawn["reason"], withdrawn["before"]) == (
        "withdraw",
        "It was not so.",
        two | {"pinned": True},
    )
    assert "after" not in withdrawn
    assert withdrawn["token"] == "editor"
    assert at == line.as_json()["published"]
    assert withdrawn["at"] == gone.as_json()["updated"]


async def test_times_of_expiry_are_readable(newsroom: Newsroom) -> None:
    """What is a time is written as one."""
    await newsroom.publish("One", expires=2_000_000_000_000)
    [entry] = await newsroom.audit()

    assert entry["after"]["expires"] == "2033-05-18T03:33:20.000Z"


async def test_entries_of_one_line(newsroom: Newsroom) -> None:
    """An editor can ask for one line, and for so many entries."""
    line, other = (await newsroom.publish("One")).line, (await newsroom.publish("Other")).line
    for n in range(3):
        await newsroom.correct(line, f"Text {n}")
        await newsroom.correct(other, f"Other text {n}")

    assert [entry["version"] for entry in await newsroom.audit(line.id)] == [4, 3, 2, 1]
    assert [entry["version"] for entry in await newsroom.audit(line.id, limit=2)] == [4, 3]
    assert len(await newsroom.audit(limit=5)) == 5
    assert await newsroom.audit("01J00000000000000000000000") == []


async def test_line_is_found_far_back(newsroom: Newsroom) -> None:
    """Entries are found however many came after them."""
    line = (await newsroom.publish("One")).line
    async with newsroom.redis.pipeline(transaction=False) as many:
        for _ in range(1200):
            many.xadd(newsroom.found.audit, {"entry": '{"at":0,"action":"publish","line":"L","version":1,"token":"t"}'})
        await many.execute()

    [entry] = await newsroom.audit(line.id)
    assert entry["line"] == line.id
    assert len(await newsroom.audit(limit=1201)) == 1201


async def test_what_did_not_happen_is_not_there(newsroom: Newsroom) -> None:
    """A replay, a duplicate and a refused change leave no trace: they did nothing."""
    line = (await newsroom.publish("One", Key("k", "d"))).line
    await newsroom.publish("One", Key("k", "d"))
    for refused in (newsroom.publish("One"), newsroom.correct(line, "Two", expected=7), newsroom.publish("Two", Key("k", "e"))):
        with pytest.raises(LogError):
            await refused

    assert len(await newsroom.audit()) == 1
