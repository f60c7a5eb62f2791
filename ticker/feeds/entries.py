"""An entry: what every format says about one line, worded once.

A reader's list shows titles only, so the title is the whole line with its source before it, as the line reads everywhere else
("Civil Defence: The bridge is closed"); the source is the entry's author besides.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from ticker.feeds.words import Words, words_for
from ticker.model.channel import Channel
from ticker.model.line import Line, Urgency

_ISOLATES: Final = {"ltr": "\u2066", "rtl": "\u2067"}
_END_OF_ISOLATE: Final = "\u2069"


@dataclass(frozen=True, slots=True)
class Category:
    """A topic or the urgency of a line; the scheme tells which."""

    scheme: str
    term: str
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, in plain text."""

    id: str  # the same for life, in every format and filter
    title: str
    paragraphs: tuple[str, ...]  # the body
    permalink: str
    published: int  # ms since 1970
    updated: int  # ms; moves with each change that a reader should see
    line: Line
    author: str | None = None
    article: str | None = None
    topics: tuple[Category, ...] = ()
    urgency: tuple[Category, ...] = ()  # one, or none of a withdrawn line


def entry_of(line: Line, channel: Channel, base_url: str) -> Entry:
    """Give the entry of a line; of a withdrawn one, the notice that replaces its text under the same id."""
    words = words_for(channel.language)
    paragraphs = tuple(directed(paragraph, channel.direction) for paragraph in _paragraphs(line, words))
    return Entry(
        id=channel.tag(line.id),
        title=paragraphs[0],
        paragraphs=paragraphs,
        permalink=f"{base_url}/{channel.id}/lines/{line.id}",
        published=line.published,
        updated=line.updated,
        line=line,
        author=line.source,
        article=line.url,
        topics=tuple(Category(channel.tag("topics"), topic, channel.label(topic)) for topic in line.topics),
        urgency=(_urgency(line, channel),) if line.usable else (),
    )


def directed(text: str, direction: str) -> str:
    """Give `text` in an isolate of the channel's direction where its first letter would make a reader set it the other way.

    Feeds have no `dir`; readers take the direction from the first strong character (Unicode UAX 9, rules P2 and P3), which
    in an Arabic line may well be the Latin name of its source.
    """
    return f"{_ISOLATES[direction]}{text}{_END_OF_ISOLATE}" if _first_strong(text) not in (None, direction) else text


def _first_strong(text: str) -> str | None:
    strong = {"L": "ltr", "R": "rtl", "AL": "rtl"}
    return next((strong[kind] for character in text if (kind := unicodedata.bidirectional(character)) in strong), None)


def _paragraphs(line: Line, words: Words) -> list[str]:
    if not line.usable:
        return [words.withdrawn]
    text = line.text if line.source is None else f"{line.source}{words.colon}{line.text}"
    return [text] if line.correction is None else [text, f"{words.correction}{words.colon}{line.correction}"]


def _urgency(line: Line, channel: Channel) -> Category:
    urgency = Urgency(line.urgency)
    return Category(channel.tag("urgency"), str(int(urgency)), urgency.name.lower())
