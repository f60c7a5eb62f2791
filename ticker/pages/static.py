"""The files of `web/` that browsers load: sheets and scripts of our pages, and the widget for anybody's page."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ticker.edge.assets import WEB
from ticker.edge.problems import Problem
from ticker.edge.rendered import Rendered, respond

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}
"""What we serve; a file of another kind is not there."""

_CACHE_CONTROL: Final = "public, max-age=60, stale-while-revalidate=600"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
"""Of an address that names a version: what is there never changes, once that is released."""

_HEADERS: Final = (
    # The widget runs on other sites and in sandboxed frames, whose scripts ask with `Origin: null`.
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
)


class Files:
    """Files below one folder, read once at the start: no request touches the disk. A changed file is seen after a restart."""

    def __init__(self, folder: Path, pattern: str = "**/*", cache_control: str = _CACHE_CONTROL) -> None:
        """Read what matches `pattern` and is of a kind that we serve; a link out of the folder is left out."""
        inside = folder.resolve()
        self._files = {
            path.relative_to(folder).as_posix(): Rendered.make(
                path.read_bytes(),
                _TYPES[path.suffix],
                cache_control=cache_control,
                headers=_HEADERS,
                brotli=_brotli(path.with_name(f"{path.name}.br")),
            )
            for path in folder.glob(pattern)
            if path.suffix in _TYPES and path.is_file() and path.resolve().is_relative_to(inside)
        }

    def get(self, name: str) -> Rendered:
        """Give the file at `name`, a path with slashes below the folder. Raises Problem (not-found) when there is none."""
        found = self._files.get(name)
        if found is None:
            raise Problem("not-found", "There is no such file.")
        return found


def _brotli(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def static_routes(web: Path = WEB) -> list[Route]:
    """Give the routes of `/static/…`, `/widget.js` and `/widget/…`.

    Scripts that ask for a version of the widget get what was built then, for ever; `/widget.js` is the newest. Our own pages
    load the widget's modules one by one, from `/widget/src/…`.
    """
    dist = web / "widget" / "dist"
    static, sources = Files(web / "static"), Files(web / "widget" / "src")
    versions, newest = Files(dist, "[0-9]*", _FOR_EVER), Files(dist, "widget.js")
    return [
        Route("/static/{path:path}", _answering(static)),
        Route("/widget/src/{path:path}", _answering(sources)),
        Route("/widget/{path:path}", _answering(versions)),
        Route("/widget.js", _answering(newest, "widget.js")),
        # What browsers and robots ask for by themselves: without these it would be a channel's name.
        Route("/favicon.ico", _answering(static, "icon.svg")),
        Route("/robots.txt", _answering(static, "robots.txt")),
        Route("/sitemap.xml", _answering(static, "sitemap.xml")),  # there is none
    ]


def _answering(files: Files, name: str = "") -> Callable[[Request], Awaitable[Response]]:
    """Give what answers with the file that the address names, or with `name`."""

    async def answer(request: Request) -> Response:
        return respond(request, files.get(name or request.path_params["path"]))

    return answer
