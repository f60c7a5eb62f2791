"""web/widget/src/aside.js: buttons, and what else stands beside the lines."""

from collections.abc import Callable

import pytest

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
