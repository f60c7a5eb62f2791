"""The playground, as it is sent."""

import json
import re
from dataclasses import replace

import pytest

from tests.feeds.newsroom import CHANNELS, ENGLISH
from tests.pages.site import BASE_URL, Page, Site
from ticker.edge.assets import WEB
from ticker.pages.playground import COLOURS, playground


@pytest.mark.parametrize(
    ("path", "language", "title"),
    [
        ("/playground", "en", "Playground"),
        ("/ar/playground", "ar", "ساحة التجربة"),
        ("/es/playground", "es-419", "Zona de pruebas"),
    ],
)
def test_playground_speaks_the_edition_s_language(site: Site, path: str, language: str, title: str) -> None:
    """That of the first edition where none is named; the others are a link away."""
    page = site.page(path)

    assert page.root.get("lang") == language
    assert page.words("//h1") == [title]
    assert page.all("//nav//a/@href") == ["/en/playground", "/ar/playground", "/es/playground"]


def test_each_language_leads_to_one_playground() -> None:
    """Where two editions share a language, search engines are not told two pages for it."""
    channels = [replace(ENGLISH, id="sport"), *CHANNELS]

    page = Page(playground(ENGLISH, channels, BASE_URL))

    assert [(link.get("hreflang"), link.get("href")) for link in page.all("//link[@hreflang]")] == [
        (channel.language, f"{BASE_URL}/{channel.id}/playground") for channel in CHANNELS
    ]


def test_playground_needs_no_line(site: Site) -> None:
    """It works while the log is still being read."""
    assert Site(loaded=False).browser.get("/playground").status_code == 200
    assert site.browser.get("/xx/playground").status_code == 404


def test_script_gets_the_address_of_readers(site: Site) -> None:
    """What is copied from it works on any site: the server's public address, and the policy's socket."""
    (data,) = site.page("/playground").all("//script[@class='playground-data']/text()")
    told = json.loads(data)

    assert (told["server"], told["socket"]) == (BASE_URL, "wss://ticker.news.example")
    assert told["channels"]["en"]["topics"][0] == {"id": "storm", "label": "Storm & flood"}
    assert told["widget"]["integrity"].startswith("sha384-")


def test_colours_begin_as_the_widget_s_own() -> None:
    """Who ticks other colours sees the same ones, then changes them."""
    style = (WEB / "widget/src/style.js").read_text(encoding="utf-8")
    own = dict(reversed(re.findall(r"--ticker-([a-z-]+), (?:light-dark\()?(#\w+)", style)))

    assert {name: own[name].replace("#fff", "#ffffff") if len(own[name]) == 4 else own[name] for name in COLOURS} == COLOURS
