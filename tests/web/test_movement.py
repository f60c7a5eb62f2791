"""web/widget/src/movement.js: how lines go by, one at a time, and in a list."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browsing import SETTLED, SHIFTS, visiting
from tests.web.newsroom import BELT, IN_VIEW, ROOT, TICKER, TRACK, Editor, Strip
from tests.web.tabs import Window

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]

TAG: Final = '<breaking-ticker channel="en" display="{}"></breaking-ticker>'
ALONE: Final = f"{ROOT}.querySelector('li:not([hidden]) [part=text]')?.textContent"
COUNTER: Final = f"{ROOT}.querySelector('[part=counter]').textContent"


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
    await strip.reaches(f"{COUNTER} === '1 new line'")
    assert await strip.tells(ALONE) == lines[7]["text"]
    await strip.page.keyboard.press("Shift+Tab")
    await strip.page.keyboard.press("Shift+Tab")
    await strip.reaches(f"{ALONE} === 'News'")


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


async def test_a_filter_that_is_none_is_said(page: Page, strip: Strip, lines: list[dict[str, object]], embed: Embed) -> None:
    """All lines are shown, and the console says why: once."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(embed('<breaking-ticker channel="en" topics="World"></breaking-ticker>'))
    await strip.reaches(f"{ROOT}.querySelector('[part=pause]')?.checkVisibility()")

    assert len(await strip.tells(f"{TICKER}.lines")) == 10
    assert [text for text in said if "breaking-ticker" in text] == [
        'breaking-ticker: no topic in "World", so all lines are shown'
    ]


async def test_buttons_hold_no_line(strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed) -> None:
    """Whoever pressed a button, and still has focus and pointer there, sees the next line come by itself."""
    await strip.page.goto(embed(TAG.format("rotate")))
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")
    await strip.page.get_by_role("button", name="Next").click()
    assert await strip.tells(ALONE) == lines[8]["text"]
    await editor.posts("News")

    await strip.reaches(f"{ALONE} === 'News'", within=8)


async def test_focus_goes_to_the_line_in_the_place(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """Whoever stands on the line that is shown alone, and is withdrawn, stands on the one that is shown then."""
    await strip.page.goto(embed(TAG.format("rotate")))
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")
    await strip.page.get_by_role("button", name="Previous").press("Enter")
    await strip.reaches(f"{ALONE} === '{lines[0]['text']}'")
    await strip.tells(f"{ROOT}.querySelector('li:not([hidden]) a').focus()")
    await editor.withdraws(lines[0])
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")

    assert "Line 9" in await strip.tells(f"{ROOT}.activeElement?.textContent ?? ''")


async def test_what_takes_a_withdrawn_lines_place_is_read_in_peace(strip: Strip, editor: Editor, embed: Embed) -> None:
    """A line that comes instead of a withdrawn one is shown from its beginning, and as long as any other."""
    await editor.posts_all(["Uno " * 90, "Dos " * 90])
    await strip.page.set_viewport_size({"width": 390, "height": 700})
    await strip.page.clock.install()
    await strip.page.goto(embed(TAG.format("rotate")))
    line = await editor.posts("Tres " * 90)
    await strip.reaches(f"{ROOT}.querySelectorAll('li').length === 3")
    await seconds(strip, 30, until=f"{ALONE}.startsWith('Tres')")
    await seconds(strip, 18)
    await strip.tells(f"{ROOT}.querySelector('[part=next]').click()")
    assert await strip.tells(f"{ROOT}.querySelector('[part=viewport]').scrollTop") > 0
    await seconds(strip, 18)
    await editor.withdraws(line)
    await strip.reaches(f"!{ALONE}.startsWith('Tres')")

    assert await strip.tells(f"{ROOT}.querySelector('[part=viewport]').scrollTop") == 0
    before = await strip.tells(ALONE)
    await seconds(strip, 20)
    assert await strip.tells(f"[{ALONE}, {ROOT}.querySelector('[part=viewport]').scrollTop]") == [before, 0]


async def seconds(strip: Strip, count: int, until: str = "false") -> None:
    """Let time pass, on a page whose clock the test moves."""
    for _ in range(count):
        if await strip.tells(until):
            return
        await strip.page.clock.run_for(1000)


async def test_who_turns_the_lines_by_keyboard_is_not_hurried(
    strip: Strip, lines: list[dict[str, object]], embed: Embed
) -> None:
    """While the keyboard is at the button for the next line none gives way by itself; at the pause button it does."""
    await strip.page.clock.install()
    await strip.page.goto(embed(TAG.format("rotate")))
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")
    await strip.page.get_by_role("button", name="Next").press("Enter")
    shown = await strip.tells(ALONE)
    await seconds(strip, 20)
    assert await strip.tells(ALONE) == shown

    await strip.page.get_by_role("button", name="Next").press("Tab")
    await seconds(strip, 20, until=f"{ALONE} !== '{shown}'")
    assert await strip.tells(ALONE) != shown


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


async def test_first_lines_are_no_news(strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed) -> None:
    """The first one stands as long as it takes to read."""
    await editor.posts_all(["Uno", "Dos"], "es")
    await strip.page.goto(embed(TAG.format("rotate")))
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")
    await strip.tells(f"{TICKER}.channel = 'es'")
    await strip.reaches(f"{ALONE} === 'Dos'")
    shown = await strip.tells("performance.now()")
    await strip.reaches(f"{ALONE} === 'Uno'")

    assert await strip.tells("performance.now()") - shown > 4000


async def test_what_fills_a_hole_is_no_news(strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed) -> None:
    """An older line that moves up where another was withdrawn comes last, and hurries nobody."""
    await strip.page.goto(embed(TAG.replace("><", ' max="3"><').format("rotate")))
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")
    await editor.withdraws(lines[8])
    await strip.reaches(f"{ROOT}.textContent.includes('Line 6')")
    shown = []
    for _ in range(2):
        await strip.page.get_by_role("button", name="Next").press("Enter")
        shown.append(await strip.tells(ALONE))

    assert shown == [lines[7]["text"], lines[6]["text"]]


async def test_times_go_on_while_paused(strip: Strip, lines: list[dict[str, object]], embed: Embed) -> None:
    """What is in view keeps its place, but does not say for ever that it has come just now."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.page.get_by_role("button", name="Pause").press("Enter")
    await strip.tells(
        "for (const clock of [Date, performance]) { const now = clock.now.bind(clock); clock.now = () => now() + 150_000; }"
    )

    await strip.reaches(f"[...{ROOT}.querySelectorAll('time')].every((time) => time.textContent === '2 min. ago')")


async def test_pausing_moves_nothing(strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed) -> None:
    """What was withdrawn, corrected and pushed out in view stays so when the reader pauses, and when they go on."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.viewport.hover()
    await editor.withdraws(lines[8])
    await editor.corrects(lines[7], text="Line 7, put right")
    await strip.reaches(f"{ROOT}.textContent.includes('put right') && !{ROOT}.textContent.includes('Line 8')")
    before = await strip.places()

    await strip.page.get_by_role("button", name="Pause").press("Enter")
    await strip.reaches(f"{TRACK}.getAnimations().length === 0")
    assert await strip.places() == pytest.approx(before, abs=1)
    await editor.withdraws(lines[0])  # and nothing by what happens elsewhere
    await strip.reaches(f"!{ROOT}.textContent.includes('Line 0')")
    assert await strip.places() == pytest.approx(before, abs=1)
    await strip.page.get_by_role("button", name="Resume").press("Enter")
    await strip.reaches(f"{TRACK}.getAnimations().length === 1")
    assert await strip.places() == pytest.approx(before, abs=1)


@pytest.mark.parametrize("channel", ["en", "ar"])
async def test_pausing_a_short_row_moves_nothing(strip: Strip, editor: Editor, embed: Embed, channel: str) -> None:
    """A line that stands alone on its way across stays there, though a row has no place to scroll to."""
    await editor.posts("One line", channel)
    await strip.page.goto(embed(TAG.format("crawl").replace("en", channel)))
    await strip.reaches(f"{ROOT}.textContent.includes('One line')")
    await strip.tells(f"{TRACK}.getAnimations()[0].currentTime = 20000")
    await strip.reaches(f"{TRACK}.getAnimations()[0].currentTime < 3000")  # it enters again
    await strip.tells(f"{TRACK}.getAnimations()[0].currentTime = 8000")
    await strip.viewport.hover()
    before = await strip.places()
    assert [place for place in before.values() if 300 < place < 1000]

    button = strip.element.locator("[part=pause]")
    await button.press("Enter")
    await strip.reaches(f"{TRACK}.getAnimations().length === 0")
    assert await strip.places() == pytest.approx(before, abs=1)
    await button.press("Enter")
    await strip.reaches(f"{TRACK}.getAnimations().length === 1")
    assert await strip.places() == pytest.approx(before, abs=1)


async def test_a_click_moves_nothing(strip: Strip, lines: list[dict[str, object]], embed: Embed) -> None:
    """Whoever clicks on a line that is coming in finds it where they clicked."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.tells("addEventListener('click', (event) => event.preventDefault())")
    box = await strip.viewport.bounding_box()
    assert box
    x, y = box["x"] + box["width"] - 5, box["y"] + 20
    await strip.reaches(  # and there it stays: the pointer takes its time
        f"{ROOT}.elementFromPoint({x}, {y}).closest('a')?.getBoundingClientRect().left > {x - 100}"
        f" && !{TRACK}.getAnimations()[0].pause()"
    )
    await strip.page.mouse.move(x, y)
    before = await strip.places()
    await strip.page.mouse.down()
    await strip.page.mouse.up()
    await strip.reaches(f"{ROOT}.activeElement?.part.value === 'link'")

    assert await strip.places() == pytest.approx(before, abs=1)


async def test_without_motion_news_is_at_the_start(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """Who is at the start of the row sees the newest line first; who has gone on along it stays where they are."""
    await strip.page.emulate_media(reduced_motion="reduce")
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await editor.posts("News 1")
    await strip.reaches(f"{ROOT}.textContent.includes('News 1')")
    assert await strip.place("News 1") == pytest.approx(0, abs=1)

    await strip.viewport.evaluate("node => node.scrollBy(700, 0)")
    before = await strip.place("Line 7")
    await editor.posts("News 2")
    await strip.reaches(f"{ROOT}.textContent.includes('News 2')")
    assert await strip.place("Line 7") == pytest.approx(before, abs=1)
    assert await strip.place("News 2") < await strip.place("News 1") < await strip.place("Line 9")


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


async def test_moves_without_a_script_per_frame(page: Page, strip: Strip, lines: list[dict[str, object]], embed: Embed) -> None:
    """The compositor moves it, as fast as the page says; no frame is asked for."""
    await page.goto(embed(TAG.replace("><", ' speed="90"><').format("crawl")))
    await strip.reaches(f"{TRACK}?.getAnimations()[0]?.currentTime > 0")
    await page.evaluate("asked = 0, requestAnimationFrame = () => ++asked")
    await page.wait_for_function(f"{TRACK}.getAnimations()[0].currentTime > 2500", polling=100)

    assert await strip.speed() == -90
    assert await strip.animations() == [["running", ["transform"]]]
    assert await page.evaluate("asked") < 10  # a crawl by script asks 60 times a second; the test's own tools ask once or twice


@pytest.mark.parametrize("by", ["pointer", "keyboard"])
async def test_news_waits_for_who_is_at_the_list(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed, by: str
) -> None:
    """The line that a reader aims at stays where it is; news is counted, and comes in once they have left."""
    await strip.page.goto(embed(TAG.format("list")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    link = strip.element.get_by_role("link", name="Line 6")
    await (link.hover() if by == "pointer" else link.press("Shift"))
    before = await link.bounding_box()
    await editor.posts_all(["News 1", "News 2"])
    await strip.reaches(f"{COUNTER} === '2 new lines'")
    await editor.withdraws(lines[8])  # above it, and there is nothing to scroll back
    await editor.corrects(lines[9], text="Right " * 60)
    await strip.reaches(f"!{ROOT}.textContent.includes('Line 8') && {ROOT}.textContent.includes('Right')")
    assert await link.bounding_box() == before
    assert await strip.tells(f"{TICKER}.lines.length") == 9

    await (strip.page.mouse.move(5, 600) if by == "pointer" else strip.page.get_by_role("link", name="after").focus())
    await strip.reaches(f"{ROOT}.querySelectorAll('li').length === 10 && {COUNTER} === ''")
    assert await strip.tells(f"{TICKER}.lines[0].text") == "News 2"


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


EVERYTHING: Final = "{ subtree: true, attributes: true, childList: true, characterData: true }"


LONG: Final = "Line 8 is right now, with so many words that no number of rows in its old place could hold them all, " * 4


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


INSIDE: Final = """link => {
  const [outer, inner] = [link.closest('[part=viewport]'), link].map((node) => node.getBoundingClientRect());
  return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
}"""
IN_FULL: Final = "link => link.scrollHeight <= link.clientHeight + 1 && link.offsetHeight < 30 && link.offsetWidth > 1500"


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


async def test_without_motion_news_lets_the_row_be_read(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """News is counted first, and pushes nothing aside that there was no time to read, nor what somebody points at."""
    await strip.page.clock.install()
    await strip.page.emulate_media(reduced_motion="reduce")
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await seconds(strip, 30)
    await editor.posts("News 1")
    await strip.reaches(f"{COUNTER} === '1 new line'")
    await seconds(strip, 5)
    assert await strip.place("Line 9") == pytest.approx(0, abs=1)
    await seconds(strip, 5)
    assert await strip.place("News 1") == pytest.approx(0, abs=1)
    assert await strip.tells(COUNTER) == ""

    await strip.viewport.hover()
    await editor.posts("News 2")
    await strip.reaches(f"{COUNTER} === '1 new line'")
    await seconds(strip, 60)
    assert await strip.tells(COUNTER) == "1 new line"
    await strip.page.mouse.move(5, 600)
    await seconds(strip, 2)
    assert await strip.place("News 2") == pytest.approx(0, abs=1)


async def test_without_motion_one_line_gives_way_to_news_alone(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """News is told of and then comes, once what stands there could be read; nothing else turns by itself."""
    await strip.page.clock.install()
    await strip.page.emulate_media(reduced_motion="reduce")
    await strip.page.goto(embed(TAG.format("rotate")))
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")
    await seconds(strip, 60)
    assert await strip.tells(ALONE) == lines[9]["text"]
    await editor.posts("News")
    await strip.reaches(f"{COUNTER} === '1 new line'")
    await seconds(strip, 5)
    assert await strip.tells(ALONE) == lines[9]["text"]

    await seconds(strip, 10)
    assert await strip.tells(f"[{ALONE}, {COUNTER}]") == ["News", ""]
    await seconds(strip, 60)
    assert await strip.tells(ALONE) == "News"


async def test_buttons_go_along_the_lines_in_their_order(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed
) -> None:
    """Pinned first, then the newest first, in whatever order they came by themselves; the round goes on where it was."""
    await strip.page.clock.install()
    await strip.page.goto(embed(TAG.format("rotate")))
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")
    following = strip.page.get_by_role("button", name="Next")
    await following.click()
    await editor.corrects(lines[3], kind="pin")
    await editor.posts("News")
    await strip.reaches(f"{ROOT}.textContent.includes('News')")
    await seconds(strip, 5, until=f"{ALONE} === 'News'")
    await seconds(strip, 20, until=f"{ALONE} !== 'News'")
    assert await strip.tells(ALONE) == lines[7]["text"]

    shown = []
    for button in [*["Previous"] * 4, "Next"]:
        await strip.page.get_by_role("button", name=button).click()
        shown.append(await strip.tells(ALONE))
    assert shown == [lines[8]["text"], lines[9]["text"], "News", lines[3]["text"], "News"]


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
