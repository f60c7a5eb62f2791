"""web/widget/src/movement.js: what all ways for lines to go by have in common."""

import re
from collections.abc import Callable

import pytest
from playwright.async_api import Browser, Page

from tests.browsing import SETTLED, SHIFTS, visiting
from tests.web.newsroom import BELT, COUNTER, ROOT, TAG, TICKER, TRACK, Editor, Strip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]


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


async def test_nothing_moves_that_cannot_be_paused(
    page: Page, strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """Where what has the buttons does not come, the lines are there, stay true and stand still; once it comes they go by."""
    blocked = re.compile(r"\.aside\.\w+\.js$")
    await page.route(blocked, lambda route: route.abort())
    await page.goto(embed(TAG.format("crawl")))
    await strip.shows(*(str(line["text"]) for line in reversed(lines)))
    await editor.withdraws(lines[9])
    await strip.shows(*(str(line["text"]) for line in reversed(lines[:9])))
    assert await strip.animations() == []

    await page.unroute(blocked)
    await page.get_by_role("button", name="Pause").wait_for()
    assert await strip.animations() == [["running", ["transform"]]]


async def test_focus_is_never_lost(strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed) -> None:
    """Whoever stands on a line that is withdrawn stands on the next one; on the last of all, on the pause button."""
    await strip.page.goto(embed(TAG.replace("><", ' max="2"><').format("list")))
    await strip.reaches(f"{ROOT}.querySelectorAll('li').length === 2")
    await strip.tells(f"{ROOT}.querySelector('a').focus()")
    active = f"{ROOT}.activeElement?.textContent"
    assert "Line 9" in await strip.tells(active)
    await editor.withdraws(lines[9])
    await strip.reaches(f"{active}?.includes('Line 8')")

    for line in reversed(lines[:9]):
        await editor.withdraws(line)
    await strip.reaches(f"{ROOT}.activeElement?.localName === 'button'")


@pytest.mark.parametrize("attribute, value", [("channel", "es"), ("topics", "sport")])
async def test_other_lines_begin_at_the_start(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed, attribute: str, value: str
) -> None:
    """Whatever has gone by of a channel, another one's lines come at once, as if they were the first."""
    await editor.posts("Other", "es" if attribute == "channel" else "en", topics=["sport"])
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 9')")
    await strip.passes(0.4)
    await strip.tells(f"{TICKER}.setAttribute('{attribute}', '{value}')")
    await strip.reaches(f"{ROOT}.textContent.includes('Other') && {TICKER}.lines.length === 1")

    assert await strip.place("Other") < 300
    assert await strip.tells(f"{ROOT}.querySelectorAll('li').length") == 1


async def test_an_empty_strip_begins_at_the_start(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """The first line after none stands where first lines stand."""
    await strip.page.goto(embed(TAG.replace("><", ' max="5"><').format("crawl")))
    await strip.is_live()
    await strip.passes(0.8)
    for line in lines:
        await editor.withdraws(line)
    await strip.reaches(f"{TICKER}.lines.length === 0")
    await editor.posts("News")
    await strip.reaches(f"{ROOT}.textContent.includes('News')")

    assert await strip.place("News") < 100


async def test_another_display_begins_at_the_start(strip: Strip, editor: Editor, embed: Embed) -> None:
    """Nothing of how the lines went by remains in the column, nor of where the reader was in it."""
    await editor.posts_all(f"Line {n}" for n in range(2))
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 1')")
    await strip.tells(f"{TRACK}.getAnimations()[0].currentTime = 4000")  # so that the first has gone to the end, behind a gap
    await strip.reaches(f"{BELT}[0].textContent.includes('Line 0')")
    await editor.posts_all(f"News {n}" for n in range(9))
    await strip.reaches(f"{ROOT}.textContent.includes('News 8')")

    await strip.tells(f"{TICKER}.display = 'list'")
    await strip.reaches(f"{TRACK}.getAnimations().length === 0")
    edges = "[...new Set(list.map((node) => Math.round(node.getBoundingClientRect().left)))].length"
    assert await strip.tells(f"((list) => {edges})([...{ROOT}.querySelectorAll('li')])") == 1
    assert await strip.viewport.evaluate("node => node.scrollTop") == 0

    await strip.viewport.evaluate("node => node.scrollTop = 50")
    await strip.tells(f"{TICKER}.display = 'crawl'")
    await strip.reaches(f"{TRACK}.getAnimations().length === 1")
    assert -200 < await strip.place("News 8") < 1


async def test_focus_stays_in_view_in_another_display(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """Whoever is at a line by keyboard sees it, whatever the display becomes."""
    await strip.page.goto(embed(TAG.format("list")))
    await strip.reaches(f"{ROOT}.querySelector('[part=pause]')?.checkVisibility()")
    await strip.page.get_by_role("button", name="Pause").press("Tab")
    for _ in range(5):
        await strip.page.keyboard.press("Tab")
    text = await strip.tells(f"{ROOT}.activeElement.textContent")
    in_view = (
        "(({ left, right, top, bottom }, v) => "
        "left >= v.left - 1 && right <= v.right + 1 && top >= v.top - 1 && bottom <= v.bottom + 1)"
    )
    boxes = f"({ROOT}.activeElement.getBoundingClientRect(), {ROOT}.querySelector('[part=viewport]').getBoundingClientRect())"

    for display in ("crawl", "list", "rotate", "list"):
        await strip.tells(f"{TICKER}.display = '{display}'")
        await strip.reaches(f"{ROOT}.querySelector('.{display}')")
        assert await strip.tells(f"{ROOT}.activeElement.textContent") == text
        assert await strip.tells(in_view + boxes)


async def test_a_finger_holds_nothing(browser: Browser, editor: Editor, embed: Embed) -> None:
    """Where a finger was nobody is: news comes in, though the browser takes what was touched for pointed at."""
    await editor.posts_all(["One", "Two"])
    async with visiting(browser, has_touch=True) as (page, _):
        strip = Strip(page)
        await page.goto(embed(TAG.format("list")))
        await strip.reaches(f"{ROOT}.querySelector('[part=pause]') && {ROOT}.textContent.includes('One')")
        await strip.element.locator("time").first.tap()
        assert await strip.tells(f"{ROOT}.querySelector('[part=viewport]').matches(':hover')")
        await editor.posts("News")

        await strip.reaches(f"{ROOT}.textContent.includes('News')", within=5)


@pytest.mark.parametrize(
    ("display", "width"), [("crawl", 1280), ("rotate", 1280), ("rotate", 500), ("rotate", 390), ("list", 1280)]
)
async def test_counting_moves_nothing(page: Page, strip: Strip, editor: Editor, embed: Embed, display: str, width: int) -> None:
    """There is room for the number of new lines, and for a longer one."""
    await editor.posts_all(f"Line {n} of the day" for n in range(10))
    await page.add_init_script(SHIFTS)
    await page.set_viewport_size({"width": width, "height": 500})
    height = 320 if display == "list" else 148 if width < 480 else 44
    style = f"<style>breaking-ticker {{ display: block; block-size: {height}px }}</style>"
    await page.goto(embed(style + TAG.replace("><", " paused><").format(display)))
    await strip.reaches(f"{ROOT}.querySelector('[part=pause].go')")
    await page.evaluate(f"{SETTLED}.then(() => shifts.splice(0))")  # what came with the buttons
    for n in range(3):
        await editor.posts(f"News {n}")
        await strip.reaches(f"{COUNTER}.startsWith('{n + 1}')")

    assert await page.evaluate(SETTLED) == []


async def test_a_mouse_that_was_left_there_holds_nothing(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """On a wall, or when its owner has gone for coffee, news comes in after a minute; the next movement is that of a reader."""
    minute = "(now => (performance.now = () => now.call(performance) + 61000))(performance.now)"
    await strip.page.goto(embed(TAG.format("list")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.viewport.hover()
    await editor.posts("News 1")
    await strip.reaches(f"{COUNTER} === '1 new line'")
    await strip.tells(minute)
    await strip.reaches(f"{ROOT}.textContent.includes('News 1') && {COUNTER} === ''")
    await strip.viewport.hover(position={"x": 300, "y": 20})
    await editor.posts("News 2")
    await strip.reaches(f"{COUNTER} === '1 new line'")

    await strip.tells(f"{TICKER}.display = 'crawl'")
    await strip.viewport.hover()
    await strip.reaches(f"{TRACK}.getAnimations()[0]?.playState === 'paused'")
    await strip.tells(minute)
    await strip.reaches(f"{TRACK}.getAnimations()[0].playState === 'running'")
    await strip.viewport.hover(position={"x": 300, "y": 20})
    await strip.reaches(f"{TRACK}.getAnimations()[0].playState === 'paused'")
