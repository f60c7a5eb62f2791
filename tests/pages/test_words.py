"""The pages' own words."""

import re
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from ticker.edge.assets import WEB
from ticker.pages.words import WORDS, Words, words_for

AT = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_no_word_is_missing(words: Words) -> None:
    """Each language says everything, with the same placeholders."""
    english = words_for("en")
    for field in fields(Words):
        said, model = getattr(words, field.name), getattr(english, field.name)
        assert said
        if isinstance(said, str) and field.name not in ("day", "short_day"):
            assert said.count("{") == model.count("{"), field.name
    assert (len(words.weekdays), len(words.months), len(words.short_months)) == (7, 12, 12)


@pytest.mark.parametrize(
    ("language", "day", "moment", "dated"),
    [
        ("en", "Tuesday 24 November 2026", "24 November, 14:02 UTC", "24\u00a0Nov 14:02 UTC"),
        ("ar", "الثلاثاء 24 نوفمبر 2026", "24 نوفمبر، 14:02 UTC", "24\u00a0نوفمبر 14:02 UTC"),
        ("es-419", "martes, 24 de noviembre de 2026", "24 de noviembre, 14:02 UTC", "24\u00a0nov 14:02 UTC"),
        ("fr", "mardi 24 novembre 2026", "24 novembre, 14:02 UTC", "24\u00a0nov. 14:02 UTC"),
    ],
)
def test_days_read_as_in_the_language(language: str, day: str, moment: str, dated: str) -> None:
    """A day is written as its readers write it."""
    words = words_for(language)

    assert (words.full_day(AT), words.day_and_clock(AT), words.dated(AT)) == (day, moment, dated)


def test_other_language_falls_back_to_english() -> None:
    """An edition in a language that we do not speak has English words around its lines."""
    assert words_for("de-CH") is words_for("en")


def test_the_widget_tells_a_lost_connection_by_the_same_words() -> None:
    """Beside each other on one site they say one thing."""
    script = (WEB / "widget/src/aside-words.js").read_text(encoding="utf-8")

    said = [lost.replace(" :", "\u00a0:") + "{time}" for lost in re.findall('lost: "(.+)"', script)]
    assert said == [words.offline_since for words in WORDS.values()]


def test_the_widget_marks_a_correction_by_the_same_word() -> None:
    """A reader of both takes them for one voice."""
    script = (WEB / "widget/src/words.js").read_text(encoding="utf-8")

    assert re.findall('corrected: "(.+)"', script) == [words.corrected for words in WORDS.values()]
