"""web/widget/src/breaking-ticker-element.js, and all below it: a page that stays open for a day."""

from collections.abc import AsyncIterator, Callable
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import CDPSession, Page

from tests.web.newsroom import Editor

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser, pytest.mark.slow]

ALL: Final = "".join(
    f'<breaking-ticker channel="en" display="{display}"></breaking-ticker>' for display in ("crawl", "rotate", "list")
)
COUNT: Final = "window.told = 0; for (const type of ['publish', 'correct', 'withdraw']) addEventListener(type, () => told++);"
SPARE: Final = 60  # nodes: what is in view of the crawl is shown to its end, so some ten lines more or less are there


@pytest_asyncio.fixture(loop_scope="module")
async def session(page: Page) -> AsyncIterator[CDPSession]:
    """What only the browser itself can tell of the page."""
    session = await page.context.new_cdp_session(page)
    yield session
    await session.detach()


async def test_nothing_grows(page: Page, session: CDPSession, editor: Editor, embed: Callable[[str], str]) -> None:
    """After some hundreds of lines, corrections and withdrawals the page holds no more than after the first fifty."""
    await page.add_init_script(COUNT)
    await page.goto(embed(ALL))
    await page.wait_for_function("document.querySelector('breaking-ticker').status === 'live'")
    told = 0

    async def held_after(rounds: int) -> tuple[int, int]:
        """Nodes and listeners."""
        nonlocal told
        for _ in range(rounds):
            lines = await editor.posts_all(f"Line {told + place}: ferries stay in port" for place in range(10))
            told += 10
            await page.wait_for_function(f"told >= {told}")
            for line in lines[:2]:
                await editor.corrects(line, text=f"{line['text']} until Thursday")
            for line in lines[5:8]:
                await editor.withdraws(line)
            told += 5
            await page.wait_for_function(f"told >= {told}")
        await page.wait_for_timeout(1200)  # what has gone by is tidied up each second
        await session.send("HeapProfiler.collectGarbage")
        counts = await session.send("Memory.getDOMCounters")
        return counts["nodes"], counts["jsEventListeners"]

    nodes, listeners = await held_after(5)
    nodes_later, listeners_later = await held_after(30)

    assert nodes_later <= nodes + SPARE
    assert listeners_later <= listeners
