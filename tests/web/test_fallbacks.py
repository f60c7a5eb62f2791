"""web/widget/src/fallbacks.js behind a real nginx that lets some of the ways through and others not."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Page

from tests import needs
from tests.browsing import Site
from tests.served import Server, free_port, until
from tests.web.newsroom import TICKER, Editor, Strip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

NO_SOCKETS: Final = ""  # nginx asks the server by HTTP/1.0 and passes no Upgrade on, unless it is told to
NO_SOCKETS_NO_EVENTS: Final = "location ~ /sse$ { return 403; }"

CONFIGURATION: Final = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {more}
        location / {{ proxy_pass {server}; }}
    }}
}}
"""


@pytest.fixture
def proxied(server: Server, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Puts nginx with more configuration in front of the server, and gives its address."""
    started: list[subprocess.Popen[bytes]] = []

    def start(more: str) -> str:
        port = free_port()
        folder = tmp_path / "nginx"
        folder.mkdir()
        (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port, more=more, server=server.url))
        command = [needs.nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        until((folder / "nginx.pid").exists, "nginx")
        return f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize(
    ("more", "way", "noted"), [(NO_SOCKETS, "/sse?", "1"), (NO_SOCKETS_NO_EVENTS, "wait=", "2")], ids=["sse", "polls"]
)
async def test_lines_come_where_websockets_are_blocked(
    page: Page, strip: Strip, editor: Editor, paper: Site, proxied: Callable[[str], str], more: str, way: str, noted: str
) -> None:
    """Behind a proxy that blocks WebSockets, and another that blocks Server-Sent Events too, readers see each line once."""
    asked: list[str] = []
    sockets: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: sockets.append(socket.url))
    await editor.posts("Before")
    script = f'<script type="module" src="{proxied(more)}/widget.js"></script>'
    paper.pages["/"] = f'<!doctype html><link rel="icon" href="data:,">{script}<breaking-ticker channel="en"></breaking-ticker>'
    await page.goto(paper.url)
    await page.evaluate("(told = [], addEventListener('publish', ({ detail }) => told.push(detail.line.text)), 0)")
    await strip.is_live()
    await editor.posts("After")
    await editor.posts("At last")
    await strip.shows("At last", "After", "Before")

    assert await page.evaluate("told") == ["After", "At last"]
    assert [url for url in asked if way in url]

    # The next page of the visit tries nothing that was blocked.
    assert await page.evaluate("sessionStorage.getItem('ticker:way')") == noted
    tried = len(sockets)
    await page.reload()
    await strip.is_live()
    await editor.posts("New")
    await strip.shows("New", "At last", "After", "Before")
    assert len(sockets) == tried


async def test_the_fallbacks_are_loaded_on_demand_alone(
    page: Page, strip: Strip, editor: Editor, embed: Callable[[str], str]
) -> None:
    """A reader whose WebSocket works loads nothing that is for others."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await editor.posts("A line")
    await page.goto(embed('<breaking-ticker channel="en"></breaking-ticker>'))
    await strip.is_live()

    assert await page.evaluate(f"{TICKER}.lines.length") == 1
    assert [url for url in asked if "fallbacks" in url] == []
