"""The pages in a real browser, over the server itself: what a reader sees is so, and stays so."""

import re
from collections.abc import Callable
from typing import Any, Final

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browsing import visiting
from tests.pages.conftest import EDITIONS
from tests.served import Server
from ticker.live.viewers import now_ms
from ticker.model.times import rfc3339

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.browser]

LINES: Final = "[...document.querySelectorAll('.live .line')].map((line) => [line.id, line.dataset.version, line.innerText])"
WIDTH: Final = "document.documentElement.scrollWidth"


class Reader:
    """Somebody who reads the live page of the English edition."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.button = page.locator("[data-new]")
        self.state = page.locator("[data-state]")

    async def opens(self, path: str = "/en", status: int = 200) -> None:
        answer = await self.page.goto(f"{self.server.url}{path}")
        assert answer is not None
        assert answer.status == status

    async def is_live(self, state: str = "live") -> None:
        await expect(self.state).to_have_attribute("data-state", state, timeout=40_000)

    def line(self, posted: dict[str, Any]) -> Locator:
        return self.page.locator(f"[id='{posted['line']['id']}']")

    async def edges(self, part: str) -> list[dict[str, float]]:
        """Where a part of each line stands."""
        script = "(parts) => parts.map((part) => part.getBoundingClientRect().toJSON())"
        edges: list[dict[str, float]] = await self.page.locator(f".live .line {part}").evaluate_all(script)
        return edges

    async def scrolls_down(self) -> int:
        """Scroll into the list, and give the place."""
        return int(await self.page.evaluate("(scrollTo(0, 900), scrollY)"))

    async def scrolled(self) -> int:
        return int(await self.page.evaluate("scrollY"))


@pytest.fixture
def reader(page: Page, server: Server) -> Reader:
    return Reader(page, server)


@pytest.mark.parametrize("edition", EDITIONS)
async def test_all_lines_stand_in_one_grid(reader: Reader, server: Server, edition: str) -> None:
    """Pinned or not, drawn by the server or by the script: times on one edge, texts on another, each beside its time."""
    server.post("Ferries stay in port", edition, pinned=True, urgency=2)
    server.post("The road is closed", edition)
    await reader.opens(f"/{edition}")
    await reader.is_live()
    server.post("The airport is closed", edition, pinned=True)
    server.post("The airport reopens", edition)
    await expect(reader.page.locator(".live .line")).to_have_count(4)
    side = "right" if edition == "ar" else "left"
    times, texts = await reader.edges(".line-time"), await reader.edges(".line-text")
    beside = [text["top"] < time["bottom"] for time, text in zip(times, texts, strict=True)]

    assert [len({round(edge[side]) for edge in edges}) for edges in (times, texts)] == [1, 1]
    assert beside == [True] * 4


@pytest.mark.parametrize("edition", EDITIONS)
async def test_facts_of_a_line_stand_in_one_column(reader: Reader, server: Server, edition: str) -> None:
    """On a phone too, where days are longer in some languages than in others: none stands beside its word, or all do."""
    line = server.post("The road is closed", edition, topics=["world"])["line"]
    server.correct(line, "The road is open")
    await reader.page.set_viewport_size({"width": 390, "height": 800})
    await reader.opens(f"/{edition}/lines/{line['id']}")
    side = "right" if edition == "ar" else "left"
    edges = f"facts => facts.map((fact) => fact.getBoundingClientRect().{side})"
    found = await reader.page.locator(".one-facts dd").evaluate_all(edges)

    assert (len(found), len(set(found))) == (3, 1)


async def test_a_line_comes_is_corrected_and_goes(reader: Reader, server: Server) -> None:
    """Without a reload; markup in it stays text; a correction is marked at once and by its word for good."""
    await reader.opens()
    await reader.is_live()
    await expect(reader.page.get_by_text("No lines yet")).to_be_visible()
    posted = server.post("<b>Three</b> hurt & more", source="Civil Defence", urgency=1)
    line = reader.line(posted)
    await expect(line).to_contain_text(re.compile(r"Flash.*\d\d:\d\d.*Civil Defence: <b>Three</b> hurt & more", re.DOTALL))
    await expect(reader.page.get_by_text("No lines yet")).to_be_hidden()

    server.correct(posted["line"], "Two hurt", "Two, not three.")
    await expect(line).to_have_class(re.compile("line-flash"))
    await expect(line).to_contain_text(re.compile("Two hurt.*Corrected.*Two, not three.", re.DOTALL))
    server.withdraw(posted["line"])

    await expect(line).to_have_count(0)
    assert "Two hurt" not in await reader.page.content()
    await expect(reader.page.get_by_text("No lines yet")).to_be_visible()


async def test_new_lines_wait_for_a_reader_further_down(reader: Reader, server: Server) -> None:
    """The page does not move under the reader; what is withdrawn meanwhile is not waiting any more."""
    for number in range(30):
        server.post(f"Line {number}")
    await reader.opens()
    await reader.is_live()
    before = await reader.scrolls_down()
    posted = [server.post(f"New {number}") for number in range(4)]
    await expect(reader.button).to_have_text("4 new lines")
    server.withdraw(posted[0]["line"])
    await expect(reader.button).to_have_text("3 new lines")
    assert await reader.scrolled() == before > 0

    await reader.button.click()
    await expect(reader.line(posted[3])).to_be_in_viewport()
    await expect(reader.line(posted[3]).locator("a").first).to_be_focused()
    await expect(reader.button).to_be_hidden()
    await expect(reader.line(posted[0])).to_have_count(0)


async def test_a_line_goes_when_it_expires(reader: Reader, server: Server) -> None:
    """Nobody has to reload to lose it."""
    await reader.opens()
    await reader.is_live()
    posted = server.post("Road closed", expires=rfc3339(now_ms() + 3000))

    await expect(reader.line(posted)).to_be_visible()
    await expect(reader.line(posted)).to_have_count(0)


async def test_a_filter_holds_for_what_comes(reader: Reader, server: Server) -> None:
    """A page of one topic gets its lines alone, until the reader takes the filter away."""
    other = server.post("Bread dearer", topics=["economy"])
    await reader.opens("/en?topic=world")
    await reader.is_live()
    await expect(reader.page.locator(".line")).to_have_count(0)
    server.post("Cup final drawn", topics=["sport"])
    line = server.post("Talks adjourned", topics=["world"])
    await expect(reader.line(line)).to_be_visible()
    await expect(reader.page.locator(".line")).to_have_count(1)
    await reader.page.get_by_role("link", name="Remove filter: World").click()

    await expect(reader.line(other)).to_be_visible()
    await expect(reader.page.locator(".line")).to_have_count(3)


async def test_a_pinned_line_stands_first(reader: Reader, server: Server) -> None:
    """Under its own heading, until it is unpinned."""
    first, second = server.post("First"), server.post("Second")
    await reader.opens()
    await reader.is_live()
    server.change(first["line"], kind="pin")
    pinned = reader.page.locator("[data-key=pinned]")
    await expect(pinned).to_contain_text(re.compile("Pinned.*First", re.DOTALL))
    await expect(reader.page.locator(".line").first).to_contain_text("First")
    server.change(first["line"], kind="unpin")

    await expect(pinned).to_have_count(0)
    await expect(reader.page.locator(".line").first).to_have_id(second["line"]["id"])


async def test_a_page_kept_live_is_the_page_loaded_anew(reader: Reader, server: Server, browser: Browser) -> None:
    """After all that can happen to lines: the same lines in the same words."""
    await reader.opens()
    await reader.is_live()
    lines = [server.post(f"Line {n}", urgency=urgency, source="Agency")["line"] for n, urgency in enumerate((1, 2, 3, 5))]
    server.correct(lines[0], "Line zero")
    server.change(lines[1], kind="update", text="Line one", url="https://news.example/one")
    server.change(lines[2], kind="pin")
    server.withdraw(lines[3])
    last = server.post("The last")
    await expect(reader.line(last)).to_be_visible()
    await expect(reader.page.locator("[data-key=pinned]")).to_be_visible()

    async with visiting(browser, viewport={"width": 1440, "height": 700}, timezone_id="Europe/Madrid") as (page, _):
        await page.goto(f"{server.url}/en")
        await expect(page.locator("[data-state=live]")).to_be_visible()
        fresh = await page.evaluate(LINES)
    assert await reader.page.evaluate(LINES) == fresh
    assert len(fresh) == 4


async def test_a_reader_is_told_while_the_server_is_away(page: Page, servers: Callable[..., Server]) -> None:
    """Since when; and what was posted meanwhile stands there once it is back."""
    server = servers().start()
    reader = Reader(page, server)
    server.post("Before")
    await reader.opens()
    await reader.is_live()
    server.stop()
    await reader.is_live("offline")
    await expect(reader.state).to_have_text(re.compile(r"Not live since \d\d:\d\d"))
    await expect(page.get_by_text("Before")).to_be_visible()

    server.start()
    posted = server.post("After")
    await reader.is_live()
    await expect(reader.line(posted)).to_be_visible()
    assert await page.locator(".line bdi").all_inner_texts() == ["After", "Before"]


async def test_a_line_s_own_page_stays_true(reader: Reader, server: Server) -> None:
    """It is corrected before the reader's eyes, and withdrawn: the text goes and the address answers 410."""
    posted = server.post("Three hurt")
    await reader.opens(f"/en/lines/{posted['line']['id']}")
    heading = reader.page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Three hurt")
    server.correct(posted["line"], "Two hurt", "Two, not three.")
    await expect(heading).to_have_text("Two hurt")
    await expect(reader.page.locator(".notice")).to_contain_text("Two, not three.")
    async with reader.page.expect_response(lambda answer: answer.request.is_navigation_request()) as loading:
        server.withdraw(posted["line"])

    assert (await loading.value).status == 410
    await expect(heading).to_have_text("This line was withdrawn")


async def test_a_line_s_own_page_asks_after_a_gap(reader: Reader, server: Server) -> None:
    """A reader who comes back after the log can no longer tell what happened meanwhile gets the line as it is now."""
    posted = server.post("Three hurt")
    line = posted["line"]
    address = f"/en/lines/{line['id']}"
    server.correct(line, "Two hurt")
    answer = await reader.page.request.get(f"{server.url}{address}")
    stale = re.sub(r'data-cursor="[^"]*"', 'data-cursor="1-1"', await answer.text())
    stale = stale.replace('data-version="2"', 'data-version="1"').replace("Two hurt", "Three hurt")
    loads: list[str] = []

    async def first_the_stale_one(route: Any) -> None:
        loads.append(route.request.url)
        await (route.fulfill(body=stale, headers=answer.headers) if len(loads) == 1 else route.continue_())

    await reader.page.route(f"{server.url}{address}", first_the_stale_one)
    await reader.opens(address)

    await expect(reader.page.get_by_role("heading", level=1)).to_have_text("Two hurt")
    assert len(loads) == 2


async def test_a_snippet_is_one_click_from_the_clipboard(reader: Reader, server: Server) -> None:
    """And the button says that it worked."""
    await reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    await reader.opens("/")
    button = reader.page.locator(".edition").first.get_by_role("button")
    await button.click()

    await expect(button).to_have_text("Copied")
    copied = await reader.page.evaluate("navigator.clipboard.readText()")
    assert copied == await reader.page.locator(".snippet code").first.inner_text()
    assert '<breaking-ticker channel="en"' in copied
    await expect(button).to_have_text("Copy")


@pytest.mark.parametrize("path", ["/", "/en", "/playground"])
async def test_a_snippet_is_seen_whole(reader: Reader, server: Server, path: str) -> None:
    """Also on a phone, where nothing would tell that its box can be scrolled."""
    await reader.page.set_viewport_size({"width": 390, "height": 800})
    await reader.opens(path)
    await expect(reader.page.locator(".snippet code").first).to_contain_text("breaking-ticker")

    hidden = "boxes => boxes.map(box => box.scrollWidth - box.clientWidth)"
    assert set(await reader.page.locator(".snippet pre").evaluate_all(hidden)) == {0}


async def test_home_is_live_in_each_language(reader: Reader, server: Server) -> None:
    """Three editions, each in its own words."""
    await reader.opens("/")
    for edition, live in zip(EDITIONS, ("Live", "مباشر", "En directo"), strict=True):
        section = reader.page.locator(f".edition:has([data-live={edition}])")
        await expect(section.locator("[data-state]")).to_have_text(live)
        server.post("212", edition)

        await expect(section.locator(".line")).to_contain_text("212")


async def test_pages_are_whole_without_scripts(server: Server, browser: Browser) -> None:
    """Whoever has none reads the same lines, and is told that they do not update."""
    line = server.post("Three hurt", source="Agency")["line"]
    async with visiting(browser, java_script_enabled=False) as (page, _):
        for path in ("/", "/en", f"/en/lines/{line['id']}", f"/en/lines/{line['id']}/embed", "/en/embed"):
            await page.goto(f"{server.url}{path}")
            await expect(page.get_by_text("Three hurt").first).to_be_visible()
            await expect(page.get_by_role("button")).to_have_count(0)

    # This way of having no scripts leaves <noscript> closed: what it says can only be read in the source.
    html = httpx.get(f"{server.url}/en").text
    assert re.search("<noscript>.*Without JavaScript this page does not update itself.*</noscript>", html)


async def test_no_page_has_a_fault_or_is_wider_than_a_phone(server: Server, browser: Browser) -> None:
    """No error of a script, nothing that the page's own policy refuses, nothing to scroll sideways, in each language."""
    long = "x" * 300
    lines = [server.post(long, edition, source="Agency", url="https://news.example/")["line"] for edition in EDITIONS]
    gone = server.post("Gone")["line"]
    server.withdraw(gone)
    paths = {"/": 200, "/desk": 200, "/problems/invalid-line": 200, "/no/such": 404, f"/en/lines/{gone['id']}": 410}
    for edition, line in zip(EDITIONS, lines, strict=True):
        server.correct(line, "y" * 300, long)
        paths |= {f"/{edition}": 200, f"/{edition}/lines/{line['id']}": 200, f"/{edition}/embed": 200}
        paths |= {f"/{edition}/lines/none": 404}
    async with visiting(browser, viewport={"width": 320, "height": 640}) as (page, faults):
        found: dict[str, tuple[int, int]] = {}
        for path in paths:
            answer = await page.goto(f"{server.url}{path}", wait_until="load")
            assert answer is not None
            found[path] = (answer.status, await page.evaluate(WIDTH))

    assert found == {path: (status, 320) for path, status in paths.items()}
    assert faults.thrown == []
    assert [text for text in faults.written if not re.search("status of (404|410)", text)] == []
