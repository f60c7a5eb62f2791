"""The widget in a real browser: `python -m bench.widget [load | frames | work | memory | hour | all] …`.

    load    a first visit: how long until the first line is painted, and until the last script is there? Also on a slow phone
    frames  twenty lines in a second while the crawl moves: how many of the frames that were due came?
    work    and how long does the page's main thread work for each of them, in each display?
    memory  twenty thousand lines, with corrections and withdrawals among them: does anything grow?
    hour    a line every two seconds for an hour, by the clock; only where it is named

Loopback only, bounded in count and time. Prints, and writes results/widget.json and .md. README.md says what is done.
"""

import argparse
import asyncio
import contextlib
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright

from bench.cases_told import Found, table
from bench.procs import machine
from bench.served import Ours, ours
from tests.browsing import Site, launched
from ticker import __version__
from ticker.edge.assets import WEB
from ticker.embedded import locate
from ticker.log.keys import Keys
from ticker.log.redis import client
from ticker.log.writer import Posted, Writer
from ticker.model.draft import Author, Change, ChangeKind, Draft, Withdrawal
from ticker.model.line import Urgency
from ticker.settings import Settings

RESULTS: Final = Path(__file__).parent / "results" / "widget.json"
DISPLAYS: Final = ("crawl", "rotate", "list")
DESK: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 700}}
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True}
SLOW: Final = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
"""A slow mobile network, as Lighthouse has it: ms from a request to its answer, bytes a second."""
THROTTLE: Final = 4  # and a phone's processor: so many times as slow

TICKER: Final = "document.querySelector('breaking-ticker')"
FIRST_LINE: Final = """
const attachShadow = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (settings) {
  const root = attachShadow.call(this, settings);
  new MutationObserver((_, observer) => {
    if (!root.querySelector("li")) return;
    observer.disconnect();
    // What is asked for in a frame comes after it is painted.
    requestAnimationFrame(() => setTimeout(() => (window.firstLine = performance.now())));
  }).observe(root, { childList: true, subtree: true });
  return root;
};
addEventListener("status", ({ detail }) => detail.status === "live" && (window.live ??= performance.now()));
"""
"""Notes when the first line was painted and when the connection was live, in ms since the navigation began."""


def page_with(server: Ours, *displays: str) -> str:
    """Give a page of a news site with tickers."""
    tickers = "".join(f'<breaking-ticker channel="en" display="{display}"></breaking-ticker>' for display in displays)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>News</title><link rel="icon" href="data:,"><script type="module" src="http://127.0.0.1:{server.port}/widget.js">'
        f"</script>{tickers}<p>What else the page has.</p>"
    )


@contextlib.asynccontextmanager
async def visiting(
    browser: Browser, server: Ours, *displays: str, **settings: Any
) -> AsyncIterator[tuple[Page, CDPSession, str]]:
    """Give a new visitor, with an empty cache, and the address of a page of another origin that has these displays."""
    context: BrowserContext = await browser.new_context(**settings)
    with tempfile.TemporaryDirectory() as empty:
        site = Site(Path(empty))
        site.pages["/"] = page_with(server, *displays)
        page = await context.new_page()
        yield page, await context.new_cdp_session(page), site.url
        await context.close()
        site.close()


async def posts(server: Ours, first: int, count: int, a_second: float) -> None:
    """Post lines at a rate."""

    def steadily() -> None:
        with server.posting() as posting:
            posting.steadily(first, count, a_second)

    await asyncio.to_thread(steadily)


# -- load --


async def load(browser: Browser, server: Ours) -> Found:
    """Ten first visits by desk and ten by slow phone, in turn."""
    await posts(server, 1, 10, 100)
    kinds = {"desk": (DESK, False), "slow_phone": (PHONE, True)}
    visits: dict[str, list[Found]] = {kind: [] for kind in kinds}
    for _ in range(10):
        for kind, (settings, slow) in kinds.items():
            visits[kind].append(await _visit(browser, server, settings, slow))
    return {kind: _summed_up(found) for kind, found in visits.items()}


async def _visit(browser: Browser, server: Ours, settings: dict[str, Any], slow: bool) -> Found:
    async with visiting(browser, server, "crawl", **settings) as (page, session, address):
        await page.add_init_script(FIRST_LINE)
        if slow:
            await session.send("Network.enable")
            await session.send("Network.emulateNetworkConditions", SLOW)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        await page.goto(address)
        await page.wait_for_function("window.firstLine && window.live", polling=100)
        await page.wait_for_timeout(2000)  # for what is loaded once the page has nothing else to do
        return dict(
            await page.evaluate(
                """() => ({
                  page_painted: performance.getEntriesByName("first-contentful-paint")[0].startTime,
                  first_line: firstLine,
                  live,
                  scripts: Object.fromEntries(
                    performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"))
                      .map(({ name, responseEnd }) => [new URL(name).pathname, responseEnd]),
                  ),
                })"""
            )
        )


def _summed_up(visits: list[Found]) -> Found:
    names = sorted({name for visit in visits for name in visit["scripts"]}, key=lambda name: visits[0]["scripts"].get(name, 0))
    return {
        **{f"{what}_ms": _spread([visit[what] for visit in visits]) for what in ("page_painted", "first_line", "live")},
        "all_scripts_ms": _spread([max(visit["scripts"].values()) for visit in visits]),
        "scripts_ms": {
            name: _spread([visit["scripts"][name] for visit in visits if name in visit["scripts"]]) for name in names
        },
    }


def _spread(values: list[float]) -> Found:
    return {"median": round(median(values), 1), "least": round(min(values), 1), "most": round(max(values), 1)}


def sizes() -> dict[str, Found]:
    """Give the bytes of each part that browsers load."""
    dist = WEB / "widget/dist"
    parts = sorted(dist.glob(f"{__version__}.*.js"), key=lambda path: -path.stat().st_size)
    return {
        path.name: {"bytes": path.stat().st_size, "brotli": Path(f"{path}.br").stat().st_size}
        for path in (dist / "widget.js", *parts, dist / f"{__version__}.js")
    }


# -- frames --

BURST: Final = 20  # lines in a second
WINDOW: Final = 1.2  # s


async def frames(browser: Browser, server: Ours) -> Found:
    """Ten windows at rest and ten with a burst, in turn; as the machine is, and with the main thread slowed down."""
    await posts(server, 1, 10, 100)
    found: Found = {}
    for kind, rate in (("desk", 1), ("slow_processor", THROTTLE)):
        async with visiting(browser, server, "crawl", **DESK) as (page, session, address):
            await session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            await _arrives(page, address)
            counts: dict[str, Counter[str]] = {"rest": Counter(), "burst": Counter()}
            for number in range(10):
                for phase, count in counts.items():
                    count.update(await _traced(browser, server, 1000 * (number + 1) if phase == "burst" else 0))
            found[kind] = counts
    return found


async def _arrives(page: Page, address: str) -> None:
    await page.goto(address)
    await page.wait_for_function(f"{TICKER}?.status === 'live' && {TICKER}.lines.length === 10")
    await page.wait_for_timeout(3000)  # until all is loaded, faded in and on its way


async def _traced(browser: Browser, server: Ours, first: int) -> Counter[str]:
    """Count what became of the frames of the crawl meanwhile: `due`, of them `dropped`, or `partial`: without what is news."""
    session = await browser.new_browser_cdp_session()
    states: defaultdict[tuple[int, int], set[str]] = defaultdict(set)  # of each frame; it has two where news came later
    complete = asyncio.Event()

    def collect(data: dict[str, Any]) -> None:
        for event in data["value"]:
            about = event["args"].get("frame_reporter") if event["ph"] == "b" else None
            if about and about.get("has_compositor_animation") and about["state"] != "STATE_NO_UPDATE_DESIRED":
                states[about["frame_source"], about["frame_sequence"]].add(about["state"])

    session.on("Tracing.dataCollected", collect)
    session.on("Tracing.tracingComplete", lambda _: complete.set())
    kinds = {"excludedCategories": ["*"], "includedCategories": ["disabled-by-default-devtools.timeline.frame"]}
    await session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": kinds})
    await _window(server, first)
    await session.send("Tracing.end")
    await asyncio.wait_for(complete.wait(), 30)
    await session.detach()
    return Counter(
        due=len(states),
        dropped=sum(one == {"STATE_DROPPED"} for one in states.values()),
        partial=sum("STATE_PRESENTED_PARTIAL" in one for one in states.values()),
    )


async def _window(server: Ours, first: int) -> None:
    """A burst from line `first` on, or rest."""
    begun = time.monotonic()
    if first:
        await posts(server, first, BURST, BURST)
    await asyncio.sleep(max(0, begun + WINDOW - time.monotonic()))


# -- work --

WORK: Final = {"all": "TaskDuration", "script": "ScriptDuration", "style": "RecalcStyleDuration", "layout": "LayoutDuration"}


async def work(browser: Browser, server: Ours) -> Found:
    """For each display ten windows at rest and ten with a burst, in turn."""
    await posts(server, 1, 10, 100)
    found: Found = {}
    for display in DISPLAYS:
        async with visiting(browser, server, display, **DESK) as (page, session, address):
            await session.send("Performance.enable")
            await _arrives(page, address)
            took: dict[str, list[Found]] = {"rest": [], "burst": []}
            for number in range(10):
                for phase, windows in took.items():
                    before = await _worked(session)
                    await _window(server, 1000 * (number + 1) if phase == "burst" else 0)
                    after = await _worked(session)
                    windows.append({what: after[what] - before[what] for what in WORK})
            middle = {phase: {what: median(one[what] for one in windows) for what in WORK} for phase, windows in took.items()}
            found[display] = {
                "ms_a_line": {what: round((middle["burst"][what] - middle["rest"][what]) / BURST, 3) for what in WORK},
                "ms_a_second_at_rest": round(middle["rest"]["all"] / WINDOW, 2),
            }
    return found


async def _worked(session: CDPSession) -> Found:
    """Ms of the page's main thread so far."""
    told = {one["name"]: one["value"] for one in (await session.send("Performance.getMetrics"))["metrics"]}
    return {what: told[name] * 1000 for what, name in WORK.items()}


# -- memory --

MARKS: Final = (100, 1000, 5000, 10_000, 15_000, 20_000)  # lines
HOUR_MARKS: Final = (50, *range(300, 1801, 300))  # of which come 1,800 in an hour
STEP: Final = 50  # lines that come together


async def memory(browser: Browser, server: Ours) -> Found:
    """Twenty thousand lines to a page with all three displays, and changes of a fifth of them."""
    return await _growth(browser, server, MARKS, 0)


async def hour(browser: Browser, server: Ours) -> Found:
    """The same with a line every two seconds."""
    return await _growth(browser, server, HOUR_MARKS, 2)


async def _growth(browser: Browser, server: Ours, at: Sequence[int], every: float) -> Found:
    """What the page holds after so many lines, of which one comes `every` so many seconds, or as fast as they are shown."""
    async with visiting(browser, server, *DISPLAYS, **DESK) as (page, session, address):
        await page.add_init_script(
            "window.told = 0; for (const type of ['publish', 'correct', 'withdraw']) addEventListener(type, () => told++);"
        )
        await page.goto(address)
        await page.wait_for_function(f"{TICKER}?.status === 'live'")
        marks: list[Found] = []
        told = 0

        async def taken_in(events: int) -> None:
            nonlocal told
            told += events
            await page.wait_for_function(f"told >= {told}", polling=20)

        async for lines in _written(server, at[-1], every, taken_in):
            if lines in at:
                await page.wait_for_timeout(3000)  # for what fades, glides and is tidied up each second
                marks.append({"lines": lines, **await _held(session)})
    return {"marks": marks}


async def _written(server: Ours, count: int, every: float, taken_in: Callable[[int], Awaitable[None]]) -> AsyncIterator[int]:
    """Write fifty lines to the log, correct five of them, withdraw five, and so on; give how many there are each time.

    What is changed before it is shown would be shown once, so each step waits until its events are `taken_in`.
    """
    url = await locate(server.folder / "data")
    assert url
    settings = Settings()
    channel, author = settings.channels["en"], Author("bench")
    async with client(url) as redis:
        writer = Writer(redis, Keys(settings.newsroom), duplicate_window=0)
        began = time.monotonic()

        async def publish(number: int) -> Posted:
            await asyncio.sleep(began + number * every - time.monotonic())
            return await writer.publish(channel, _draft(number), author)

        for done in range(0, count, STEP):
            posted = await asyncio.gather(*(publish(done + place) for place in range(STEP)))
            await taken_in(STEP)
            for one in posted[3::10]:
                change = Change(ChangeKind.CORRECTION, {"text": f"{one.line.text}, put right"}, "It was wrong.")
                await writer.change(channel, one.line.id, change, author)
            for one in posted[7::10]:
                await writer.withdraw(channel, one.line.id, Withdrawal("It was not so."), author)
            await taken_in(STEP // 5)
            yield done + STEP


def _draft(number: int) -> Draft:
    return Draft(
        text=f"Line {number}: ferries stay in port until Thursday as the storm moves north",
        source="Civil Defence" if number % 2 else None,
        urgency=Urgency.FLASH if number % 25 == 0 else Urgency.BREAKING,
        url=f"https://news.example/{number}" if number % 3 == 0 else None,
    )


async def _held(session: CDPSession) -> Found:
    """What is still there once all garbage is gone."""
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    heap = await session.send("Runtime.getHeapUsage")
    dom = await session.send("Memory.getDOMCounters")
    return {"heap_kB": round(heap["usedSize"] / 1000), "nodes": dom["nodes"], "listeners": dom["jsEventListeners"]}


# -- the program --


def markdown(kept: Found) -> str:
    """Give the results as tables."""
    said = "# The widget in a browser, measured\n\nMade by `python -m bench.widget`; what is done is told in "
    said += f"[README.md](../README.md).\n\nThe machine: {kept['machine']}. "
    said += f"The browser: {kept['browser']}, headless, without a GPU.\n"
    rows = [[f"`{name}`", part["bytes"], part["brotli"]] for name, part in kept["sizes"].items()]
    said += f"\n## sizes\n\n{table(['', 'bytes', 'as Brotli'], rows)}"
    for case, told in TOLD.items():
        if case in kept:
            said += f"\n## {case}, {kept[case]['date']}\n\n{told(kept[case])}"
    return said


def _load_told(found: Found) -> str:
    names = {"page_painted_ms": "the page itself painted", "first_line_ms": "**the first line painted**", "live_ms": "live"}
    names |= {"all_scripts_ms": "the last script loaded"}
    rows = [[words, *(_range(found[kind][name]) for kind in ("desk", "slow_phone"))] for name, words in names.items()]
    rows += [
        [f"`{script}` loaded", *(_range(found[kind]["scripts_ms"][script]) for kind in ("desk", "slow_phone"))]
        for script in found["desk"]["scripts_ms"]
    ]
    head = ["ms after the navigation began: median (least–most)", "desk", "slow phone"]
    return "Ten visits each, with an empty cache.\n\n" + table(head, rows)


def _range(of: Found) -> str:
    return f"{of['median']:.0f} ({of['least']:.0f}–{of['most']:.0f})"


def _frames_told(found: Found) -> str:
    rows = []
    for kind, words in (("desk", "as the machine is"), ("slow_processor", f"main thread slowed down by {THROTTLE}")):
        for phase, one in found[kind].items():
            share = 1 - one["dropped"] / one["due"]
            rows.append([f"{words}, {phase}", one["due"], one["dropped"], one["partial"], f"{share:.4f}"])
        came = [1 - found[kind][phase]["dropped"] / found[kind][phase]["due"] for phase in ("burst", "rest")]
        rows[-1].append(f"{came[0] / came[1]:.4f}")
        rows[-2].append("")
    head = ["", "frames due", "dropped", "crawl on time, news a frame late", "share that came", "burst over rest"]
    return f"Ten windows of {WINDOW} s each; {BURST} lines in a burst.\n\n" + table(head, rows)


def _work_told(found: Found) -> str:
    rows = [
        [display, *(f"{found[display]['ms_a_line'][what]:.2f}" for what in WORK), found[display]["ms_a_second_at_rest"]]
        for display in DISPLAYS
    ]
    head = ["main thread, ms a line", "all", "of it script", "style", "layout", "at rest, ms a second"]
    return f"{BURST} lines in a second, less the same time at rest.\n\n" + table(head, rows)


def _memory_told(found: Found) -> str:
    rows = [[f"{one['lines']:,}", f"{one['heap_kB']:,}", one["nodes"], one["listeners"]] for one in found["marks"]]
    return (
        "A page with all three displays; a tenth of the lines corrected, a tenth withdrawn; after garbage collection.\n\n"
        + table(["lines", "JavaScript heap, kB", "nodes", "listeners"], rows)
    )


CASES: Final[dict[str, Callable[[Browser, Ours], Awaitable[Found]]]] = {
    "load": load,
    "frames": frames,
    "work": work,
    "memory": memory,
    "hour": hour,
}
TOLD: Final[dict[str, Callable[[Found], str]]] = {
    "load": _load_told,
    "frames": _frames_told,
    "work": _work_told,
    "memory": _memory_told,
    "hour": _memory_told,
}


async def measure(cases: list[str]) -> None:
    """Measure, print and keep."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        kept |= {"machine": machine(), "browser": f"Chromium {re.split('[.]', browser.version)[0]}", "sizes": sizes()}
        for case in cases:
            print(f"{case} …", flush=True)
            with ours() as server:
                kept[case] = {"date": time.strftime("%Y-%m-%d"), **await CASES[case](browser, server)}
            print(json.dumps(kept[case], indent=1), flush=True)
            RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
            RESULTS.with_suffix(".md").write_text(markdown(kept))
        await browser.close()


def main() -> int:
    """Measure what is asked for; give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.widget", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cases", nargs="*", choices=[*CASES, "all"], default="all")
    given = parser.parse_args().cases
    asyncio.run(measure([case for case in CASES if case != "hour"] if "all" in given else given))
    return 0


if __name__ == "__main__":
    sys.exit(main())
