"""The demo's newsroom fills its channels and then does all that editors do, at their pace."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

import pytest
import structlog.testing

from tests.demo.desk import Desk, Stopped
from ticker.demo.newsroom import MEND, OPENING, PAUSE, PINNED_FOR, WITHDRAW, Edition, run
from ticker.demo.samples import samples_in
from ticker.log.errors import LogUnavailable
from ticker.model.channel import Channel
from ticker.model.draft import Author, Change, ChangeKind, Withdrawal
from ticker.model.line import Urgency
from ticker.settings.channels import EDITIONS

pytestmark = pytest.mark.asyncio

CHANNELS: Final = {edition.id: edition.channel("news.example,2026") for edition in EDITIONS}
ENGLISH: Final = CHANNELS["en"]
EDITOR: Final = Author("demo")  # the desk of these tests knows nobody else


def sleeping(times: int, slept: list[float] | None = None) -> Callable[[float], Awaitable[None]]:
    """A sleep that takes no time, and ends the demo after so many."""
    left = iter(range(times))

    async def sleep(seconds: float) -> None:
        if slept is not None:
            slept.append(seconds)
        if next(left, None) is None:
            raise Stopped

    return sleep


async def run_for(desk: Desk, changes: int, channels: dict[str, Channel] = CHANNELS, seed: int = 1) -> None:
    with pytest.raises(Stopped):
        await run(desk, channels, random=Random(seed), sleep=sleeping(changes))


async def test_each_channel_starts_full() -> None:
    """Who opens the demo sees a full ticker in each edition, in its language."""
    desk = Desk()

    await run_for(desk, 0)

    for name in CHANNELS:
        written = {sample.draft(CHANNELS[name]).text for sample in samples_in(name)}
        assert len(desk.texts(name)) == OPENING
        assert len(set(desk.texts(name)) & written) == OPENING


async def test_only_configured_channels_are_filled() -> None:
    """A newsroom with one edition gets lines for that one."""
    desk = Desk()

    await run_for(desk, 50, {"es": CHANNELS["es"]})

    assert {line.channel for line in desk.lines.values()} == {"es"}


async def test_changes_come_at_an_editors_pace() -> None:
    """Between two changes are three to six seconds."""
    slept: list[float] = []
    with pytest.raises(Stopped):
        await run(Desk(), CHANNELS, random=Random(1), sleep=sleeping(100, slept))

    assert all(PAUSE[0] <= seconds <= PAUSE[1] for seconds in slept)
    assert len(set(slept)) > 50


async def test_the_demo_does_all_that_editors_do() -> None:
    """In a while of watching there are new lines, corrections, refiles, withdrawals and pins, in the shares meant."""
    desk = Desk()

    await run_for(desk, 4000)

    done = desk.done
    mended = done[ChangeKind.CORRECTION] + done[ChangeKind.REFILE]
    assert mended == pytest.approx(4000 * MEND, rel=0.15)
    assert done["withdraw"] == pytest.approx(4000 * WITHDRAW, rel=0.15)
    assert done[ChangeKind.REFILE] > 50
    assert done[ChangeKind.UNPIN] > 50
    assert done.total() == 4000 + OPENING * len(CHANNELS)
    assert {line.urgency for line in desk.lines.values()} == set(Urgency)


async def test_a_correction_says_what_was_wrong() -> None:
    """A corrected line has another text and a public note; a refiled one has no note."""
    desk = Desk()

    await run_for(desk, 500)

    mended = [(change, before, after) for before, change, after in desk.changes if change.kind is not ChangeKind.UNPIN]
    assert mended
    for change, before, after in mended:
        assert after.text != before.text
        assert bool(after.correction) == (change.kind is ChangeKind.CORRECTION)


async def test_the_same_line_does_not_come_twice_in_a_while() -> None:
    """All lines of a language have been seen before one comes again, and they go round for ever."""
    desk = Desk()
    edition = Edition(desk, ENGLISH, Random(3))
    count = len(samples_in("en"))

    for _ in range(2 * count):
        await edition.post()

    texts = desk.texts("en")
    assert len(set(texts[:count])) == count
    assert texts[:count] == texts[count:]


async def test_one_line_is_pinned_at_a_time() -> None:
    """The pinned line is one of weight; the next time it is unpinned, and should the demo end before, it expires."""
    desk = Desk()
    edition = Edition(desk, ENGLISH, Random(3))
    await edition.post()

    await edition.pin_or_unpin()
    (pinned,) = [line for line in desk.lines.values() if line.pinned]
    await edition.pin_or_unpin()

    assert pinned.urgency <= Urgency.URGENT
    assert pinned.expires is not None
    assert 0 < pinned.expires - pinned.published <= PINNED_FOR
    assert not any(line.pinned for line in desk.lines.values())


@pytest.mark.parametrize("act", [Edition.mend, Edition.withdraw, Edition.pin_or_unpin], ids=lambda act: act.__name__)
async def test_an_empty_channel_gets_a_line_instead(act: Callable[[Edition], Awaitable[None]]) -> None:
    """Where there is nothing to change yet, something new comes."""
    desk = Desk()

    await act(Edition(desk, ENGLISH, Random(3)))

    assert desk.done == {"publish": 1}


async def test_the_demo_survives_a_log_that_is_away() -> None:
    """A log that cannot be reached is told to the operator, and the channels fill up once it is back."""
    desk = Desk()
    desk.away = 5
    with structlog.testing.capture_logs() as logs, pytest.raises(Stopped):
        await run(desk, CHANNELS, random=Random(1), sleep=sleeping(5))

    assert [(entry["event"], entry["reason"]) for entry in logs] == [("demo_waits", "unreachable")] * 5
    assert {name: len(desk.texts(name)) for name in CHANNELS} == dict.fromkeys(CHANNELS, OPENING)


async def test_a_change_that_failed_is_still_to_be_made() -> None:
    """What did not get through, a pin's end or a correction, is made later."""
    desk = Desk()
    edition = Edition(desk, ENGLISH, Random(3))
    for act in (*[edition.post] * 5, edition.pin_or_unpin):
        await act()
    wanting = {sample.wrong or sample.typo for sample in samples_in("en")} & set(desk.texts("en"))
    assert wanting
    desk.away = 21
    for act in (edition.pin_or_unpin, *[edition.mend] * 20):
        with pytest.raises(LogUnavailable):
            await act()
    for act in (edition.pin_or_unpin, *[edition.mend] * len(wanting)):
        await act()

    assert not any(line.pinned for line in desk.lines.values())
    assert not wanting & set(desk.texts("en"))


@pytest.mark.parametrize("gone", [False, True], ids=["withdrawn", "no longer kept"])
async def test_an_editors_withdrawal_stands(gone: bool) -> None:
    """Who withdraws the demo's lines at the desk sees the demo go on with its own."""
    desk = Desk()
    edition = Edition(desk, ENGLISH, Random(3))
    for act in (edition.post, edition.pin_or_unpin, *[edition.post] * 12):
        await act()
    for line in list(desk.lines.values()):
        await desk.withdraw(ENGLISH, line.id, Withdrawal("not true"), EDITOR, expected=line.version)
    if gone:
        desk.lines.clear()
    for act in (*[edition.mend] * 5, edition.pin_or_unpin, *[edition.withdraw] * 5):
        await act()

    assert desk.changes == []


async def test_an_editors_change_stands() -> None:
    """A text that an editor wrote over the demo's is not written over in turn, nor withdrawn."""
    desk = Desk()
    edition = Edition(desk, ENGLISH, Random(3))
    for _ in range(10):
        await edition.post()
    for line in list(desk.lines.values()):
        await desk.change(ENGLISH, line.id, Change(ChangeKind.UPDATE, {"text": "mine"}), EDITOR, expected=1)
    for _ in range(5):
        await edition.mend()
        await edition.withdraw()

    assert desk.texts("en")[:10] == ["mine"] * 10
