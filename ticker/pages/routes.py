"""HTML in and out: `/`, `/{channel}`, `/{channel}/lines/{id}`, `/{channel}/embed`, `/problems/{slug}` and the files they load.

A page is made from the mirror, at most once per change of its channels, and never causes a Redis command.
"""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ticker.edge.problems import Problem
from ticker.edge.rendered import Rendered, respond
from ticker.log.mirror import ChannelMirror, Mirror
from ticker.model.channel import Channel
from ticker.model.line import Line, Status
from ticker.pages import sheets
from ticker.pages.document import CACHE_CONTROL, HTML, Shelf, first_expiry, page_headers
from ticker.pages.errors import problem_kind_page
from ticker.pages.static import static_routes

LIVE_LINES: Final = 100
"""How many lines a live page shows: as many as a snapshot may have at most, so that a reader who missed much loses none."""

HOME_LINES: Final = 5
EMBED_LINES: Final = 10


class Pages:
    """The pages of one process."""

    def __init__(self, mirror: Mirror, base_url: str, clock: Callable[[], int]) -> None:
        self._mirror = mirror
        self._base_url = base_url
        self._clock = clock
        self._home = Shelf(tuple(mirror.channels.values()))
        self._shelves = {channel: Shelf((of,)) for channel, of in mirror.channels.items()}

    async def home(self, request: Request) -> Response:
        """Answer `/`: the channels, each with its newest lines and its snippet."""
        for of in self._mirror.channels.values():
            _loaded(of)
        now = self._clock()

        def make() -> tuple[Rendered, int | None]:
            shown = [(of, of.ticker(now, HOME_LINES)) for of in self._mirror.channels.values()]
            html = sheets.home([(of.channel, of.cursor, lines) for of, lines in shown], self._base_url, HOME_LINES)
            return self._document(html), first_expiry(line for _, lines in shown for line in lines)

        return respond(request, self._home.get("home", now, make))

    async def live(self, request: Request) -> Response:
        """Answer `/{channel}`: the newest lines, then live."""
        of = self._channel(request)
        now = self._clock()

        def make() -> tuple[Rendered, int | None]:
            lines = of.ticker(now, LIVE_LINES)
            html = sheets.live(of.channel, of.cursor, lines, self._channels(), self._base_url, LIVE_LINES)
            return self._document(html), first_expiry(lines)

        return respond(request, self._shelves[of.channel.id].get("live", now, make))

    async def embed(self, request: Request) -> Response:
        """Answer `/{channel}/embed`: the ticker alone, for an iframe on any site."""
        of = self._channel(request)
        now = self._clock()

        def make() -> tuple[Rendered, int | None]:
            lines = of.ticker(now, EMBED_LINES)
            return self._document(sheets.embed(of.channel, lines, self._base_url), framed=True), first_expiry(lines)

        return respond(request, self._shelves[of.channel.id].get("embed", now, make))

    async def line(self, request: Request) -> Response:
        """Answer `/{channel}/lines/{id}`: one line's own page."""
        of = self._channel(request)
        now = self._clock()
        line = _shown(of, request.path_params["line"], now)

        def make() -> tuple[Rendered, int | None]:
            html = sheets.line(of.channel, of.cursor, line, self._channels(), self._base_url)
            return self._document(html), line.expires

        return respond(request, self._shelves[of.channel.id].get(f"line {line.id}", now, make))

    async def problem(self, request: Request) -> Response:
        """Answer `/problems/{slug}`: what this kind of problem means."""
        channels = {channel.id: channel for channel in self._channels()}
        return respond(request, self._document(problem_kind_page(request.path_params["slug"], channels)))

    def _channel(self, request: Request) -> ChannelMirror:
        of = self._mirror.channels.get(request.path_params["channel"])
        if of is None:
            raise Problem("unknown-channel", "There is no such channel.")
        return _loaded(of)

    def _channels(self) -> list[Channel]:
        return [of.channel for of in self._mirror.channels.values()]

    def _document(self, html: str, *, framed: bool = False) -> Rendered:
        headers = page_headers(self._base_url, framed=framed)
        return Rendered.make(html.encode(), HTML, cache_control=CACHE_CONTROL, headers=headers)


def _loaded(of: ChannelMirror) -> ChannelMirror:
    """Give the channel back; raise Problem as long as the log was never read: a page without lines would be a lie."""
    if of.revision == 0:
        raise Problem("log-loading", "The lines are still being read.", headers={"Retry-After": "1"})
    return of


def _shown(of: ChannelMirror, line_id: str, now: int) -> Line:
    """Give a line that may be shown; raise Problem (line-withdrawn, unknown-line) for every other."""
    line = of.get(line_id)
    if line is not None and line.status is Status.CANCELED:
        raise Problem("line-withdrawn", "This line was withdrawn.")
    if line is None or not line.shown_at(now):
        raise Problem("unknown-line", "This channel has no such line.")
    return line


def routes(mirror: Mirror, base_url: str, clock: Callable[[], int]) -> list[Route]:
    """Give the routes of all pages. They go last in an application: `/{channel}` matches every one-segment address."""
    pages = Pages(mirror, base_url, clock)
    return [
        *static_routes(),
        Route("/", pages.home),
        Route("/problems/{slug}", pages.problem),
        Route("/{channel}", pages.live),
        Route("/{channel}/embed", pages.embed),
        Route("/{channel}/lines/{line}", pages.line),
    ]
