"""The widget in the other engine: what browsers do each in their own way, in Debian's Firefox with a running ticker."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final

import pytest
import pytest_asyncio

from tests.browsing import AXE, AXE_RUN, Site, axe_told
from tests.firefox import Firefox, Visitor, launched
from tests.served import Server
from tests.web.gallery import DISPLAYS, LANGUAGES, LINES
from tests.web.newsroom import ROOT, TICKER, TRACK, Editor, Ticker, settles, viewers
from tests.web.tabs import LISTENING

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

Embed = Callable[..., str]

TEXTS: Final = [f"Line {n} of the day, and some more words" for n in range(10)]
LABELS: Final = {"en": "Breaking", "ar": "عاجل", "es": "Última hora", "fr": "Dernière minute"}
SEEN: Final = f"[...{ROOT}.querySelectorAll('li')].filter((node) => node.checkVisibility()).map((node) => node.offsetTop)"

CHANNELS: Final = 48  # of each language: a test has one for itself
EDITIONS: Final = "".join(
    f'[[channels]]\nid = "{language}-{n}"\ntitle = "{language}"\nlanguage = "{language}"\n\n'
    for language in LANGUAGES
    for n in range(CHANNELS)
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "ticker.toml").write_text(EDITIONS, encoding="utf-8")
    server = Server(folder).start()
    yield server
    server.end()


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count()


@pytest.fixture
def number(numbers: Iterator[int]) -> int:
    """Of the channels that are this test's alone: they have no line."""
    return next(numbers)


@pytest.fixture
def channel(number: int) -> str:
    return f"en-{number}"


@pytest.fixture
def embed(embed: Callable[..., str]) -> Embed:
    """Puts a ticker into a page that follows the reader's scheme, and gives its address."""

    def address(channel: str, display: str = "crawl", head: str = "") -> str:
        tag = f'<breaking-ticker channel="{channel}" display="{display}"></breaking-ticker>'
        return embed(tag, f'<title>Page</title>{head}<meta name="color-scheme" content="light dark">')

    return address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def firefox() -> AsyncIterator[Firefox]:
    """Started once for all tests."""
    async with launched() as firefox:
        yield firefox


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(firefox: Firefox) -> AsyncIterator[Visitor]:
    """A reader; the test fails if a page threw something or wrote an error to the console."""
    async with firefox.visitor() as visitor:
        yield visitor
        assert firefox.faults == []


@pytest.mark.parametrize("display", DISPLAYS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_display_in_each_language(
    visitor: Visitor, embed: Embed, editor: Editor, number: int, language: str, display: str
) -> None:
    """Readers see the newest lines, laid out as the display says, in the words and the direction of the edition."""
    await editor.posts_all(LINES[language], f"{language}-{number}")
    ticker = Ticker(await visitor.opens(embed(f"{language}-{number}", display)))
    await ticker.shows(*reversed(LINES[language]))
    await ticker.is_live()

    assert await ticker.tells(f"{ROOT}.querySelector('[part=label]').textContent") == LABELS[language]
    assert await ticker.tells(f"getComputedStyle({TRACK}).direction") == ("rtl" if language == "ar" else "ltr")
    assert await ticker.tells(f"[{TICKER}.offsetHeight, document.documentElement.scrollWidth]") == [
        320 if display == "list" else 44,
        1280,
    ]
    tops = await ticker.tells(SEEN)
    assert (len(tops), len({*tops})) == {"crawl": (5, 1), "rotate": (1, 1), "list": (5, 5)}[display]
    moving = [["running", ["transform"]]] if display == "crawl" else []
    assert await ticker.animations() == moving
    assert await axe_finds(ticker) == []


@pytest.mark.parametrize("display", DISPLAYS)
async def test_the_reader_s_own_colours(visitor: Visitor, embed: Embed, editor: Editor, number: int, display: str) -> None:
    """Where the system forces its colours all can still be told apart."""
    await editor.posts_all(LINES["en"], f"en-{number}")
    tab = await visitor.opens(embed(f"en-{number}", display))
    ticker = Ticker(tab)
    await ticker.is_live()
    await tab.browser.itself("(gBrowser.selectedBrowser.browsingContext.forcedColorsOverride = 'active')")
    await ticker.reaches("matchMedia('(forced-colors: active)').matches")
    assert await axe_finds(ticker) == []


async def axe_finds(ticker: Ticker) -> list[str]:
    await ticker.tells(f"(() => {{ {AXE} }})()")
    return axe_told(await ticker.tells(f"({AXE_RUN})({TICKER})"))


@pytest.mark.parametrize(("language", "way"), [("en", -1), ("ar", 1)])
async def test_the_crawl_moves_as_it_is_read(
    visitor: Visitor, embed: Embed, editor: Editor, number: int, language: str, way: int
) -> None:
    """To the left, in Arabic to the right; under a pointer it stands still."""
    channel = f"{language}-{number}"
    await editor.posts_all(LINES[language], channel)
    tab = await visitor.opens(embed(channel))
    ticker = Ticker(tab)
    await ticker.is_live()
    place = f"({ROOT}.querySelector('li').getBoundingClientRect().left * {way})"
    before = await ticker.tells(place)

    await ticker.reaches(f"{place} > {before + 20}")
    assert await ticker.speed() == way * 60
    await tab.points(600, 20)
    await ticker.reaches(f"{TRACK}.getAnimations()[0].playState === 'paused'")


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_what_is_in_view_keeps_its_place(
    visitor: Visitor, embed: Embed, editor: Editor, number: int, language: str
) -> None:
    """News, a correction and a withdrawal move nothing that is being read; a withdrawn text is gone at once."""
    channel = f"{language}-{number}"
    lines = await editor.posts_all(TEXTS, channel)
    tab = await visitor.opens(embed(channel))
    ticker = Ticker(tab)
    await ticker.shows(*reversed(TEXTS))
    await ticker.passes(0.4)
    await tab.points(600, 20)
    await ticker.reaches(f"(([one]) => one.playState === 'paused' && !one.pending)({TRACK}.getAnimations())")
    before = await ticker.places()
    first, second, *others = sorted((text for text in before if before[text] > 0), key=lambda text: before[text])
    await editor.corrects(lines[TEXTS.index(first)], text="Right")
    await editor.withdraws(lines[TEXTS.index(second)])
    await editor.posts("News", channel)
    await ticker.reaches(f"{ROOT}.textContent.includes('News')")
    after = await ticker.places()

    assert not await ticker.tells(f"{ROOT}.textContent.includes({second!r})")
    assert after["Right"] == pytest.approx(before[first], abs=1)
    assert {text: after[text] for text in others} == pytest.approx({text: before[text] for text in others}, abs=1)
    await tab.points(600, 600)
    await ticker.reaches(ticker.in_view("News"), within=8)


@pytest.mark.parametrize("display", DISPLAYS)
async def test_the_keyboard_pauses(visitor: Visitor, embed: Embed, editor: Editor, channel: str, display: str) -> None:
    """What comes meanwhile waits and is counted; what is withdrawn or corrected is so at once."""
    lines = await editor.posts_all(TEXTS[:3], channel)
    tab = await visitor.opens(embed(channel, display))
    ticker = Ticker(tab)
    await ticker.shows(*reversed(TEXTS[:3]))
    while await ticker.tells(f"{ROOT}.activeElement?.part.value") != "pause":
        await tab.presses("Tab")
    assert await ticker.tells(f"{ROOT}.activeElement.matches(':focus-visible')")
    await tab.presses("Enter")
    await editor.posts_all(["Fourth", "Fifth"], channel)
    await ticker.reaches(f"{ROOT}.querySelector('[part=counter]').textContent === '2 new lines'")
    await editor.withdraws(lines[1])
    await editor.corrects(lines[0], kind="correction", text="Right", correction="It was wrong.")

    await ticker.shows(TEXTS[2], "Right")
    assert await ticker.tells(f"{ROOT}.querySelector('li:last-child [part=mark]').textContent") == "Corrected"
    assert await ticker.animations() == []
    await tab.presses("Enter")
    await ticker.shows("Fifth", "Fourth", TEXTS[2], "Right")


async def test_one_line_at_a_time_by_the_keyboard(visitor: Visitor, embed: Embed, editor: Editor, channel: str) -> None:
    """Its buttons turn it, and say the line that comes."""
    await editor.posts_all(TEXTS[:3], channel)
    tab = await visitor.opens(embed(channel, "rotate"))
    ticker = Ticker(tab)
    await ticker.shows(*reversed(TEXTS[:3]))
    alone = f"{ROOT}.querySelector('li:not([hidden]) [part=text]').textContent"
    while await ticker.tells(f"{ROOT}.activeElement?.part.value") != "next":
        await tab.presses("Tab")
    await tab.presses("Enter", "Enter")

    assert await ticker.tells(alone) == TEXTS[0]
    assert await ticker.tells(f"{TICKER}.querySelector('[aria-live=polite]').textContent") == TEXTS[0]


async def test_a_flash_is_said(visitor: Visitor, embed: Embed, editor: Editor, channel: str) -> None:
    """To screen readers, when it happens, until it is withdrawn."""
    ticker = Ticker(await visitor.opens(embed(channel)))
    await ticker.is_live()
    said = f"{TICKER}.querySelector('[aria-live=assertive]').textContent"
    flash = await editor.posts("Earthquake", channel, urgency=1)
    await ticker.reaches(f"{said} === 'Breaking. Earthquake'")
    await editor.withdraws(flash)

    await ticker.reaches(f"{said} === ''", within=5)  # it would be taken back after ten seconds anyhow


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_reduced_motion_stands_still_and_reaches_all(
    visitor: Visitor, embed: Embed, editor: Editor, number: int, language: str
) -> None:
    """Who asked for no motion gets a row that the keyboard goes along, to its last line."""
    channel = f"{language}-{number}"
    await editor.posts_all(TEXTS, channel)
    tab = await visitor.opens(embed(channel))
    ticker = Ticker(tab)
    await ticker.shows(*reversed(TEXTS))
    await tab.prefers(ReducedMotion="reduce")

    await ticker.reaches(f"{TRACK}.getAnimations().length === 0")
    while not await ticker.tells(f"{ROOT}.activeElement?.textContent.includes('Line 0')"):
        await tab.presses("Tab")
    await ticker.reaches(
        f"(() => {{ const a = {ROOT}.activeElement.getBoundingClientRect(), v = {ROOT}.querySelector('[part=viewport]')"
        ".getBoundingClientRect(); return a.left >= v.left && a.right <= v.right; })()"
    )


async def test_looks_as_the_reader_prefers(visitor: Visitor, embed: Embed, editor: Editor, channel: str) -> None:
    """On a page that can be both it is light or dark, and turns when the reader does."""
    await editor.posts("A line", channel)
    tab = await visitor.opens(embed(channel))
    ticker = Ticker(tab)
    await ticker.shows("A line")
    ground = f"getComputedStyle({ROOT}.querySelector('[part=strip]')).backgroundColor"
    assert await ticker.tells(ground) == "rgb(255, 255, 255)"
    await tab.prefers(ColorScheme="dark")

    await ticker.reaches(f"{ground} === 'rgb(16, 20, 24)'")


async def test_a_killed_server_is_found_again(
    visitor: Visitor, embed: Embed, editor: Editor, server: Server, channel: str
) -> None:
    """A crash of the server costs no line, and shows none twice."""
    ticker = Ticker(await visitor.opens(embed(channel), LISTENING))
    await ticker.is_live()
    await editor.posts("Before", channel)
    await ticker.reaches("told.length === 1")
    await asyncio.to_thread(server.kill)
    await ticker.reaches(f"{TICKER}.status !== 'live'")
    await asyncio.to_thread(server.start)
    await editor.posts("After", channel)

    await ticker.reaches("told.length > 1")
    await ticker.is_live()
    assert await ticker.tells("told") == ["publish Before", "publish After"]
    visitor.browser.forgives("CORS request did not succeed")


async def test_the_network_goes_and_comes(visitor: Visitor, embed: Embed, editor: Editor, channel: str) -> None:
    """Offline it is not live, and knows it at once; then it has what was missed."""
    tab = await visitor.opens(embed(channel), LISTENING)
    ticker = Ticker(tab)
    await ticker.is_live()
    await tab.is_offline(True)
    await ticker.reaches(f"{TICKER}.status !== 'live' && {TICKER}.since")
    await editor.posts("In the tunnel", channel)
    await tab.is_offline(False)

    await ticker.reaches("told.length === 1")
    await ticker.is_live()


async def test_lines_come_under_a_strict_policy_without_sockets(
    visitor: Visitor, embed: Embed, editor: Editor, server: Server, channel: str
) -> None:
    """Where the page's policy lets no WebSocket through they come by Server-Sent Events; nothing else is against it."""
    policy = f"default-src 'none'; img-src data:; script-src {server.url}; connect-src {server.url}"
    policy += "; require-trusted-types-for 'script'; trusted-types 'none'"
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    noted = "window.refused = []; addEventListener('securitypolicyviolation', (one) => refused.push(one.blockedURI));"
    await editor.posts("Before", channel)
    ticker = Ticker(await visitor.opens(embed(channel, head=head), LISTENING, noted))
    await ticker.shows("Before")
    await ticker.is_live()
    await editor.posts("After", channel)

    await ticker.shows("After", "Before")
    assert await ticker.tells("told") == ["publish After"]
    assert [url for url in visitor.browser.requests if "/sse?" in url]
    assert {url.partition(":")[0] for url in await ticker.tells("refused")} == {"ws"}
    visitor.browser.forgives("(connect-src) at ws://")


async def test_tabs_share_one_connection(visitor: Visitor, embed: Embed, editor: Editor, server: Server, channel: str) -> None:
    """Two tabs cost the server one viewer; each is told of every line, also when the one that has it is left or closed."""
    first, second = [await visitor.opens(embed(channel), LISTENING) for _ in range(2)]
    for tab in (first, second):
        await Ticker(tab).is_live()
    await editor.posts("One", channel)
    for tab in (first, second):
        await Ticker(tab).shows("One")
    await settles(lambda: are(server, 1))

    await first.comes_to_front()
    await editor.posts("Two", channel)
    for tab in (first, second):
        await Ticker(tab).shows("Two", "One")
    await settles(lambda: are(server, 1))
    await first.closes()
    await editor.posts("Three", channel)
    await Ticker(second).shows("Three", "Two", "One")
    assert await second.evaluate("told") == ["publish One", "publish Two", "publish Three"]


async def are(server: Server, count: int) -> bool:
    return await viewers(server) == count


async def test_in_a_frame_without_an_origin(
    visitor: Visitor, editor: Editor, server: Server, paper: Site, channel: str
) -> None:
    """The frame that the documents tell to copy is live where storage, locks and channels are forbidden."""
    await editor.posts("Before", channel)
    frame = f'<iframe sandbox="allow-scripts" src="{server.url}/{channel}/embed" width="700" height="44"></iframe>'
    paper.pages["/"] = f'<!doctype html><title>Page</title><link rel="icon" href="data:,">{frame}'
    tab = await (await visitor.opens(paper.url)).frame()
    ticker = Ticker(tab)
    await ticker.shows("Before")
    await ticker.is_live()
    await editor.posts("After", channel)

    await ticker.shows("After", "Before")
    assert await ticker.tells("origin") == "null"


async def test_who_goes_back_misses_nothing(visitor: Visitor, embed: Embed, editor: Editor, channel: str) -> None:
    """A page that was left, and of which the browser keeps nothing, is live again with what came since."""
    tab = await visitor.opens(embed(channel))
    ticker = Ticker(tab)
    await ticker.is_live()
    await editor.posts("Before", channel)
    await ticker.shows("Before")
    await tab.goes("about:blank")
    await editor.posts("Meanwhile", channel)
    await tab.goes_back()

    await ticker.shows("Meanwhile", "Before")
    await ticker.is_live()


@pytest.mark.parametrize("path", ["/", "/en-0", "/ar-0", "/playground", "/desk"])
async def test_the_server_s_own_pages_work(visitor: Visitor, server: Server, path: str) -> None:
    """They load without an error, and fit."""
    tab = await visitor.opens(server.url + path)

    await tab.wait_for_function("document.readyState === 'complete'")
    assert await tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
