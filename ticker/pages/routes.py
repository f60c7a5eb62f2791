"""HTML in and out: `/`, `/{channel}`, `/{channel}/lines/{id}`, `/problems/{slug}`; what stands in frames is in framed.py.

A page is made from the mirror, at most once per change of its channels, and never causes a Redis command.
"""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ticker.edge.problems import unknown_channel
from ticker.edge.rendered import Rendered, respond
from ticker.edge.topics import query_of, topics_asked
from ticker.log.mirror import Mirror
from ticker.model.channel import Channel
from ticker.pages import sheets
from ticker.pages.document import CACHE_CONTROL, Shelf, document, first_expiry
from ticker.pages.errors import problem_kind_page
from ticker.pages.found import channel_at, line_at, loaded
from ticker.pages.framed import Framed
from ticker.pages.playground import playground
from ticker.pages.static import static_routes

LIVE_LINES: Final = 100
"""How many lines a live page shows: as many as a snapshot may have at most, so that a reader who missed much loses none."""

HOME_LINES: Final = 5


class Pages:
    """The pages of one process."""

    def __init__(self, mirror: Mirror, base_url: str, clock: Callable[[], int]) -> None:
        self._mirror = mirror
        self._base_url = base_url
        self._clock = clock
        self._home = Shelf(tuple(mirror.channels.values()))
        self.shelves = {channel: Shelf((of,)) for channel, of in mirror.channels.items()}

    async def home(self, request: Request) -> Response:
        """Answer `/`: the channels, each with its newest lines and its snippet."""
        for of in self._mirror.channels.values():
            loaded(of)
        now = self._clock()

        def make() -> tuple[Rendered, int | None]:
            shown = [(of, of.ticker(now, HOME_LINES)) for of in self._mirror.channels.values()]
            html = sheets.home([(of.channel, of.cursor, lines) for of, lines in shown], self._base_url, HOME_LINES)
            return document(html, self._base_url), first_expiry(line for _, lines in shown for line in lines)

        return respond(request, self._home.get("home", now, make))

    async def live(self, request: Request) -> Response:
        """Answer `/{channel}`, also with `?topic=a&topic=b`: the newest lines, then live."""
        of = channel_at(self._mirror, request.path_params["channel"])
        asked = request.query_params.getlist("topic")
        topics, now = topics_asked(asked), self._clock()
        if asked != [*topics]:  # one address for one filter, as for feeds
            return RedirectResponse(f"/{of.channel.id}{query_of(topics)}", 301, {"Cache-Control": CACHE_CONTROL})

        def make() -> tuple[Rendered, int | None]:
            lines = of.ticker(now, LIVE_LINES, frozenset(topics))
            page = sheets.LivePage(of.channel, topics, of.cursor, lines, LIVE_LINES)
            return document(sheets.live(page, self._channels(), self._base_url), self._base_url), first_expiry(lines)

        return respond(request, self.shelves[of.channel.id].get(f"live {query_of(topics)}", now, make))

    async def slashed(self, request: Request) -> Response:
        """Answer `/{channel}/`: the page is one slash before."""
        of = channel_at(self._mirror, request.path_params["channel"])
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/{of.channel.id}{query}", 308, {"Cache-Control": CACHE_CONTROL})

    async def line(self, request: Request) -> Response:
        """Answer `/{channel}/lines/{id}`: one line's own page."""
        of = channel_at(self._mirror, request.path_params["channel"])
        now = self._clock()
        line = line_at(of, request.path_params["line"], now)

        def make() -> tuple[Rendered, int | None]:
            html = sheets.line(of.channel, of.cursor, line, self._channels(), self._base_url)
            return document(html, self._base_url), line.expires

        return respond(request, self.shelves[of.channel.id].get(f"line {line.id}", now, make))

    async def playground(self, request: Request) -> Response:
        """Answer `/playground`, and `/{channel}/playground` in that channel's language."""
        channels = self._channels()
        asked = request.path_params.get("channel", channels[0].id)
        channel = next((one for one in channels if one.id == asked), None)
        if channel is None:
            raise unknown_channel(asked, (one.id for one in channels))
        return respond(request, document(playground(channel, channels, self._base_url), self._base_url))

    async def problem(self, request: Request) -> Response:
        """Answer `/problems/{slug}`: what this kind of problem means."""
        channels = {channel.id: channel for channel in self._channels()}
        return respond(request, document(problem_kind_page(request.path_params["slug"], channels), self._base_url))

    def _channels(self) -> list[Channel]:
        return [of.channel for of in self._mirror.channels.values()]


def routes(mirror: Mirror, base_url: str, clock: Callable[[], int]) -> list[Route]:
    """Give the routes of all pages. They go last in an application: `/{channel}` matches every one-segment address."""
    pages = Pages(mirror, base_url, clock)
    return [
        *static_routes(),
        Route("/", pages.home),
        Route("/problems/{slug}", pages.problem),
        *Framed(mirror, pages.shelves, base_url, clock).routes(),
        Route("/playground", pages.playground),
        Route("/{channel}", pages.live),
        Route("/{channel}/", pages.slashed),
        Route("/{channel}/playground", pages.playground),
        Route("/{channel}/lines/{line}", pages.line),
    ]
