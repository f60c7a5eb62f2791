"""Each page in a real browser: nobody is shut out, nothing jumps, nothing fails, and it is quickly there."""

from typing import Final

import pytest
from playwright.async_api import Browser, Route

from tests.browsing import SETTLED, SHIFTS, axe_finds, visiting
from tests.pages.conftest import EDITIONS
from tests.served import Server

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.browser]


def filled(server: Server) -> dict[str, str]:
    """Put lines of every kind on each edition, and give one page of each kind, by what it is."""
    pages = {
        "home": "/",
        "playground": "/playground",
        "desk": "/desk",
        "problem": "/problems/invalid-line",
        "nothing": "/no/such",
    }
    for edition in EDITIONS:
        for number in range(12):
            server.post(
                f"Line {number} of a dozen that stand here in a row", edition, source="Agency", urgency=(1, 2, 3, 5)[number % 4]
            )
        line = server.post("Three hurt in a fall from a bridge", edition, source="Civil Defence", url="https://a.example/")[
            "line"
        ]
        server.correct(line, "Two hurt in a fall from a bridge", "Two were hurt, not three.")
        server.change(server.post("Stay indoors", edition, topics=["world"])["line"], kind="pin")
        gone = server.post("Gone", edition)["line"]
        server.withdraw(gone)
        kinds = {
            "live": f"/{edition}",
            "filtered": f"/{edition}?topic=sport&topic=world",
            "line": f"/{edition}/lines/{line['id']}",
            "embed": f"/{edition}/embed",
            "line embed": f"/{edition}/lines/{line['id']}/embed",
            "withdrawn": f"/{edition}/lines/{gone['id']}",
            "withdrawn embed": f"/{edition}/lines/{gone['id']}/embed?scheme=dark",
            "playground": f"/{edition}/playground",
        }
        pages |= {f"{kind} {edition}": path for kind, path in kinds.items()}
    return pages


FACTS: Final = """Object.fromEntries(Object.entries({
  title: document.title,
  description: document.querySelector("meta[name=description]")?.content,
  viewport: document.querySelector("meta[name=viewport]")?.content,
  canonical: document.querySelector("link[rel=canonical]")?.href,
  icon: document.querySelector("link[rel=icon]")?.href,
  language: document.documentElement.lang,
}).filter(([, value]) => !value).map(([name]) => [name, "missing"]))"""
FETCHED_MOST: Final = 40_000
"""Bytes that a first visit may take, as they are sent: what a slow phone loads in a second, and less than one picture."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(server: Server, browser: Browser, scheme: str) -> None:
    """On no page, in no language; on a phone in the light, on a desk in the dark."""
    width = 390 if scheme == "light" else 1280
    async with visiting(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as (page, _):
        found = {}
        for kind, path in filled(server).items():
            if scheme == "dark" and kind.endswith(" es"):
                continue  # Spanish differs from English by its words alone
            await page.goto(f"{server.url}{path}")
            found[kind] = await axe_finds(page)

    assert {kind: complaints for kind, complaints in found.items() if complaints} == {}


@pytest.mark.parametrize(("width", "editions"), [(320, ("en", "es")), (1440, ("en", "ar"))])
async def test_nothing_jumps_while_a_page_loads(
    server: Server, browser: Browser, width: int, editions: tuple[str, ...]
) -> None:
    """Although its scripts come late, and write times, states and buttons."""
    async with visiting(browser, viewport={"width": width, "height": 700}, timezone_id="Asia/Kolkata") as (page, _):
        await page.add_init_script(SHIFTS)

        async def late(route: Route) -> None:
            await page.wait_for_timeout(60)
            await route.continue_()

        await page.route("**/*.js", late)
        found = {}
        for kind, path in filled(server).items():
            if kind != "home" and (not kind.endswith(editions) or kind.startswith(("filtered", "withdrawn"))):
                continue
            await page.goto(f"{server.url}{path}", wait_until="load")
            if "data-live" in await page.content():
                await page.locator("[data-state=live]").first.wait_for()
            found[kind] = await page.evaluate(SETTLED)

    assert {kind: shifts for kind, shifts in found.items() if shifts} == {}


async def test_pages_say_what_search_engines_and_phones_ask(server: Server, browser: Browser) -> None:
    """Title, description, canonical address, language, and an icon rather than a guess at one; and nothing in the console."""
    async with visiting(browser) as (page, faults):
        found = {}
        for kind, path in filled(server).items():
            if kind.split()[0] in ("home", "live", "line", "playground") and "embed" not in kind:
                await page.goto(f"{server.url}{path}", wait_until="load")
                found[kind] = await page.evaluate(FACTS)

    assert found == {kind: {} for kind in found}
    assert (faults.thrown, faults.written) == ([], [])


async def test_a_first_visit_is_light(server: Server, browser: Browser) -> None:
    """Page, sheets and scripts together, each page for a reader with nothing in the cache."""
    sizes = {}
    pages = filled(server)
    for kind in ("home", "live en", "live ar", "line en", "embed en", "line embed en", "playground en"):
        path = pages[kind]
        async with visiting(browser) as (page, _):
            await page.goto(f"{server.url}{path}", wait_until="load")
            sizes[kind] = await page.evaluate(
                "performance.getEntries().filter((e) => e.transferSize).reduce((sum, e) => sum + e.transferSize, 0)"
            )

    assert {kind: size for kind, size in sizes.items() if not 0 < size < FETCHED_MOST} == {}
