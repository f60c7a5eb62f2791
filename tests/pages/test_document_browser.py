"""Each page in a real browser: nobody is shut out, and nothing jumps."""

import pytest
from playwright.async_api import Browser, Route, async_playwright

from tests.browsing import SETTLED, SHIFTS, axe_finds, launched, visiting
from tests.pages.kinds import filled
from tests.served import Server

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.browser]


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


async def test_pages_stand_on_one_edge_whether_they_scroll_or_not(server: Server) -> None:
    """Where a scroll bar takes room, as a mouse has it: nothing moves sideways as a page grows, or on the way to the next."""
    async with async_playwright() as playwright:
        browser = await launched(playwright, without=["--hide-scrollbars"])
        page = await browser.new_page(viewport={"width": 1280, "height": 700})
        found = {}
        for kind, path in filled(server).items():
            if kind in ("nothing", "desk", "live en", "live ar"):
                await page.goto(f"{server.url}{path}")
                found[kind] = await page.locator("main").evaluate(
                    "main => main.clientWidth + main.getBoundingClientRect().left * 2"
                )
        await browser.close()

    assert len(set(found.values())) == 1, found
