"""A browser as readers have one, and sites on other origins for it to open."""

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, ConsoleMessage, Page, Playwright

from tests.needs import chromium

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


async def launched(playwright: Playwright, without: Sequence[str] = ()) -> Browser:
    """Start Debian's chromium, `without` some of the arguments that Playwright gives it."""
    return await playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS], ignore_default_args=[*without])


class Faults:
    """What went wrong in a tab: errors that its scripts threw, and what they and the browser wrote as errors."""

    def __init__(self, page: Page) -> None:
        self.thrown: list[str] = []
        self.written: list[str] = []
        page.on("pageerror", lambda error: self.thrown.append(str(error)))
        page.on("console", self._write)

    @property
    def refused(self) -> list[str]:
        """Give what the Content-Security-Policy forbade."""
        return [text for text in self.written if "Content Security Policy" in text]

    def _write(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.written.append(message.text)


AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
"""axe-core, which finds what shuts people out; as text, since a page's own policy would not let it be loaded."""

AXE_RUN: Final = """(place = document) => {
  // What is still fading in has no contrast yet; what moves for ever stays as it is.
  const trees = [document, ...[...document.querySelectorAll("*")].flatMap((node) => node.shadowRoot ?? [])];
  for (const animation of trees.flatMap((tree) => tree.getAnimations())) {
    if (animation.effect.getComputedTiming().endTime < Infinity) animation.finish();
  }
  return axe.run(place, { rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] });
}"""
"""A function that runs it on a page or a part of one, for `axe_told`; sizes of targets included."""


def axe_told(found: dict[str, Any]) -> list[str]:
    """Give what axe has against a page, one string for each node."""
    return [
        f"{rule['id']}: {node['target']} {node['html'][:150]} {' '.join(node['failureSummary'].split())}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


async def axe_finds(page: Page, place: str = "") -> list[str]:
    """Give what axe has against a page as it is now, also in its frames and shadow trees; or a part of it, in JavaScript."""
    for frame in page.frames:
        await frame.evaluate(AXE)
    return axe_told(await page.evaluate(f"({AXE_RUN})({place})"))  # called here: Playwright would hand it null for a place


SHIFTS: Final = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      // A shorter time in its own place moves nothing else; where it reads from the right, its first letter counts as moved.
      if (sources.every(({ node }) => node?.parentElement?.localName === "time")) continue;
      shifts.push([value, ...sources.map(({ node }) => (node?.outerHTML ?? node?.textContent ?? "").slice(0, 200))]);
    }
  }).observe({ type: "layout-shift", buffered: true });
"""
"""What moved although nobody did anything, as `window.shifts`; for a context's or page's init script."""

SETTLED: Final = "new Promise((done) => requestIdleCallback(() => requestAnimationFrame(() => done(window.shifts))))"
"""Gives the shifts, once what was under way is drawn."""


@asynccontextmanager
async def visiting(browser: Browser, **settings: Any) -> AsyncIterator[tuple[Page, Faults]]:
    """A visitor of another kind than the `page` fixture's."""
    context = await browser.new_context(**settings)
    page = await context.new_page()
    yield page, Faults(page)
    await context.close()


class Files(SimpleHTTPRequestHandler):
    """Serves a folder, and pages that a test wrote."""

    pages: dict[str, str]

    def do_GET(self) -> None:
        html = self.pages.get(self.path)
        if html is None:
            super().do_GET()
            return
        body = html.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class Site:
    """A site on an origin of its own: the files of a folder, and pages by path."""

    def __init__(self, folder: Path) -> None:
        self.pages: dict[str, str] = {}
        handler = type("SiteFiles", (Files,), {"pages": self.pages})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
