"""The line: one breaking-news item, the record that the log keeps and everything else shows."""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Final

from ticker.model.times import rfc3339

TEXT_MOST: Final = 500
SOURCE_MOST: Final = 120
NOTE_MOST: Final = 300
URL_MOST: Final = 2000
TOPICS_MOST: Final = 20

LINE_ID: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
"""A ULID in its canonical spelling: 26 characters of Crockford's base 32, sortable by time of publication."""

TOPIC: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


class Urgency(IntEnum):
    """How pressing a line is; the numbers are IPTC's, whose scale goes on to 9."""

    FLASH = 1
    URGENT = 2
    BREAKING = 3
    UPDATE = 5


class Status(StrEnum):
    """IPTC pubStatus: may a line be shown?"""

    USABLE = "usable"
    WITHHELD = "withheld"  # suspended while it is checked; may return
    CANCELED = "canceled"  # withdrawn for good


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it stands now. A line that is not usable carries no text, source, topics, url or correction."""

    id: str
    channel: str
    version: int  # 1, 2, …: every change adds one, so a viewer can tell newer from older
    status: Status
    published: int  # ms since 1970, of the first version; never changes
    updated: int  # ms; moves with content and status, not with a pin; unique in its channel
    text: str = ""
    source: str | None = None
    urgency: Urgency = Urgency.BREAKING
    correction: str | None = None  # the public note of what was wrong
    topics: tuple[str, ...] = ()
    url: str | None = None  # the article; without one the line's own page is its link
    pinned: bool = False
    expires: int | None = None  # ms; from then on the line is not shown

    @property
    def usable(self) -> bool:
        """Whether the line may be shown at all (its `expires` apart)."""
        return self.status is Status.USABLE

    def shown_at(self, now: int) -> bool:
        """Whether the line may be shown at `now` (ms since 1970)."""
        return self.usable and (self.expires is None or now < self.expires)

    def matches(self, topics: frozenset[str]) -> bool:
        """Whether a viewer of `topics` (any of them; all lines if empty) sees the line."""
        return not topics or not topics.isdisjoint(self.topics)

    def as_json(self) -> dict[str, Any]:
        """Give the public JSON object; members without a value are left out.

        `{"id", "channel", "text", "source", "urgency", "status", "version", "correction", "topics", "url", "pinned",
        "published", "updated", "expires"}`; times are RFC 3339 in UTC. Of a line that is not usable, only
        `{"id", "channel", "status", "version", "published", "updated"}`.
        """
        public: dict[str, Any] = {"id": self.id, "channel": self.channel}
        if self.usable:
            public["text"] = self.text
            if self.source is not None:
                public["source"] = self.source
            public["urgency"] = int(self.urgency)
        public["status"] = self.status.value
        public["version"] = self.version
        if self.usable:
            if self.correction is not None:
                public["correction"] = self.correction
            public["topics"] = list(self.topics)
            if self.url is not None:
                public["url"] = self.url
            public["pinned"] = self.pinned
        public["published"] = rfc3339(self.published)
        public["updated"] = rfc3339(self.updated)
        if self.usable and self.expires is not None:
            public["expires"] = rfc3339(self.expires)
        return public


def newest_first(line: Line) -> tuple[int, str]:
    """Sort key (with `reverse=True`) of the order in which lines are listed: newest publication first."""
    return (line.published, line.id)
