"""The feeds as readers read them: the same line in three formats, stable, in one place, and text throughout."""

import json
import locale
import os
import subprocess
import sys
from dataclasses import replace
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.feeds.newsroom import ARABIC, CHANNELS, ENGLISH, HOUR, NOON, SPANISH, Newsroom
from ticker.feeds.content import Period, channel_version, content_of
from ticker.feeds.documents import Format, document, self_url
from ticker.model.channel import Channel
from ticker.model.line import Urgency
from ticker.model.text import plain

BASE: Final = "https://ticker.news.example"
ROOT: Final = Path(__file__).parents[2]
ATOM: Final = "{http://www.w3.org/2005/Atom}"
AT: Final = "{http://purl.org/atompub/tombstones/1.0}"
SY: Final = "{http://purl.org/rss/1.0/modules/syndication/}"
XML: Final = (Format.RSS, Format.ATOM)

every_format = pytest.mark.parametrize("form", list(Format))


def render(newsroom: Newsroom, form: Format, topics: tuple[str, ...] = (), notice: int = 48 * HOUR) -> bytes:
    period = Period(entries=50, notice=notice)
    version = channel_version(newsroom.mirror, period, newsroom.now)
    content = content_of(newsroom.mirror, version, period, topics, newsroom.now)
    return document(form, newsroom.channel, content, BASE)


def read(newsroom: Newsroom, form: Format, topics: tuple[str, ...] = ()) -> Any:
    """What a reader makes of an XML feed."""
    parsed = feedparser.parse(render(newsroom, form, topics), sanitize_html=False)

    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def items(newsroom: Newsroom, form: Format, topics: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """Id, title, link, published and updated of each entry, in any format."""
    if form is Format.JSON:
        names = {"id": "id", "title": "title", "link": "url", "published": "date_published", "updated": "date_modified"}
        return [
            {ours: item[theirs] for ours, theirs in names.items()}
            for item in json.loads(render(newsroom, form, topics))["items"]
        ]
    return [
        {
            "id": entry.id,
            "title": entry.title,
            "link": entry.link,
            "published": entry.published,
            "updated": entry.updated,
        }
        for entry in read(newsroom, form, topics).entries
    ]


def busy(channel: Channel = ENGLISH) -> Newsroom:
    """A channel with a plain, a full, a corrected and a withdrawn line."""
    newsroom = Newsroom(channel)
    newsroom.publish("Bridge closed")
    newsroom.pass_time(2_345)
    newsroom.publish(
        "Strikes & talks <live>", source="City Hall", topics=("world", "storm"), url="https://news.example/a?b=1&c=2"
    )
    newsroom.pass_time(60_000)
    corrected = newsroom.publish("Two hurt", urgency=Urgency.FLASH, topics=("storm",))
    withdrawn = newsroom.publish("The mayor resigned", source="Somebody")
    newsroom.pass_time(60_000)
    newsroom.correct(corrected, text="One hurt", correction="We first said two.")
    newsroom.withdraw(withdrawn)
    newsroom.pass_time(5_000)
    return newsroom


def accepted(text: str) -> bool:
    try:
        plain(text, most=500)
    except ValueError:
        return False
    return True


def digests() -> str:
    """All formats of all channels, filtered and not, as one digest."""
    made = [
        render(busy(channel), form, topics) for channel in CHANNELS for form in Format for topics in ((), ("storm", "world"))
    ]
    return blake2b(b"".join(made)).hexdigest()


# -- identity --


def test_line_has_one_id_everywhere() -> None:
    """Whoever follows two formats, or a filtered feed besides, can tell that it is the same line."""
    newsroom = Newsroom()
    line = newsroom.publish("Bridge closed", topics=("storm",))
    ids = {items(newsroom, form, topics)[0]["id"] for form in Format for topics in ((), ("storm",))}

    assert ids == {f"tag:news.example,2026:en/{line.id}"}


@every_format
def test_id_survives_a_correction_and_a_withdrawal(form: Format) -> None:
    """No reader shows a line as new because its newsroom changed it: id, link and date of publication stay."""
    newsroom = Newsroom()
    line = newsroom.publish("Two hurt")
    before = items(newsroom, form)[0]
    newsroom.pass_time(60_000)
    newsroom.correct(line, text="One hurt", source="Police", correction="We first said two.")
    corrected = items(newsroom, form)[0]
    newsroom.pass_time(60_000)
    newsroom.withdraw(line)
    withdrawn = items(newsroom, form)[0]

    for name in ("id", "link", "published"):
        assert before[name] == corrected[name] == withdrawn[name]
    assert before["updated"] < corrected["updated"] < withdrawn["updated"]


@every_format
def test_other_lines_stay_as_they_were(form: Format) -> None:
    """A new line changes nothing about those before it, which readers would take for a change."""
    newsroom = busy()
    before = items(newsroom, form)
    newsroom.publish("News")
    newsroom.pass_time(5_000)

    assert items(newsroom, form)[1:] == before


def test_guid_is_no_link() -> None:
    """No reader opens the id of a line as if it were its page."""
    entry = read(busy(), Format.RSS).entries[0]

    assert entry.id.startswith("tag:")
    assert not entry.guidislink


# -- what is said --


@every_format
def test_newest_line_comes_first(form: Format) -> None:
    """A reader that shows a feed in its own order starts with the newest line."""
    assert [item["title"] for item in items(busy(), form)] == [
        "This line was withdrawn.",
        "One hurt",
        "City Hall: Strikes & talks <live>",
        "Bridge closed",
    ]


@every_format
def test_withdrawn_text_is_in_no_feed(form: Format) -> None:
    """Neither text nor source of a withdrawn line is anywhere in the bytes, nor the old text of a corrected one."""
    body = render(busy(), form).decode()

    for gone in ("mayor", "Somebody", "Two hurt"):
        assert gone not in body


@every_format
def test_correction_is_public(form: Format) -> None:
    """Readers of every format are told what was wrong."""
    assert "Correction: We first said two." in render(busy(), form).decode()


def test_corrected_line_in_json_has_its_note() -> None:
    """A program that reads JSON Feed need not look for the note in the text."""
    item = json.loads(render(busy(), Format.JSON))["items"][1]

    assert item["_ticker"] == {"status": "usable", "urgency": 1, "topics": ["storm"], "correction": "We first said two."}


def test_article_and_own_page_are_told_apart() -> None:
    """The link of an entry is the line's own page; the article is named as what it is."""
    newsroom = busy()
    atom, rss = (read(newsroom, form).entries[2] for form in (Format.ATOM, Format.RSS))
    item = json.loads(render(newsroom, Format.JSON))["items"][2]
    page = f"{BASE}/en/lines/{newsroom.events[1].line}"

    assert [(link.rel, link.type, link.href) for link in atom.links] == [
        ("alternate", "text/html", page),
        ("related", "text/html", "https://news.example/a?b=1&c=2"),
    ]
    assert rss.link == page
    assert (item["url"], item["external_url"]) == (page, "https://news.example/a?b=1&c=2")


def test_source_is_the_author() -> None:
    """A reader that shows authors shows who says so; where a line has no source, the newsroom speaks."""
    newsroom = busy()
    for form in XML:
        assert [entry.get("author") for entry in read(newsroom, form).entries] == [None, None, "City Hall", None]
    assert read(newsroom, Format.ATOM).feed.author == ENGLISH.title
    assert json.loads(render(newsroom, Format.JSON))["items"][2]["authors"] == [{"name": "City Hall"}]


def test_topics_and_urgency_are_categories() -> None:
    """Readers can sort by topic and by urgency, and tell the two apart."""
    scheme = "tag:news.example,2026:en"
    atom = read(busy(), Format.ATOM).entries[2]
    rss = read(busy(), Format.RSS).entries[2]

    assert [(tag.scheme, tag.term, tag.label) for tag in atom.tags] == [
        (f"{scheme}/topics", "world", "World"),
        (f"{scheme}/topics", "storm", "Storm & flood"),
        (f"{scheme}/urgency", "3", "breaking"),
    ]
    assert [(tag.scheme, tag.term) for tag in rss.tags] == [(tag.scheme, tag.label) for tag in atom.tags]
    assert json.loads(render(busy(), Format.JSON))["items"][2]["tags"] == ["World", "Storm & flood"]


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.id)
def test_feed_says_its_language(channel: Channel) -> None:
    """A reader can choose voice, hyphenation and direction; `dir`, which no format has, is nowhere."""
    newsroom = busy(channel)
    atom = etree.fromstring(render(newsroom, Format.ATOM))

    assert atom.get("{http://www.w3.org/XML/1998/namespace}lang") == channel.language
    assert read(newsroom, Format.RSS).feed.language == channel.language
    assert json.loads(render(newsroom, Format.JSON))["language"] == channel.language
    assert b" dir=" not in render(newsroom, Format.ATOM) + render(newsroom, Format.RSS)


def test_feed_names_itself_and_the_page() -> None:
    """A reader finds the address to follow, which is the filter's own, and the page to open; none takes one for the other."""
    topics = ("storm", "world")
    for form in XML:
        feed = read(busy(), form, topics).feed
        assert [link.href for link in feed.links if link.rel == "self"] == [self_url(ENGLISH, BASE, form, topics)]
        assert feed.link == f"{BASE}/en"
        assert feed.title == "Breaking & live – Storm & flood, World"
    made = json.loads(render(busy(), Format.JSON, topics))
    assert (made["feed_url"], made["home_page_url"]) == (f"{BASE}/en/feed.json?topic=storm&topic=world", f"{BASE}/en")


def test_rss_says_how_often_to_ask() -> None:
    """Readers that honour it come back each minute."""
    channel = etree.fromstring(render(busy(), Format.RSS))[0]

    assert channel.findtext("ttl") == "1"
    assert (channel.findtext(f"{SY}updatePeriod"), channel.findtext(f"{SY}updateFrequency")) == ("hourly", "60")


# -- dates --


@every_format
def test_dates_are_those_of_the_line(form: Format) -> None:
    """Each line has the time at which it was published, whenever and wherever the feed is made."""
    newsroom = Newsroom(now=NOON + 7)
    newsroom.publish()

    expected = "Wed, 25 Nov 2026 12:00:00 GMT" if form is Format.RSS else "2026-11-25T12:00:00.007Z"
    assert items(newsroom, form)[0]["published"] == expected


def test_date_of_the_feed_moves_with_withdrawals() -> None:
    """The feed's own date is that of its last change, also when nothing was published."""
    newsroom = Newsroom()
    line = newsroom.publish()
    newsroom.pass_time(60_000)
    newsroom.withdraw(line)

    assert read(newsroom, Format.ATOM).feed.updated == "2026-11-25T12:01:01.000Z"
    assert read(newsroom, Format.RSS).feed.updated == "Wed, 25 Nov 2026 12:01:01 GMT"


@pytest.mark.parametrize("channel, date", [(ENGLISH, "2026-01-01"), (SPANISH, "2026-05-01")], ids=["year", "day"])
def test_empty_feed_has_a_date_that_stays(channel: Channel, date: str) -> None:
    """A feed without lines is a valid one and the same every time: it is as old as the newsroom's name for it."""
    newsroom = Newsroom(channel)

    assert read(newsroom, Format.ATOM).feed.updated == f"{date}T00:00:00.000Z"
    assert parsedate_to_datetime(read(newsroom, Format.RSS).feed.updated).date().isoformat() == date
    assert [items(newsroom, form) for form in Format] == [[], [], []]


# -- tombstones --


def test_tombstone_follows_the_notice() -> None:
    """Once the notice has gone, Atom tells that the entry was deleted, and when; before, and elsewhere, nothing does."""
    newsroom = Newsroom()
    line = newsroom.publish()
    newsroom.withdraw(line)
    notice = render(newsroom, Format.ATOM)
    newsroom.pass_time(48 * HOUR + 1)
    deleted = [*etree.fromstring(render(newsroom, Format.ATOM)).iter(f"{AT}deleted-entry")]

    assert b"tombstones" not in notice
    assert [{**element.attrib} for element in deleted] == [
        {"ref": f"tag:news.example,2026:en/{line.id}", "when": "2026-11-25T12:00:00.001Z"}
    ]
    assert [len(element) for element in deleted] == [0]
    assert line.id not in (render(newsroom, Format.RSS) + render(newsroom, Format.JSON)).decode()
    assert items(newsroom, Format.ATOM) == []


def test_tombstone_at_once_where_no_notice_is_wanted() -> None:
    """A newsroom that must not even say that a line was there drops it the moment it is withdrawn."""
    newsroom = Newsroom()
    newsroom.withdraw(newsroom.publish())
    atom = etree.fromstring(render(newsroom, Format.ATOM, notice=0))

    assert len([*atom.iter(f"{AT}deleted-entry")]) == 1
    assert len([*atom.iter(f"{ATOM}entry")]) == 0


def test_feed_comes_before_its_entries() -> None:
    """All that concerns the feed, tombstones too, stands before the first entry, where readers look for it."""
    newsroom = busy()
    newsroom.pass_time(48 * HOUR)
    newsroom.publish("News")
    names = [child.tag for child in etree.fromstring(render(newsroom, Format.ATOM))]

    first = names.index(f"{ATOM}entry")
    assert f"{AT}deleted-entry" in names[:first]
    assert {*names[first:]} == {f"{ATOM}entry"}


# -- text is text --


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize("text", ["<b>Bold</b> claim", "Q&amp;A", "1 < 2 & 3 > 2", "]]> <![CDATA[ ", "&#60;script&#62;"])
def test_markup_stays_text(form: Format, text: str) -> None:
    """What looks like markup is shown as the editor typed it."""
    newsroom = Newsroom()
    newsroom.publish(text)
    entry = read(newsroom, form).entries[0]

    assert entry.title == text.strip()
    root = etree.fromstring(render(newsroom, form))
    assert next(root.iter("title", f"{ATOM}title")).text == ENGLISH.title
    assert b"<script" not in render(newsroom, form)


def test_description_shows_the_text_as_html() -> None:
    """RSS descriptions are HTML: a reader that renders them shows the line, not the markup that it seems to hold."""
    newsroom = Newsroom()
    newsroom.publish("<b>Bold</b> & brash")
    item = etree.fromstring(render(newsroom, Format.RSS)).find("channel/item")

    assert item is not None
    assert item.findtext("description") == "&lt;b&gt;Bold&lt;/b&gt; &amp; brash"


def test_titles_of_rss_use_numeric_references() -> None:
    """Readers that take `&lt;` in a title for markup do not see it there."""
    newsroom = Newsroom()
    newsroom.publish("1 < 2 & 3")

    assert b"<title>1 &#x3C; 2 &#x26; 3</title>" in render(newsroom, Format.RSS)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(accepted))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    """Whatever the model takes as text is read back from every format, but for the isolate around foreign directions."""
    newsroom = Newsroom()
    line = newsroom.publish(plain(text, most=500))

    for form in Format:
        body = render(newsroom, form)
        title = json.loads(body)["items"][0]["title"] if form is Format.JSON else xml_title(body)
        assert title.strip("\u2066\u2069") == line.text


def xml_title(body: bytes) -> str:
    root = etree.fromstring(body)
    entry = root.find("channel/item") if root.tag == "rss" else root.find(f"{ATOM}entry")
    assert entry is not None
    return entry.findtext("title") or entry.findtext(f"{ATOM}title") or ""


def test_arabic_line_with_a_latin_start_is_the_same_in_every_format() -> None:
    """The isolate that keeps the line's direction is in every format or none, so that no two show it differently."""
    newsroom = Newsroom(ARABIC)
    newsroom.publish("تجتمع غدا", source="NATO")
    shown = {items(newsroom, form)[0]["title"] for form in Format}

    assert shown == {"\u2067NATO: تجتمع غدا\u2069"}


# -- the same bytes --


@every_format
def test_restart_changes_no_byte(form: Format) -> None:
    """A restarted server serves what it served before, so that readers are told 304."""
    newsroom = busy()
    before = render(newsroom, form)
    restarted = Newsroom()
    restarted.mirrors.channels["en"] = newsroom.restarted()
    restarted.now = newsroom.now + 30_000

    assert render(restarted, form) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "4711", "LC_ALL": "ar_EG.UTF-8", "LANG": "ar_EG.UTF-8", "TZ": "Asia/Tokyo"},
    ],
    ids=["plain", "elsewhere"],
)
def test_other_process_makes_the_same_bytes(environment: dict[str, str]) -> None:
    """Two servers behind one address answer with one ETag, whatever their hash seed, locale and time zone."""
    code = "from tests.feeds.test_documents import digests; print(digests())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == digests()


@every_format
def test_locale_of_the_process_is_left_alone(form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rendering a feed never switches the locale under other threads, as feedgen's dates would."""

    def refuse(*_: object) -> None:
        raise AssertionError("the locale was touched")

    monkeypatch.setattr(locale, "setlocale", refuse)

    assert render(busy(), form)
    assert self_url(replace(ENGLISH, id="en-gb"), BASE, Format.RSS) == f"{BASE}/en-gb/rss.xml"
