"""What feedgen leaves out or gets wrong, put right by its own extension interface.

feedgen 1.0.0 makes the documents. Its extensions are called with an element once its own fields are in it and, for the feed,
before its entries, so all that concerns the feed stands before them. Put right here:

- an Atom entry's links lose `rel` and `type`, so two links become two alternates: we give feedgen none and add them;
- dates of RSS are written under a process-wide `setlocale`, which other threads see: feedgen gets none (NO_DATE), we add them;
- dates of Atom come in whatever precision: milliseconds and Z, as everywhere else;
- its syndication module writes `sy:` elements in the wrong case: ours;
- `&lt;` and `&amp;` in RSS titles make some readers see markup: numeric references mean the same and do not;
- RFC 6721's tombstones are unknown to it. Their prefix is declared only with a tombstone, since validators warn of it.

feedgen asks for nothing but the three methods, so these are plain classes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from lxml import etree

from ticker.model.times import moment, rfc3339

ATOM: Final = "http://www.w3.org/2005/Atom"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_SY: Final = "http://purl.org/rss/1.0/modules/syndication/"
_AT: Final = "http://purl.org/atompub/tombstones/1.0"


class _NoDate(datetime):
    """A date that counts as none, for the setter that takes nothing else and would otherwise stand at now."""

    def __bool__(self) -> bool:
        return False


NO_DATE: Final = _NoDate(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A deleted entry (RFC 6721): its id, and when it went (ms since 1970)."""

    ref: str
    when: int


class AtomFeed:
    """Repairs of the `feed` element."""

    updated: int = 0  # ms since 1970
    tombstones: Sequence[Tombstone] = ()

    def extend_ns(self) -> dict[str, str]:
        """Give the prefixes to declare on the root."""
        return {"at": _AT} if self.tombstones else {}

    def extend_atom(self, feed: etree._Element) -> None:
        """Put the date right and add the tombstones: attributes only, since readers take children for the feed's own."""
        _set(feed, "updated", rfc3339(self.updated))
        for tombstone in self.tombstones:
            etree.SubElement(feed, f"{{{_AT}}}deleted-entry", ref=tombstone.ref, when=rfc3339(tombstone.when))


class AtomEntry:
    """Repairs of an `entry` element."""

    published: int = 0  # ms since 1970
    updated: int = 0
    permalink: str = ""
    article: str | None = None

    def extend_atom(self, entry: etree._Element) -> None:
        """Put dates and links right."""
        _set(entry, "updated", rfc3339(self.updated))
        etree.SubElement(entry, "published").text = rfc3339(self.published)
        etree.SubElement(entry, "link", rel="alternate", type="text/html", href=self.permalink)
        if self.article is not None:
            etree.SubElement(entry, "link", rel="related", type="text/html", href=self.article)


class RssFeed:
    """Repairs of the `channel` element."""

    updated: int = 0  # ms since 1970

    def extend_ns(self) -> dict[str, str]:
        """Give the prefixes to declare on the root."""
        return {"dc": _DC, "sy": _SY}

    def extend_rss(self, root: etree._Element) -> None:
        """Put the title right; add the date, and how often it is worth to ask: every minute."""
        channel = root[0]
        _spell(channel, "title")
        etree.SubElement(channel, "lastBuildDate").text = _rfc822(self.updated)
        etree.SubElement(channel, f"{{{_SY}}}updatePeriod").text = "hourly"
        etree.SubElement(channel, f"{{{_SY}}}updateFrequency").text = "60"


class RssEntry:
    """Repairs of an `item` element."""

    published: int = 0  # ms since 1970
    updated: int = 0
    author: str | None = None
    article: str | None = None

    def extend_rss(self, item: etree._Element) -> None:
        """Put the title right; add dates, author and article.

        RSS has no date of a change, and readers without one take an item for new at every fetch: `atom:updated` is theirs.
        Its `author` must be an e-mail address, so the source goes into `dc:creator`.
        """
        _spell(item, "title")
        etree.SubElement(item, "pubDate").text = _rfc822(self.published)
        etree.SubElement(item, f"{{{ATOM}}}updated").text = rfc3339(self.updated)
        if self.author is not None:
            etree.SubElement(item, f"{{{_DC}}}creator").text = self.author
        if self.article is not None:
            etree.SubElement(item, f"{{{ATOM}}}link", rel="related", type="text/html", href=self.article)


def _set(parent: etree._Element, name: str, text: str) -> None:
    child = parent.find(name)
    assert child is not None
    child.text = text


def _spell(parent: etree._Element, name: str) -> None:
    """Spell `<` and `&` in a child's text as numeric references."""
    child = parent.find(name)
    assert child is not None
    first, *rest = re.split("([<&])", child.text or "")
    child.text = first
    for sign, tail in zip(rest[::2], rest[1::2], strict=True):
        reference = etree.Entity(f"#x{ord(sign):X}")
        reference.tail = tail
        child.append(reference)


def _rfc822(at: int) -> str:
    """Give `at` (ms since 1970) as RSS wants it: RFC 822 with a four-digit year, in GMT, in English whatever the locale."""
    return format_datetime(moment(at), usegmt=True)
