"""Feeds in and out: `GET /{channel}/rss.xml`, `atom.xml` and `feed.json`, with `?topic=a&topic=b` for lines of any of them.

A feed is rendered when somebody asks and its content has changed since it was rendered last; everybody else gets the same
bytes. No request causes a Redis command.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ticker.edge.problems import Problem, unknown_channel
from ticker.edge.rendered import Rendered, respond
from ticker.edge.topics import query_of, topics_asked
from ticker.feeds.content import Content, Period, channel_version, content_of
from ticker.feeds.documents import MEDIA_TYPES, Format, document, self_url
from ticker.log.mirror import ChannelMirror, Mirror
from ticker.model.cursor import Cursor

CACHE_CONTROL: Final = "public, max-age=15, stale-while-revalidate=30"
"""Readers take max-age for their interval of asking, so seconds. A cache may show a withdrawn line for the sum of both."""

KEPT: Final = 256
"""Feeds kept rendered: formats times filters in use. A feed of 50 lines takes about 40 kB with its gzip."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A rendered feed, and how long it is known to be right."""

    state: tuple[int, Cursor]  # the mirror's revision and cursor at the time
    until: int | None  # ms; with no further change of the mirror, it is right up to here
    content: Content
    settled: Rendered
    unsettled: Rendered  # the same without its Last-Modified
    is_settled: bool

    @property
    def shown(self) -> Rendered:
        return self.settled if self.is_settled else self.unsettled


class Feeds:
    """The feeds of one process, each rendered once per change."""

    def __init__(
        self,
        mirror: Mirror,
        base_url: str,
        period: Period,
        clock: Callable[[], int],
        count_render: Callable[[str, str], object],
    ) -> None:
        self._mirror = mirror
        self._base_url = base_url
        self._period = period
        self._clock = clock
        self._count_render = count_render
        self._kept: OrderedDict[tuple[str, Format, tuple[str, ...]], _Kept] = (
            OrderedDict()
        )  # the least recently asked for first

    async def answer(self, request: Request, form: Format) -> Response:
        """Answer a feed's address."""
        channel = request.path_params["channel"]
        of = self._mirror.channels.get(channel)
        if of is None:
            raise unknown_channel(channel, self._mirror.channels)
        asked = request.query_params.getlist("topic")
        topics = topics_asked(asked)
        if asked != [*topics]:
            # One address for one feed, since readers and caches know a feed by its address.
            return RedirectResponse(form.value + query_of(topics), status_code=301, headers={"Cache-Control": CACHE_CONTROL})
        return respond(request, self.rendered(of, form, topics))

    def rendered(self, of: ChannelMirror, form: Format, topics: tuple[str, ...] = ()) -> Rendered:
        """Give the feed as it stands now. Raises Problem as long as the log was never read: an empty feed would be a lie."""
        if of.revision == 0:
            raise Problem("log-loading", "The lines are still being read.", headers={"Retry-After": "2"})
        key = (of.channel.id, form, topics)
        kept = self._kept.get(key)
        now = self._clock()
        state = (of.revision, of.cursor)
        if kept is None or kept.state != state or (kept.until is not None and now >= kept.until):
            kept = self._kept[key] = self._look(of, form, topics, state, now, kept)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return kept.shown

    def _look(
        self,
        of: ChannelMirror,
        form: Format,
        topics: tuple[str, ...],
        state: tuple[int, Cursor],
        now: int,
        kept: _Kept | None,
    ) -> _Kept:
        """See what the feed holds now; render it only if that is something else than before."""
        version = channel_version(of, self._period, now)
        content = content_of(of, version, self._period, topics, now)
        if kept is not None and kept.content == content:
            return replace(kept, state=state, until=version.until, is_settled=version.settled)
        self._count_render(of.channel.id, form.value)
        address = self_url(of.channel, self._base_url, form, topics)
        rendered = Rendered.make(
            document(form, of.channel, content, self._base_url),
            f"{MEDIA_TYPES[form]}; charset=utf-8",
            cache_control=CACHE_CONTROL,
            last_modified=version.modified,
            headers=(("Access-Control-Allow-Origin", "*"), ("Link", f'<{address}>; rel="self"')),
        )
        return _Kept(state, version.until, content, rendered, replace(rendered, last_modified=None), version.settled)


def routes(
    mirror: Mirror,
    base_url: str,
    period: Period,
    clock: Callable[[], int],
    count_render: Callable[[str, str], object],
) -> list[Route]:
    """Give the routes of all feeds.

    `base_url` has no slash at its end, `clock` gives ms since 1970, `count_render` is told channel and format of each
    rendering.
    """
    feeds = Feeds(mirror, base_url, period, clock, count_render)
    return [Route(f"/{{channel}}/{form.value}", partial(feeds.answer, form=form), methods=["GET"]) for form in Format]
