"""web/widget/src/place.js: what is read stays where it is, in a row and in a list."""

from collections.abc import Callable

import pytest

from tests.web.newsroom import COUNTER, ROOT, TAG, TICKER, TRACK, Editor, Strip, seconds

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]


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


@pytest.mark.parametrize("gone", [0, 1])
async def test_a_row_closes_from_behind(
    strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed, gone: int
) -> None:
    """What is withdrawn behind a line that has begun to leave a paused crawl does not throw that line about."""
    await strip.page.goto(embed(TAG.format("crawl")))
    await strip.reaches(f"{ROOT}.textContent.includes('Line 0')")
    await strip.tells(f"(([one]) => (one.currentTime = 1000, one.pause()))({TRACK}.getAnimations())")
    await strip.page.get_by_role("button", name="Pause").press("Enter")
    await strip.reaches(f"{TRACK}.getAnimations().length === 0")
    before = await strip.places()
    leaving, *whole = sorted(before, key=before.__getitem__)
    assert before[leaving] < -10
    line = next(line for line in lines if line["text"] == whole[gone])
    await editor.withdraws(line)
    await strip.reaches(f"!{ROOT}.textContent.includes('{line['text']}')")

    stay = {leaving, *whole[:gone]}
    assert {text: place for text, place in (await strip.places()).items() if text in stay} == pytest.approx(
        {text: place for text, place in before.items() if text in stay}, abs=1
    )


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
