"""The channel: one edition of a newsroom's ticker, as configured."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

CHANNEL_ID: Final = re.compile(r"[a-z0-9-]{1,32}")

RESERVED: Final = frozenset(
    {
        *("desk", "example", "healthz", "metrics", "oembed", "openapi-json"),
        *("playground", "problems", "readyz", "static", "v1", "widget"),
    }
)
"""Ids that no channel may have: the first segments of our own addresses."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A section, region or story that lines can carry and viewers can ask for."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Retention:
    """How much of a channel is kept. The oldest lines go first; a pinned line stays."""

    lines: int = 1000
    days: int = 90
    events: int = 2000  # how many events a returning viewer may have missed and still be resumed


@dataclass(frozen=True, slots=True)
class Channel:
    """One edition: a language, a direction, a title, topics."""

    id: str
    title: str
    language: str  # BCP 47
    direction: Literal["ltr", "rtl"]
    description: str
    authority: str  # who names its lines in tag: ids, as "news.example,2026" (RFC 4151)
    site: str | None = None  # the newsroom's own page for this edition
    topics: tuple[Topic, ...] = ()
    retention: Retention = field(default_factory=Retention)

    def label(self, topic: str) -> str:
        """Give the reader's name of a topic; a topic without a configured one is its own name."""
        return next((known.label for known in self.topics if known.id == topic), topic)

    def tag(self, line: str) -> str:
        """Give the feed id of a line, the same in every format and filter for life (RFC 4151)."""
        return f"tag:{self.authority}:{self.id}/{line}"
