"""web/widget/src/aside.js: buttons, and what else stands beside the lines."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.async_api import Page

from tests.web.newsroom import ROOT, TICKER, Editor, Strip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]


@pytest.mark.parametrize("part", ["pause", "link"])
async def test_focus_outlasts_a_channel(strip: Strip, editor: Editor, embed: Embed, part: str) -> None:
    """While another channel comes there is a button that keeps the focus: it does not fall to the page."""
    await editor.posts("One", "en")
    await editor.posts("Uno", "es")
    await strip.page.goto(embed('<breaking-ticker channel="en"></breaking-ticker>'))
    await strip.reaches(f"{ROOT}.querySelector('[part=pause]')?.checkVisibility() && {ROOT}.textContent.includes('One')")
    await strip.tells(f"{ROOT}.querySelector('[part={part}]').focus()")
    await strip.tells(f"{TICKER}.channel = 'es'")
    await strip.reaches(f"{ROOT}.textContent.includes('Uno')")
    await strip.tells("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert await strip.tells(f"{ROOT}.activeElement?.part.value") == "pause"


async def test_buttons_have_names(strip: Strip, editor: Editor, embed: Embed) -> None:
    """For who cannot hover, and so never sees a title."""
    await editor.posts("One")
    await strip.page.goto(embed('<breaking-ticker channel="en" display="rotate"></breaking-ticker>'))
    names = f"[...{ROOT}.querySelectorAll('button')].map((button) => button.ariaLabel ?? button.textContent).join()"
    await strip.reaches(f"{names} === 'Read out,Previous,Next,Pause'")
    await strip.page.get_by_role("button", name="Pause").press("Enter")
    await strip.reaches(f"{names} === 'Read out,Previous,Next,Resume'")


async def test_focus_outlasts_a_display(strip: Strip, editor: Editor, embed: Embed) -> None:
    """The buttons that turn the lines go with the display that has them; who stands on one of them stands on the pause then."""
    await editor.posts("One")
    await strip.page.goto(embed('<breaking-ticker channel="en" display="rotate"></breaking-ticker>'))
    await strip.page.get_by_role("button", name="Next").focus()
    await strip.tells(f"{TICKER}.display = 'crawl'")
    await strip.reaches(f"!{ROOT}.querySelector('[part=next]').checkVisibility()")
    await strip.tells("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert await strip.tells(f"{ROOT}.activeElement?.part.value") == "pause"


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("display", ["crawl", "rotate", "list"])
async def test_the_focus_ring_stands_around_the_words(
    strip: Strip, editor: Editor, embed: Embed, display: str, width: int
) -> None:
    """On a line, which moves for it in no way, and on the button that shows itself to the keyboard alone."""
    await editor.posts("Ferry aground")
    await strip.page.set_viewport_size({"width": width, "height": 500})
    await strip.page.goto(embed(f'<breaking-ticker channel="en" display="{display}" paused></breaking-ticker>'))
    button = strip.page.get_by_role("button", name="Read out")
    link = strip.element.get_by_role("link")
    await button.focus()
    assert min(await button.evaluate(ROOM)) >= 4

    await strip.page.get_by_role("button", name="Resume").focus()  # so that the other one has gone
    before = await link.evaluate(ROWS)
    await link.press("Shift")
    assert min(await link.evaluate(ROOM)) >= 2
    assert await link.evaluate(ROWS) == before


WORDS: Final = """
  const range = new Range();
  range.selectNodeContents(node);
  const inner = range.getBoundingClientRect();
"""
ROOM: Final = f"""node => {{
  {WORDS}
  const outer = node.getBoundingClientRect(), {{ outlineStyle, outlineOffset }} = getComputedStyle(node);
  const ring = parseFloat(outlineOffset);
  return outlineStyle === "solid" ? [inner.left - outer.left + ring, outer.right - inner.right + ring].map(Math.round) : [NaN];
}}"""
"""px between the words and the ring around them, at both sides."""
ROWS: Final = f"""node => {{
  {WORDS}
  return [inner.left, inner.top, inner.width, inner.height];
}}"""
"""Where the words are."""


async def test_an_empty_ticker_is_left_alone(strip: Strip, embed: Embed) -> None:
    """Nothing is written to it while nothing happens."""
    await strip.page.clock.install()
    await strip.page.goto(embed('<breaking-ticker channel="en"></breaking-ticker>'))
    await strip.is_live()
    await strip.reaches(f"{ROOT}.querySelector('[part=none]')?.textContent")
    await strip.tells(
        "written = [], new MutationObserver((list) => written.push(...list.map((one) => one.attributeName ?? one.type)))"
        f".observe({ROOT}, {{ attributes: true, childList: true, subtree: true }})"
    )
    await strip.page.clock.run_for(5000)

    assert await strip.tells("written") == []


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
