"""The few words that feeds say themselves, in each language they speak; English for every other language."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """What feeds say in one language."""

    withdrawn: str  # in place of a withdrawn line
    correction: str  # before the note of what was wrong
    colon: str  # between a source and its text, with its spaces


ENGLISH: Final = Words("This line was withdrawn.", "Correction", ": ")

WORDS: Final = {
    "en": ENGLISH,
    "ar": Words("سُحب هذا الخبر.", "تصحيح", ": "),
    "es": Words("Esta noticia fue retirada.", "Corrección", ": "),
    "fr": Words("Cette nouvelle a été retirée.", "Rectificatif", "\u00a0: "),
}


def words_for(language: str) -> Words:
    """Give the words of a BCP 47 language by its first subtag."""
    return WORDS.get(language.lower().partition("-")[0], ENGLISH)
