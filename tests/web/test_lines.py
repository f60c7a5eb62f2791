"""web/widget/lines.js on the vectors that the Python model reads too."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Page

from tests.browsing import Site

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

VECTORS: Final = sorted((Path(__file__).parent.parent / "vectors").glob("*.json"))

PLAY: Final = """
async (vector) => {
  const { Lines } = await import("/widget/src/lines.js");
  const lines = new Lines(vector.limit);
  return vector.steps.map(({ clock, message }) => {
    const at = Date.parse(clock);
    if (message) lines.apply(message, at);
    return lines.at(at).slice(0, vector.max).map(({ id, version, text }) => ({ id, version, text }));
  });
}
"""


async def test_vectors_show_what_they_say(page: Page, scripts: Site) -> None:
    """Whatever comes in whatever order, the widget shows what every other viewer shows."""
    await page.goto(scripts.url)
    vectors: dict[str, Any] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in VECTORS}

    shown = {name: await page.evaluate(PLAY, vector) for name, vector in vectors.items()}

    assert len(vectors) >= 12
    assert {name: [step["shown"] for step in vector["steps"]] for name, vector in vectors.items()} == shown


async def test_ten_thousand_lines_leave_no_trace(page: Page, scripts: Site) -> None:
    """A ticker that stays open for weeks holds its limit of lines and no more."""
    await page.goto(scripts.url)

    held = await page.evaluate("""
    async () => {
      const { Lines } = await import("/widget/src/lines.js");
      const lines = new Lines(20);
      for (let n = 0; n < 10000; n++) {
        const line = { id: `L${n}`, version: 1, text: "x", published: new Date(n * 1000).toISOString() };
        lines.apply({ type: "publish", line }, 0);
      }
      return lines.at(0).map((line) => line.id);
    }
    """)

    assert [f"L{n}" for n in range(9999, 9979, -1)] == held
