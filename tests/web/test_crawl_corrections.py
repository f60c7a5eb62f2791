"""web/widget/src/crawl.js: a correction in view stands in the place of what was wrong."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.web.newsroom import ROOT, TAG, TICKER, Editor, Strip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]

LONG: Final = "Line 8 is right now, with so many words that no number of rows in its old place could hold them all, " * 4
INSIDE: Final = """link => {
  const [outer, inner] = [link.closest('[part=viewport]'), link].map((node) => node.getBoundingClientRect());
  return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
}"""
IN_FULL: Final = "link => link.scrollHeight <= link.clientHeight + 1 && link.offsetHeight < 30 && link.offsetWidth > 1500"


async def test_a_correction_moves_nothing_before_it(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """The right text stands where the wrong one did, shorter or longer, and as wide."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.shows(*(str(line["text"]) for line in reversed(lines)))
    await strip.viewport.hover()
    before = await strip.places()
    for text in ("Line 8", "Line 8, which has become much longer than it was, so that two rows of smaller letters hold it"):
        await editor.corrects(lines[8], text=text)
        await strip.reaches(f"{ROOT}.querySelectorAll('[part=text]').values().some((node) => node.textContent === '{text}')")

        after = await strip.places()
        assert after.pop(text) == pytest.approx(before[str(lines[8]["text"])], abs=1)
        assert after == pytest.approx({line: place for line, place in before.items() if "Line 8" not in line}, abs=1)
        assert await strip.tells(
            f"{ROOT}.querySelectorAll('li').values().every(({{ scrollHeight, offsetHeight }}) => scrollHeight <= offsetHeight)"
        )


async def test_a_correction_moves_nothing_in_a_crawl_that_never_moved(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """On a page that loads the ticker paused a shorter correction stands in its line's place as well."""
    await strip.page.clock.install()
    await strip.page.goto(embed(TAG.replace("><", " paused><").format("crawl")))
    await strip.reaches(f"{ROOT}.querySelector('[part=pause].go')")
    await strip.is_live()
    await strip.page.clock.run_for(70_000)
    # After so long a silence it connects anew, and has the server's clock again, by which no minute has gone by.
    await strip.reaches(f"{TICKER}.status === 'live' && !{ROOT}.textContent.includes('1 min')")
    before = await strip.places()
    await editor.corrects(lines[8], text="Line 8 of the day, put right")
    await strip.reaches(f"{ROOT}.textContent.includes('put right')")

    after = await strip.places()
    assert len(before) > 2
    assert [*after.values()] == pytest.approx([*before.values()], abs=1)


async def test_the_longest_correction_moves_nothing_in_view(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """The right text is there at once, in the place of the wrong one; who goes to it by keyboard has all of it."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.viewport.hover()
    before = await strip.places()
    await editor.corrects(lines[8], kind="correction", text=LONG, correction="It was wrong.")
    await strip.reaches(f"{ROOT}.textContent.includes('{LONG.strip()}')")
    after = await strip.places()

    assert after.pop(LONG.strip()) == pytest.approx(before.pop(str(lines[8]["text"])), abs=1)
    assert len(before) > 2
    assert after == pytest.approx(before, abs=1)
    mark = strip.element.get_by_text("Corrected")
    assert await mark.is_visible()
    link = strip.element.get_by_role("link", name="Line 8")
    assert await link.evaluate(INSIDE)
    await link.evaluate("node => node.scrollTop = 100")
    await link.press("Shift")
    assert await link.evaluate(IN_FULL)


@pytest.mark.parametrize("how", ["paused", "reduced motion", "paused then"])
async def test_a_row_that_stands_still_makes_room_for_a_correction(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed, how: str
) -> None:
    """There it would not come round: all of it is there, from where the wrong text began, and what is before stays."""
    await strip.page.emulate_media(reduced_motion="reduce" if how == "reduced motion" else "no-preference")
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    button = strip.page.get_by_role("button", name="Pause")
    if how == "paused then":
        await strip.viewport.hover()
    await (button.press("Enter") if how == "paused" else button.wait_for())
    before = await strip.places()
    await editor.corrects(lines[8], text=LONG)
    await strip.reaches(f"{ROOT}.textContent.includes('{LONG.strip()}')")
    if how == "paused then":
        await button.press("Enter")
    await strip.reaches(f"!{ROOT}.querySelector('.tight')")

    after = await strip.places()
    assert list(after.values()) == pytest.approx([before[str(lines[n]["text"])] for n in (8, 9)], abs=1)
    assert await strip.element.get_by_role("link", name="Line 8").evaluate(IN_FULL)


@pytest.mark.parametrize("withdrawn", [False, True])
async def test_a_correction_with_nothing_behind_it_is_not_cut(
    strip: Strip, editor: Editor, embed: Embed, *, withdrawn: bool
) -> None:
    """The last line of a short row has the empty room, also that of one that is gone."""
    last, line = await editor.posts_all(["Last", "Line 8"])
    if not withdrawn:
        await editor.withdraws(last)
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.shows(*(["Line 8", "Last"] if withdrawn else ["Line 8"]))
    await strip.viewport.hover()
    if withdrawn:
        await editor.withdraws(last)
        await strip.reaches(f"!{ROOT}.textContent.includes('Last')")
    await editor.corrects(line, text=LONG)
    await strip.reaches(f"{ROOT}.textContent.includes('{LONG.strip()}')")

    assert await strip.element.get_by_role("link", name="Line 8").evaluate(IN_FULL)


async def test_a_correction_that_was_cut_comes_round_in_full(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """What had no room in its old place has it the next time."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.viewport.hover()
    await editor.corrects(lines[8], text=LONG)
    await strip.reaches(f"{ROOT}.textContent.includes('{LONG.strip()}')")
    link = strip.element.get_by_role("link", name="Line 8")
    assert not await link.evaluate(IN_FULL)

    await strip.page.mouse.move(5, 600)
    await strip.passes(0.5)
    await strip.passes(0.5)
    await strip.reaches(
        f"({IN_FULL})({ROOT}.querySelectorAll('a').values().find((link) => link.textContent.includes('Line 8')))"
    )


@pytest.mark.parametrize("changes", [{"kind": "pin"}, {"kind": "update", "urgency": "flash"}])
async def test_what_changes_no_word_moves_nothing(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed, changes: dict[str, str]
) -> None:
    """A line that is pinned or becomes a flash in view goes by as it was, and looks it when it comes round again."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.shows(*(str(line["text"]) for line in reversed(lines)))
    await strip.viewport.hover()
    before = await strip.places()
    item = f"{ROOT}.getElementById('{lines[8]['id']}')"
    looks = f"(({{ width, height }}) => [width, height])({item}.querySelector('a').getBoundingClientRect())"
    size = await strip.tells(looks)
    await editor.corrects(lines[8], **changes)
    await strip.reaches(f"{TICKER}.lines.some(({{ pinned, urgency }}) => pinned || urgency === 1)")
    assert await strip.places() == pytest.approx(before, abs=1)
    assert await strip.tells(looks) == pytest.approx(size, abs=0.1)

    await strip.page.mouse.move(5, 600)
    await strip.passes(0.5)
    await strip.reaches(f"{item}.matches('.pinned, .urgent')")
