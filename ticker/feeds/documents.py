"""The documents: one state of a channel as RSS 2.0, Atom (RFC 4287) or JSON Feed 1.1.

Pure: the same content makes the same bytes, in every process and after every restart. feedgen makes the XML; what it gets wrong
is put right in `extension`.
"""

import html
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from feedgen.feed import FeedGenerator

from ticker.edge.topics import query_of
from ticker.feeds.content import Content
from ticker.feeds.entries import Entry, entry_of
from ticker.feeds.extension import NO_DATE, AtomEntry, AtomFeed, RssEntry, RssFeed, Tombstone
from ticker.model.channel import Channel
from ticker.model.times import moment, parse_rfc3339, rfc3339


class Format(StrEnum):
    """A format, named as the last segment of its address."""

    RSS = "rss.xml"
    ATOM = "atom.xml"
    JSON = "feed.json"


MEDIA_TYPES: Final = {
    Format.RSS: "application/rss+xml",
    Format.ATOM: "application/atom+xml",
    Format.JSON: "application/feed+json",
}


def self_url(channel: Channel, base_url: str, form: Format, topics: Iterable[str] = ()) -> str:
    """Give the address of a feed."""
    return f"{base_url}/{channel.id}/{form.value}{query_of(topics)}"


def document(form: Format, channel: Channel, content: Content, base_url: str) -> bytes:
    """Give the feed in the wanted format, in UTF-8. `base_url` has no slash at its end."""
    feed = _Feed(
        id=channel.tag("feed") + query_of(content.topics),
        title=_title(channel, content.topics),
        address=self_url(channel, base_url, form, content.topics),
        page=f"{base_url}/{channel.id}",
        updated=1000 * content.modified or _first_moment(channel),
        entries=[entry_of(line, channel, base_url) for line in content.entries()],
        tombstones=[Tombstone(channel.tag(line.id), line.updated) for line in content.tombstones],
    )
    return {Format.RSS: _rss, Format.ATOM: _atom, Format.JSON: _json}[form](channel, feed)


@dataclass(frozen=True, slots=True)
class _Feed:
    """What every format says about the feed itself."""

    id: str
    title: str
    address: str
    page: str  # the live page, of which the feed is the other form
    updated: int  # ms since 1970
    entries: list[Entry]
    tombstones: list[Tombstone]


def _title(channel: Channel, topics: tuple[str, ...]) -> str:
    return f"{channel.title} – {', '.join(channel.label(topic) for topic in topics)}" if topics else channel.title


def _first_moment(channel: Channel) -> int:
    """Give the moment (ms) at which the channel's authority took its name: what an empty feed, which must have a date, has."""
    day = channel.authority.partition(",")[2]
    return parse_rfc3339(f"{f'{day}-01-01'[:10]}T00:00:00Z")  # its date may be a year, a month or a day


def _generator(channel: Channel, feed: _Feed, form: Format) -> FeedGenerator:
    made = FeedGenerator()
    made.id(feed.id)
    made.title(feed.title)
    made.description(channel.description or channel.title)
    made.language(channel.language)
    made.generator("ticker")
    made.link(href=feed.address, rel="self", type=MEDIA_TYPES[form])
    made.link(href=feed.page, rel="alternate", type="text/html")  # last: RSS takes the last one for its own
    return made


def _atom(channel: Channel, feed: _Feed) -> bytes:
    made = _generator(channel, feed, Format.ATOM)
    made.register_extension("repairs", AtomFeed, AtomEntry, atom=True, rss=False)
    made.author({"name": channel.title} | ({"uri": channel.site} if channel.site else {}))
    made.updated(moment(feed.updated))
    made.repairs.updated = feed.updated
    made.repairs.tombstones = feed.tombstones
    for entry in feed.entries:
        added = made.add_entry(order="append")
        added.id(entry.id)
        added.title(entry.title)
        added.content("\n".join(entry.paragraphs), type="text")
        added.updated(moment(entry.updated))
        if entry.author is not None:
            added.author({"name": entry.author})
        _categorize(added, entry)
        added.repairs.published, added.repairs.updated = entry.published, entry.updated
        added.repairs.permalink, added.repairs.article = entry.permalink, entry.article
    return bytes(made.atom_str())


def _rss(channel: Channel, feed: _Feed) -> bytes:
    made = _generator(channel, feed, Format.RSS)
    made.register_extension("repairs", RssFeed, RssEntry, atom=False, rss=True)
    made.ttl(1)
    made.updated(NO_DATE)
    made.repairs.updated = feed.updated
    for entry in feed.entries:
        added = made.add_entry(order="append")
        added.guid(entry.id, permalink=False)
        added.title(entry.title)
        added.description("<br>".join(html.escape(paragraph, quote=False) for paragraph in entry.paragraphs))
        added.link(href=entry.permalink)
        _categorize(added, entry)
        added.repairs.published, added.repairs.updated = entry.published, entry.updated
        added.repairs.author, added.repairs.article = entry.author, entry.article
    return bytes(made.rss_str())


def _categorize(added: Any, entry: Entry) -> None:
    for category in (*entry.topics, *entry.urgency):
        added.category(term=category.term, scheme=category.scheme, label=category.label)


def _json(channel: Channel, feed: _Feed) -> bytes:
    author = {"name": channel.title} | ({"url": channel.site} if channel.site else {})
    made: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "description": channel.description or channel.title,
        "authors": [author],
        "language": channel.language,
        "items": [_item(entry) for entry in feed.entries],
    }
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def _item(entry: Entry) -> dict[str, Any]:
    """Give an item. What JSON Feed has no name for stands in `_ticker`, as the line's own JSON has it."""
    line = entry.line.as_json()
    names = ("status", "urgency", "topics", "correction")
    item: dict[str, Any] = {"id": entry.id, "url": entry.permalink}
    if entry.article is not None:
        item["external_url"] = entry.article
    item |= {
        "title": entry.title,
        "content_text": "\n".join(entry.paragraphs),
        "date_published": rfc3339(entry.published),
        "date_modified": rfc3339(entry.updated),
    }
    if entry.author is not None:
        item["authors"] = [{"name": entry.author}]
    if entry.topics:
        item["tags"] = [topic.label for topic in entry.topics]
    return item | {"_ticker": {name: line[name] for name in names if name in line}}
