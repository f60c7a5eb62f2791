"""Debian's Firefox, driven by its own protocol: https://w3c.github.io/webdriver-bidi, on a WebSocket.

Playwright drives a Firefox that it has patched, and that no reader has.
"""

import asyncio
import itertools
import json
import os
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect

from tests.needs import firefox

WITHIN: Final = 20.0  # s; what takes longer does not come
PREFERENCES: Final = {"ui.primaryPointerCapabilities": 6, "ui.allPointerCapabilities": 6}
"""A mouse, which the browser does not find where there is no screen."""

SOCKET_LOST: Final = re.compile("can’t establish a connection|connection to ws://.* was interrupted")
"""What the browser itself writes of a socket that did not come about: the page's own errors are the faults."""

KEYS: Final = {"Enter": "\ue007", "Tab": "\ue004"}
"""As WebDriver writes them."""


class Refused(Exception):
    """The browser could not do what it was asked."""


class Firefox:
    """A running browser. What its pages ask for and do wrong is noted."""

    def __init__(self, link: ClientConnection) -> None:
        self.requests: list[str] = []  # addresses, also of sockets
        self.faults: list[str] = []  # errors that were thrown and not caught, or written to the console
        self._link = link
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def does(self, method: str, **params: Any) -> Any:
        """Send a command, and give its result."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._link.send(json.dumps({"id": number, "method": method, "params": params}))
        said = await asyncio.wait_for(answer, WITHIN)
        if said["type"] == "error":
            raise Refused(f"{method}: {said['message']}")
        return said["result"]

    async def evaluates(self, context: str, expression: str) -> Any:
        """The value of an expression, awaited where it is a promise, as JSON knows it."""
        script = f"Promise.resolve({expression}).then((value) => JSON.stringify([value]))"
        said = await self.does("script.evaluate", expression=script, target={"context": context}, awaitPromise=True)
        if said["type"] == "exception":
            raise Refused(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"])[0]

    async def itself(self, expression: str) -> Any:
        """The value of an expression in the browser's own window, where `Services` and `gBrowser` are."""
        tree = await self.does("browsingContext.getTree", **{"moz:scope": "chrome"})
        return await self.evaluates(tree["contexts"][0]["context"], expression)

    @asynccontextmanager
    async def visitor(self) -> AsyncIterator["Visitor"]:
        """Somebody new, of whose pages alone the requests and faults are noted."""
        found = await self.does("browser.createUserContext")
        self.requests.clear()
        self.faults.clear()
        try:
            yield Visitor(self, found["userContext"])
        finally:
            await self.does("browser.removeUserContext", userContext=found["userContext"])

    def forgives(self, words: str) -> None:
        """Forget the faults with these words, which a test brought about."""
        self.faults[:] = [fault for fault in self.faults if words not in fault]

    async def listen(self) -> None:
        """Take in what the browser says, until it ends."""
        async for message in self._link:
            self._hear(json.loads(message))

    def _hear(self, message: dict[str, Any]) -> None:
        match message:
            case {"id": number}:
                if not (answer := self._waiting.pop(number)).done():
                    answer.set_result(message)
            case {"method": "network.beforeRequestSent", "params": {"request": {"url": url}}}:
                self.requests.append(url)
            case {"method": "log.entryAdded", "params": {"level": "error", "text": text}}:
                if not SOCKET_LOST.search(text):
                    self.faults.append(text)


class Visitor:
    """Somebody whose storage, locks and channels are shared with nobody else."""

    def __init__(self, browser: Firefox, context: str) -> None:
        self.browser = browser
        self._context = context

    async def opens(self, url: str, *scripts: str, width: int = 1280, height: int = 700) -> "Tab":
        """A new tab, in front of the others. The scripts run in each of its pages before those of the page."""
        found = await self.browser.does("browsingContext.create", type="tab", userContext=self._context)
        tab = Tab(self.browser, found["context"])
        await tab.does("browsingContext.setViewport", viewport={"width": width, "height": height})
        for script in scripts:
            function = f"() => {{ {script} }}"
            await self.browser.does("script.addPreloadScript", functionDeclaration=function, contexts=[tab.context])
        await tab.goes(url)
        return tab


class Tab:
    """One tab, or a frame in one."""

    def __init__(self, browser: Firefox, context: str) -> None:
        self.browser = browser
        self.context = context

    async def does(self, method: str, **params: Any) -> Any:
        """Send a command for this tab."""
        return await self.browser.does(method, context=self.context, **params)

    async def goes(self, url: str) -> None:
        """Follow a link, until the page has loaded."""
        await self.does("browsingContext.navigate", url=url, wait="complete")

    async def goes_back(self) -> None:
        """Press the browser's back button."""
        await self.does("browsingContext.traverseHistory", delta=-1)

    async def comes_to_front(self) -> None:
        await self.does("browsingContext.activate")

    async def closes(self) -> None:
        await self.does("browsingContext.close")

    async def frame(self) -> "Tab":
        """The one frame in the page."""
        tree = await self.browser.does("browsingContext.getTree", root=self.context)
        (child,) = tree["contexts"][0]["children"]
        return Tab(self.browser, child["context"])

    async def evaluate(self, expression: str, arg: Any = None) -> Any:
        """The value of an expression, or of a function of an argument, as Playwright has it."""
        call = expression if arg is None else f"({expression})({json.dumps(arg)})"
        return await self.browser.evaluates(self.context, call)

    async def wait_for_function(
        self,
        expression: str,
        *,
        arg: Any = None,
        timeout: float | None = None,  # noqa: ASYNC109 -- Playwright's word
    ) -> None:
        """Wait until it is true, so many ms."""
        async with asyncio.timeout(WITHIN if timeout is None else timeout / 1000):
            while not await self._holds(expression, arg):
                await asyncio.sleep(0.03)

    async def presses(self, *keys: str) -> None:
        """Type keys, one after the other."""
        actions = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        await self.does("input.performActions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    async def points(self, x: float, y: float) -> None:
        """Move the mouse to a place in the page."""
        move = {"type": "pointerMove", "x": round(x), "y": round(y)}
        await self.does("input.performActions", actions=[{"type": "pointer", "id": "mouse", "actions": [move]}])

    async def prefers(self, **overrides: str) -> None:
        """Have the reader's wishes, in the tab in front: `ColorScheme="dark"`, `ReducedMotion="reduce"`."""
        for name, value in overrides.items():
            await self.browser.itself(f"(gBrowser.selectedBrowser.browsingContext.prefers{name}Override = {json.dumps(value)})")

    async def is_offline(self, offline: bool) -> None:
        """Take the network away, or give it back."""
        how = {"type": "offline"} if offline else None
        await self.browser.does("emulation.setNetworkConditions", networkConditions=how, contexts=[self.context])

    async def _holds(self, expression: str, arg: Any) -> bool:
        try:
            return bool(await self.evaluate(expression, arg))
        except Refused:
            return False  # the page is on its way


@asynccontextmanager
async def launched() -> AsyncIterator[Firefox]:
    """A browser with a profile of its own and no window."""
    with TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        preferences = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
        (Path(folder) / "user.js").write_text("".join(preferences))
        command = [firefox(), "--headless", "--remote-debugging-port=0", "--remote-allow-system-access", "--profile", folder]
        with output.open("wb") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said, env=os.environ | {"HOME": folder})
        try:
            async with connect(await _address(process, output), max_size=None, compression=None) as link:
                browser = Firefox(link)
                listening = asyncio.create_task(browser.listen())
                await browser.does("session.new", capabilities={})
                await browser.does("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
                try:
                    yield browser
                finally:
                    await browser.does("browser.close")
                    await listening
        finally:
            try:
                process.wait(WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


async def _address(process: subprocess.Popen[bytes], output: Path) -> str:
    """Where it listens, as it says."""
    async with asyncio.timeout(WITHIN):
        while not (found := re.search(r"BiDi listening on (\S+)", output.read_text(errors="replace"))):
            assert process.poll() is None, output.read_text(errors="replace")
            await asyncio.sleep(0.03)
    return f"{found[1]}/session"
