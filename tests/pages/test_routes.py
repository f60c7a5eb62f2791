"""What readers find at each address."""

import re
from urllib.parse import urljoin

import pytest

from tests.feeds.newsroom import CHANNELS, HOUR
from tests.pages.site import BASE_URL, Site
from ticker.model.line import Status, Urgency
from ticker.pages.routes import HOME_LINES, LIVE_LINES
from ticker.pages.words import words_for

HOSTILE = """</script><script>alert(1)</script><!-- "quoted" & 'quoted' <bdi>"""


def test_live_page_has_newest_line_first(site: Site) -> None:
    """A reader of the live page sees the newest line on top, with its source before it."""
    site.en.publish("Bridge closed")
    site.en.pass_time(60_000)
    site.en.publish("Bridge open", source="Civil Defence")

    page = site.page("/en")

    assert page.words("//ol//p[@class='line-text']") == ["Civil Defence: Bridge open", "Bridge closed"]


def test_live_page_groups_lines_by_day(site: Site) -> None:
    """Each day has its heading."""
    site.en.publish("Yesterday's line")
    site.en.pass_time(24 * HOUR)
    site.en.publish("Today's line")

    page = site.page("/en")

    assert page.words("//h2[@class='group-head']") == ["Thursday 26 November 2026", "Wednesday 25 November 2026"]


def test_pinned_line_is_first_and_said_to_be(site: Site) -> None:
    """A pinned line stands above newer ones, under the word."""
    pinned = site.en.pin(site.en.publish("Stay indoors"))
    site.en.pass_time(60_000)
    site.en.publish("Bridge open")

    page = site.page("/en")

    assert page.words("//h2[@class='group-head']") == ["Pinned", "Wednesday 25 November 2026"]
    assert page.all("//li[@id]/@id")[0] == pinned.id


@pytest.mark.parametrize(
    ("channel", "urgency", "word"),
    [
        ("en", Urgency.FLASH, "Flash"),
        ("en", Urgency.URGENT, "Urgent"),
        ("ar", Urgency.URGENT, "عاجل"),
        ("es", Urgency.FLASH, "Alerta"),
    ],
)
def test_urgency_is_said_in_a_word(site: Site, channel: str, urgency: Urgency, word: str) -> None:
    """Flash and urgent are not told by colour alone."""
    site.newsrooms[channel].publish("Earthquake", urgency=urgency)

    page = site.page(f"/{channel}")

    assert page.words("//ol//b[@class='label label-signal']") == [word]
    assert page.all("//ol/li/@data-urgency") == [str(int(urgency))]


def test_corrected_line_is_marked_with_its_note(site: Site) -> None:
    """A corrected line shows the new text, the word and the note, and not the old text."""
    site.en.correct(site.en.publish("Six metres"), text="Five metres", correction="The level was wrong.")

    page = site.page("/en")

    assert page.words("//ol//p[@class='line-state']") == ["Corrected: The level was wrong."]
    assert "Six metres" not in page.html


@pytest.mark.parametrize("path", ["/", "/en", "/en/embed"])
def test_withdrawn_line_is_gone_from_every_page(site: Site, path: str) -> None:
    """Once a line is withdrawn, no page has its text, also those that were made before."""
    line = site.en.publish("A grave error")
    assert "A grave error" in site.page(path).html

    site.en.withdraw(line)

    assert "A grave error" not in site.page(path).html


def test_permalink_of_withdrawn_line_says_so(site: Site) -> None:
    """The address of a withdrawn line answers 410 without a word of the line."""
    line = site.en.publish("A grave error", source="Somebody")
    address = f"/en/lines/{line.id}"
    assert "A grave error" in site.page(address).html

    site.en.withdraw(line)
    page = site.page(address, 410)

    assert page.words("//h1") == ["This line was withdrawn"]
    assert "grave" not in page.html
    assert "Somebody" not in page.html


@pytest.mark.parametrize("path", ["/en", "/en/embed", "/"])
def test_expired_line_leaves_without_an_event(site: Site, path: str) -> None:
    """A line past its end is not served, though nothing happened in the log."""
    line = site.en.publish("Road closed until one", expires=site.en.now + HOUR)
    assert "Road closed" in site.page(path).html

    site.en.pass_time(HOUR)

    assert "Road closed" not in site.page(path).html
    assert "it may have expired" in site.page(f"/en/lines/{line.id}", 404).html


def test_unchanged_page_is_not_sent_again(site: Site) -> None:
    """A browser that has the page gets 304, until a line is published."""
    site.en.publish("Bridge closed")
    etag = site.browser.get("/en").headers["etag"]
    asked = {"If-None-Match": etag}

    assert site.browser.get("/en", headers=asked).status_code == 304
    site.en.publish("Bridge open")
    assert site.browser.get("/en", headers=asked).status_code == 200


@pytest.mark.parametrize("path", ["/", "/en", "/ar/embed"])
def test_caches_ask_before_they_serve(site: Site, path: str) -> None:
    """No cache may answer with a page that may hold what was withdrawn since."""
    assert site.browser.get(path).headers["cache-control"] == "public, max-age=0, must-revalidate"


def test_live_page_says_its_language_and_direction(site: Site) -> None:
    """A screen reader speaks the edition's language, and the page reads from its side."""
    page = site.page("/ar")

    assert (page.root.get("lang"), page.root.get("dir")) == ("ar", "rtl")


def test_live_page_leads_to_its_feeds_and_editions(site: Site) -> None:
    """Feed readers find the three feeds, search engines the other languages and the one address of the page."""
    page = site.page("/en")

    assert page.all("//link[@rel='alternate'][@type][not(contains(@type, 'oembed'))]/@href") == [
        f"{BASE_URL}/en/{name}" for name in ("rss.xml", "atom.xml", "feed.json")
    ]
    assert page.all("//link[@hreflang]/@hreflang") == [channel.language for channel in CHANNELS]
    assert page.all("//link[@rel='canonical']/@href") == [f"{BASE_URL}/en"]


@pytest.mark.parametrize("path", ["/", "/en", "/en/lines/LINE", "/en/lines/LINE/embed", "/en/embed", "/playground"])
def test_page_names_all_modules_that_it_needs(site: Site, path: str) -> None:
    """What its scripts import, and what that imports, comes at once and not in three rounds; and nothing comes in vain."""
    page = site.page(path.replace("LINE", site.en.publish().id))
    scripts = set(page.all("//script[@type='module']/@src"))

    assert set(page.all("//link[@rel='modulepreload']/@href")) == imported(site, scripts) - scripts


def imported(site: Site, scripts: set[str]) -> set[str]:
    """These scripts, and all that they import before they run."""
    found = {
        urljoin(script, name)
        for script in scripts
        for name in re.findall(r"""^(?:import|}) .*?from ["'](.+?)["'];$""", site.browser.get(script).text, re.MULTILINE)
    }
    return scripts if found <= scripts else imported(site, scripts | found)


def test_edition_without_a_description_has_one_for_search_engines(site: Site) -> None:
    """They are told what such a page is; readers see no gap."""
    page = site.page("/es")

    assert page.all("//meta[@name='description']/@content") == [words_for("es").about]
    assert page.all("//p[@class='edition-about']") == []


@pytest.mark.parametrize(
    ("path", "current"), [("/", []), ("/en", ["page"]), ("/en?topic=art", ["true"]), ("/en/lines/LINE", ["true"])]
)
def test_page_says_in_which_edition_one_is(site: Site, path: str, current: list[str]) -> None:
    """To a screen reader, too: the editions are one place of their own, and the one around a line is no link to itself."""
    page = site.page(path.replace("LINE", site.en.publish().id))

    assert page.all("//header[@class='masthead']//nav/@aria-label") == ["Editions"]
    assert page.all("//header[@class='masthead']//nav//a/@aria-current") == current


def test_filter_in_the_address_counts(site: Site) -> None:
    """Only lines of the topic, also for the script, the feeds and oEmbed; and the page says so."""
    site.en.publish("Bridge closed", topics=("storm",))
    site.en.publish("Talks adjourned", topics=("world",))
    site.en.publish("Bread dearer", topics=("art",))

    page = site.page("/en?topic=art&topic=storm")

    assert page.words("//ol//p[@class='line-text']") == ["Bread dearer", "Bridge closed"]
    assert page.all("//*[@data-live]/@data-topics") == ["art storm"]
    assert page.words("//title") == ["Storm & flood, art – Breaking & live"]
    assert page.all("//link[@type='application/atom+xml']/@href") == [f"{BASE_URL}/en/atom.xml?topic=art&topic=storm"]
    assert page.all("//link[@rel='canonical']/@href") == [f"{BASE_URL}/en"]
    assert "topic%3Dart%26topic%3Dstorm" in page.all("//link[@type='application/json+oembed']/@href")[0]


def test_filter_is_shown_and_can_be_taken_away(site: Site) -> None:
    """Each topic of the edition is a link that adds it, or takes it away if it is on, as its words say."""
    page = site.page("/en?topic=art&topic=storm")
    links = page.all("//nav[@aria-label='Topics']//a")

    assert [(link.get("href"), link.get("aria-current")) for link in links] == [
        ("/en", None),
        ("/en?topic=art", "true"),
        ("/en?topic=art&topic=storm&topic=world", None),
        ("/en?topic=storm", "true"),
    ]
    assert page.words("//nav[@aria-label='Topics']//span[@class='visually-hidden']") == [
        "Remove filter: Storm & flood",
        "Remove filter: art",
    ]
    assert site.page("/en").all("//nav[@aria-label='Topics']//a[@aria-current]/@href") == ["/en"]


def test_filter_has_one_address(site: Site) -> None:
    """Another order or a repetition leads to the one page."""
    answer = site.browser.get("/en?topic=storm&topic=art&topic=storm")

    assert (answer.status_code, answer.headers["location"]) == (301, "/en?topic=art&topic=storm")


@pytest.mark.parametrize("query", ["topic=World", "topic=", "topic=art&topic=NO"])
def test_what_cannot_be_a_topic_is_told(site: Site, query: str) -> None:
    """Nobody takes all lines for those of a mistyped topic, and no browser remembers the mistake; all lines are a step away."""
    page = site.page(f"/en?{query}", 400)

    assert page.words("//h1") == ["No such topic"]
    assert page.all("//main//a/@href") == ["/en"]


def test_page_tells_script_where_it_stands(site: Site) -> None:
    """The script resumes after the page's own cursor, so nothing is missed or shown twice."""
    site.en.publish("Bridge closed")

    page = site.page("/en")

    assert page.all("//*[@data-live]/@data-cursor") == [site.en.mirror.cursor]


@pytest.mark.parametrize("path", ["/", "/en", "/en/embed"])
def test_text_never_becomes_markup(site: Site, path: str) -> None:
    """Whatever an editor writes is read as text (invariant 7)."""
    site.en.publish(HOSTILE, source=HOSTILE, correction=HOSTILE, topics=("world",))
    scripts = len(site.page(path.replace("en", "ar")).all("//script[not(@type='application/ld+json')]"))

    page = site.page(path)

    assert len(page.all("//script[not(@type='application/ld+json')]")) == scripts
    assert HOSTILE in page.all("//bdi/text()")


def test_text_never_becomes_markup_on_its_own_page(site: Site) -> None:
    """Whatever an editor writes is read as text in the title and in what is shared, too."""
    line = site.en.publish(HOSTILE, source=HOSTILE, correction=HOSTILE)

    page = site.page(f"/en/lines/{line.id}")

    assert page.words("//title") == [f"{HOSTILE} – Breaking & live"]
    assert page.all("//meta[@property='og:title']/@content") == [HOSTILE]
    assert HOSTILE in page.all("//h1//bdi/text()")


def test_link_that_leads_elsewhere_than_the_web_is_not_shown(site: Site) -> None:
    """A record with a script for a link shows no link."""
    line = site.en.publish("Bridge closed", url="javascript:alert(1)")

    assert "javascript:" not in site.page("/en").html
    assert "javascript:" not in site.page("/en/embed").html
    assert "javascript:" not in site.page(f"/en/lines/{line.id}").html


def test_permalink_shows_everything_public(site: Site) -> None:
    """A line's own page has its text, note, article, topics and both times."""
    line = site.en.publish("Six metres", topics=("storm", "coast"), url="https://news.example/flood")
    site.en.pass_time(HOUR)
    site.en.correct(line, text="Five metres", correction="The level was wrong.")

    page = site.page(f"/en/lines/{line.id}")

    assert page.words("//h1") == ["Five metres"]
    assert page.words("//p[@class='notice']") == ["Corrected: The level was wrong."]
    assert page.all("//p[@class='one-article']/a/@href") == ["https://news.example/flood"]
    assert page.words("//dd") == [
        "Wednesday 25 November 2026, 12:00 UTC",
        "Wednesday 25 November 2026, 13:00 UTC",
        "Storm & flood, coast",
    ]


def test_home_shows_each_edition_and_its_snippet(site: Site) -> None:
    """Home has the newest lines of each edition, and what to copy to embed it."""
    for newsroom in site.newsrooms.values():
        for number in range(HOME_LINES + 1):
            newsroom.publish(f"Line {number} of {newsroom.channel.id}")

    page = site.page("/")

    assert page.words("//section/h2") == [channel.title for channel in CHANNELS]
    assert len(page.all("//ol/li")) == 3 * HOME_LINES
    assert page.all("//button[@data-copy]/@data-copy") == [
        f'<script type="module" src="{BASE_URL}/widget.js"></script>\n<breaking-ticker channel="{name}"></breaking-ticker>'
        for name in ("en", "ar", "es")
    ]
    assert page.all("//section/@dir") == ["ltr", "rtl", "ltr"]


def test_live_page_shows_no_more_than_a_snapshot_may(site: Site) -> None:
    """The live page ends where a snapshot would, so that page and script never disagree."""
    for number in range(LIVE_LINES + 5):
        site.en.publish(f"Line {number}")

    assert len(site.page("/en").all("//ol/li")) == LIVE_LINES


@pytest.mark.parametrize("path", ["/", "/en", "/ar", "/es", "/en/embed"])
def test_page_without_lines_says_so(site: Site, path: str) -> None:
    """A quiet edition has a page all the same, fit for a strict parser."""
    page = site.page(path)

    assert page.all("//script[@type='application/ld+json']") == []
    assert [p.get("hidden") for p in page.all("//p[@class='empty']")] == [None] * len(page.all("//p[@class='empty']"))


def test_withheld_line_has_no_page(site: Site) -> None:
    """A held line is not there for the time being."""
    line = site.en.publish("Unclear news")
    site.en.correct(line, text="", status=Status.WITHHELD)

    assert "it may have expired" in site.page(f"/en/lines/{line.id}", 404).html


def test_problem_page_explains(site: Site) -> None:
    """The address in a problem's `type` is a page about it."""
    page = site.page("/problems/duplicate-line")

    assert page.words("//h1") == ["Duplicate line"]


def test_problem_page_of_no_problem_is_not_found(site: Site) -> None:
    """A made-up problem has no page."""
    site.page("/problems/made-up", 404)


def test_a_slash_too_many_leads_to_the_page(site: Site) -> None:
    """With its query; of no channel there is none."""
    answer = site.browser.get("/en/?topic=world")

    assert (answer.status_code, answer.headers["location"]) == (308, "/en?topic=world")
    assert site.browser.get("/xx/").status_code == 404
