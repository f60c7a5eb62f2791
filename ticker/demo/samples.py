"""The invented lines of the demo, one file per language beside this module: `en.toml` says what its keys mean."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from ticker.model.channel import Channel
from ticker.model.draft import Change, ChangeKind, Draft
from ticker.model.line import Urgency

LANGUAGES: Final = ("en", "ar", "es")
"""The primary subtags (BCP 47) of the languages that have lines; the first serves every other language."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An invented line. One with `wrong` or `typo` is posted like that first, and mended later."""

    text: str  # as it should read
    source: str
    topics: tuple[str, ...]
    urgency: Urgency = Urgency.BREAKING
    url: str | None = None
    wrong: str | None = None  # a text with an error of fact; the correction carries the note
    note: str | None = None  # public
    typo: str | None = None  # a text with a misspelling; it is refiled without a note

    def draft(self, channel: Channel, *, pinned: bool = False, expires: int | None = None) -> Draft:
        """Give what is posted first, with those of the topics that readers of `channel` know."""
        known = {topic.id for topic in channel.topics}
        return Draft(
            text=self.wrong or self.typo or self.text,
            source=self.source,
            urgency=self.urgency,
            topics=tuple(topic for topic in self.topics if topic in known),
            url=self.url,
            pinned=pinned,
            expires=expires,
            allow_duplicate=True,  # the lines go round for ever
        )

    def mending(self) -> Change | None:
        """Give the change that brings the right text; None if it was right from the start."""
        if self.wrong is not None:
            return Change(ChangeKind.CORRECTION, {"text": self.text}, correction=self.note)
        if self.typo is not None:
            return Change(ChangeKind.REFILE, {"text": self.text})
        return None


def samples_in(language: str) -> list[Sample]:
    """Give the lines for a channel in `language` (a BCP 47 tag such as "es-PE"), in the order of the file."""
    primary = language.partition("-")[0].lower()
    name = primary if primary in LANGUAGES else LANGUAGES[0]
    written = tomllib.loads(files("ticker.demo").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    return [_sample(fields) for fields in written["line"]]


def _sample(fields: dict[str, Any]) -> Sample:
    urgency = Urgency[fields.get("urgency", "breaking").upper()]
    return Sample(**fields | {"urgency": urgency, "topics": tuple(fields["topics"])})
