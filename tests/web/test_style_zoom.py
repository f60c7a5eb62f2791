"""web/widget/src/style.js for those who need large letters or wide spaces (WCAG 2.2: 1.4.4, 1.4.10, 1.4.12)."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.browsing import ARGUMENTS
from tests.needs import chromium
from tests.served import Server
from tests.web import gallery
from tests.web.gallery import DISPLAYS, LANGUAGES, LATER, STATES, specimen
from tests.web.newsroom import TICKER

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

DESK: Final[ViewportSize] = {"width": 1280, "height": 1024}
ZOOMED: Final[ViewportSize] = {"width": 320, "height": 256}  # the desk at 400 %

SPACING: Final = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-block-end: 2em !important }
"""
"""What a reader must be able to set (1.4.12)."""

SPACED: Final = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const roots = [...document.querySelectorAll("breaking-ticker")].map((ticker) => ticker.shadowRoot);
  for (const root of [document, ...roots]) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}"""
"""Styles the page, and the shadow trees as a browser's extension would."""

CUT: Final = """() => {
  const faults = new Set();
  const across = ["left", "right"], all = [...across, "top", "bottom"];
  const within = (inner, outer, sides, spare = 1) =>
    sides.every((side) => (/left|top/.test(side) ? inner[side] >= outer[side] - spare : inner[side] <= outer[side] + spare));
  const letters = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].filter(({ width }) => width);
  };
  const shown = (node) => node.checkVisibility() && node.offsetWidth > 1;
  const scrolls = (node) => ["auto", "scroll"].includes(getComputedStyle(node).overflowY);

  if (document.documentElement.scrollWidth > innerWidth) faults.add("the page scrolls across");
  for (const ticker of document.querySelectorAll("breaking-ticker")) {
    const find = (selector) => [...ticker.shadowRoot.querySelectorAll(selector)].filter(shown);
    const tell = (what) => faults.add([ticker.lang, ticker.display, ticker.channel, what].join(" "));
    const strip = ticker.getBoundingClientRect();
    for (const button of find("button")) {
      if (!within(button.getBoundingClientRect(), strip, all)) tell(`${button.part} is out of sight`);
    }
    for (const node of find("[part=label], [part=none], [part=counter], [part=status]")) {
      const cut = node.scrollWidth > node.clientWidth + 1 && node.clientWidth; // none has no box of its own
      if (cut || letters(node).some((box) => !within(box, strip, all))) tell(`${node.part} is cut off`);
    }
    const [label] = find("[part=label]").map((node) => node.getBoundingClientRect());
    for (const node of find("button, [part=counter], [part=none], [part=status]")) {
      const box = node.getBoundingClientRect();
      const beside = box.left >= label.right - 1 || box.right <= label.left + 1 || box.top >= label.bottom - 1;
      if (!beside) tell(`${node.part} lies on the label`);
    }
    for (const line of find("li")) {
      const viewport = line.closest("[part=viewport]");
      const view = viewport.getBoundingClientRect();
      for (const box of letters(line)) {
        const spare = 1 + box.height / 10; // a letter does not fill its box
        if (ticker.display !== "crawl" && !within(box, view, across)) tell("a line is cut off at a side");
        if (!within(box, view, ["top"], spare)) tell("a line is cut off above");
        const hidden = !within(box, view, ["bottom"], spare) && (ticker.display === "crawl" || !scrolls(viewport));
        if (hidden) tell("a line is cut off below"); // nobody scrolls a strip of one row; a line alone goes by in parts
      }
    }
  }
  return [...faults];
}"""
"""Gives what cannot be read or reached on the page."""

FOCUSED: Final = """() => {
  let node = document.activeElement;
  while (node.shadowRoot) node = node.shadowRoot.activeElement;
  const box = node.getBoundingClientRect(), view = (node.closest("[part=viewport]") ?? document.body).getBoundingClientRect();
  const backwards = getComputedStyle(node).direction === "rtl";
  const start = backwards ? box.right : box.left; // a line of the crawl may be wider than there is room
  const [top, bottom] = [Math.max(view.top, 0), Math.min(view.bottom, innerHeight)];
  return {
    part: node.part?.value ?? "",
    seen: start >= view.left - 1 && start <= view.right + 1 && box.top < bottom && box.bottom > top && box.width > 1,
  };
}"""


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Server]:
    """A server with lines in four languages."""
    with gallery.newsroom() as server:
        yield server


def sheet(server: Server, *states: str) -> str:
    """Give a page with each display in each language, in these states."""
    every = (specimen(language, display, state) for language in LANGUAGES for display in DISPLAYS for state in states)
    return gallery.sheet(server, *every)


async def news_waits(server: Server, page: Page) -> None:
    """Post a line in each language, and wait until the paused tickers tell that it waits, and all else is as it stays."""
    for language in LANGUAGES:
        server.post(LATER[language], language, allow_duplicate=True)
    await page.wait_for_function(
        """[...document.querySelectorAll('breaking-ticker')].every(({ lines, paused, shadowRoot }) =>
          shadowRoot.querySelector('[part=viewport]').scrollTop < 1
          && (lines.length > 0 || shadowRoot.querySelector('[part=none]').textContent)
          && (!paused || shadowRoot.querySelector('[part=counter]').textContent))"""
    )


@pytest.mark.parametrize(
    ("size", "css"), [(ZOOMED, ""), (DESK, SPACING), (ZOOMED, SPACING)], ids=["400 %", "spaced", "400 % and spaced"]
)
async def test_nothing_is_cut_off(newsroom: Server, browser: Browser, size: ViewportSize, css: str) -> None:
    """At 400 % or with wide spaces, all that a strip says can be read and all its buttons are there."""
    async with gallery.opened(browser, sheet(newsroom, *STATES), viewport=size) as page:
        await page.evaluate(SPACED, css)
        await news_waits(newsroom, page)

        assert await page.evaluate(CUT) == []


async def test_letters_twice_as_large_by_the_page(newsroom: Server, browser: Browser) -> None:
    """A page that doubles the letters alone cuts none of them off (1.4.4)."""
    async with gallery.opened(browser, sheet(newsroom, *STATES), viewport=DESK) as page:
        await page.evaluate(SPACED, "breaking-ticker { --ticker-font-size: 30px }")
        await news_waits(newsroom, page)

        assert await page.evaluate(CUT) == []


async def test_letters_twice_as_large_by_the_reader(newsroom: Server) -> None:
    """A browser that is told to show no letters smaller than 30 px cuts none of them off."""
    async with async_playwright() as playwright:
        least = "--blink-settings=minimumFontSize=30"
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, least])
        async with gallery.opened(browser, sheet(newsroom, *STATES), viewport=DESK) as page:
            await news_waits(newsroom, page)

            assert await page.evaluate(CUT) == []
        await browser.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("display", DISPLAYS)
async def test_a_button_that_shows_itself_finds_room(newsroom: Server, browser: Browser, display: str, language: str) -> None:
    """The button for reading out, which only the keyboard finds, hides nothing at 400 %."""
    html = gallery.sheet(newsroom, specimen(language, display, "paused"))
    async with gallery.opened(browser, html, viewport=ZOOMED) as page:
        await news_waits(newsroom, page)
        await page.evaluate(f"{TICKER}.shadowRoot.querySelector('[part=announce]').focus()")

        assert await page.evaluate(CUT) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("display", DISPLAYS)
async def test_all_is_reached_by_keyboard_at_400_per_cent(
    newsroom: Server, browser: Browser, display: str, language: str
) -> None:
    """Whoever walks through the strip sees where they are, each button and each line."""
    settings: dict[str, Any] = {"viewport": ZOOMED, "reduced_motion": "reduce"}
    async with gallery.opened(browser, gallery.sheet(newsroom, specimen(language, display)), **settings) as page:
        await page.wait_for_function(f"{TICKER}.shadowRoot.querySelector('[part=announce]').textContent")
        stops = []
        for _ in range(40):
            await page.keyboard.press("Tab")
            stop = await page.evaluate(FOCUSED)
            if not stop["part"]:
                break
            stops.append(stop)

        parts = [stop["part"] for stop in stops]
        assert [stop for stop in stops if not stop["seen"]] == []
        assert parts.count("link") == (1 if display == "rotate" else len(await page.evaluate(f"{TICKER}.lines")))
        assert [part for part in parts if part != "link"] == [
            "announce", *(["previous", "next"] if display == "rotate" else []), "pause"
        ]  # fmt: skip
