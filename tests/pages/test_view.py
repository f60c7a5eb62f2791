"""What a page decides to show of a line."""

import pytest

from ticker.pages.view import web_link


@pytest.mark.parametrize("url", ["https://news.example/", "http://news.example/", "HTTPS://news.example/"])
def test_web_link_is_kept(url: str) -> None:
    """An article on the web is linked."""
    assert web_link(url) == url


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "data:text/html,x", "//news.example/", "/en", " https://x"])
def test_other_link_is_none(url: str | None) -> None:
    """Nothing else is."""
    assert web_link(url) is None
