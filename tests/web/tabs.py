"""Tabs of one window, as a reader has them: those behind another one are hidden, may be frozen, and rest when left.

Playwright tells each of its pages that it is in sight and keeps none for going back to. So these tabs are driven by the
browser's own protocol, over Playwright's connection.
"""

import asyncio
import itertools
import json
from typing import Any, Final, Self

from playwright.async_api import Browser, CDPSession

WITHIN: Final = 20.0
TICKER: Final = "document.querySelector('breaking-ticker')"
LISTENING: Final = """
window.told = [];
for (const type of ["publish", "correct", "withdraw"]) {
  document.addEventListener(type, ({ detail }) => told.push(type + " " + (detail.line?.text ?? detail.id)));
}
"""
"""Notes what the ticker tells the page."""


class Window:
    """A visitor's window. Close it."""

    def __init__(self, session: CDPSession, context: str) -> None:
        self.session = session
        self.context = context
        self.tabs: dict[str, Tab] = {}
        session.on("Target.receivedMessageFromTarget", self._hear)

    @classmethod
    async def of(cls, browser: Browser) -> Self:
        """Open one whose storage, locks and channels are shared with no other."""
        session = await browser.new_browser_cdp_session()
        context = await session.send("Target.createBrowserContext")
        return cls(session, context["browserContextId"])

    async def opens(self, url: str, *scripts: str) -> "Tab":
        """A new tab, in front of the others. The scripts run in each of its pages before those of the page."""
        target = await self.session.send("Target.createTarget", {"url": "about:blank", "browserContextId": self.context})
        found = await self.session.send("Target.attachToTarget", {"targetId": target["targetId"], "flatten": False})
        tab = self.tabs[found["sessionId"]] = Tab(self, target["targetId"], found["sessionId"])
        for domain in ("Page", "Runtime", "Network", "Log"):
            await tab.does(f"{domain}.enable")
        for script in (LISTENING, *scripts):
            await tab.does("Page.addScriptToEvaluateOnNewDocument", source=script)
        await tab.goes(url)
        return tab

    async def close(self) -> None:
        await self.session.send("Target.disposeBrowserContext", {"browserContextId": self.context})

    def _hear(self, event: dict[str, Any]) -> None:
        if tab := self.tabs.get(event["sessionId"]):
            tab.hear(json.loads(event["message"]))


class Tab:
    """One tab; what its page holds and says is noted."""

    def __init__(self, window: Window, target: str, session: str) -> None:
        self.sockets: set[str] = set()  # ids of those that are open
        self.requests: list[str] = []  # addresses
        self.warnings: list[str] = []
        self.faults: list[str] = []
        self._window = window
        self._target = target
        self._session = session
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def does(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command of the protocol, and give its result."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        message = json.dumps({"id": number, "method": method, "params": params})
        await self._window.session.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        return await asyncio.wait_for(answer, WITHIN)

    async def goes(self, url: str) -> None:
        """Follow a link."""
        await self.does("Page.navigate", url=url)
        await self.reaches(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url)})")

    async def goes_back(self) -> None:
        """Press the browser's back button."""
        history = await self.does("Page.getNavigationHistory")
        before = history["entries"][history["currentIndex"] - 1]
        await self.does("Page.navigateToHistoryEntry", entryId=before["id"])
        await self.reaches(f"location.href.startsWith({json.dumps(before['url'])})")

    async def tells(self, expression: str) -> Any:
        """The value of an expression."""
        found = await self.does("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def reaches(self, condition: str, within: float = WITHIN) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(within):
            while not await self._holds(condition):
                await asyncio.sleep(0.03)

    async def shows(self, *texts: str) -> None:
        """Wait until the ticker's lines are these, in order."""
        await self.reaches(f"JSON.stringify({TICKER}?.lines?.map((line) => line.text)) === '{_json(texts)}'")

    async def is_live(self) -> None:
        await self.reaches(f"{TICKER}?.status === 'live'")

    async def comes_to_front(self) -> None:
        await self._window.session.send("Target.activateTarget", {"targetId": self._target})
        await self.reaches("!document.hidden")

    async def closes(self) -> None:
        await self._window.session.send("Target.closeTarget", {"targetId": self._target})

    def hear(self, message: dict[str, Any]) -> None:
        """Take in an answer or an event."""
        if answer := self._waiting.pop(message.get("id", 0), None):
            if not answer.done():
                answer.set_result(message.get("result", message))
            return
        params = message.get("params", {})
        match message.get("method"):
            case "Network.webSocketCreated":
                self.sockets.add(params["requestId"])
            case "Network.webSocketClosed":
                self.sockets.discard(params["requestId"])
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Runtime.consoleAPICalled" if params["type"] == "warning":
                self.warnings.append(params["args"][0]["value"])
            case "Runtime.exceptionThrown":
                self.faults.append(params["exceptionDetails"]["text"])

    async def _holds(self, condition: str) -> bool:
        try:
            return bool(await self.tells(condition))
        except (AssertionError, KeyError):
            return False  # the page is on its way


def _json(texts: tuple[str, ...]) -> str:
    return json.dumps([*texts], separators=(",", ":"))
