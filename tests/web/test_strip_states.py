"""The strip in the states that readers meet: what axe finds in them, and what a reader's own colours leave of them."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browsing import axe_finds
from tests.served import Server
from tests.web import gallery
from tests.web.gallery import DISPLAYS, LANGUAGES, LATER, specimen

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
TAGS: Final = [(language, display) for language in LANGUAGES for display in DISPLAYS]


@pytest.fixture
def newsroom() -> Iterator[Server]:
    """A server with lines in four languages."""
    with gallery.newsroom() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def busy(newsroom: Server, browser: Browser) -> AsyncIterator[Page]:
    """Each display in each language, with a flash that is pinned, corrections that are cut and not, and a withdrawn line."""
    lines = gallery.write_short_lines(newsroom)
    html = gallery.sheet(newsroom, *(specimen(language, display, "busy") for language, display in TAGS))
    async with gallery.opened(browser, html) as page:
        await gallery.happen(newsroom, page, lines)
        yield page


def element(language: str, display: str) -> str:
    """One of them, in JavaScript."""
    return f"document.querySelector('[lang={language}][display={display}]')"


def none(found: dict[Any, list[str]]) -> dict[Any, list[str]]:
    """What was found where something was."""
    return {state: problems for state, problems in found.items() if problems}


async def test_axe_finds_nothing_whatever_happens_to_lines(busy: Page) -> None:
    """Corrected, cut, withdrawn and pinned lines can be read by everybody, on a desk and a phone."""
    found: dict[Any, list[str]] = {}
    for scheme in SCHEMES:
        await busy.emulate_media(color_scheme=scheme)
        found[scheme] = await axe_finds(busy)
    await busy.set_viewport_size({"width": 320, "height": 700})
    found["phone"] = await axe_finds(busy)
    await gallery.lose(busy)
    found["phone, not live"] = await axe_finds(busy)

    assert none(found) == {}


@pytest.mark.parametrize("width", [1280, 320])
async def test_axe_finds_nothing_wherever_the_keyboard_is(busy: Page, width: int) -> None:
    """On a line, and on each button, one of which shows itself then, and has a word."""
    await busy.set_viewport_size({"width": width, "height": 700})
    await busy.emulate_media(color_scheme="dark" if width < 480 else "light")
    found: dict[Any, list[str]] = {}
    for language, display in TAGS:
        one = element(language, display)
        others = ("previous", "next", "pause", "link") if display == "rotate" else ("pause", "link")
        for part in ("announce", *others) if language == "en" else ("announce",):
            await busy.evaluate(f"{one}.shadowRoot.querySelector('[part={part}]:is(button, li:not([hidden]) a)').focus()")
            assert await busy.evaluate(f"{one}.shadowRoot.activeElement?.part.value") == part
            found[language, display, part] = await axe_finds(busy, one)

    assert none(found) == {}


async def test_axe_finds_nothing_while_news_waits_for_the_pointer(newsroom: Server, busy: Page) -> None:
    """The number of new lines that a list, or one line alone, tells while somebody is at it."""
    found: dict[Any, list[str]] = {}
    for language, display in TAGS:
        if display == "crawl":
            continue
        one = element(language, display)
        await busy.emulate_media(color_scheme="light" if language in ("en", "es") else "dark")
        await busy.locator(f"[lang={language}][display={display}] [part=viewport]").hover()
        newsroom.post(LATER[language], f"{language}-busy", allow_duplicate=True)
        await busy.wait_for_function(f"{one}.shadowRoot.querySelector('[part=counter]').textContent")
        found[language, display] = await axe_finds(busy, one)

    assert none(found) == {}


STYLES: Final = """(([selector, pseudo], root = document.querySelector("breaking-ticker").shadowRoot) =>
  getComputedStyle(root.querySelector(selector), pseudo))"""

SEEN: Final = f"""([selector, pseudo, edge]) => {{
  const [style, ground] = [{STYLES}([selector, pseudo]), {STYLES}(["[part=strip]"]).backgroundColor];
  const [width, line, colour] = ["Width", "Style", "Color"].map((what) => style[edge + what]);
  return parseFloat(width) >= 1 && line === "solid" && colour !== ground && !/^rgba.* 0.$/.test(colour);
}}"""
"""Whether an edge can be seen on the strip's ground."""

STRANGE: Final = r"""() => {
  const probe = document.body.appendChild(document.createElement("p"));
  const names = ["Canvas", "CanvasText", "LinkText", "ButtonText", "ButtonFace", "Highlight"];
  const solid = (colour) => colour.match(/[\d.]+/g).slice(0, 3).join(); // a reader's ground may shine through
  const system = names.map((name) => ((probe.style.color = name), solid(getComputedStyle(probe).color)));
  probe.remove();
  const strange = new Set();
  for (const { shadowRoot } of document.querySelectorAll("breaking-ticker"))
    for (const node of shadowRoot.querySelectorAll("*"))
      for (const pseudo of ["", "::before", "::after"])
        for (const name of ["color", "backgroundColor", "borderTopColor", "borderInlineEndColor", "outlineColor"]) {
          const colour = getComputedStyle(node, pseudo)[name];
          if (!system.includes(solid(colour))) strange.add([node.part, pseudo, name, colour].join(" "));
        }
  return [...strange];
}"""
"""Gives the colours of the strips that are not the reader's."""


async def test_nothing_is_told_by_colours_that_a_reader_has_not(busy: Page) -> None:
    """Where the system forces its own: edges part label, lines and buttons, and shapes and words tell the rest."""
    await busy.emulate_media(forced_colors="active")
    for _ in ("announce", "pause"):
        await busy.keyboard.press("Tab")
    edges = [
        ("[part=strip]", "", "borderTop"),
        ("[part=label]", "", "borderInlineEnd"),
        ("[part=controls]", "", "borderInlineStart"),
        ("[part=pause]", "::before", "borderInlineStart"),
        ("[part=pause]:focus-visible", "", "outline"),
    ]
    unseen = [edge for edge in edges if not await busy.evaluate(SEEN, edge)]
    marks = [await busy.evaluate(f"{STYLES}(['{of}', '::before']).content[1]") for of in ("li.urgent", "li:not(.urgent)")]

    assert unseen == []
    assert marks == ["■", "•"]
    assert await busy.evaluate(STRANGE) == []
    assert await busy.evaluate(  # on which the words "… Corrected" stand, over those that are cut
        f"{STYLES}(['.cut [part=mark]']).backgroundColor === {STYLES}(['[part=strip]']).backgroundColor"
    )
    await busy.keyboard.press("Tab")
    assert await busy.evaluate(SEEN, ("[part=link]:focus-visible", "", "outline"))
