"""The feeds over HTTP: one address each, made once per change, and told apart by readers that ask again."""

from collections import Counter
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from tests.feeds.newsroom import ENGLISH, HOUR, NOON, Newsroom
from ticker.edge.problems import Problem, problem_response
from ticker.feeds.content import Period
from ticker.feeds.documents import Format
from ticker.feeds.routes import KEPT, routes
from ticker.log.mirror import ChannelMirror

pytestmark = pytest.mark.asyncio

BASE: Final = "https://ticker.news.example"
MEDIA: Final = {
    Format.RSS: "application/rss+xml; charset=utf-8",
    Format.ATOM: "application/atom+xml; charset=utf-8",
    Format.JSON: "application/feed+json; charset=utf-8",
}

every_format = pytest.mark.parametrize("form", list(Format))


class Site:
    """The feeds of a newsroom on the web, and how often one was rendered."""

    def __init__(self, newsroom: Newsroom | None = None) -> None:
        self.newsroom = newsroom or Newsroom()
        self.renders: Counter[tuple[str, str]] = Counter()

        async def answer(_: Request, problem: Exception) -> Response:
            assert isinstance(problem, Problem)
            return problem_response(problem)

        period = Period(entries=50, notice=48 * HOUR)
        feeds = routes(self.newsroom.mirrors, BASE, period, lambda: self.newsroom.now, self._count)
        app = Starlette(routes=feeds, exception_handlers={Problem: answer})
        self.reader = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)

    def _count(self, channel: str, form: str) -> None:
        self.renders[channel, form] += 1

    async def get(self, path: str = "/en/atom.xml", **headers: str) -> httpx.Response:
        return await self.reader.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def settled() -> Site:
    """A site on which the last line is old enough for its feed to have a date."""
    site = Site()
    site.newsroom.publish("Bridge closed, and the detour leads over the old town until the morning", topics=("storm",))
    site.newsroom.pass_time(5_000)
    return site


def modified(answer: httpx.Response) -> int:
    """Last-Modified in seconds since noon."""
    return int(parsedate_to_datetime(answer.headers["last-modified"]).timestamp()) - NOON // 1000


@every_format
async def test_feed_comes_with_what_readers_need(form: Format) -> None:
    """Readers and caches learn type, age, identity and address of a feed, and scripts of other sites may read it."""
    answer = await settled().get(f"/en/{form.value}")

    assert answer.status_code == 200
    assert {
        name: answer.headers[name] for name in ("content-type", "cache-control", "vary", "access-control-allow-origin", "link")
    } == {
        "content-type": MEDIA[form],
        "cache-control": "public, max-age=15, stale-while-revalidate=30",
        "vary": "Accept-Encoding",
        "access-control-allow-origin": "*",
        "link": f'<{BASE}/en/{form.value}>; rel="self"',
    }
    assert modified(answer) == 0
    assert answer.headers["etag"].startswith('"')  # strong


@every_format
async def test_reader_that_has_it_is_told_so(form: Format) -> None:
    """Asking again costs a few bytes, by ETag and by date; the ETag decides where both are sent."""
    site = settled()
    path = f"/en/{form.value}"
    first = await site.get(path)
    etag, date = first.headers["etag"], first.headers["last-modified"]

    assert (await site.get(path, if_none_match=etag)).status_code == 304
    assert (await site.get(path, if_modified_since=date)).status_code == 304
    assert (await site.get(path, if_none_match='"other"', if_modified_since=date)).status_code == 200
    not_modified = await site.get(path, if_none_match=etag)
    assert not_modified.content == b""
    assert not_modified.headers["link"] == first.headers["link"]


async def test_each_format_and_coding_has_its_own_tag() -> None:
    """A cache never answers for one body with another."""
    site = settled()
    tags = [
        (await site.get(f"/en/{form.value}", accept_encoding=coding)).headers["etag"]
        for form in Format
        for coding in ("gzip", "identity")
    ]

    assert len({*tags}) == 6


async def test_head_tells_what_get_would() -> None:
    """A reader that only looks gets the same headers and no body."""
    site = settled()
    got, looked = await site.get(), await site.reader.head("/en/atom.xml")

    assert looked.headers == got.headers
    assert looked.content == b""


async def test_hundred_readers_cost_one_rendering() -> None:
    """A feed is made when it has changed and somebody asks, not for each who asks."""
    site = settled()
    for _ in range(100):
        await site.get()
    site.newsroom.publish("News")
    site.newsroom.pass_time(5_000)
    for _ in range(100):
        await site.get()

    assert site.renders == {("en", "atom.xml"): 2}


async def test_burst_is_rendered_once_a_second() -> None:
    """A hundred lines within ten seconds, asked for after each, make about ten feeds."""
    site = Site()
    for _ in range(100):
        site.newsroom.publish()
        await site.get()
        site.newsroom.pass_time(100)

    assert site.renders["en", "atom.xml"] <= 11


async def test_pin_renders_nothing() -> None:
    """A pin changes no feed, so its readers are told 304."""
    site = settled()
    before = await site.get()
    site.newsroom.pin(next(iter(site.newsroom.records.values())))
    site.newsroom.pass_time(5_000)
    after = await site.get(if_none_match=before.headers["etag"])

    assert after.status_code == 304
    assert site.renders == {("en", "atom.xml"): 1}


@every_format
async def test_withdrawal_is_in_the_next_answer(form: Format) -> None:
    """From the moment that the mirror has a withdrawal, no answer has the text, and no reader is told 304."""
    site = settled()
    path = f"/en/{form.value}"
    before = await site.get(path)
    site.newsroom.withdraw(next(iter(site.newsroom.records.values())))
    after = await site.get(path, if_none_match=before.headers["etag"], if_modified_since=before.headers["last-modified"])

    assert after.status_code == 200
    assert "Bridge" not in after.text
    assert "This line was withdrawn." in after.text


async def test_reader_by_date_alone_misses_nothing() -> None:
    """A reader that sends only the last date it got sees the withdrawal at once, and the next date is a later one."""
    site = settled()
    first = await site.get()
    site.newsroom.withdraw(next(iter(site.newsroom.records.values())))
    at_once = await site.get(if_modified_since=first.headers["last-modified"])
    site.newsroom.pass_time(2_000)
    later = await site.get(if_modified_since=first.headers["last-modified"])

    assert at_once.status_code == 200
    assert "last-modified" not in at_once.headers  # a second withdrawal might follow within the same second
    assert later.status_code == 200
    assert modified(later) > modified(first)
    assert later.headers["etag"] == at_once.headers["etag"]


async def test_expired_line_leaves_by_itself() -> None:
    """A line is gone when its time has come, although nothing was posted."""
    site = Site()
    site.newsroom.publish("Polls close at one", expires=NOON + 10_000)
    site.newsroom.pass_time(9_999)
    before = await site.get()
    site.newsroom.pass_time(1)
    after = await site.get()

    assert "Polls" in before.text
    assert "Polls" not in after.text


async def test_expired_line_that_is_withdrawn_leaves_a_notice() -> None:
    """Who kept it, because nothing said that it was over, learns that it was wrong."""
    site = Site()
    line = site.newsroom.publish("Polls close at one", expires=NOON + 10_000)
    site.newsroom.pass_time(10_000)
    expired = await site.get()
    site.newsroom.withdraw(line)
    site.newsroom.pass_time(5_000)
    withdrawn = await site.get()

    assert ("withdrawn" in expired.text, "withdrawn" in withdrawn.text) == (False, True)


async def test_filter_is_its_own_feed() -> None:
    """Who follows topics gets their lines, under an address that names them in one spelling."""
    site = settled()
    site.newsroom.publish("Vote delayed", topics=("world",))
    site.newsroom.pass_time(5_000)
    answer = await site.get("/en/feed.json?topic=storm&topic=weather")

    assert [item["tags"] for item in answer.json()["items"]] == [["Storm & flood"]]
    assert answer.json()["feed_url"] == f"{BASE}/en/feed.json?topic=storm&topic=weather"


@pytest.mark.parametrize(
    "query", ["topic=world&topic=storm", "topic=storm&topic=storm&topic=world", "topic=world&x=1&topic=storm"]
)
async def test_other_spellings_lead_to_the_one_address(query: str) -> None:
    """However a filter is written, its readers share one cached feed."""
    site = settled()
    answer = await site.get(f"/en/rss.xml?{query}")

    assert answer.status_code == 301
    assert answer.headers["location"] == "rss.xml?topic=storm&topic=world"
    assert answer.next_request is not None
    assert str(answer.next_request.url) == f"{BASE}/en/rss.xml?topic=storm&topic=world"


async def test_foreign_parameters_change_nothing() -> None:
    """What trackers append to an address neither makes another feed nor has it rendered again."""
    site = settled()
    plain, tracked = await site.get(), await site.get("/en/atom.xml?utm_source=mail&utm_source=chat")

    assert tracked.content == plain.content
    assert site.renders == {("en", "atom.xml"): 1}


@pytest.mark.parametrize(
    "path, status, slug",
    [
        ("/fr/rss.xml", 404, "unknown-channel"),
        ("/en/rss.xml?topic=", 400, "invalid-request"),
        ("/en/rss.xml?topic=Storm", 400, "invalid-request"),
        ("/en/rss.xml?topic=%00", 400, "invalid-request"),
        ("/en/rss.xml?" + "&".join(f"topic=t{number:02}" for number in range(21)), 400, "invalid-request"),
    ],
)
async def test_what_cannot_be_a_feed_is_a_problem(path: str, status: int, slug: str) -> None:
    """Who mistypes an address learns what is wrong with it."""
    answer = await settled().get(path)

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")


async def test_server_that_has_not_read_the_log_has_no_feed_yet() -> None:
    """A server that has just started says so; an empty feed would make readers think that everything is gone."""
    newsroom = Newsroom()
    newsroom.mirrors.channels["en"] = ChannelMirror(ENGLISH)
    answer = await Site(newsroom).get()

    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_curious_filters_do_not_fill_the_memory() -> None:
    """Whoever tries one filter after the other has each rendered; those that nobody asks for any more are let go."""
    site = settled()
    for number in range(KEPT + 1):
        await site.get(f"/en/atom.xml?topic=t{number}")
    await site.get("/en/atom.xml?topic=t0")

    assert site.renders["en", "atom.xml"] == KEPT + 2
