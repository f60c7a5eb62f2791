"""The files of `web/` that browsers load: sheets and scripts of our pages, and the widget for anybody's page."""

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
}
"""What we serve; a file of another kind is not there."""

_CACHE_CONTROL: Final = "public, max-age=60, stale-while-revalidate=600"

_HEADERS: Final = (
    # The widget runs on other sites and in sandboxed frames, whose scripts ask with `Origin: null`.
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("X-Content-Type-Options", "nosniff"),
)


class Files:
    """Files below one folder, read once at the start: no request touches the disk. A changed file is seen after a restart."""

    def __init__(self, folder: Path, pattern: str = "**/*") -> None:
        """Read what matches `pattern` and is of a kind that we serve; a link out of the folder is left out."""
        inside = folder.resolve()
        self._files = {
            path.relative_to(folder).as_posix(): Rendered.make(
                path.read_bytes(), _TYPES[path.suffix], cache_control=_CACHE_CONTROL, headers=_HEADERS
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


def static_routes(web: Path = WEB) -> list[Route]:
    """Give the routes of `/static/…`, `/widget.js` and `/widget/…`."""
    static, widget = Files(web / "static"), Files(web / "widget")
    entry = Files(web, "widget.js")

    async def static_file(request: Request) -> Response:
        return respond(request, static.get(request.path_params["path"]))

    async def widget_file(request: Request) -> Response:
        return respond(request, widget.get(request.path_params["path"]))

    async def widget_entry(request: Request) -> Response:
        return respond(request, entry.get("widget.js"))

    return [
        Route("/static/{path:path}", static_file),
        Route("/widget/{path:path}", widget_file),
        Route("/widget.js", widget_entry),
    ]
