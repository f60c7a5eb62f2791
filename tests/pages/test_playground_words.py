"""The playground's own words."""

from dataclasses import fields

import pytest

from ticker.pages.playground_words import PLAYGROUND_WORDS, PlaygroundWords
from ticker.pages.words import WORDS


@pytest.mark.parametrize("words", PLAYGROUND_WORDS.values(), ids=PLAYGROUND_WORDS)
def test_no_word_is_missing(words: PlaygroundWords) -> None:
    """Each language of the pages says everything, with the same placeholders."""
    for field in fields(PlaygroundWords):
        said, model = getattr(words, field.name), getattr(PLAYGROUND_WORDS["en"], field.name)
        assert said
        assert said.count("{ratio}") == model.count("{ratio}"), field.name
    assert PLAYGROUND_WORDS.keys() == WORDS.keys()
