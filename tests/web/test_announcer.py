"""web/widget/src/announcer.js: what a screen reader is told."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.async_api import Page

from tests.web.newsroom import TICKER, Editor, Strip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

SAID: Final = "[...document.querySelectorAll('[aria-live]')].map((node) => node.textContent).filter(Boolean).join()"


async def test_says_flashes_and_counts_the_rest_once_on_a_page(
    page: Page, strip: Strip, editor: Editor, embed: Callable[[str], str]
) -> None:
    """However many tickers a page has: a flash is read out at once, of other lines how many came, of old ones nothing."""
    await editor.posts_all(["An old line", "Another"])
    await page.goto(embed('<breaking-ticker channel="en"></breaking-ticker>' * 2))
    await strip.reaches(f"{TICKER}.lines.length === 2")
    assert (
        await page.evaluate("[...document.querySelectorAll('[aria-live]')].map((node) => node.ariaLive)")
        == [
            "polite",
            "assertive",
        ]
        * 2
    )

    await editor.posts_all(["One", "Two"])
    await strip.reaches(f"/^[12] new lines?$/.test({SAID})", within=30)
    await editor.posts("A flash", urgency=1)
    await strip.reaches(f"{SAID} === 'Breaking. A flash'")

    first, second = await editor.posts("A flood", urgency=1), await editor.posts("A fire", urgency=1)
    await strip.reaches(f"{SAID} === 'Breaking. A flashBreaking. A floodBreaking. A fire'")  # each in a paragraph of its own
    await editor.withdraws(first)
    await strip.reaches(f"{SAID} === 'Breaking. A flashBreaking. A fire'")
    await editor.withdraws(second)

    await page.evaluate(f"{TICKER}.announce = 'all', document.querySelectorAll('breaking-ticker')[1].announce = 'off'")
    await editor.posts("Three")
    await strip.reaches(f"{SAID}.startsWith('Breaking. Three')")
    button = page.get_by_role("button", name="Announce", exact=False).or_(page.get_by_role("button", name="Read out")).first
    await button.focus()
    looks = "node => getComputedStyle(node).textDecorationLine"
    assert await button.evaluate(looks) == "underline"
    await page.keyboard.press("Enter")
    assert await page.evaluate(f"{TICKER}.announce") == "off"
    assert await button.evaluate(looks) == "line-through"
    await editor.posts("Four", urgency=1)
    await strip.reaches(f"{TICKER}.lines[0].text === 'Four'")
    assert "Four" not in await page.evaluate(SAID)


async def test_what_is_said_makes_no_page_longer(page: Page, strip: Strip, editor: Editor, embed: Callable[[str], str]) -> None:
    """Below a ticker at the foot of a page there is nothing to scroll to while an announcement stands."""
    style = "<style>body { margin: 0; padding-top: calc(100vh - 44px) } body > p { display: none }</style>"
    await page.goto(embed(f'{style}<breaking-ticker channel="en"></breaking-ticker>'))
    await strip.reaches(f"{TICKER}.status === 'live' && document.querySelector('[aria-live]')")
    await editor.posts("A flash of many words, each of which has a row of its own where there is no room", urgency=1)
    await strip.reaches(f"{SAID}.includes('flash')")

    assert await page.evaluate("document.documentElement.scrollHeight === innerHeight")


async def test_a_page_may_give_the_element_other_children(strip: Strip, editor: Editor, embed: Callable[[str], str]) -> None:
    """A framework that writes its children anew, or one that keeps copies of pages, takes no flash from a screen reader."""
    await strip.page.goto(embed('<breaking-ticker channel="en"></breaking-ticker>'))
    await strip.is_live()
    regions = "document.querySelectorAll('[aria-live]').length"
    await strip.reaches(f"{regions} === 2")
    await strip.tells(f"{TICKER}.replaceChildren()")
    await strip.reaches(f"{regions} === 2")
    flash = await editor.posts("A flash", urgency=1)
    await strip.reaches(f"{SAID} === 'Breaking. A flash'")

    await strip.tells(f"{TICKER}.replaceWith({TICKER}.cloneNode(true))")
    await strip.reaches(f"{TICKER}.lines.length === 1 && {regions} === 2")
    await editor.withdraws(flash)
    await strip.reaches(f"{SAID} === ''")
