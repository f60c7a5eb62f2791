"""web/widget/src/crawl.js: how lines go by as a belt."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.async_api import Page

from tests.web.newsroom import BELT, IN_VIEW, ROOT, TAG, TRACK, Editor, Strip
from tests.web.tabs import Window

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]

EVERYTHING: Final = "{ subtree: true, attributes: true, childList: true, characterData: true }"


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


@pytest.mark.parametrize("style", ["zoom: 1.5", "transform: scale(.5); transform-origin: 0 0"])
async def test_nothing_jumps_where_the_page_is_zoomed(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed, style: str
) -> None:
    """In what the page shows larger, as buttons for the size of text do, or smaller, as on a sign."""
    await strip.page.goto(embed(f'<div style="{style}">{TAG.format("crawl")}</div>'))
    await strip.is_live()
    await strip.passes(0.4)
    await strip.viewport.hover()
    before = await strip.places()
    gone = next(line for line in lines if line["text"] == next(iter(before)))
    await editor.withdraws(gone)
    await editor.posts("News")
    await strip.reaches(f"{ROOT}.textContent.includes('News') && !{ROOT}.textContent.includes('{gone['text']}')")
    await strip.tells(f"{TRACK}.getAnimations()[0].currentTime += 1")  # a second on, what has gone by stands behind

    stay = {text: place for text, place in before.items() if text != gone["text"]}
    assert {text: place for text, place in (await strip.places()).items() if text in stay} == pytest.approx(stay, abs=2)


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


async def test_a_line_withdrawn_in_view_leaves_no_mark(strip: Strip, editor: Editor, embed: Embed) -> None:
    """The square of a flash goes with it."""
    lines = [await editor.posts(f"Line {n}", urgency=1) for n in range(3)]
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.shows("Line 2", "Line 1", "Line 0")
    await strip.viewport.hover()
    await editor.withdraws(lines[1])
    await strip.reaches(f"{ROOT}.querySelectorAll('li:empty').length === 1")

    square = "getComputedStyle({ROOT}.querySelector('li{empty}'), '::before').content"
    assert "■" in await strip.tells(square.format(ROOT=ROOT, empty=":not(:empty)"))
    assert await strip.tells(square.format(ROOT=ROOT, empty=":empty")) == "none"


@pytest.mark.parametrize("becomes", ["", "Fixed."])
async def test_the_view_is_never_left_empty(page: Page, strip: Strip, editor: Editor, embed: Embed, becomes: str) -> None:
    """A line as long as the view is withdrawn, or corrected to a word: readers need not wait until its place has gone by."""
    await page.set_viewport_size({"width": 390, "height": 400})
    line, _ = await editor.posts_all(["Long words that go on " * 18, "Next"])
    await page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{TRACK}?.getAnimations()[0]?.currentTime > 0")
    await strip.reaches(f"{TRACK}.getAnimations()[0].pause() || true")
    words = (
        f"[...{ROOT}.querySelectorAll('[part=text]')].some((node) => node.textContent.includes('{becomes}') && {IN_VIEW}(node))"
    )
    await strip.tells(f"{TRACK}.getAnimations()[0].currentTime += {await strip.place('Long words') + 900} / 0.06")
    await strip.reaches(f"{BELT}.filter({IN_VIEW}).length === 1 && {BELT}[0].textContent.includes('Long words')")
    if becomes:
        await editor.corrects(line, kind="correction", text=becomes, correction="It was too long.")
    else:
        await editor.withdraws(line)

    await strip.reaches(f"!{ROOT}.textContent.includes('Long words')")
    await strip.reaches(words, within=3)


async def test_news_stands_next_to_who_follows_links(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """It waits behind what is in view, not before it."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.tells(f"{ROOT}.querySelectorAll('a')[6].focus()")
    await strip.reaches(f"{TRACK}.getAnimations().length === 0")
    before = await strip.places()
    await editor.posts("News")
    await strip.reaches(f"{ROOT}.textContent.includes('News')")

    assert await strip.places() == pytest.approx(before, abs=1)
    assert max(before.values()) < await strip.place("News") < 3000


async def test_who_comes_back_finds_lines(window: Window, editor: Editor, embed: Embed) -> None:
    """While the page was out of sight all lines have gone by; they are there when it is in sight."""
    await editor.posts_all(["One", "Two"])
    seen = f"{BELT}.some({IN_VIEW})"
    tab = await window.opens(embed(TAG.replace("><", ' speed="400"><').format("crawl")))
    await tab.reaches(f"{TRACK}?.getAnimations().length === 1")
    await tab.tells(
        f"document.addEventListener('visibilitychange', () => document.hidden || setTimeout(() => (window.seen = {seen})))"
    )
    other = await window.opens("about:blank")
    await tab.reaches("document.hidden")
    await tab.tells(f"{TRACK}.getAnimations()[0].currentTime = 9000")  # as if so long had gone by
    await other.closes()
    await tab.comes_to_front()

    await tab.reaches("'seen' in window")
    assert await tab.tells("window.seen")


async def test_who_comes_to_want_no_motion_has_lines_in_view(
    strip: Strip, lines: list[dict[str, object]], embed: Embed
) -> None:
    """The row begins at its start, not behind the room that the crawl had gone through."""
    await strip.page.clock.install()
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.passes(0.5)
    await strip.page.clock.pause_at(await strip.tells("Date.now() + 1000") / 1000)  # from here on no second goes by
    await strip.page.emulate_media(reduced_motion="reduce")

    await strip.reaches(strip.in_view("Line 9"), within=5)
    assert await strip.place("Line 9") == pytest.approx(0, abs=1)


async def test_moves_without_a_script_per_frame(page: Page, strip: Strip, lines: list[dict[str, object]], embed: Embed) -> None:
    """The compositor moves it, as fast as the page says; no frame is asked for."""
    await page.goto(embed(TAG.replace("><", ' speed="90"><').format("crawl")))
    await strip.reaches(f"{TRACK}?.getAnimations()[0]?.currentTime > 0")
    await page.evaluate("asked = 0, requestAnimationFrame = () => ++asked")
    await page.wait_for_function(f"{TRACK}.getAnimations()[0].currentTime > 2500", polling=100)

    assert await strip.speed() == -90
    assert await strip.animations() == [["running", ["transform"]]]
    assert await page.evaluate("asked") < 10  # a crawl by script asks 60 times a second; the test's own tools ask once or twice


async def test_times_go_on_while_paused(strip: Strip, lines: list[dict[str, object]], embed: Embed) -> None:
    """What is in view keeps its place, but does not say for ever that it has come just now."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.page.get_by_role("button", name="Pause").press("Enter")
    await strip.tells(
        "for (const clock of [Date, performance]) { const now = clock.now.bind(clock); clock.now = () => now() + 150_000; }"
    )

    await strip.reaches(f"[...{ROOT}.querySelectorAll('time')].every((time) => time.textContent === '2 min. ago')")


@pytest.mark.parametrize("paused", ["", " paused"])
async def test_what_has_not_changed_is_not_written(strip: Strip, editor: Editor, embed: Embed, paused: str) -> None:
    """While nothing comes, and no line has gone by, a second changes nothing on the page."""
    await strip.page.clock.install()
    lines = await editor.posts_all(f"Line {n} of the day, and some more words" for n in range(10))
    await strip.page.goto(embed(TAG.replace("><", f"{paused}><").format("crawl")))
    await strip.reaches(f"{ROOT}.querySelector('[part=pause]') && {ROOT}.textContent.includes('Line 0')")
    await strip.viewport.hover()
    await editor.corrects(lines[8], text="Line 8")
    await strip.shows(*(str(line["text"]) if line is not lines[8] else "Line 8" for line in reversed(lines)))
    await strip.page.clock.run_for(3000)
    await strip.tells(
        f"new MutationObserver((records) => (window.writes ??= []).push(...records.map(({{ target, attributeName: name }}) =>"
        f" `${{target.localName}} ${{name}} ${{target.getAttribute?.(name)}}`))).observe({ROOT}, {EVERYTHING})"
    )
    await strip.page.clock.run_for(5000)

    assert await strip.tells("window.writes ?? []") == []
