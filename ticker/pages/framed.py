"""What stands on other sites: the ticker and a single line as pages for frames, and oEmbed, by which a CMS finds them."""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ticker.edge.problems import Problem
from ticker.edge.rendered import Rendered, respond
from ticker.log.mirror import Mirror
from ticker.model.line import Line
from ticker.pages import oembed, sheets
from ticker.pages.document import Shelf, document, first_expiry
from ticker.pages.embedding import Embedding, embedding_of
from ticker.pages.found import channel_at, line_at

_ANY_SITE: Final = {"Access-Control-Allow-Origin": "*"}


class Framed:
    """The pages for frames of one process."""

    def __init__(self, mirror: Mirror, shelves: Mapping[str, Shelf], base_url: str, clock: Callable[[], int]) -> None:
        self._mirror = mirror
        self._shelves = shelves
        self._base_url = base_url
        self._clock = clock

    async def embed(self, request: Request) -> Response:
        """Answer `/{channel}/embed`: the ticker alone, as its query asks."""
        of = channel_at(self._mirror, request.path_params["channel"])
        embedding, now = embedding_of(request.query_params), self._clock()

        def make() -> tuple[Rendered, int | None]:
            lines = of.ticker(now, embedding.max, embedding.topics)
            html = sheets.embed(of.channel, lines, embedding, self._base_url)
            return document(html, self._base_url, framed=True), first_expiry(lines)

        return respond(request, self._shelves[of.channel.id].get(f"embed {embedding.query}", now, make))

    async def line(self, request: Request) -> Response:
        """Answer `/{channel}/lines/{line}/embed`: one line, kept true."""
        of = channel_at(self._mirror, request.path_params["channel"])
        now = self._clock()
        line = line_at(of, request.path_params["line"], now)
        embedding = Embedding(scheme=embedding_of(request.query_params).scheme)

        def make() -> tuple[Rendered, int | None]:
            html = sheets.line_embed(of.channel, of.cursor, line, embedding)
            return document(html, self._base_url, framed=True), line.expires

        return respond(request, self._shelves[of.channel.id].get(f"line embed {line.id} {embedding.scheme}", now, make))

    async def answer(self, request: Request) -> Response:
        """Answer `/oembed`: what to show in place of an address of ours."""
        try:
            body, media_type = self._answer(request)
        except Problem as problem:
            problem.headers |= _ANY_SITE
            raise
        rendered = Rendered.make(body, media_type, cache_control="public, max-age=3600", headers=tuple(_ANY_SITE.items()))
        return respond(request, rendered)

    def _answer(self, request: Request) -> tuple[bytes, str]:
        query = request.query_params
        form, most = query.get("format", "json"), oembed.most_of(query)
        if form not in oembed.MEDIA_TYPES:
            raise Problem("unknown-format", f"The formats are {' and '.join(oembed.MEDIA_TYPES)}.")
        if "url" not in query:
            raise Problem("invalid-request", "An url is needed.", errors=[("url", "is missing")])
        target = oembed.target_of(query["url"], self._base_url)
        if target is None or target.channel not in self._mirror.channels:
            raise Problem("no-embed", "This is neither a live page nor a line's page of this server.")
        of = channel_at(self._mirror, target.channel)
        line = self._line(target, of.channel.id)
        return oembed.written(oembed.answer(target, of.channel, line, self._base_url, most), form), oembed.MEDIA_TYPES[form]

    def _line(self, target: oembed.Target, channel: str) -> Line | None:
        """Find the line; one that is not shown is, to oEmbed, an address without an answer."""
        if target.line is None:
            return None
        try:
            return line_at(self._mirror.channels[channel], target.line, self._clock())
        except Problem as problem:
            raise Problem("no-embed", problem.detail) from problem

    def routes(self) -> list[Route]:
        """Give the routes; they go before `/{channel}`, which matches every one-segment address."""
        return [
            Route("/oembed", self.answer),
            Route("/{channel}/embed", self.embed),
            Route("/{channel}/lines/{line}/embed", self.line),
        ]
