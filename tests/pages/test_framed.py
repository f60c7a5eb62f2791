"""What stands in frames on other sites."""

import pytest

from tests.pages.site import Site


def test_embedded_page_has_nothing_but_the_ticker(site: Site) -> None:
    """The iframe page holds the element, with the newest lines inside for where scripts do not run."""
    site.ar.publish("إغلاق الجسر", source="الدفاع المدني")

    page = site.page("/ar/embed")

    assert page.words("//body/*") == ["أخبار عاجلة الدفاع المدني: إغلاق الجسر"]
    assert page.all("//breaking-ticker/@channel") == ["ar"]
    assert page.all("//base/@target") == ["_blank"]


def test_embedded_ticker_is_as_its_query_asks(site: Site) -> None:
    """The element gets the attributes, and what stands in it until the script runs is the same lines."""
    for number in range(3):
        site.en.publish(f"World {number}", topics=("world",))
        site.en.publish(f"Other {number}")

    page = site.page("/en/embed?display=list&max=2&topics=world&speed=x")

    (element,) = page.all("//breaking-ticker")
    assert dict(element.attrib) == {"channel": "en", "display": "list", "max": "2", "topics": "world"}
    assert page.words("//li") == ["World 2", "World 1"]


def test_line_s_frame_has_the_line(site: Site) -> None:
    """Its source, text and note, and the ways to its page, edition and article, all of which leave the frame."""
    line = site.en.publish("Six metres", source="Agency", url="https://news.example/flood")
    site.en.correct(line, text="Five metres", correction="The level was wrong.")

    page = site.page(f"/en/lines/{line.id}/embed")

    assert page.words("//article/*") == [
        "25 November, 12:00 UTC",
        "Agency: Five metres",
        "Corrected: The level was wrong.",
        "Breaking & live Full story",
    ]
    assert page.all("//a/@href") == [f"/en/lines/{line.id}", "/en", "https://news.example/flood"]
    assert page.all("//base/@target") == ["_blank"]


@pytest.mark.parametrize(("path", "status"), [("/en/lines/{}/embed", 410), ("/en/lines/none/embed", 404), ("/xx/embed", 404)])
def test_what_went_wrong_stands_in_the_frame_too(site: Site, path: str, status: int) -> None:
    """A withdrawn line leaves a word in its frame rather than a browser's blank, and none of its text."""
    line = site.en.publish("A grave error")
    address = path.format(line.id)
    site.en.withdraw(line)
    answer = site.browser.get(address)

    assert "frame-ancestors" not in answer.headers["content-security-policy"]
    page = site.page(address, status)
    assert page.all("//nav | //footer") == []
    assert len(page.words("//h1")) == 1
    assert "grave" not in page.html
