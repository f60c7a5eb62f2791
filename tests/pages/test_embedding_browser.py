"""What docs/embed.md says to copy, in a real page on another origin: each snippet works, also under the strictest policy."""

import re
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsing import SETTLED, SHIFTS, Site, axe_finds, visiting
from tests.served import Server
from ticker.edge.assets import WEB
from ticker.pages.widget import pinned

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.browser]

DOCUMENT: Final = (Path(__file__).parent.parent.parent / "docs/embed.md").read_text(encoding="utf-8")


def snippets(server: Server) -> list[str]:
    """The pieces of code in the document, for a server of ours and its version."""
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", DOCUMENT, re.MULTILINE)
    text = "\0".join(re.sub("^    ", "", block, flags=re.MULTILINE).strip() for block in blocks)
    text = text.replace("https://ticker.news.example", server.url).replace("wss://ticker.news.example", server.ws)
    text = text.replace("/widget/VERSION.js", pinned().path).replace("sha384-HASH", pinned().integrity)
    return text.split("\0")


def having(found: list[str], *words: str) -> str:
    """The one snippet that has these words."""
    (one,) = (block for block in found if all(word in block for word in words))
    return one


def page_of(body: str, policy: str = "", style: str = "") -> str:
    """A page of somebody else's."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    sheet = f"<style>{style}</style>" if style else ""
    return f'<!doctype html><html lang="en"><title>x</title>{meta}<link rel="icon" href="data:,">{sheet}{body}'


async def shows(page: Page, *texts: str) -> None:
    """Wait until each ticker on the page is live and shows these lines."""
    await page.wait_for_function(
        "texts => [...document.querySelectorAll('breaking-ticker')].every((t) => t.status === 'live' &&"
        " JSON.stringify(t.lines.map((line) => line.text)) === JSON.stringify(texts))",
        arg=list(texts),
    )


async def test_each_way_to_embed_works_under_the_strictest_policy(page: Page, server: Server, elsewhere: Site) -> None:
    """The snippet, the one with something inside and the pinned one; with the policy as told and Trusted Types."""
    server.post("Bridge closed")
    found = snippets(server)
    told = " ".join(having(found, "script-src").split())
    policy = f"default-src 'none'; img-src data:; {told} require-trusted-types-for 'script'; trusted-types 'none'"
    script = having(found, "/widget.js", "<script")
    ways = [script, having(found, "Breaking news</a>"), having(found, "integrity=")]
    elsewhere.pages["/"] = page_of(ways[0] + ways[1], policy)
    await page.goto(elsewhere.url)
    await shows(page, "Bridge closed")
    elsewhere.pages["/"] = page_of(ways[2], policy)
    await page.goto(elsewhere.url)

    await shows(page, "Bridge closed")
    await expect(page.locator("breaking-ticker [part~=text]").first).to_have_text("Bridge closed")


async def test_listener_hears_of_a_flash(page: Page, server: Server, elsewhere: Site) -> None:
    """And of no other line."""
    found = snippets(server)
    listener = having(found, 'addEventListener("publish"')
    elsewhere.pages["/"] = page_of(having(found, "/widget.js", "<script") + f"<script>{listener}</script>")
    await page.goto(elsewhere.url)
    await shows(page)
    server.post("Rain later")
    await shows(page, "Rain later")
    assert await page.title() == "x"
    server.post("Earthquake", urgency=1)

    await expect(page).to_have_title("Earthquake")


async def test_styles_reach_what_they_name(page: Page, server: Server, elsewhere: Site) -> None:
    """Colours, parts and heights, which are the same before the script has run and after."""
    found = snippets(server)
    style = having(found, "--ticker-signal: ") + having(found, "block-size: var(--ticker-height")
    server.post("Bridge closed", source="Agency")
    script, element = having(found, "/widget.js", "<script").split("\n")
    displays = [element.replace(">", f' display="{name}">', 1) for name in ("crawl", "rotate", "list")]
    heights = "[...document.querySelectorAll('breaking-ticker')].map((t) => t.offsetHeight)"
    elsewhere.pages["/"] = page_of("".join(displays), style=style)
    await page.goto(elsewhere.url)
    before = await page.evaluate(heights)
    elsewhere.pages["/"] = page_of(script + "".join(displays), style=style)
    await page.goto(elsewhere.url)
    await shows(page, "Bridge closed")

    assert await page.evaluate(heights) == before
    look = "t => getComputedStyle(t).getPropertyValue('--ticker-signal')"
    assert "#00457c" in await page.locator("breaking-ticker").first.evaluate(look)
    source = page.locator("breaking-ticker [part~=source]").first
    assert await source.evaluate("node => getComputedStyle(node).fontStyle") == "italic"


async def test_frame_and_oembed_are_as_told(page: Page, server: Server, elsewhere: Site) -> None:
    """The frame shows the lines; the endpoint's address answers."""
    server.post("Bridge closed")
    found = snippets(server)
    elsewhere.pages["/"] = page_of(having(found, "<iframe"))
    await page.goto(elsewhere.url)
    link = page.frame_locator("iframe").locator("[part~=text]", has_text="Bridge closed").first
    await expect(link).to_be_attached()

    answer = httpx.get(having(found, "/oembed?").replace("ADDRESS", f"{server.url}/en"))
    assert (answer.status_code, answer.json()["type"]) == (200, "rich")


async def test_package_is_used_as_told(page: Page, server: Server, elsewhere: Site) -> None:
    """Its entry defines the tag; an element that says its server needs nothing else."""
    server.post("Bridge closed")
    importing, element = having(snippets(server), 'import "breaking-ticker/define"').split("\n\n")
    names = f'{{"imports": {{"breaking-ticker/define": "{server.url}/widget/src/define.js"}}}}'
    scripts = f'<script type="importmap">{names}</script><script type="module">{importing}</script>'
    elsewhere.pages["/"] = page_of(scripts + element)
    await page.goto(elsewhere.url)

    await shows(page, "Bridge closed")


@pytest.mark.parametrize(("edition", "width"), [("en", 1440), ("ar", 390), ("es", 320)])
async def test_example_pages_shut_nobody_out_and_stand_still(
    browser: Browser, server: Server, edition: str, width: int
) -> None:
    """Three displays on a newspaper's page: axe finds nothing, and nothing moves when they come."""
    server.post("212", edition, topics=["regions"])
    paper = Site(WEB / "example")
    html = (WEB / f"example/{edition}.html").read_text(encoding="utf-8")
    paper.pages["/"] = html.replace("http://127.0.0.1:8000", server.url)
    async with visiting(browser, viewport={"width": width, "height": 900}) as (page, faults):
        await page.add_init_script(SHIFTS)
        await page.goto(paper.url)
        await shows(page, "212")
        found = await axe_finds(page), await page.evaluate(SETTLED), await page.evaluate("document.documentElement.scrollWidth")
    paper.close()

    shut_out, shifts, wide = found
    assert (shut_out, wide) == ([], width)
    assert sum(value for value, _ in shifts) < 0.005  # a time that is reworded moves the text in its own row, and nothing else
    assert (faults.thrown, faults.written) == ([], [])
