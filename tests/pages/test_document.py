"""The fence around each page."""

import pytest

from tests.pages.site import Site
from ticker.pages.document import page_headers


def _policy(site: Site, path: str) -> dict[str, str]:
    header = site.browser.get(path).headers["content-security-policy"]
    return {name: value for name, _, value in (directive.partition(" ") for directive in header.split("; "))}


@pytest.mark.parametrize("path", ["/", "/en", "/en/lines/x", "/problems/invalid-line", "/nothing/here"])
def test_page_allows_only_our_own_files(site: Site, path: str) -> None:
    """Were a text to become markup after all, it could still neither run nor load nor send anything."""
    policy = _policy(site, path)

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self' https://ticker.news.example"
    assert policy["connect-src"] == "'self' https://ticker.news.example wss://ticker.news.example"
    assert (policy["base-uri"], policy["form-action"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")


def test_embedded_page_may_stand_in_any_frame(site: Site) -> None:
    """The iframe page works on every site, also in an app or a file."""
    policy = _policy(site, "/en/embed")

    assert "frame-ancestors" not in policy
    assert "x-frame-options" not in site.browser.get("/en/embed").headers


@pytest.mark.parametrize("path", ["/", "/en", "/en/embed", "/static/ticker.css"])
def test_nothing_sets_a_cookie(site: Site, path: str) -> None:
    """Readers are not tracked."""
    answer = site.browser.get(path)

    assert "set-cookie" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/en", "/ar", "/en/embed"])
def test_page_has_no_inline_script_or_style(site: Site, path: str) -> None:
    """The policy would refuse them, so there are none."""
    site.en.publish("Bridge closed")

    page = site.page(path)

    assert page.all("//script[not(@src)][not(@type='application/ld+json' or @type='application/json')]") == []
    assert page.all("//style | //@style | //@*[starts-with(name(), 'on')]") == []


def test_plain_http_server_connects_by_plain_websocket() -> None:
    """On a machine of its own without TLS the page may open its socket."""
    policy = dict(page_headers("http://127.0.0.1:8000"))["Content-Security-Policy"]

    assert "connect-src 'self' http://127.0.0.1:8000 ws://127.0.0.1:8000;" in policy
