"""web/widget/src/strip.js: what surrounds the lines, in every language, and for everybody."""

from collections.abc import AsyncIterator, Iterator
from typing import Final, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browsing import axe_finds
from tests.served import Server
from tests.web import gallery
from tests.web.gallery import DISPLAYS, LANGUAGES, LATER, STATES, specimen

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
ALL: Final = [specimen(language, display, state) for language in LANGUAGES for display in DISPLAYS for state in STATES]


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Server]:
    """A server with lines in four languages."""
    with gallery.newsroom() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def everything(newsroom: Server, browser: Browser) -> AsyncIterator[Page]:
    """A page with each display in each language and state."""
    async with gallery.opened(browser, gallery.sheet(newsroom, *ALL)) as page:
        yield page


async def test_axe_finds_nothing_in_any_display_language_and_state(newsroom: Server, everything: Page) -> None:
    """Everybody can read and work it: contrast, names, roles, sizes of targets; on a desk and a phone, light and dark."""
    for language in LANGUAGES:
        newsroom.post(LATER[language], language)
    await everything.wait_for_function(
        "[...document.querySelectorAll('[paused]:not([channel=nowhere], [channel$=quiet])')]"
        ".every((one) => one.shadowRoot.querySelector('[part=counter]').textContent)"
    )
    found: dict[str, list[str]] = {}
    for scheme in SCHEMES:
        await everything.emulate_media(color_scheme=scheme)
        found[scheme] = await axe_finds(everything)
    await everything.set_viewport_size({"width": 320, "height": 700})
    found["phone"] = await axe_finds(everything)
    await gallery.lose(everything)
    for scheme in SCHEMES:
        await everything.emulate_media(color_scheme=scheme)
        found[f"not live, {scheme}"] = await axe_finds(everything)

    assert {kind: problems for kind, problems in found.items() if problems} == {}
    assert await everything.evaluate("document.documentElement.scrollWidth <= 320")


async def test_speaks_each_language(everything: Page) -> None:
    """The label, the empty strip and the channel that does not exist are told in the reader's language."""
    await everything.wait_for_function(
        """[...document.querySelectorAll('[channel$=quiet], [channel=nowhere]')]
          .every((ticker) => ticker.shadowRoot.querySelector('[part=none]').textContent)"""
    )
    words = await everything.evaluate(
        """Object.fromEntries(['en', 'ar', 'es', 'fr'].map((language) => [language,
          [['', 'label'], ['-quiet', 'none'], ['nowhere', 'none']].map(([channel, part]) => document.querySelector(
            `[lang=${language}][channel="${channel === 'nowhere' ? channel : language + channel}"]`)
            .shadowRoot.querySelector(`[part=${part}]`).textContent)]))"""
    )

    assert words == {
        "en": ["Breaking", "No breaking news", "No such ticker"],
        "ar": ["عاجل", "لا أخبار عاجلة", "شريط غير موجود"],
        "es": ["Última hora", "Sin noticias de última hora", "No existe este canal"],
        "fr": ["Dernière minute", "Rien pour l’instant", "Ce fil n’existe pas"],
    }
