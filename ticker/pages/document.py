"""HTML pages as documents: the headers that fence them in, and bytes that are made once per change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from ticker.edge.rendered import Rendered
from ticker.log.mirror import ChannelMirror
from ticker.model.line import Line

HTML: Final = "text/html; charset=utf-8"

CACHE_CONTROL: Final = "public, max-age=0, must-revalidate"
"""Caches keep a page only to ask whether it still stands: a withdrawn text must not live on in one."""

KEPT: Final = 256
"""Documents kept at most of each channel's state: pages of lines, and filters and embeddings in use."""


def page_headers(base_url: str, *, framed: bool = False) -> tuple[tuple[str, str], ...]:
    """Give the headers of an HTML page; a `framed` one may stand in a frame of any site.

    Nothing is allowed but our own files and connections. The origin is named beside 'self', since a sandboxed frame has an
    origin of its own, and the WebSocket too, since 'self' does not cover it in every browser.
    """
    parts = urlsplit(base_url)
    own = f"'self' {parts.scheme}://{parts.netloc}"
    live = f"{own} {'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    policy = [
        "default-src 'none'",
        f"script-src {own}",
        f"style-src {own}",
        f"img-src {own} data:",
        f"connect-src {live}",
        "base-uri 'none'",
        "form-action 'self'",
    ]
    if not framed:  # `*` would still shut out pages of apps and files, which have schemes of their own: silence shuts out none
        policy.append("frame-ancestors 'none'")
    return (
        ("Content-Security-Policy", "; ".join(policy)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
    )


def document(html: str, base_url: str, *, framed: bool = False) -> Rendered:
    """Give a page ready to be sent; a `framed` one may stand in a frame of any site."""
    headers = page_headers(base_url, framed=framed)
    return Rendered.make(html.encode(), HTML, cache_control=CACHE_CONTROL, headers=headers)


@dataclass(slots=True)
class Shelf:
    """The documents of one state of one or more channels.

    When a mirror has moved on, all of them go at once: that keeps the shelf small and no withdrawn text on it. A document
    also ends when the first of its lines expires. The oldest go when there are KEPT, since a query can ask for ever new ones.
    """

    mirrors: tuple[ChannelMirror, ...]
    _revisions: tuple[int, ...] = ()
    _documents: dict[str, tuple[Rendered, int | None]] = field(default_factory=dict)

    def get(self, name: str, now: int, make: Callable[[], tuple[Rendered, int | None]]) -> Rendered:
        """Give the document `name` at `now` (ms); `make` gives a new one and when (ms) it ends, if ever."""
        revisions = tuple(mirror.revision for mirror in self.mirrors)
        if revisions != self._revisions:
            self._documents.clear()
            self._revisions = revisions
        kept = self._documents.get(name)
        if kept is None or (kept[1] is not None and now >= kept[1]):
            self._documents.pop(name, None)
            if len(self._documents) >= KEPT:
                del self._documents[next(iter(self._documents))]
            kept = self._documents[name] = make()
        return kept[0]


def first_expiry(lines: Iterable[Line]) -> int | None:
    """Give when (ms) the first of these lines is no longer shown; None if none expires."""
    return min((line.expires for line in lines if line.expires is not None), default=None)
