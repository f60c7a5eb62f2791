"""What readers see when something is wrong."""

import pytest
from starlette.requests import Request

from tests.feeds.newsroom import CHANNELS
from tests.pages.site import BASE_URL, Page, Site
from ticker.edge.problems import PROBLEMS, Problem
from ticker.pages.errors import error_page


def _asked(path: str, accept: str = "text/html") -> Request:
    headers = [(b"accept", accept.encode())]
    return Request({"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b""})


@pytest.mark.parametrize("slug", PROBLEMS)
def test_each_problem_has_a_page(slug: str) -> None:
    """A browser gets every problem as a page that a strict parser accepts."""
    channels = {channel.id: channel for channel in CHANNELS}

    for path in ("/", "/en", "/ar/lines/x"):
        answer = error_page(_asked(path), Problem(slug, "Detail", headers={"X-Test": "kept"}), channels, BASE_URL)

        assert (answer.status_code, answer.headers["x-test"]) == (PROBLEMS[slug].status, "kept")
        assert answer.headers["cache-control"] == "no-store"
        Page(bytes(answer.body).decode())


def test_unknown_edition_names_those_there_are(site: Site) -> None:
    """Whoever asks for an edition that is not there is led to those that are."""
    page = site.page("/fr", 404)

    assert page.words("//h1") == ["No such edition"]
    assert page.all("//ul[@class='wrong-editions']//a/@href") == ["/en", "/ar", "/es"]
    detail = site.browser.get("/fr", headers={"Accept": "*/*"}).json()["detail"]
    assert detail == "'fr' is none of the channels here: en, ar, es."


def test_error_speaks_the_editions_language(site: Site) -> None:
    """A line that is not there is missing in the edition's own language and direction."""
    page = site.page("/ar/lines/unknown", 404)

    assert (page.root.get("lang"), page.root.get("dir")) == ("ar", "rtl")
    assert page.words("//h1") == ["لا يوجد خبر هنا"]


@pytest.mark.parametrize("path", ["/", "/en", "/en/embed", "/en/lines/01KB0000000000000000000000"])
def test_unread_log_is_no_empty_page(path: str) -> None:
    """As long as the log was never read, nobody is told that there are no lines, neither reader nor program."""
    site = Site(loaded=False)

    answer = site.browser.get(path)

    assert (answer.status_code, answer.headers["retry-after"], answer.headers["cache-control"]) == (503, "1", "no-store")
    assert Page(answer.text).words("//h1") == ["Not ready yet"]
    assert site.browser.get(path, headers={"Accept": "*/*"}).json()["type"] == "/problems/log-loading"


def test_english_explanation_is_marked_on_other_pages() -> None:
    """What we can only say in English is English to a screen reader, too."""
    channels = {channel.id: channel for channel in CHANNELS}
    answer = error_page(_asked("/ar"), Problem("log-busy", "Detail"), channels, BASE_URL)

    page = Page(bytes(answer.body).decode())

    assert page.all("//div[@lang]/@lang") == ["en"]


@pytest.mark.parametrize(
    ("path", "accept"), [("/en/lines/x", "application/json"), ("/en/lines/x", "*/*"), ("/v1/x", "text/html")]
)
def test_program_gets_problem_json(path: str, accept: str) -> None:
    """Who does not ask for a page, or asks the API, gets problem+json."""
    answer = error_page(_asked(path, accept), Problem("unknown-line", "Detail"), {}, BASE_URL)

    assert answer.headers["content-type"] == "application/problem+json"


def test_error_page_stands_without_any_edition() -> None:
    """Even a newsroom without an edition can say that something is wrong."""
    answer = error_page(_asked("/x"), Problem("not-found", "Detail"), {}, BASE_URL)

    assert Page(bytes(answer.body).decode()).words("//h1") == ["Nothing found"]
