"""web/widget/src/style.js and aside-style.js: where there is little room, and what a reader is shown of a line."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.served import Server
from tests.web.newsroom import ROOT, TICKER, Editor, Strip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[..., str]

LONG: Final = (
    "The ferries stay in port until Thursday as the storm moves north and the harbour master counts the boats again. " * 4
)
RESERVED: Final = "<style>breaking-ticker { display: block; block-size: var(--ticker-height, 44px) }</style>"
VIEW: Final = f"{ROOT}.querySelector('[part=viewport]')"
ROWS: Final = f"""(() => {{
  const range = document.createRange();
  range.selectNodeContents({ROOT}.querySelector('[part=text]'));
  const view = {VIEW}.getBoundingClientRect();
  const rows = new Set([...range.getClientRects()].map(({{ top, bottom }}) => Math.round((top + bottom) / 2)));
  return [...rows].filter((middle) => middle > view.top && middle < view.bottom).map((middle) => middle - Math.round(view.top));
}})()"""
"""The middles of the rows of text in view, in px from its top."""


@pytest.mark.parametrize(("width", "height"), [(280, 148), (700, 44)], ids=["column", "wide"])
async def test_one_line_at_a_time_is_shown_in_whole_rows(
    strip: Strip, editor: Editor, embed: Embed, width: int, height: int
) -> None:
    """A line alone has room for its text by the width of its column, not of the screen, and no row of it is cut."""
    await editor.posts(LONG)
    markup = f'<div style="width: {width}px"><breaking-ticker channel="en" display="rotate"></breaking-ticker></div>'
    await strip.page.goto(embed(markup, RESERVED))
    await strip.is_live()
    await strip.reaches(f"{ROOT}.querySelector('[part=next]')")
    assert await strip.tells(f"{TICKER}.offsetHeight") == height

    for rows in (await strip.tells(ROWS), await rows_of_more(strip)):
        row = await strip.tells(f"parseFloat(getComputedStyle({ROOT}.querySelector('ul')).lineHeight)")
        height = await strip.tells(f"{VIEW}.clientHeight")
        assert rows
        assert all(row / 2 - 2 <= middle <= height - row / 2 + 2 for middle in rows)


async def rows_of_more(strip: Strip) -> list[float]:
    """Ask for more of the line by its button."""
    await strip.tells(f"{ROOT}.querySelector('[part=next]').click()")
    await strip.reaches(f"{VIEW}.scrollTop > 0")
    rows: list[float] = await strip.tells(ROWS)
    return rows


async def test_a_frame_of_one_row_shows_the_line(strip: Strip, editor: Editor, server: Server) -> None:
    """A narrow frame that is too low for a label above the line has both in one row."""
    await editor.posts("Ferries stay in port")
    await strip.page.set_viewport_size({"width": 300, "height": 44})
    await strip.page.goto(f"{server.url}/en/embed?display=rotate")
    for part in ("text", "next"):  # found without a script of the test's: the page's own policy forbids it
        await strip.element.locator(f"[part={part}]").wait_for(state="attached")
    assert await strip.tells(ROWS)


@pytest.mark.parametrize("display", ["rotate", "list"])
async def test_a_word_without_end_is_broken(strip: Strip, editor: Editor, embed: Embed, display: str) -> None:
    """A long address in a text does not make the lines scroll sideways."""
    await editor.posts("https://news.example/" + "a" * 300)
    await strip.page.set_viewport_size({"width": 390, "height": 700})
    await strip.page.goto(embed(f'<breaking-ticker channel="en" display="{display}"></breaking-ticker>'))
    await strip.is_live()
    await strip.reaches(f"{ROOT}.querySelector('[part=next]')")
    assert await strip.tells(f"{VIEW}.scrollWidth - {VIEW}.clientWidth") == 0


@pytest.mark.parametrize(("channel", "word"), [("en", "Pinned"), ("ar", "مثبّت"), ("es", "Fijada")])
async def test_a_pinned_line_says_so(strip: Strip, editor: Editor, embed: Embed, channel: str, word: str) -> None:
    """A reader sees why an older line stands above the newest."""
    line = await editor.posts("Held on top", channel)
    await editor.posts("Newer", channel)
    await strip.page.goto(embed(f'<breaking-ticker channel="{channel}" display="list"></breaking-ticker>'))
    await strip.shows("Newer", "Held on top")
    said = f"[...{ROOT}.querySelectorAll('time')].map((time) => getComputedStyle(time, '::after').content)"
    await strip.reaches(f"{ROOT}.querySelector('[part=next]')")
    assert await strip.tells(said) == ["none", "none"]

    await editor.corrects(line, kind="pin")
    await strip.shows("Held on top", "Newer")
    told = await strip.tells(said)
    assert [word in told[0], told[1]] == [True, "none"]


async def test_a_pinned_line_begins_where_the_others_do(strip: Strip, editor: Editor, embed: Embed) -> None:
    """Its word takes no room from the column of texts, in the language in which it is longest."""
    await editor.posts("Held on top", pinned=True)
    await editor.posts("Newer")
    await strip.page.goto(embed('<breaking-ticker channel="en" lang="fr" display="list"></breaking-ticker>'))
    await strip.shows("Held on top", "Newer")
    await strip.reaches(f"getComputedStyle({ROOT}.querySelector('time'), '::after').content.includes('Épinglé')")

    starts = await strip.tells(f"[...{ROOT}.querySelectorAll('[part=text]')].map((node) => node.getBoundingClientRect().left)")
    assert starts[0] == starts[1]


@pytest.mark.parametrize("display", ["crawl", "list"])
async def test_what_a_page_hands_down_changes_no_words(strip: Strip, editor: Editor, embed: Embed, display: str) -> None:
    """In a heading in spaced capitals the lines look as they do elsewhere; in what is hidden they are hidden."""
    await editor.posts(LONG)
    style = "white-space: nowrap; text-transform: uppercase; letter-spacing: 3px; word-spacing: 9px; text-indent: 2em"
    await strip.page.goto(
        embed(f'<div style="{style}"><breaking-ticker channel="en" display="{display}"></breaking-ticker></div>')
    )
    await strip.shows(LONG.strip())
    looks = (
        f"((style) => [style.textTransform, style.letterSpacing, style.wordSpacing, style.textIndent])"
        f"(getComputedStyle({ROOT}.querySelector('[part=text]')))"
    )
    assert await strip.tells(looks) == ["none", "normal", "0px", "0px"]
    if display == "list":
        assert await strip.tells(f"{VIEW}.scrollWidth <= {VIEW}.clientWidth")
    await strip.tells(f"{TICKER}.parentElement.style.visibility = 'hidden'")
    assert not await strip.tells(f"{ROOT}.querySelector('[part=text]').checkVisibility({{ visibilityProperty: true }})")
    await strip.tells(f"({TICKER}.parentElement.style.visibility = '', {TICKER}.hidden = true)")
    assert await strip.tells(f"{TICKER}.offsetHeight") == 0
