"""
The widget in all its displays, languages and states on one page: for axe, and for people.

    .venv/bin/python -m tests.web.gallery FOLDER        pictures, to be looked at; docs/images keeps them
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

from tests.browsing import Site, launched
from tests.served import Server

DISPLAYS: Final = ("crawl", "rotate", "list")
LANGUAGES: Final = ("en", "ar", "es", "fr")
STATES: Final = ("normal", "paused", "empty", "ended")

SOURCE: Final = {"en": "Civil Defence", "ar": "الدفاع المدني", "es": "Protección Civil", "fr": "Sécurité civile"}
LINES: Final = {
    "en": (
        "Ferries stay in port until Thursday as the storm moves north",
        "Parliament approves the budget after a night of debate",
        "Central bank holds its rate at 3.25 per cent",
        "Rail services resume on the coastal line, with delays of up to forty minutes",
        "Dam above the northern valley is being emptied; three villages are leaving their homes",
    ),
    "ar": (
        "العبّارات تبقى في الموانئ حتى الخميس مع تحرك العاصفة شمالًا",
        "البرلمان يقر الموازنة بعد ليلة من النقاش",
        "البنك المركزي يبقي سعر الفائدة عند 3.25 في المئة",
        "القطارات تعود إلى الخط الساحلي بتأخير يصل إلى أربعين دقيقة",
        "تفريغ السد فوق الوادي الشمالي وثلاث قرى تغادر بيوتها",
    ),
    "es": (
        "Los transbordadores seguirán en puerto hasta el jueves mientras la tormenta avanza hacia el norte",
        "El Parlamento aprueba el presupuesto tras una noche de debate",
        "El banco central mantiene su tipo de interés en el 3,25 por ciento",
        "Vuelven los trenes a la línea de la costa, con retrasos de hasta cuarenta minutos",
        "Vacían la presa del valle del norte; tres pueblos abandonan sus casas",
    ),
    "fr": (
        "Les ferries restent à quai jusqu’à jeudi, la tempête remonte vers le nord",
        "Le Parlement adopte le budget après une nuit de débats",
        "La banque centrale maintient son taux à 3,25 pour cent",
        "Les trains circulent de nouveau sur la côte, avec jusqu’à quarante minutes de retard",
        "Le barrage de la vallée du nord est vidé ; trois villages sont évacués",
    ),
}
LATER: Final = {"en": "Airport closed", "ar": "إغلاق المطار", "es": "Aeropuerto cerrado", "fr": "Aéroport fermé"}
SHORT: Final = {
    "en": ("Rain until noon", "Schools closed", "Bridge open", "Power is back", "Ferry aground"),
    "ar": ("أمطار حتى الظهر", "المدارس مغلقة", "فتح الجسر", "عودة الكهرباء", "جنوح عبّارة"),
    "es": ("Lluvia hasta mediodía", "Escuelas cerradas", "Puente abierto", "Vuelve la luz", "Encalla un ferri"),
    "fr": ("Pluie jusqu’à midi", "Écoles fermées", "Pont rouvert", "Retour du courant", "Ferry échoué"),
}
"""So short that all of them are in view at once."""

EDITIONS: Final = "".join(
    f'[[channels]]\nid = "{language}{kind}"\ntitle = "{language}"\nlanguage = "{language}"\n\n'
    for language in LANGUAGES
    for kind in ("", "-quiet", "-busy")
)
"""In each language an edition with lines, one without, and one in which much happens; as ticker.toml has them."""


def write_lines(server: Server) -> None:
    """Post what the gallery shows: a flash, a correction, lines with and without a source."""
    for language, texts in LINES.items():
        for place, text in enumerate(texts):
            urgency = 1 if place == len(texts) - 1 else 2 if place == 1 else 3
            line = server.post(text, language, urgency=urgency, **({} if place % 2 else {"source": SOURCE[language]}))["line"]
            if place == 3:
                server.correct({"channel": language, **line}, text + ".")


def write_short_lines(server: Server) -> dict[str, list[dict[str, Any]]]:
    """Post what elements of the state "busy" begin with, and give it by language. The newest one is a pinned flash."""
    return {
        language: [
            server.post(text, f"{language}-busy", **({"urgency": 1, "pinned": True} if text == texts[-1] else {}))["line"]
            for text in texts
        ]
        for language, texts in SHORT.items()
    }


def specimen(language: str, display: str, state: str = "normal") -> str:
    """Give one element. One of a channel that does not exist cannot know its language."""
    channel = {"empty": f"{language}-quiet", "ended": "nowhere", "busy": f"{language}-busy"}.get(state, language)
    motion = {"paused": " paused", "busy": ' speed="1"'}.get(state, "")  # so slow that all stays in view
    direction = ' dir="rtl"' if state == "ended" and language == "ar" else ""
    return f'<breaking-ticker lang="{language}" channel="{channel}" display="{display}"{direction}{motion}></breaking-ticker>'


def sheet(server: Server, *specimens: str) -> str:
    """Give a page with these elements."""
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>Gallery</title><link rel="icon" href="data:,"><style>
    :root {{ color-scheme: light dark }} body {{ margin: 0; padding: 16px 0; background: light-dark(#fff, #101418) }}
    main {{ display: grid; gap: 16px }} h1 {{ position: absolute; clip-path: inset(50%) }}
    breaking-ticker {{ display: block; block-size: var(--ticker-height, 44px) }}
    breaking-ticker[display=list] {{ --ticker-height: 320px }}
    @media (width < 480px) {{ breaking-ticker[display=rotate] {{ --ticker-height: 148px }} }}
    </style><script type="module" src="{server.url}/widget.js"></script><main><h1>Gallery</h1>{"".join(specimens)}</main>"""


async def settled(page: Page) -> None:
    """Wait until each element shows what it has to show."""
    await page.wait_for_function(
        "[...document.querySelectorAll('breaking-ticker')].every(({ channel, status, lines }) =>"
        " channel === 'nowhere' ? status === 'ended' : status === 'live' && (channel.endsWith('quiet') || lines.length > 0))"
    )
    await page.wait_for_function(
        "[...document.querySelectorAll('breaking-ticker')].every(({ shadowRoot }) => shadowRoot.querySelector('[part=pause]'))"
    )


async def lose(page: Page) -> None:
    """Take the network away, and wait until each element that had lines says so."""
    await page.context.set_offline(True)
    await page.evaluate("for (const one of document.querySelectorAll('breaking-ticker')) one.reconnect()")
    await page.wait_for_function(
        "[...document.querySelectorAll('breaking-ticker')].every(({ status, shadowRoot }) =>"
        " status === 'ended' || !shadowRoot.querySelector('[part=status]').hidden)"
    )


async def happen(server: Server, page: Page, lines: dict[str, list[dict[str, Any]]]) -> None:
    """
    Have lines change in view of elements of the state "busy", and wait until they show it.

    Of what they begin with the second in view is corrected, and cut since its place does not hold it; the third is
    withdrawn; the fourth is put right, and has smaller letters for it.
    """
    for language, (_, refiled, withdrawn, corrected, _) in lines.items():
        server.correct(corrected, LINES[language][-1])
        server.withdraw(withdrawn)
        server.change(refiled, kind="refile", text=f"{LATER[language]}. {refiled['text']}.")
    await page.wait_for_function(
        """[...document.querySelectorAll('breaking-ticker[display=crawl][channel$=busy]')].every(({ shadowRoot }) =>
          ['.cut', '.tight:not(.cut)', 'li:empty'].every((one) => shadowRoot.querySelector(one)))"""
    )


@contextmanager
def newsroom() -> Iterator[Server]:
    """A server with all editions and lines."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ticker.toml").write_text(EDITIONS, encoding="utf-8")
        server = Server(Path(folder)).start()
        try:
            write_lines(server)
            yield server
        finally:
            server.end()


@asynccontextmanager
async def opened(browser: Browser, html: str, **settings: Any) -> AsyncIterator[Page]:
    """A visitor of a page of another origin."""
    context = await browser.new_context(**settings)
    page = await context.new_page()
    with tempfile.TemporaryDirectory() as empty:
        site = Site(Path(empty))
        site.pages["/"] = html
        await page.goto(site.url)
        await settled(page)
        yield page
        site.close()
    await context.close()


async def take(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with newsroom() as server:
        async with async_playwright() as playwright:
            browser = await launched(playwright)
            for language in LANGUAGES:
                html = sheet(server, *(specimen(language, display) for display in DISPLAYS))
                for name, settings in LOOKS.items():
                    if language == "en" or name in ("desk-light", "desk-dark", "phone"):
                        async with opened(browser, html, **settings) as page:
                            await page.wait_for_timeout(1500)  # so that the crawl has begun
                            await page.screenshot(path=folder / f"{name}-{language}.png", full_page=True)
            await _take_states(server, browser, folder)
            await _take_changes(server, browser, folder)
            await browser.close()


LOOKS: Final[dict[str, dict[str, Any]]] = {
    "desk-light": {"viewport": {"width": 1280, "height": 400}},
    "desk-dark": {"viewport": {"width": 1280, "height": 400}, "color_scheme": "dark"},
    "desk-forced": {"viewport": {"width": 1280, "height": 400}, "forced_colors": "active"},
    "phone": {"viewport": {"width": 390, "height": 400}},
    "phone-dark": {"viewport": {"width": 320, "height": 400}, "color_scheme": "dark"},
}


async def _take_states(server: Server, browser: Browser, folder: Path) -> None:
    """Paused with new lines, empty, no such channel, not live; in English and Arabic."""
    html = sheet(server, *(specimen(language, "crawl", state) for language in ("en", "ar") for state in STATES))
    async with opened(browser, html, viewport={"width": 640, "height": 400}) as page:
        for language in ("en", "ar"):
            server.post(LATER[language], language)
        await page.wait_for_function(
            "document.querySelector('[paused]').shadowRoot.querySelector('[part=counter]').textContent !== ''"
        )
        await lose(page)
        await page.screenshot(path=folder / "states.png", full_page=True)


async def _take_changes(server: Server, browser: Browser, folder: Path) -> None:
    """Lines that are cut, rewritten and withdrawn in view, in three languages; and news that waits for who points at a list."""
    lines = write_short_lines(server)
    html = sheet(
        server, *(specimen(language, "crawl", "busy") for language in ("en", "ar", "fr")), specimen("en", "list", "busy")
    )
    async with opened(browser, html, viewport={"width": 1280, "height": 400}) as page:
        await happen(server, page, lines)
        await page.locator("[display=list] a").nth(1).hover()
        server.post(LATER["en"], "en-busy")
        await page.wait_for_function(
            "document.querySelector('[display=list]').shadowRoot.querySelector('[part=counter]').textContent !== ''"
        )
        await page.screenshot(path=folder / "changes.png", full_page=True)


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
