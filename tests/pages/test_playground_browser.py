"""The playground in a real browser: what is chosen is what is shown, what is copied works, and the address keeps it."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browsing import Site
from tests.served import Server

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.browser]

ATTRIBUTES = "t => Object.fromEntries([...t.attributes].filter(a => a.name !== 'style').map(a => [a.name, a.value]))"


async def choose(page: Page) -> None:
    """Choose something of everything."""
    await page.locator("[name=channel]").select_option("es")
    await page.get_by_label("List", exact=True).check()
    await page.get_by_label("Mundo").check()
    await page.get_by_label("Lines at most").fill("3")
    await page.get_by_label("Language of the ticker").select_option("fr")
    await page.get_by_label("Read out").select_option("off")
    await page.get_by_label("Other colours").check()
    await page.get_by_label("Label", exact=True).fill("#004400")
    await page.get_by_label("Width").fill("400")


CHOSEN = {"channel": "es", "display": "list", "topics": "world", "max": "3", "lang": "fr", "announce": "off"}


async def shown(page: Page) -> dict[str, Any]:
    """Give the attributes of the ticker that is shown."""
    found: dict[str, Any] = await page.locator("breaking-ticker").evaluate(ATTRIBUTES)
    return found


async def test_what_is_chosen_is_shown_and_kept(page: Page, server: Server) -> None:
    """At once, in its width and colours; a shared address shows the same; starting over undoes all of it."""
    await page.goto(f"{server.url}/playground")
    assert await shown(page) == {"channel": "en"}
    await choose(page)
    chosen = await shown(page)
    assert chosen == CHOSEN
    await page.goto(page.url)

    assert await shown(page) == chosen
    ticker = page.locator("breaking-ticker")
    assert await ticker.evaluate("t => [t.offsetWidth, t.style.getPropertyValue('--ticker-signal')]") == [400, "#004400"]
    await page.get_by_role("button", name="Start over").click()
    await expect(ticker).to_have_attribute("channel", "en")
    assert await shown(page) == {"channel": "en"}
    assert page.url == f"{server.url}/playground"


async def test_what_is_copied_works_on_another_site(page: Page, server: Server, elsewhere: Site) -> None:
    """Each snippet, under the policy that the playground gives: pinned, newest, as a frame; with the colours."""
    server.post("Puente cerrado", "es", topics=["world"])
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    await page.goto(f"{server.url}/playground")
    await choose(page)
    copied = {}
    for name in ("pinned", "newest", "style", "policy", "frame"):
        block = page.locator(f".snippet:has([data-snippet={name}])")
        await block.get_by_role("button").click()
        await expect(block.get_by_role("button")).to_have_text("Copied")
        copied[name] = await page.evaluate("navigator.clipboard.readText()")

    policy = f"default-src 'none'; style-src 'unsafe-inline'; frame-src {server.url}; img-src data:; {copied['policy']}"
    head = f'<!doctype html><link rel="icon" href="data:,"><style>{copied["style"]}</style>'
    for name in ("pinned", "newest", "frame"):
        elsewhere.pages["/"] = f'{head}<meta http-equiv="Content-Security-Policy" content="{policy}">{copied[name]}'
        await page.goto(elsewhere.url)
        place = page.frame_locator("iframe") if name == "frame" else page
        ticker = place.locator("breaking-ticker")
        await expect(ticker.locator("[part~=text]", has_text="Puente cerrado").first).to_be_attached()
        attributes = await ticker.evaluate(ATTRIBUTES)
        assert attributes == CHOSEN
        if name != "frame":
            assert await ticker.evaluate("t => getComputedStyle(t).getPropertyValue('--ticker-signal')") == "#004400"


async def test_unreadable_colours_are_told(page: Page, server: Server) -> None:
    """By the contrast that WCAG asks for."""
    await page.goto(f"{server.url}/playground?ink=%23777777&ground=%23ffffff")
    told = page.locator("[data-contrast=ink]")
    await expect(told).to_have_text("Contrast 4.4:1. Too low: text needs 4.5:1.")
    await page.get_by_label("Text", exact=True).fill("#757575")

    await expect(told).to_have_text("Contrast 4.6:1")


@pytest.mark.parametrize(
    ("screen", "width", "height"), [(1280, "1200", 44), (390, "1200", 148), (1280, "400", 148)], ids=["desk", "phone", "column"]
)
async def test_one_line_at_a_time_has_the_same_height_everywhere(
    page: Page, server: Server, elsewhere: Site, screen: int, width: str, height: int
) -> None:
    """In the preview, beside the copied style and in the copied frame it is as high as its text needs, and no higher."""
    server.post("Bridge closed")
    await page.set_viewport_size({"width": screen, "height": 800})
    await page.goto(f"{server.url}/playground?display=rotate&width={width}")
    tall = "t => t.offsetHeight"
    [preview, box] = [await page.locator(place).evaluate(tall) for place in ("breaking-ticker", ".stage-box")]
    copied = {name: await page.locator(f"[data-snippet={name}]").text_content() for name in ("newest", "style", "frame")}
    elsewhere.pages["/"] = (
        '<!doctype html><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">'
        f"<style>body {{ margin: 0 }} {copied['style']}</style>{copied['newest']}{copied['frame']}"
    )
    await page.goto(elsewhere.url)
    await expect(page.frame_locator("iframe").locator("[part~=text]").first).to_be_visible()

    heights = [await page.locator(place).evaluate(tall) for place in ("breaking-ticker", "iframe")]
    assert [preview, *heights] == [height, height, height]
    assert box - preview <= 1  # the preview leaves no gap below


@pytest.mark.parametrize("most", ["0", "51", "2.5", "-1"])
async def test_no_snippet_has_a_number_of_lines_that_cannot_be(page: Page, server: Server, most: str) -> None:
    """What is out of bounds is told, and neither copied nor kept in the address."""
    await page.goto(f"{server.url}/playground")
    field = page.get_by_label("Lines at most")
    await field.fill(most)
    await field.blur()

    assert await shown(page) == {"channel": "en"}
    assert "max" not in " ".join(await page.locator("[data-snippet]").all_text_contents()).replace("max-", "")
    assert page.url == f"{server.url}/playground"
