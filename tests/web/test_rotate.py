"""web/widget/src/rotate.js: how lines go by one at a time."""

from collections.abc import Callable

import pytest

from tests.web.newsroom import ALONE, COUNTER, ROOT, TAG, TICKER, Editor, Strip, seconds

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]


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
    """What is higher than its place is shown to its end before another line comes; the button that goes on tells of more."""
    sign = f"getComputedStyle({ROOT}.querySelector('[part=next]'), '::before').content[1]"
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
        assert await strip.tells(sign) == "⌄"
        await strip.page.get_by_role("button", name="Next").press("Enter")
        assert await strip.tells(ALONE) == long["text"]

    assert await strip.tells(last)
    assert await strip.tells(sign) == "›"
    await strip.page.get_by_role("button", name="Next").press("Enter")
    assert await strip.tells(ALONE) == "A short line"


async def test_a_part_stands_as_long_as_it_takes_to_read_it(strip: Strip, editor: Editor, embed: Embed) -> None:
    """Nobody waits before two rows for as long as all of a long line would take."""
    await editor.posts(" ".join(f"word{n}" for n in range(70)))
    await strip.page.set_viewport_size({"width": 700, "height": 600})
    await strip.page.clock.install()
    await strip.page.goto(embed(TAG.format("rotate")))
    part = f"Math.round({ROOT}.querySelector('[part=viewport]').scrollTop / 36)"
    await strip.reaches(f"{ROOT}.querySelector('[part=viewport].more')")
    for number in (0, 1):
        await seconds(strip, 8)
        assert await strip.tells(part) == number
        await seconds(strip, 6, until=f"{part} > {number}")
    assert await strip.tells(part) == 2


async def test_buttons_hold_no_line(strip: Strip, lines: list[dict[str, object]], editor: Editor, embed: Embed) -> None:
    """Whoever pressed a button, and still has focus and pointer there, sees the next line come by itself."""
    await strip.page.goto(embed(TAG.format("rotate")))
    await strip.reaches(f"{ALONE} === '{lines[9]['text']}'")
    await strip.page.get_by_role("button", name="Next").click()
    assert await strip.tells(ALONE) == lines[8]["text"]
    await editor.posts("News")

    await strip.reaches(f"{ALONE} === 'News'", within=8)


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
    await seconds(strip, 8)
    await editor.withdraws(line)
    await strip.reaches(f"!{ALONE}.startsWith('Tres')")

    assert await strip.tells(f"{ROOT}.querySelector('[part=viewport]').scrollTop") == 0
    before = await strip.tells(ALONE)
    await seconds(strip, 8)
    assert await strip.tells(f"[{ALONE}, {ROOT}.querySelector('[part=viewport]').scrollTop]") == [before, 0]


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
