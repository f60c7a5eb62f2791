"""The pages as Lighthouse judges them: `python -m bench.pages`.

A page of each kind for readers, and one of a news site that embeds the ticker: three times as on a phone, three times as on a
desk. Loopback only. Prints, and writes results/pages.md. README.md says what is done.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench.cases_told import table
from bench.procs import machine
from tests.browsing import Site
from tests.needs import chromium
from tests.pages.kinds import filled
from tests.served import Server
from ticker.edge.assets import WEB

RESULT: Final = Path(__file__).parent / "results" / "pages.md"
LIGHTHOUSE: Final = "lighthouse@12.8.2"
ROUNDS: Final = 3
KINDS: Final = ("home", "live en", "live ar", "line ar", "embed en", "playground ar")
FORMS: Final = {"phone": (), "desk": ("--preset=desktop",)}
SCORES: Final = ("performance", "accessibility", "best-practices", "seo")
FIGURES: Final = {
    "largest-contentful-paint": "{:.0f}",
    "total-blocking-time": "{:.0f}",
    "cumulative-layout-shift": "{:.3f}",
    "total-byte-weight": "{:.0f}",
}
HEAD: Final = ["", "performance", "accessibility", "best practices", "SEO", "LCP, ms", "TBT, ms", "CLS", "bytes"]


def judged(url: str, *form: str) -> list[float]:
    """Give the scores of a page, of 100, and its figures."""
    flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", flags, *form]
    done = subprocess.run(command, capture_output=True, check=True, timeout=180, env=os.environ | {"CHROME_PATH": chromium()})
    report: dict[str, Any] = json.loads(done.stdout)
    scores = [100 * report["categories"][name]["score"] for name in SCORES]
    return [*scores, *(report["audits"][name]["numericValue"] for name in FIGURES)]


def row(kind: str, rounds: list[list[float]]) -> list[str]:
    """Give the quickest of some rounds, in words: what else runs on the machine can only slow a page down."""
    forms = ["{:.0f}"] * len(SCORES) + [*FIGURES.values()]
    return [kind, *(form.format(figure) for form, figure in zip(forms, max(rounds), strict=True))]


def main() -> int:
    """Judge all pages, print and keep; give the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        server, paper = Server(Path(folder)), Site(WEB / "example")
        try:
            server.start()
            pages = {kind: f"{server.url}{path}" for kind, path in filled(server).items() if kind in KINDS}
            html = (WEB / "example/ar.html").read_text(encoding="utf-8")
            paper.pages["/ar.html"] = html.replace("http://127.0.0.1:8000", server.url)
            pages["news site ar"] = f"{paper.url}/ar.html"
            said = (
                f"# The pages, judged by {LIGHTHOUSE}, {time.strftime('%Y-%m-%d')}\n\nMade by `python -m bench.pages`; what is "
            )
            said += f"done is told in [README.md](../README.md). On {machine()}.\n"
            for form, flags in FORMS.items():
                rows = []
                for kind, url in pages.items():
                    rows.append(row(kind, [judged(url, *flags) for _ in range(ROUNDS)]))
                    print(form, *rows[-1], sep="\t", flush=True)
                said += f"\n## As on a {form}\n\n{table(HEAD, rows)}"
        finally:
            server.end()
            paper.close()
    RESULT.write_text(said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
