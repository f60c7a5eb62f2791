"""What stands in frames, in a real browser on somebody else's page: sandboxed, so without origin, storage, locks, channels."""

from typing import Any

import httpx
import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.browsing import Faults, Site
from tests.served import Server

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.browser]


async def framed(page: Page, elsewhere: Site, html: str) -> FrameLocator:
    """Open a page of another origin that has this frame in it."""
    elsewhere.pages["/"] = f'<!doctype html><title>x</title><link rel="icon" href="data:,">{html}'
    await page.goto(elsewhere.url)
    return page.frame_locator("iframe")


def oembed(server: Server, path: str, **query: Any) -> str:
    """Give the frame that a CMS gets for an address."""
    answer = httpx.get(f"{server.url}/oembed", params={"url": server.url + path, **query})
    return str(answer.json()["html"])


async def test_the_embed_page_needs_nothing_of_the_site_around_it(page: Page, server: Server, elsewhere: Site) -> None:
    """With an origin of its own: the lines are live, as the query asks, and nothing is written to the console."""
    server.post("Before")
    faults = Faults(page)
    source = f"{server.url}/en/embed?display=list&max=3"
    frame = await framed(page, elsewhere, f'<iframe sandbox="allow-scripts" src="{source}" width="700" height="300"></iframe>')
    await expect(frame.get_by_role("link", name="Before")).to_be_visible()
    server.post("After")

    await expect(frame.get_by_role("link", name="After")).to_be_attached()
    seen = "(t => [origin, t.status, t.max, t.getAttribute('display')])(document.querySelector('breaking-ticker'))"
    assert await page.frames[1].evaluate(seen) == ["null", "live", 3, "list"]
    assert faults.written == []


async def test_what_oembed_gives_for_a_live_page_is_live(page: Page, server: Server, elsewhere: Site) -> None:
    """On whichever page it is pasted, and its links leave the frame for a page that is not shut in."""
    server.post("Before")
    frame = await framed(page, elsewhere, oembed(server, "/en"))
    link = frame.locator("[part~=link]", has_text="Before").first
    await link.focus()
    async with page.context.expect_page() as opening:
        await link.press("Enter")

    assert await (await opening.value).evaluate("origin") == server.url


async def test_a_line_in_a_frame_stays_true(page: Page, server: Server, elsewhere: Site) -> None:
    """It is corrected before the reader's eyes; withdrawn, its text goes and a word says so."""
    posted = server.post("Three hurt", source="Agency", url="https://news.example/")
    faults = Faults(page)
    frame = await framed(page, elsewhere, oembed(server, f"/en/lines/{posted['line']['id']}"))
    await expect(frame.get_by_text("Three hurt")).to_be_visible()
    server.correct(posted["line"], "Two hurt", "Two, not three.")
    await expect(frame.get_by_text("Two, not three.")).to_be_visible()
    server.withdraw(posted["line"])

    await expect(frame.get_by_role("heading")).to_have_text("This line was withdrawn")
    await expect(frame.get_by_text("Two hurt")).to_have_count(0)
    assert [text for text in faults.written if "410" not in text] == []


@pytest.mark.parametrize("width", [300, 640])
async def test_a_line_s_frame_is_high_enough(page: Page, server: Server, elsewhere: Site, width: int) -> None:
    """Short or long, noted or not, in Latin and Arabic letters: nothing to scroll, where a theme makes it narrow too."""
    found: dict[tuple[str, int], list[int]] = {}
    for edition, words in (("en", "The harbour office says "), ("ar", "قال مكتب الميناء إن ")):
        for length in (20, 100, 500):
            line = server.post((words * 30)[:length].strip(), edition, source="Agency", urgency=1, url="https://a.example/")[
                "line"
            ]
            server.correct(line, line["text"] + "." if length < 500 else line["text"][:-1], (words * 9)[: length // 2])
            html = oembed(server, f"/{edition}/lines/{line['id']}").replace('width="640"', f'width="{width}"')
            frame = await framed(page, elsewhere, html)
            await expect(frame.locator(".notice")).to_be_visible()

            sizes = "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
            await page.frames[1].wait_for_load_state()  # with its styles and letters
            found[edition, length] = await page.frames[1].evaluate(sizes)

    assert found == {key: [0, 0] for key in found}
