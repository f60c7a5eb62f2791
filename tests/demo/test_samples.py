"""The demo's lines are lines that an editor could have posted."""

import difflib
from dataclasses import replace
from typing import Final

import pytest

from ticker.demo.samples import LANGUAGES, Sample, samples_in
from ticker.desk.bodies import NewLine
from ticker.model.draft import ChangeKind
from ticker.model.line import NOTE_MOST, TEXT_MOST, Urgency
from ticker.model.text import plain
from ticker.settings.channels import EDITIONS

CHANNELS: Final = {edition.id: edition.channel("news.example,2026") for edition in EDITIONS}
ALL: Final = [
    pytest.param(language, sample, id=f"{language}: {sample.text}") for language in LANGUAGES for sample in samples_in(language)
]


@pytest.mark.parametrize("language, sample", ALL)
def test_each_line_is_one_that_the_desk_takes(language: str, sample: Sample) -> None:
    """Nobody sees a line in the demo that ticker itself would refuse, or would have cleaned."""
    draft = sample.draft(CHANNELS[language])
    given = {
        "text": draft.text,
        "source": draft.source,
        "urgency": int(draft.urgency),
        "topics": list(draft.topics),
        "url": draft.url,
    }

    taken = NewLine.model_validate(given, context={"now": 0})

    assert {name: getattr(taken, name) for name in given} == {name: getattr(draft, name) for name in given}
    assert draft.allow_duplicate


@pytest.mark.parametrize("language, sample", ALL)
def test_each_line_reads_right_in_the_end(language: str, sample: Sample) -> None:
    """What is wrong at first is mended: an error with a public note, a misspelling in silence."""
    change = sample.mending()

    assert plain(sample.text, most=TEXT_MOST) == sample.text
    if change is None:
        assert sample.draft(CHANNELS[language]).text == sample.text
    else:
        assert change.fields == {"text": sample.text}
        assert sample.draft(CHANNELS[language]).text != sample.text
        assert change.kind is (ChangeKind.CORRECTION if sample.note else ChangeKind.REFILE)
        assert change.correction == (plain(sample.note, most=NOTE_MOST) if sample.note else None)


@pytest.mark.parametrize("language, sample", ALL)
def test_a_line_has_one_kind_of_mistake(language: str, sample: Sample) -> None:
    """A line is wrong, with its note, or misspelt, or neither; and what is wrong in it is little."""
    first = sample.draft(CHANNELS[language]).text

    assert (sample.wrong is None) == (sample.note is None)
    assert not (sample.wrong and sample.typo)
    assert difflib.SequenceMatcher(None, first, sample.text).ratio() > 0.7


@pytest.mark.parametrize("language, sample", ALL)
def test_each_line_has_topics_of_its_edition(language: str, sample: Sample) -> None:
    """A reader who filters by any topic of an edition sees the demo's lines about it."""
    assert sample.topics
    assert sample.draft(CHANNELS[language]).topics == sample.topics


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_lines_of_all_kinds(language: str) -> None:
    """Who watches the demo in one language sees as much as in another."""
    samples = samples_in(language)

    assert len(samples) >= 30
    assert len({sample.text for sample in samples}) == len(samples)
    assert {sample.urgency for sample in samples} == set(Urgency)
    assert {topic for sample in samples for topic in sample.topics} == {topic.id for topic in CHANNELS[language].topics}
    assert len([sample for sample in samples if sample.wrong]) >= 15
    assert len([sample for sample in samples if sample.typo]) >= 4
    assert 1 <= len([sample for sample in samples if sample.url]) <= 5


def test_languages_tell_the_same_news() -> None:
    """The three editions carry the same lines, each in its own words."""
    english, *others = (
        [(one.topics, one.urgency, bool(one.wrong), bool(one.typo), bool(one.url)) for one in samples_in(name)]
        for name in LANGUAGES
    )

    assert others == [english] * len(others)


@pytest.mark.parametrize("tag, like", [("es-PE", "es"), ("AR", "ar"), ("en-GB", "en"), ("fr", "en"), ("est", "en")])
def test_a_channel_gets_lines_in_its_language(tag: str, like: str) -> None:
    """A channel of a language without lines of its own gets the English ones."""
    assert samples_in(tag) == samples_in(like)


def test_a_channel_gets_only_topics_that_it_has() -> None:
    """Readers of a channel with other topics see none without a label."""
    sample = next(one for one in samples_in("en") if one.topics == ("politics", "regions"))
    regions = tuple(topic for topic in CHANNELS["en"].topics if topic.id == "regions")

    assert sample.draft(replace(CHANNELS["en"], topics=regions)).topics == ("regions",)
