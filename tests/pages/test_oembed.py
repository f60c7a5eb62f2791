"""oEmbed: what a CMS gets for an address of ours."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree, html

from tests.pages.site import BASE_URL, Site
from ticker.model.line import NOTE_MOST, SOURCE_MOST, TEXT_MOST

PROGRAM = {"Accept": "*/*"}


def asked(site: Site, url: str, query: str = "") -> dict[str, Any]:
    """Ask about an address, and give the answer's members."""
    answer = site.browser.get(f"/oembed?url={quote(url, safe='')}{query}", PROGRAM)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    members: dict[str, Any] = answer.json()
    return members


def frame(members: dict[str, Any]) -> dict[str, str]:
    """Give the attributes of the one element that an answer has."""
    element = html.fragment_fromstring(members["html"])
    assert (element.tag, list(element)) == ("iframe", [])
    return {str(name): str(value) for name, value in element.attrib.items()}


def test_live_page_becomes_a_list(site: Site) -> None:
    """All members that the specification demands of type rich, and a frame that says the same."""
    members = asked(site, f"{BASE_URL}/en")

    assert members | {"html": ""} == {
        "version": "1.0",
        "type": "rich",
        "provider_name": "ticker.news.example",
        "provider_url": f"{BASE_URL}/",
        "author_name": "Breaking & live",
        "author_url": f"{BASE_URL}/en",
        "title": "Breaking & live",
        "cache_age": 86_400,
        "width": 640,
        "height": 320,
        "html": "",
    }
    assert frame(members) == {
        "src": f"{BASE_URL}/en/embed?display=list",
        "title": "Breaking & live",
        "width": "640",
        "height": "320",
        "frameborder": "0",
        "loading": "lazy",
        "sandbox": "allow-scripts allow-popups allow-popups-to-escape-sandbox",
    }


@pytest.mark.parametrize(
    ("address", "source", "height"),
    [
        ("/en?topic=world&topic=art", "/en/embed?display=list&topics=art+world", 320),
        ("/ar/", "/ar/embed?display=list", 320),
        ("/en/embed", "/en/embed", 44),
        ("/en/embed?scheme=dark", "/en/embed?scheme=dark", 44),
        ("/en/embed?display=rotate&speed=fast&max=3#x", "/en/embed?display=rotate&max=3", 148),
        ("/en/embed?display=list", "/en/embed?display=list", 320),
    ],
)
def test_what_an_address_asks_for_is_kept(site: Site, address: str, source: str, height: int) -> None:
    """A filtered page embeds filtered, an embed page as it is."""
    members = asked(site, BASE_URL + address)

    assert (frame(members)["src"], members["height"]) == (BASE_URL + source, height)


def test_frame_keeps_to_the_room_there_is(site: Site) -> None:
    """`maxwidth` and `maxheight` are never passed; with too little height for a list, it is a strip."""
    narrow = asked(site, f"{BASE_URL}/en", "&maxwidth=300&maxheight=200")
    low = asked(site, f"{BASE_URL}/en", "&maxheight=100")
    flat = asked(site, f"{BASE_URL}/en", "&maxheight=20")

    assert [(some["width"], some["height"]) for some in (narrow, low, flat)] == [(300, 200), (640, 44), (640, 20)]
    assert frame(low)["src"] == f"{BASE_URL}/en/embed"


@pytest.mark.parametrize("end", ["", "/embed"])
def test_line_s_page_becomes_its_frame(site: Site, end: str) -> None:
    """Nothing in the answer is the line's own text: who keeps it for ever keeps nothing that could be withdrawn."""
    line = site.en.publish("A grave error", source="Somebody", url="https://news.example/grave")

    members = asked(site, f"{BASE_URL}/en/lines/{line.id}{end}")

    assert frame(members)["src"] == f"{BASE_URL}/en/lines/{line.id}/embed"
    assert not {"grave", "Somebody"} & set(json.dumps(members).replace('"', " ").split())


def test_longer_line_gets_a_higher_frame(site: Site) -> None:
    """By as much as it needs."""
    short, long = site.en.publish("Rain"), site.en.publish("x" * TEXT_MOST, source="y" * SOURCE_MOST)
    noted = site.en.correct(long, correction="z" * NOTE_MOST)

    heights = [asked(site, f"{BASE_URL}/en/lines/{line.id}")["height"] for line in (short, noted)]

    assert heights[0] < 200 < heights[1] < 1200


def test_xml_says_the_same(site: Site) -> None:
    """Member by member."""
    address = f"/oembed?url={quote(BASE_URL + '/en')}"
    answer = site.browser.get(f"{address}&format=xml", PROGRAM)
    root = etree.fromstring(answer.content)

    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert root.tag == "oembed"
    assert {child.tag: child.text for child in root} == {
        name: str(value) for name, value in asked(site, BASE_URL + "/en").items()
    }


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        ("", 400, "invalid-request"),
        ("?url=https://ticker.news.example/en&maxwidth=0", 400, "invalid-request"),
        ("?url=https://ticker.news.example/en&maxheight=wide", 400, "invalid-request"),
        ("?url=https://ticker.news.example/en&format=yaml", 501, "unknown-format"),
        ("?url=https://news.example/en", 404, "no-embed"),
        ("?url=https://ticker.news.example.evil/en", 404, "no-embed"),
        ("?url=ftp://ticker.news.example/en", 404, "no-embed"),
        ("?url=https://ticker.news.example/", 404, "no-embed"),
        ("?url=https://ticker.news.example/xx", 404, "no-embed"),
        ("?url=https://ticker.news.example/en/rss.xml", 404, "no-embed"),
        ("?url=https://ticker.news.example/en/lines/01KB0000000000000000000009", 404, "no-embed"),
        ("?url=https://[", 404, "no-embed"),
    ],
)
def test_what_cannot_be_embedded_is_refused_as_the_specification_says(
    site: Site, query: str, status: int, problem: str
) -> None:
    """404 for an address without an answer, 501 for another format; the reason as problem+json, for scripts of any site too."""
    answer = site.browser.get(f"/oembed{query}")

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == f"/problems/{problem}"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_withdrawn_line_has_no_answer(site: Site) -> None:
    """And none that tells more than that."""
    line = site.en.publish("A grave error")
    site.en.withdraw(line)

    answer = site.browser.get(f"/oembed?url={BASE_URL}/en/lines/{line.id}", PROGRAM)

    assert (answer.status_code, answer.json()["detail"]) == (404, "This line was withdrawn.")


def test_pages_name_the_addresses_that_answer_for_them(site: Site) -> None:
    """A CMS that only has the page finds the way, in both formats."""
    line = site.en.publish("Rain")
    for path in ("/en", f"/en/lines/{line.id}", "/en/embed?display=list"):
        links = site.page(path).all("//link[@rel='alternate'][contains(@type, 'oembed')]")

        assert [link.get("type") for link in links] == ["application/json+oembed", "text/xml+oembed"]
        for link in links:
            address = link.get("href")
            assert address.startswith(f"{BASE_URL}/oembed?url=")
            answer = site.browser.get(address.removeprefix(BASE_URL), PROGRAM)
            assert answer.status_code == 200
            assert path.partition("?")[0].removesuffix("/embed") in answer.text
