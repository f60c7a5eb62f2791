"""web/widget/src/breaking-ticker-element.js on a page of another origin, fed by a running ticker."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha384
from typing import Final

import pytest
from playwright.async_api import Browser, Page, Route

from tests.browsing import Site
from tests.web.newsroom import ROOT, TICKER, TRACK, Editor, Server, Strip
from ticker import __version__
from ticker.edge.assets import WEB

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[[str], str]

PLAIN: Final = '<breaking-ticker channel="en"></breaking-ticker>'
BLOCKED: Final = """
window.WebSocket = class { constructor() { setTimeout(() => this.onclose?.({ code: 1006 })); } close() {} };
"""


async def test_shows_the_ten_newest_lines_and_what_happens_to_them(strip: Strip, editor: Editor, host: Site) -> None:
    """A reader of the newspaper sees lines appear, change and go without a reload."""
    lines = await editor.posts_all(f"Line {n}" for n in range(12))
    await strip.page.goto(f"{host.url}/en.html")
    await strip.shows(*(f"Line {n}" for n in range(11, 1, -1)))

    await editor.corrects(lines[11], text="Line eleven")
    await strip.shows("Line eleven", *(f"Line {n}" for n in range(10, 1, -1)))
    await editor.withdraws(lines[10])
    await strip.shows("Line eleven", *(f"Line {n}" for n in range(9, 0, -1)))  # and the hole is filled
    await editor.posts("Line twelve")
    await strip.shows("Line twelve", "Line eleven", *(f"Line {n}" for n in range(9, 1, -1)))
    await editor.corrects(lines[2], kind="pin")
    await strip.shows("Line 2", "Line twelve", "Line eleven", *(f"Line {n}" for n in range(9, 2, -1)))


async def test_crawls_by_one_animation_of_transform(strip: Strip, editor: Editor, embed: Embed) -> None:
    """The lines move at 60 px a second without a script that runs per frame."""
    await editor.posts_all(["One line", "Another line"])
    await strip.page.goto(embed(PLAIN))
    await strip.shows("Another line", "One line")

    assert await strip.animations() == [["running", ["transform"]]]
    assert await strip.speed() == -60


async def test_changes_leave_what_is_read_in_its_place(strip: Strip, editor: Editor, embed: Embed) -> None:
    """A line that comes, grows or goes elsewhere does not move the line under the reader's eye."""
    lines = await editor.posts_all(f"Line number {n} of the day, and some more words" for n in range(8))
    await strip.page.goto(embed(PLAIN))
    await strip.shows(*(line["text"] for line in reversed(lines)))
    await strip.tells(f"(() => {{ const [one] = {TRACK}.getAnimations(); one.pause(); one.currentTime = 9000; }})()")
    read = "Line number 5"
    before = await strip.place(read)

    new = await editor.posts("A new and rather long line that comes before all the others on the strip")
    await strip.shows(new["text"], *(line["text"] for line in reversed(lines)))
    places = [await strip.place(read)]
    await editor.withdraws(lines[7])
    await strip.shows(new["text"], *(line["text"] for line in reversed(lines[:7])))
    places.append(await strip.place(read))

    assert places == pytest.approx([before, before], abs=2)


@pytest.mark.parametrize(
    "channel, count, gone", [("en", 10, 0.0), ("en", 10, 0.4), ("ar", 10, 0.4), ("en", 10, 0.92), ("en", 2, 0.3)]
)
async def test_news_comes_next(strip: Strip, editor: Editor, embed: Embed, channel: str, count: int, gone: float) -> None:
    """Wherever the crawl stands, a new line comes right behind what is being read, which is not moved."""
    lines = await editor.posts_all((f"Line {n} of the day, and some more words" for n in range(count)), channel)
    await strip.page.goto(embed(PLAIN.replace("en", channel)))
    await strip.shows(*(line["text"] for line in reversed(lines)))
    await strip.passes(gone)
    await strip.tells(f"{TRACK}.getAnimations()[0].pause()")
    before = await strip.places()

    await editor.posts("News", channel)
    await strip.reaches(f"{ROOT}.querySelectorAll('li').values().some((node) => node.textContent.includes('News'))")
    after = await strip.places()
    await strip.tells(f"{TRACK}.getAnimations()[0].play()")
    await strip.reaches(strip.in_view("News"), within=8)

    assert {text: after.get(text) for text in before} == pytest.approx(before, abs=2)


async def test_news_comes_before_a_pinned_line(strip: Strip, editor: Editor, embed: Embed) -> None:
    """What an editor pinned keeps its place at the head, and does not delay what has just happened."""
    lines = await editor.posts_all(f"Line {n} of the day, and some more words" for n in range(10))
    await editor.corrects(lines[0], kind="pin")
    await strip.page.goto(embed(PLAIN))
    await strip.shows(*(line["text"] for line in (lines[0], *reversed(lines[1:]))))
    await strip.passes(0.4)
    await editor.posts("News")

    await strip.shows(lines[0]["text"], "News", *(line["text"] for line in reversed(lines[2:])))
    await strip.reaches(strip.in_view("News"), within=8)


async def test_lines_are_never_cut(strip: Strip, editor: Editor, embed: Embed) -> None:
    """However fast news comes, each line in view is there to its end."""
    await editor.posts_all(f"Line {n} of the day: the council has voted for the new bridge over the river" for n in range(4))
    await strip.page.goto(embed(PLAIN))
    await strip.is_live()
    for n in range(4):
        await editor.posts(f"News {n} of the day: the council has voted against the new bridge over the river")
        await strip.reaches(f"{ROOT}.textContent.includes('News {n}')")
        await strip.passes(0.1)

        assert await strip.tells(
            f"[...{ROOT}.querySelectorAll('li')]"
            ".every((node) => node.scrollWidth <= node.clientWidth + 1 && !node.style.inlineSize)"
        )


async def test_what_goes_by_before_news_stays_true(strip: Strip, editor: Editor, embed: Embed) -> None:
    """While the lines in view make way for a new one they are corrected and withdrawn like any other."""
    lines = await editor.posts_all(f"Line {n} of the day, and some more words" for n in range(4))
    await strip.page.goto(embed(PLAIN.replace("><", ' max="4"><')))
    await strip.shows(*(line["text"] for line in reversed(lines)))
    await strip.passes(0.6)
    await editor.posts("News")  # and the oldest line is in view, but no longer one of four
    await strip.reaches(f"{ROOT}.textContent.includes('News')")
    await strip.tells(f"{TRACK}.getAnimations()[0].pause()")
    before = await strip.places()

    await editor.withdraws(lines[0])
    await strip.reaches(f"!{ROOT}.textContent.includes('Line 0')")
    await editor.corrects(lines[3], text="Line 3, corrected")
    await strip.reaches(f"{ROOT}.textContent.includes('Line 3, corrected')")
    assert (await strip.places())[lines[1]["text"]] == pytest.approx(before[lines[1]["text"]], abs=2)


async def test_pause_holds_lines_but_not_corrections(strip: Strip, editor: Editor, embed: Embed) -> None:
    """A reader who paused reads on undisturbed, but never what was withdrawn."""
    lines = await editor.posts_all(["First", "Second", "Third"])
    await strip.page.goto(embed(PLAIN))
    await strip.shows("Third", "Second", "First")
    await strip.page.get_by_role("button", name="Pause").focus()
    await strip.page.keyboard.press("Enter")

    await editor.posts_all(["Fourth", "Fifth"])
    await strip.reaches(f"{ROOT}.querySelector('[part=counter]').textContent === '2 new lines'")
    await editor.withdraws(lines[1])
    await editor.corrects(lines[0], kind="correction", text="The first", correction="It was not the first.")
    await strip.shows("Third", "The first")
    assert await strip.animations() == []
    assert await strip.tells(f"{ROOT}.querySelector('li:last-child [part=mark]').textContent") == "Corrected"

    await strip.page.get_by_role("button", name="Resume").click()
    await strip.shows("Fifth", "Fourth", "Third", "The first")
    assert await strip.tells(f"{ROOT}.querySelector('[part=counter]').textContent") == ""


@pytest.mark.parametrize("display", ["crawl", "list"])
async def test_a_pause_lasts(strip: Strip, editor: Editor, embed: Embed, display: str) -> None:
    """However much comes meanwhile, the lines stay; those that newer ones pushed out are corrected and withdrawn too."""
    lines = await editor.posts_all(["First", "Second", "Third"])
    await strip.page.goto(embed(f'<breaking-ticker channel="en" display="{display}" max="3" paused></breaking-ticker>'))
    await strip.shows("Third", "Second", "First")
    await editor.posts_all(f"News {n}" for n in range(4))
    await strip.reaches(f"{ROOT}.querySelector('[part=counter]').textContent === '4 new lines'")
    await editor.posts_all(f"More {n}" for n in range(9))
    await strip.reaches(f"{ROOT}.querySelector('[part=counter]').textContent === '6+ new lines'")  # it holds no more of them
    await strip.shows("Third", "Second", "First")

    await editor.withdraws(lines[1])
    await strip.shows("Third", "First")
    await editor.corrects(lines[0], kind="correction", text="The first", correction="It was not the first.")
    await strip.shows("Third", "The first")
    await strip.tells("document.querySelector('breaking-ticker').max = 10")
    await strip.reaches("document.querySelector('breaking-ticker').lines.length > 0")
    await strip.tells("document.querySelector('breaking-ticker').paused = false")
    await strip.reaches("document.querySelector('breaking-ticker').lines[0].text === 'More 8'")


async def test_more_lines_are_no_news(strip: Strip, editor: Editor, embed: Embed) -> None:
    """Who asks for a longer list while paused is not told of old lines as if they were new."""
    await editor.posts_all(f"Line {n}" for n in range(6))
    await strip.page.goto(embed('<breaking-ticker channel="en" display="list" max="3" paused></breaking-ticker>'))
    await strip.shows("Line 5", "Line 4", "Line 3")
    await strip.tells("document.querySelector('breaking-ticker').max = 5")
    await strip.reaches("document.querySelector('breaking-ticker').status === 'live'")
    await editor.posts("News")

    await strip.reaches(f"{ROOT}.querySelector('[part=counter]').textContent === '1 new line'")


async def test_hover_and_keyboard_stop_the_movement(strip: Strip, editor: Editor, embed: Embed) -> None:
    """What somebody points at or tabs to does not run away, and is not hidden at the edge."""
    await editor.posts_all(f"Line number {n} of the day, and some more words" for n in range(8))
    await strip.page.goto(embed(PLAIN))
    await strip.is_live()
    await strip.viewport.hover()
    await strip.reaches(f"{TRACK}.getAnimations()[0].playState === 'paused'")
    await strip.page.mouse.move(5, 600)
    await strip.reaches(f"{TRACK}.getAnimations()[0].playState === 'running'")

    for _ in range(8):  # two buttons stand before the lines
        await strip.page.keyboard.press("Tab")
    await strip.reaches(
        f"(() => {{ const a = {ROOT}.activeElement.getBoundingClientRect(), v = {ROOT}.querySelector('[part=viewport]')"
        ".getBoundingClientRect(); return a.left >= v.left && a.right <= v.right; })()"
    )
    assert await strip.tells(f"{ROOT}.activeElement.textContent") == "Line number 2 of the day, and some more words"
    assert await strip.animations() == []


async def test_each_line_is_there_once(strip: Strip, editor: Editor, embed: Embed) -> None:
    """A screen reader, a pointer and the keyboard find each line once; a single one enters again where it cannot be seen."""
    await editor.posts("One line", url="https://news.example/one")
    await strip.page.goto(embed(PLAIN))
    await strip.shows("One line")
    await strip.tells(f"{TRACK}.getAnimations()[0].currentTime = 20000")
    await strip.reaches(f"{TRACK}.getAnimations()[0].currentTime < 3000")

    assert await strip.page.get_by_role("link", name="One line").count() == 1
    assert (await strip.place("One line")) > 1000


async def test_reduced_motion_stands_still_and_reaches_all(browser: Browser, editor: Editor, embed: Embed) -> None:
    """Who asked for no motion gets a row to scroll, with its last line within reach."""
    await editor.posts_all(f"Line number {n} of the day, and some more words" for n in range(8))
    context = await browser.new_context(reduced_motion="reduce")
    strip = Strip(await context.new_page())
    await strip.page.goto(embed(PLAIN))
    await strip.is_live()

    assert await strip.animations() == []
    last = f"{ROOT}.querySelector('li:last-child').getBoundingClientRect()"
    await strip.viewport.evaluate("node => node.scrollTo(node.scrollWidth, 0)")
    assert await strip.tells(f"{last}.right <= {ROOT}.querySelector('[part=viewport]').getBoundingClientRect().right + 1")
    await context.close()


@pytest.mark.parametrize(
    "edition, label, button, direction", [("ar", "عاجل", "إيقاف مؤقت", "rtl"), ("es", "Última hora", "Pausar", "ltr")]
)
async def test_speaks_the_edition_language(
    strip: Strip, editor: Editor, host: Site, edition: str, label: str, button: str, direction: str
) -> None:
    """An edition's ticker has its words, its direction, and moves the way it is read."""
    await editor.posts("UN: 212", edition)
    await strip.page.goto(f"{host.url}/{edition}.html")
    await strip.shows("UN: 212")

    assert await strip.tells(f"{ROOT}.querySelector('[part=label]').textContent") == label
    await strip.element.get_by_role("button", name=button).wait_for()
    assert await strip.tells(f"getComputedStyle({TRACK}).direction") == direction
    assert await strip.speed() == (-60 if direction == "ltr" else 60)


async def test_text_is_text_and_links_are_of_the_web(strip: Strip, editor: Editor, embed: Embed) -> None:
    """Markup in a line is read, not run; a source in the other direction does not turn the line around."""
    text = "<img src=x onerror=alert(1)> & <b>bold</b>"
    await editor.posts(text, source="مراسل", url="https://news.example/a?b=c&d")
    await strip.page.goto(embed(PLAIN))
    await strip.shows(text)

    link = f"{ROOT}.querySelector('a')"
    assert await strip.tells(f"[{link}.href, {link}.rel, {ROOT}.querySelectorAll('img, b').length]") == [
        "https://news.example/a?b=c&d",
        "noopener",
        0,
    ]
    assert await strip.tells(f"[...{link}.children].map((node) => node.localName)") == ["bdi", "bdi", "span"]


async def test_returns_after_a_cut_without_gap_or_repeat(strip: Strip, editor: Editor, embed: Embed) -> None:
    """A reader in a tunnel finds each line once when the train is out again."""
    await editor.posts("Before")
    await strip.page.goto(embed(PLAIN))
    await strip.shows("Before")
    await strip.tells("(seen = [], document.addEventListener('publish', (event) => seen.push(event.detail.line.text)))")

    for n in range(3):
        await editor.posts(f"Live {n}")
        await strip.reaches(f"seen.at(-1) === 'Live {n}'")
        await strip.tells("dispatchEvent(new PageTransitionEvent('pagehide'))")
        assert await strip.tells(f"{TICKER}.status") == "closed"
        await editor.posts(f"Away {n}")
        await strip.tells("dispatchEvent(new PageTransitionEvent('pageshow'))")
        await strip.reaches(f"seen.at(-1) === 'Away {n}'")

    assert await strip.tells("seen") == [text for n in range(3) for text in (f"Live {n}", f"Away {n}")]


async def test_a_page_whose_policy_forgot_sockets_is_live_soon(
    browser: Browser, server: Server, editor: Editor, embed: Callable[[str, str], str]
) -> None:
    """Chromium says of a socket that the page's policy forbids that there was an error, and never that it closed."""
    await editor.posts("A line")
    policy = f'<meta http-equiv="Content-Security-Policy" content="connect-src {server.url}">'
    page = await browser.new_page()  # one of its own: what the policy forbids is written to the console
    await page.goto(embed(PLAIN, policy))
    await Strip(page).reaches(f"{TICKER}.status === 'live'", within=12)
    await page.close()


async def test_comes_by_server_sent_events_where_websockets_are_blocked(strip: Strip, editor: Editor, embed: Embed) -> None:
    """Behind a proxy without WebSockets the ticker is live all the same."""
    await editor.posts("Before")
    await strip.page.add_init_script(BLOCKED)
    await strip.page.goto(embed(PLAIN))
    await strip.shows("Before")
    await editor.posts("After")

    await strip.shows("After", "Before")


async def test_the_page_s_own_content_shows_until_there_is_better(strip: Strip, editor: Editor, embed: Embed) -> None:
    """A reader whose ticker cannot be reached still has what the newspaper put there."""
    await editor.posts("A line")
    inside = '<breaking-ticker channel="{}"><a href="/latest">Latest news</a></breaking-ticker>'
    await strip.page.goto(embed(inside.format("nowhere")))
    await strip.reaches(f"{TICKER}.status === 'ended'")
    assert await strip.page.get_by_role("link", name="Latest news").is_visible()

    await strip.page.goto(embed(inside.format("en")))
    await strip.shows("A line")
    assert not await strip.page.get_by_text("Latest news").is_visible()


async def test_a_flash_is_read_out_and_nothing_else(strip: Strip, editor: Editor, embed: Embed) -> None:
    """A screen reader says a flash once when it happens: no history, no lesser line, nothing that was taken back."""
    announced = f"{TICKER}.querySelector('[aria-live=assertive]').textContent"
    await editor.posts("An old flash", urgency=1)
    await strip.page.goto(embed(PLAIN))
    await strip.shows("An old flash")
    await editor.posts("A line", urgency=2)
    await strip.shows("A line", "An old flash")
    assert await strip.tells(announced) == ""

    flash = await editor.posts("A flash", urgency=1, source="Civil Defence")
    await strip.reaches(f"{announced} === 'Breaking. Civil Defence: A flash'")
    await editor.withdraws(flash)
    await strip.reaches(f"{announced} === ''")


async def test_says_since_when_it_is_not_live(strip: Strip, editor: Editor, embed: Embed) -> None:
    """A reader never takes an old strip for the newest one."""
    await editor.posts("A line")
    await strip.page.goto(embed(PLAIN))
    await strip.shows("A line")
    await strip.page.route(re.compile("/v1/"), lambda route: route.abort())
    await strip.tells(f"(() => {{ {BLOCKED} }})()")
    await strip.tells("dispatchEvent(new Event('online'))")

    await strip.reaches(f"/^Not live since \\d\\d:\\d\\d/.test({ROOT}.querySelector('[part=status]').innerText)")
    await strip.shows("A line")


async def test_bad_attributes_mean_the_default(page: Page, strip: Strip, editor: Editor, embed: Embed) -> None:
    """A typing error in the snippet breaks neither the ticker nor the page."""
    await editor.posts_all(f"Line {n}" for n in range(12))
    await page.goto(
        embed('<breaking-ticker channel="en" max="many" topics="<> -" server="javascript:x" lang="!"></breaking-ticker>')
    )
    await strip.shows(*(f"Line {n}" for n in range(11, 1, -1)))

    await page.evaluate(f"{TICKER}.max = 2")
    await strip.shows("Line 11", "Line 10")


async def test_elements_of_one_wish_share_one_connection(page: Page, editor: Editor, embed: Embed) -> None:
    """Ten tickers of one channel on a page cost the server one viewer."""
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    await editor.posts("A line")
    longer = PLAIN.replace(">", ' max="20">', 1)
    await page.goto(embed(PLAIN * 3 + longer))
    await page.wait_for_function("[...document.querySelectorAll('breaking-ticker')].every((one) => one.lines.length === 1)")
    await page.wait_for_function("[...document.querySelectorAll('breaking-ticker')].every((one) => one.status === 'live')")

    assert len(sockets) == 1


async def test_a_ticker_that_is_moved_keeps_its_lines(page: Page, strip: Strip, editor: Editor, embed: Embed) -> None:
    """A page that puts the element elsewhere, as frameworks do, loses neither its lines for a moment nor its connection."""
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    await editor.posts("A line")
    await page.goto(embed(PLAIN))
    await strip.is_live()
    moved = f"(one => (document.body.append(one), Promise.resolve().then(() => [one.status, one.lines.length])))({TICKER})"
    assert await strip.tells(moved) == ["live", 1]

    await editor.posts("Another line")
    await strip.shows("Another line", "A line")
    assert len(sockets) == 1


async def test_a_longer_list_keeps_what_it_shows(strip: Strip, editor: Editor, embed: Embed) -> None:
    """A change of `max` leaves the lines there while the older ones are on their way."""
    lines = await editor.posts_all(f"Line {n}" for n in range(30))
    await strip.page.goto(embed(PLAIN.replace("><", ' max="3"><')))
    await strip.is_live()
    counts = f"""(async (ticker) => {{
      ticker.max = 25;
      const counts = [];
      for (let turns = 0; turns < 20; turns++, await null) {{
        counts.push(ticker.lines.length, ticker.shadowRoot.querySelectorAll("li").length);
      }}
      return Math.min(...counts);
    }})({TICKER})"""
    assert await strip.tells(counts) >= 3
    await strip.shows(*(line["text"] for line in reversed(lines[5:])))


async def test_a_file_that_does_not_come_is_asked_for_ever_more_seldom(
    page: Page, strip: Strip, editor: Editor, embed: Embed
) -> None:
    """A file that does not come costs its server a request now and then, and is taken when it comes."""
    asked: list[str] = []

    async def refuse(route: Route) -> None:
        asked.append(route.request.url)
        await route.abort()

    await editor.posts("A line")
    await page.clock.install()
    await page.route("**/*.aside.*.js", refuse)
    await page.goto(embed(PLAIN))
    await strip.is_live()
    for _ in range(40):
        await page.clock.run_for(1000)
    assert 3 < len(asked) < 10
    await page.unroute_all()
    for _ in range(40):
        await page.clock.run_for(1000)
    await strip.reaches(f"{ROOT}.querySelector('[part=pause]')")


async def test_an_import_map_holds_what_comes_later_to_its_hash(
    page: Page, strip: Strip, editor: Editor, server: Server, embed: Callable[[str, str], str]
) -> None:
    """A page may name the bytes that the core loads: others do not run, and the lines stand still and stay true."""
    [aside] = (WEB / "widget/dist").glob(f"{__version__}.aside.*.js")

    def of(script: bytes) -> str:
        hashes = {f"{server.url}/widget/{aside.name}": f"sha384-{b64encode(sha384(script).digest()).decode()}"}
        return f'<script type="importmap">{json.dumps({"integrity": hashes})}</script>'

    await editor.posts("A line")
    async with page.expect_console_message(lambda said: "integrity" in said.text and aside.name in said.text):
        await page.goto(embed(PLAIN, of(b"something else")))
    await editor.posts("Another")
    await strip.shows("Another", "A line")
    assert await strip.tells(f"{ROOT}.querySelector('[part=pause]')") is None

    await page.goto(embed(PLAIN, of(aside.read_bytes())))
    await strip.reaches(f"{ROOT}.querySelector('[part=pause]')")


async def test_loading_twice_and_leaving_no_trace(page: Page, strip: Strip, editor: Editor, embed: Embed) -> None:
    """A page with the script twice works; no cookie or stored item is left behind, and a removed ticker lets go."""
    await editor.posts("A line")
    address = embed(PLAIN)
    await page.goto(address)
    await strip.shows("A line")
    await page.evaluate(f"import({TICKER}.server + '/widget.js?again')")
    await page.evaluate("(old = document.querySelector('breaking-ticker'), old.remove())")

    assert await page.evaluate(
        "[old.status, old.childNodes.length, document.cookie, localStorage.length, sessionStorage.length]"
    ) == [
        "closed",
        0,
        "",
        0,
        0,
    ]
