"""How a channel is embedded: what the query of `/{channel}/embed` says of the element in it, and how much room that takes.

The query has the names and values of the element's attributes (docs/embed.md), and `scheme`: a page in a frame cannot know
whether the page around it is light or dark. As with attributes, a bad value means the default.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from ticker.edge.topics import topics_among

MAX, MAX_MOST = 10, 50
"""Lines, as the widget has them."""

SPEED, SPEED_MOST = 60, 400
"""px a second, as the widget has them."""

HEIGHTS: Final[Mapping[str, int]] = {"crawl": 44, "rotate": 148, "list": 320}
"""px of a frame of any width, by display: `rotate` needs that much below 480 px, 44 above; a list of any length scrolls."""

_VALUES: Final[Mapping[str, re.Pattern[str]]] = {
    "display": re.compile("crawl|rotate|list"),
    "max": re.compile("[1-9]|[1-4][0-9]|50"),
    "speed": re.compile("[1-9][0-9]?|[1-3][0-9]{2}|400"),
    "announce": re.compile("flash|all|off"),
    "lang": re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}"),
}

SCHEMES: Final[Mapping[str, str]] = {"light": "light", "dark": "dark", "auto": "light dark"}
"""What a frame may be, as CSS says it: `auto` is as the reader prefers. The default is light, as most pages are."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """What an embedded ticker is asked to be."""

    attributes: tuple[tuple[str, str], ...] = ()
    """Those of the element, beside its channel; sorted, so that equal wishes look equal."""

    scheme: str = "light"
    """One of SCHEMES."""

    @property
    def topics(self) -> frozenset[str]:
        """Only lines with any of these; all lines if there are none."""
        return frozenset(dict(self.attributes).get("topics", "").split())

    @property
    def max(self) -> int:
        """How many lines to show."""
        return int(dict(self.attributes).get("max", MAX))

    @property
    def height(self) -> int:
        """px that its frame should have."""
        return HEIGHTS[dict(self.attributes).get("display", "crawl")]

    @property
    def query(self) -> str:
        """Give the query that asks for it, with its question mark; nothing for what is so by default."""
        given = [*self.attributes, *([("scheme", self.scheme)] if self.scheme != "light" else [])]
        return f"?{urlencode(given)}" if given else ""

    @property
    def color_scheme(self) -> str:
        """The scheme as CSS says it."""
        return SCHEMES[self.scheme]

    def strip(self) -> "Embedding":
        """Give the same, but not as a list."""
        return replace(self, attributes=tuple(pair for pair in self.attributes if pair != ("display", "list")))


def embedding_of(query: QueryParams, **more: str) -> Embedding:
    """Read a query; `more` says what holds unless the query says otherwise.

    Topics may come as the attribute has them, `topics=a+b`, or as elsewhere in our addresses, `topic=a&topic=b`.
    """
    given = more | {name: value for name, form in _VALUES.items() if (value := query.get(name)) and form.fullmatch(value)}
    if topics := topics_among(" ".join([*query.getlist("topics"), *query.getlist("topic")]).split()):
        given["topics"] = " ".join(topics)
    if "paused" in query:
        given["paused"] = ""
    scheme = query.get("scheme", "")
    return Embedding(tuple(sorted(given.items())), scheme if scheme in SCHEMES else "light")
