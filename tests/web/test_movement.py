"""web/widget/src/movement.js: how lines go by, one at a time, and in a list."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browsing import SETTLED, SHIFTS
from tests.web.newsroom import BELT, IN_VIEW, ROOT, TICKER, TRACK, Editor, Strip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]

TAG: Final = '<breaking-ticker channel="en" display="{}"></breaking-ticker>'
ALONE: Final = f"{ROOT}.querySelector('li:not([hidden]) [part=text]')?.textContent"


@pytest_asyncio.fixture(loop_scope="module")
async def lines(editor: Editor) -> AsyncIterator[list[dict[str, object]]]:
    """Ten lines, the newest one last."""
    yield await editor.posts_all(f"Line {n} of the day, and some more words" for n in range(10))


@pytest.mark.parametrize("display", ["crawl", "rotate", "list"])
async def test_nothing_on_the_page_moves(page: Page, strip: Strip, editor: Editor, embed: Embed, display: str) -> None:
    """What stands around the ticker, and in it, stays where it is: when the script comes, and when lines come."""
    await editor.posts_all(f"Line {n} of the day" for n in range(10))
    await page.add_init_script(SHIFTS)
    style = f"<style>breaking-ticker {{ display: block; block-size: {320 if display == 'list' else 44}px }}</style>"
    await page.goto(embed(style + TAG.replace("><", ' speed="400"><').format(display)))
    await strip.is_live()
    for n in range(3):
        await editor.posts(f"News {n}")
        await strip.reaches(f"{TICKER}.lines[0].text === 'News {n}' && {ROOT}.textContent.includes('News {n}')")
        await strip.reaches(f"{ROOT}.querySelector('[part=viewport]').scrollTop === 0")
    if display == "crawl":  # lines have gone round, and there was time to turn to another one
        await strip.reaches(f"parseInt({TRACK}.style.getPropertyValue('--lead')) > 3000")

    assert await page.evaluate(SETTLED) == []


async def test_older_lines_come_by_however_busy_it_is(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """News stands next, and behind it the round goes on where it was, not from its beginning."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.is_live()
    await strip.passes(0.4)
    order = f"{BELT}.map((node) => node.textContent.match(/(Line|News) \\d/)[0])"
    before = await strip.tells(order)
    seen = await strip.tells(f"{BELT}.filter({IN_VIEW}).length")
    await editor.posts("News 1")
    await strip.reaches(f"{ROOT}.textContent.includes('News 1')")

    after = [line for line in await strip.tells(order) if line in before]
    assert (await strip.tells(order)).index("News 1") <= seen + 1
    assert after == [line for line in before if line in after]


async def test_a_line_withdrawn_in_view_leaves_its_place_empty(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """Its text is gone at once, its neighbours stay where they are, and the gap is closed where nobody sees it."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.shows(*(str(line["text"]) for line in reversed(lines)))
    await strip.viewport.hover()  # so that nothing moves meanwhile
    before = await strip.places()
    await editor.withdraws(lines[8])
    await strip.reaches(f"!{ROOT}.textContent.includes('Line 8')")
    after = await strip.places()

    assert {text: place for text, place in after.items() if text in before} == pytest.approx(
        {text: place for text, place in before.items() if "Line 8" not in text}, abs=1
    )
    await strip.page.mouse.move(5, 600)
    await strip.reaches(f"{ROOT}.querySelectorAll('li:empty').length === 1")
    await strip.passes(0.5)
    await strip.reaches(f"{ROOT}.querySelectorAll('li:empty').length === 0")


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


async def test_shows_one_line_at_a_time(strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed) -> None:
    """It turns by itself; the buttons turn it too and hold it there; news comes next."""
    await strip.page.goto(embed(TAG.format("rotate")))
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")
    await strip.reaches(f"{ALONE} === '{lines[8]['text']}'", within=12)

    await strip.page.get_by_role("button", name="Previous").press("Enter")
    assert await strip.tells(ALONE) == lines[9]["text"]
    await strip.page.get_by_role("button", name="Next").press("Enter")
    await strip.page.keyboard.press("Enter")
    assert await strip.tells(ALONE) == lines[7]["text"]
    assert await strip.tells(f"{TICKER}.querySelector('[aria-live=polite]').textContent") == lines[7]["text"]

    await editor.posts("News")
    await strip.reaches(f"{ROOT}.textContent.includes('News')")
    assert await strip.tells(ALONE) == lines[7]["text"]
    await strip.page.keyboard.press("Enter")
    assert await strip.tells(ALONE) == "News"


async def test_a_long_line_alone_goes_by_in_parts(strip: Strip, editor: Editor, embed: Embed) -> None:
    """What is higher than its place is shown to its end before another line comes."""
    await editor.posts("A short line")
    long = await editor.posts(" ".join(f"word{n}" for n in range(70)))
    await strip.page.set_viewport_size({"width": 700, "height": 600})
    await strip.page.goto(embed(TAG.format("rotate")))
    await strip.reaches(f"{ALONE} === '{long['text']}'")
    last = (
        f"(() => {{ const range = new Range(), text = {ROOT}.querySelector('li:not([hidden]) [part=text]').firstChild;"
        " range.setStart(text, text.length - 6), range.setEnd(text, text.length);"
        f" const [inner, outer] = [range, {ROOT}.querySelector('[part=viewport]')].map((one) => one.getBoundingClientRect());"
        " return inner.bottom <= outer.bottom + 2; })()"
    )
    assert not await strip.tells(last)
    for _ in range(12):
        if await strip.tells(last):
            break
        await strip.page.get_by_role("button", name="Next").press("Enter")
        assert await strip.tells(ALONE) == long["text"]

    assert await strip.tells(last)
    await strip.page.get_by_role("button", name="Next").press("Enter")
    assert await strip.tells(ALONE) == "A short line"


async def test_nothing_moves_that_cannot_be_paused(
    page: Page, strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """Where what has the buttons does not come, the lines are there, stay true and stand still; once it comes they go by."""
    blocked = re.compile(r"aside\.js$")
    await page.route(blocked, lambda route: route.abort())
    await page.goto(embed(TAG.format("crawl")))
    await strip.shows(*(str(line["text"]) for line in reversed(lines)))
    await editor.withdraws(lines[9])
    await strip.shows(*(str(line["text"]) for line in reversed(lines[:9])))
    assert await strip.animations() == []

    await page.unroute(blocked)
    await page.get_by_role("button", name="Pause").wait_for()
    assert await strip.animations() == [["running", ["transform"]]]


async def test_a_reader_down_the_list_keeps_their_place(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """What comes above does not move what is read; at the top the newest line stays in sight."""
    await strip.page.goto(embed(TAG.format("list")))
    await strip.reaches(f"{TICKER}.lines.length === 10")
    await strip.viewport.evaluate("node => node.scrollTop = 30")
    seventh = f"{ROOT}.querySelectorAll('li').values().find((node) => node.textContent.includes('Line 7'))"
    top = f"{seventh}.getBoundingClientRect().top"
    before = await strip.tells(top)
    await editor.posts("News 1")
    await strip.reaches(f"{ROOT}.textContent.includes('News 1')")
    assert await strip.tells(top) == pytest.approx(before, abs=1)

    await strip.viewport.evaluate("node => node.scrollTop = 0")
    await editor.posts("News 2")
    await strip.reaches(f"{ROOT}.textContent.includes('News 2')")
    await strip.reaches(f"{ROOT}.querySelector('[part=viewport]').scrollTop === 0")


async def test_focus_is_never_lost(strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed) -> None:
    """Whoever stands on a line that is withdrawn stands on the next one; on the last of all, on the pause button."""
    await strip.page.goto(embed(TAG.replace("><", ' max="2"><').format("list")))
    await strip.reaches(f"{ROOT}.querySelectorAll('li').length === 2")
    await strip.page.keyboard.press("Tab")
    active = f"{ROOT}.activeElement?.textContent"
    assert "Line 9" in await strip.tells(active)
    await editor.withdraws(lines[9])
    await strip.reaches(f"{active}?.includes('Line 8')")

    for line in reversed(lines[:9]):
        await editor.withdraws(line)
    await strip.reaches(f"{ROOT}.activeElement?.localName === 'button'")


async def test_moves_without_a_script_per_frame(page: Page, strip: Strip, lines: list[dict[str, object]], embed: Embed) -> None:
    """The compositor moves it, as fast as the page says; no frame is asked for."""
    await page.goto(embed(TAG.replace("><", ' speed="90"><').format("crawl")))
    await strip.reaches(f"{TRACK}?.getAnimations()[0]?.currentTime > 0")
    await page.evaluate("asked = 0, requestAnimationFrame = () => ++asked")
    await page.wait_for_function(f"{TRACK}.getAnimations()[0].currentTime > 2500", polling=100)

    assert await strip.speed() == -90
    assert await strip.animations() == [["running", ["transform"]]]
    assert await page.evaluate("asked") < 10  # a crawl by script asks 60 times a second; the test's own tools ask once or twice
