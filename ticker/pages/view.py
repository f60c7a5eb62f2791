"""What the templates show of lines: every decision is made here, so that a template only places it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ticker.edge.topics import query_of
from ticker.model.channel import Channel
from ticker.model.line import Line
from ticker.model.times import moment, rfc3339
from ticker.pages.words import Words


@dataclass(frozen=True, slots=True)
class ShownTime:
    """A time, for machines and in words."""

    iso: str
    text: str  # in UTC, which the template adds: a script that knows the reader's zone only hides that word, and nothing moves
    form: str  # what live.js makes of it in the reader's own zone: clock, dated, moment or full


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line as a page shows it."""

    id: str
    version: int
    href: str
    time: ShownTime
    urgency: int
    urgency_word: str | None
    pinned: bool
    source: str | None
    text: str
    correction: str | None
    article: str | None
    expires: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading: the pinned ones, or those of one day (UTC)."""

    key: str  # "pinned" or the day as 2026-11-24
    heading: str
    lines: list[ShownLine]


@dataclass(frozen=True, slots=True)
class Filter:
    """A topic that a live page can be narrowed to, or is."""

    label: str
    href: str  # the page with this topic, or without it if it is on
    off: str | None  # what following the link does, where it takes the topic away


def filters(channel: Channel, on: Sequence[str], words: Words) -> list[Filter]:
    """Give the channel's topics and, behind them, those asked for that it does not name."""
    named = [topic.id for topic in channel.topics]
    return [_filter(topic, channel, on, words) for topic in [*named, *(topic for topic in on if topic not in named)]]


def _filter(topic: str, channel: Channel, on: Sequence[str], words: Words) -> Filter:
    label, others = channel.label(topic), [other for other in on if other != topic]
    wanted = others if topic in on else [*others, topic]
    return Filter(label, f"/{channel.id}{query_of(wanted)}", words.remove_filter.format(topic=label) if topic in on else None)


def web_link(url: str | None) -> str | None:
    """Give `url` if it leads to the web: the one kind of link that a page may carry, whatever a record says."""
    return url if url is not None and url.lower().startswith(("https://", "http://")) else None


def permalink(line: Line) -> str:
    """Give the path of a line's own page."""
    return f"/{line.channel}/lines/{line.id}"


def shown_time(at: int, form: str, words: Words) -> ShownTime:
    """Give `at` (ms since 1970) in the wanted form: clock, dated (in short), moment (day, month, clock) or full."""
    say = {"clock": words.clock, "dated": words.dated, "moment": words.day_and_clock, "full": words.full}[form]
    return ShownTime(rfc3339(at), say(moment(at)).removesuffix(" UTC"), form)


def shown_line(line: Line, words: Words, form: str = "clock") -> ShownLine:
    """Give a usable line as a page shows it."""
    return ShownLine(
        id=line.id,
        version=line.version,
        href=permalink(line),
        time=shown_time(line.published, form, words),
        urgency=int(line.urgency),
        urgency_word=words.urgency(line.urgency),
        pinned=line.pinned,
        source=line.source,
        text=line.text,
        correction=line.correction,
        article=web_link(line.url),
        expires=rfc3339(line.expires) if line.expires is not None else None,
    )


def groups(lines: Iterable[Line], words: Words) -> list[Group]:
    """Give lines in ticker order (pinned first, then newest first) under their headings."""
    made = []
    for key, members in groupby(lines, key=lambda line: "pinned" if line.pinned else f"{moment(line.published):%Y-%m-%d}"):
        group = list(members)
        heading = words.pinned if key == "pinned" else words.full_day(moment(group[0].published))
        form = "dated" if key == "pinned" else "clock"
        made.append(Group(key, heading, [shown_line(line, words, form) for line in group]))
    return made


def summary(line: Line, words: Words) -> str:
    """Give what a line says in one string: its source and text, and when it was published."""
    source = f"{line.source}{words.colon}" if line.source else ""
    return f"{source}{line.text} ({words.full(moment(line.published))})"


def shown_topics(line: Line, channel: Channel) -> list[str]:
    """Give the readers' names of a line's topics."""
    return [channel.label(topic) for topic in line.topics]
