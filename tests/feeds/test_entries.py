"""How a line reads in a feed: with its source, in its direction, in its language."""

from dataclasses import replace

import pytest

from tests.feeds.newsroom import ARABIC, CHANNELS, ENGLISH, SPANISH, Newsroom
from ticker.feeds.entries import Entry, directed, entry_of
from ticker.feeds.words import words_for
from ticker.model.channel import Channel
from ticker.model.line import Line

BASE = "https://ticker.news.example"
RLI, LRI, PDI = "\u2067", "\u2066", "\u2069"


def entry(line: Line, channel: Channel = ENGLISH) -> Entry:
    return entry_of(line, channel, BASE)


def test_source_stands_before_the_text() -> None:
    """A reader's list, which shows titles only, tells who says so."""
    line = Newsroom().publish("Bridge closed", source="Civil Defence")

    assert entry(line).title == "Civil Defence: Bridge closed"
    assert entry(line).author == "Civil Defence"


def test_line_without_a_source_is_its_text() -> None:
    """Nothing is put before a line that has no source."""
    assert entry(Newsroom().publish("Bridge closed")).title == "Bridge closed"


def test_french_puts_a_space_before_the_colon() -> None:
    """A French line is set as French is, and the space does not break."""
    french = replace(ENGLISH, id="fr", language="fr-CA")

    assert entry(Newsroom(french).publish("Pont fermé", source="Police"), french).title == "Police\u00a0: Pont fermé"


def test_correction_is_told() -> None:
    """Who reads a corrected line also reads what was wrong; its title is the line alone."""
    newsroom = Newsroom()
    line = newsroom.correct(newsroom.publish("Two hurt"), text="One hurt", correction="We first said two.")

    assert entry(line).title == "One hurt"
    assert entry(line).paragraphs == ("One hurt", "Correction: We first said two.")


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.id)
def test_withdrawn_line_says_so_in_the_readers_language(channel: Channel) -> None:
    """The notice keeps the id and the date of publication, moves the change, and has not a word of the line."""
    newsroom = Newsroom(channel)
    line = newsroom.publish("The mayor resigned", source="City Hall", topics=("world",), url="https://news.example/a")
    newsroom.pass_time(60_000)
    notice, before = entry(newsroom.withdraw(line), channel), entry(line, channel)

    assert notice.title == words_for(channel.language).withdrawn
    assert (notice.id, notice.published, notice.permalink) == (before.id, before.published, before.permalink)
    assert notice.updated == before.updated + 60_000
    assert (notice.author, notice.article, notice.topics, notice.urgency) == (None, None, (), ())


def test_unknown_language_speaks_english() -> None:
    """A channel in a language that we have no words for still tells of a withdrawal."""
    assert words_for("sw") == words_for("en")
    assert words_for(SPANISH.language).withdrawn == "Esta noticia fue retirada."


@pytest.mark.parametrize(
    "text, direction, expected",
    [
        ("أغلق الجسر", "rtl", "أغلق الجسر"),
        ("NATO: تجتمع غدا", "rtl", f"{RLI}NATO: تجتمع غدا{PDI}"),
        ("«NATO» تجتمع", "rtl", f"{RLI}«NATO» تجتمع{PDI}"),
        ("3 قتلى", "rtl", "3 قتلى"),
        ("Bridge closed", "ltr", "Bridge closed"),
        ("אסון in the north", "ltr", f"{LRI}אסון in the north{PDI}"),
        ("2 : 1", "rtl", "2 : 1"),
    ],
)
def test_line_is_set_in_the_direction_of_its_channel(text: str, direction: str, expected: str) -> None:
    """An Arabic line that starts with a Latin name is not turned around by readers; no other line carries anything extra."""
    assert directed(text, direction) == expected


def test_topics_have_their_labels() -> None:
    """A reader can sort lines by the names that the newsroom gave its topics."""
    line = Newsroom(ARABIC).publish("خبر", topics=("world", "storm"))

    assert [(topic.term, topic.label) for topic in entry(line, ARABIC).topics] == [("world", "العالم"), ("storm", "storm")]
