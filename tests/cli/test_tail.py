"""`ticker tail` against a server that plays each part of the live protocol on a real WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.cli.conftest import Ran, Run
from tests.cli.scripted import scripted

pytestmark = pytest.mark.asyncio

LINE = {
    "id": "A",
    "version": 1,
    "text": "Quake felt",
    "urgency": 3,
    "published": "2026-11-24T22:00:00.000Z",
    "updated": "2026-11-24T22:00:00.000Z",
}

Act = Sequence[dict[str, Any] | int | str]
"""What happens on one connection: messages, then the code that closes it; or a word for what else."""


@dataclass(slots=True)
class Stage:
    """A server that plays an act on each connection, and what was asked of it."""

    url: str
    paths: list[str] = field(default_factory=list)


@asynccontextmanager
async def stage(*acts: Act) -> AsyncIterator[Stage]:
    acts_left = list(acts)
    everybody = asyncio.Barrier(len(acts))
    shown = Stage("")

    async def play(socket: ServerConnection) -> None:
        assert socket.request is not None
        shown.paths.append(socket.request.path)
        for step in acts_left.pop(0):
            if isinstance(step, dict):
                await socket.send(json.dumps(step))
            elif isinstance(step, int):
                await socket.close(step)
            elif step == "gone":
                socket.transport.abort()
            elif step == "together":
                await everybody.wait()
            elif step == "silent":
                await socket.wait_closed()
            else:
                await socket.send(step)

    async with serve(play, "127.0.0.1", 0) as server:
        shown.url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield shown


@pytest.fixture(autouse=True)
def without_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shortest of the jittered pauses."""
    monkeypatch.setattr("ticker.cli.tail.random.random", lambda: 0.0)


def snapshot(*lines: dict[str, Any], reason: str = "first", cursor: str = "1-1") -> dict[str, Any]:
    return {"type": "snapshot", "reason": reason, "cursor": cursor, "heartbeat": 25, "lines": list(lines)}


def resumed(cursor: str) -> dict[str, Any]:
    return {"type": "resumed", "cursor": cursor, "heartbeat": 25}


async def tailed(run: Callable[..., Ran], url: str, *args: str) -> Ran:
    return await asyncio.to_thread(lambda: run("tail", *args, TICKER_URL=url))


async def test_it_goes_on_by_cursor_after_each_loss(run: Run) -> None:
    """Closed by the server or cut: the lines since then follow once, and each loss and return is told."""
    withdrawn = {"type": "withdraw", "cursor": "3-3", "id": "A", "version": 2, "status": "canceled"}
    later = {"type": "publish", "cursor": "2-2", "line": LINE | {"id": "B"}}
    acts: list[Act] = [
        [snapshot(LINE), 1013],
        ["gone"],
        [resumed("1-1"), later, {"type": "heartbeat", "cursor": "2-9", "now": "…"}, 1011],
        [resumed("2-9"), withdrawn, 4410],
    ]
    async with stage(*acts) as server:
        ran = await tailed(run, server.url, "--channel", "en", "--topic", "world", "--topic", "a-b")

    assert server.paths == [
        "/v1/channels/en/ws?topic=world&topic=a-b",
        "/v1/channels/en/ws?after=1-1&topic=world&topic=a-b",
        "/v1/channels/en/ws?after=1-1&topic=world&topic=a-b",
        "/v1/channels/en/ws?after=2-9&topic=world&topic=a-b",
    ]
    assert [one.split(" en ")[1] for one in ran.out.splitlines()] == [
        "BREAKING  Quake felt [A]",
        "BREAKING  Quake felt [B]",
        "WITHDRAWN A",
    ]
    assert ran.err.splitlines() == [
        "ticker: en: the connection was closed (1013); trying again",
        "ticker: en: connected again",
        "ticker: en: the connection was closed (1011); trying again",
        "ticker: en: connected again",
        "ticker: en: the channel is retired (4410)",
    ]
    assert ran.status == 1


async def test_it_comes_back_when_a_leaving_server_asked_it_to(run: Run) -> None:
    """Without a word: nothing is lost."""
    async with stage([snapshot(), {"type": "leaving", "reconnect": 0.01}, 1012], [resumed("1-1"), 4404]) as server:
        ran = await tailed(run, server.url, "--channel", "en")

    assert (ran.out, ran.err) == ("", "ticker: en: there is no such channel (4404)\n")


async def test_a_gap_is_told(run: Run) -> None:
    """Who reads along knows that something may be missing."""
    async with stage([snapshot(LINE, reason="expired"), 4404]) as server:
        ran = await tailed(run, server.url, "--channel", "en", "--after", "9-9")

    assert server.paths == ["/v1/channels/en/ws?after=9-9"]
    assert ran.err.splitlines()[0] == "ticker: en: here may be a gap (expired); the newest lines follow"


async def test_json_is_each_message_with_its_channel(run: Run) -> None:
    """For programs: one object on a line, each with a cursor to go on from; nothing twice."""
    publish = {"type": "publish", "cursor": "2-2", "line": LINE}
    async with stage(
        [snapshot(), publish, publish, {"type": "heartbeat", "cursor": "2-9"}, {"type": "weather"}, 4404]
    ) as server:
        ran = await tailed(run, server.url, "--channel", "en", "--json")

    assert [json.loads(one) for one in ran.out.splitlines()] == [{"channel": "en"} | snapshot(), {"channel": "en"} | publish]


async def test_several_channels_are_shown_at_once(run: Run) -> None:
    """Each on its own connection; one that ends for good ends the command."""
    async with stage([snapshot(), "together", 4410], [snapshot(), "together", 4410]) as server:
        ran = await tailed(run, server.url, "--channel", "en", "--channel", "es", "--channel", "en")

    assert sorted(server.paths) == ["/v1/channels/en/ws", "/v1/channels/es/ws"]
    assert ran.status == 1


async def test_a_server_that_falls_silent_is_left(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead connection looks like a quiet day; the missing heartbeat tells."""
    monkeypatch.setattr("ticker.cli.tail._LATE", 0.02)
    async with stage([snapshot() | {"heartbeat": 0.01}, "silent"], [4404]) as server:
        ran = await tailed(run, server.url, "--channel", "en")

    assert ran.err.startswith("ticker: en: the server fell silent; trying again\n")


@pytest.mark.parametrize("said", ["nonsense", "[]", '{"type": "snapshot", "lines": 3}', '{"type": "publish", "line": {}}'])
async def test_what_is_no_ticker_is_said(run: Run, said: str) -> None:
    """And ends it."""
    async with stage([said, "silent"]) as server:
        ran = await tailed(run, server.url, "--channel", "en")

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.endswith("/v1/channels/en/ws does not speak the live protocol of ticker\n")


async def test_a_refused_handshake_ends_it_or_is_repeated(run: Run) -> None:
    """By its status; a proxy may be short of servers for a moment."""
    with scripted((503, {}, ""), (404, {}, "")) as server:
        ran = await tailed(run, server.url, "--channel", "en")

    assert ran.status == 1
    assert ran.err.splitlines()[0] == "ticker: en: the server answered 503; trying again"
    assert ran.err.endswith("/v1/channels/en/ws answered 404\n")


async def test_the_channels_are_by_default_those_of_the_token(run: Run) -> None:
    """A token knows its channels; without one they must be named."""
    with scripted((200, {}, {"channels": [{"id": "es"}]}), (404, {}, "")) as server:
        ran = await asyncio.to_thread(lambda: run("tail", TICKER_URL=server.url, TICKER_TOKEN="tk_1"))
        paths = [asked.path for asked in server.asked]
    with scripted((200, {}, {"channels": []})) as server:
        none = await asyncio.to_thread(lambda: run("tail", TICKER_URL=server.url, TICKER_TOKEN="tk_1"))

    assert paths == ["/v1/me", "/v1/channels/es/ws"]
    assert ran.status == 1
    assert (none.status, none.err) == (2, "ticker: --channel is needed: the token is good for none that is configured\n")


@pytest.mark.parametrize(
    "args, said",
    [
        ([], "--channel is needed, or a token in TICKER_TOKEN whose channels to show"),
        (["--channel", "en", "--channel", "es", "--after", "1-1"], "--after is the cursor of one channel: give one --channel"),
    ],
)
async def test_what_cannot_be_meant_is_said(run: Run, args: list[str], said: str) -> None:
    """Exit status 2."""
    ran = await tailed(run, "http://127.0.0.1:1", *args)

    assert (ran.status, ran.err) == (2, f"ticker: {said}\n")


@pytest.mark.parametrize("topic", ["X Y", "", "-world"])
async def test_what_is_no_topic_is_said_to_be_none(run: Run, topic: str) -> None:
    """No line could ever have it: the command does not wait for one."""
    ran = await asyncio.to_thread(run, "tail", "--channel", "en", "--topic", topic)

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"ticker: Invalid value for '--topic': {topic!r} is no topic")
