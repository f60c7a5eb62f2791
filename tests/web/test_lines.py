"""web/widget/src/lines.js on the vectors that the Python model reads too."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from playwright.async_api import Page

from tests.browsing import Site
from tests.viewers import Screen
from ticker.model.times import parse_rfc3339

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


@pytest.mark.parametrize(("status", "told"), [("canceled", True), ("usable", False)])
async def test_a_withdrawal_is_told_of_what_was_forgotten(page: Page, scripts: Site, status: str, told: bool) -> None:
    """A reader may have paused thousands of lines ago; what only makes room concerns nobody else."""
    await page.goto(scripts.url)

    change = await page.evaluate(
        """
    async (status) => {
      const { Lines } = await import("/widget/src/lines.js");
      const lines = new Lines(20);
      for (let n = 0; n < 2000; n++) {
        const line = { id: `L${n}`, version: 1, text: "x", published: new Date(n * 1000).toISOString() };
        lines.apply({ type: "publish", line }, 0);
      }
      return lines.apply({ type: "withdraw", id: "L0", version: 2, status }, 0);
    }
    """,
        status,
    )

    assert change == ({"type": "withdraw", "id": "L0", "version": 2, "status": status} if told else None)


async def test_random_histories_show_what_the_model_shows(page: Page, scripts: Site) -> None:
    """Messages in any order, late, twice and of other histories: the widget and the slow model always agree."""
    await page.goto(scripts.url)
    for seed in range(40):
        random = Random(seed)
        steps = [*history(random, 120)]
        screen = Screen(limit=8)
        expected = []
        for step in steps:
            clock = parse_rfc3339(step["clock"])
            screen.apply(step["message"], clock)
            shown = screen.shown(clock)[:5]
            expected.append([{name: line[name] for name in ("id", "version", "text")} for line in shown])

        assert await page.evaluate(PLAY, {"limit": 8, "max": 5, "steps": steps}) == expected, f"seed {seed}"


def history(random: Random, count: int) -> Iterator[dict[str, Any]]:
    """Give steps of a vector: few lines and versions, so that they meet often."""
    for n in range(count):
        at, published = (f"2026-03-14T11:{moment // 60:02}:{moment % 60:02}.000Z" for moment in (n, random.randrange(count)))
        yield {"clock": at, "message": message(random, at, published)}


def message(random: Random, at: str, published: str) -> dict[str, Any]:
    name, version = f"L{random.randrange(12)}", random.randint(1, 6)
    line = {
        "id": name,
        "version": version,
        "text": f"{name} {version}",
        "pinned": random.random() < 0.1,
        "published": published,
    }
    if random.random() < 0.2:
        line["expires"] = published.replace(":00.", ":59.")
    match random.randrange(12):
        case 0:
            others = {f"S{n}": line | {"id": f"S{n}", "published": published} for n in range(random.randrange(4))}
            return {"type": "snapshot", "now": at, "lines": [line, *others.values()]}
        case 1 | 2 | 3:
            return {"type": "withdraw", "id": name, "version": version, "status": "canceled"}
        case 4:
            return {"type": "heartbeat", "now": published}
        case _:
            return {"type": random.choice(["publish", "correct"]), "line": line}
