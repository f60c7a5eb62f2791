"""What an operator relies on: readiness, metrics, logs that tell no secret, and a stop that leaves nobody hanging."""

import asyncio
import json
import re
import resource
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, Final

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect as ws_connect

from tests.redises import RedisServer
from tests.served import WITHIN, Server, until
from tests.viewers import TRANSPORTS, Screen, connect, stalled
from ticker import __version__
from ticker.live.sending import COMPILED

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

LINES: Final = "/v1/channels/en/lines"
FILLER: Final = "x" * 490


# -- alive and ready -------------------------------------------------------------------------------------------------


async def test_ready_while_redis_is_there(redis_server: RedisServer, servers: Callable[..., Server]) -> None:
    """A load balancer takes a server out while its Redis is away, and nobody kills it for that."""
    server = servers(TICKER_REDIS_URL=redis_server.url).start()
    before = readiness(server)
    redis_server.kill()
    await asyncio.to_thread(until, lambda: readiness(server)[0] == 503, "it to be taken out")
    away, alive = readiness(server), httpx.get(f"{server.url}/healthz")
    redis_server.start()
    await asyncio.to_thread(until, lambda: readiness(server)[0] == 200, "it to be taken in again")

    assert before == (200, {"ready": True, "redis": "connected"})
    assert away == (503, {"ready": False, "redis": "unreachable"})
    assert (alive.status_code, alive.json()) == (200, {"alive": True})


async def test_the_greeting_waits_for_redis(redis_server: RedisServer, servers: Callable[..., Server]) -> None:
    """Nobody is told that the ticker is live while its log is away; the log says what is waited for."""
    redis_server.kill()
    server = servers(TICKER_REDIS_URL=redis_server.url).start(ready=False)
    await asyncio.to_thread(until, lambda: "log_awaited" in server.log, "it to say that it waits")
    before = server.printed, httpx.get(f"{server.url}/healthz").status_code
    redis_server.start()
    await asyncio.to_thread(until, lambda: "The ticker is live" in server.printed, "the greeting")

    assert before == ("", 200)


async def test_not_ready_while_stopping(server: Server) -> None:
    """From the signal on; a viewer that takes nothing keeps neither the others nor the process for more than ten seconds."""
    for count in range(100):
        server.post(f"{count} {FILLER}", source="ط" * 120, url=f"https://news.example/{'x' * 1900}")
    stuck = [stalled(server.port) for _ in range(3)]
    await asyncio.to_thread(until, lambda: metrics(server)["ticker_viewers", "en", "ws"] == 3, "the viewers")
    assert server.process
    server.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    await asyncio.to_thread(until, lambda: readiness(server)[0] == 503, "it to be taken out")
    state = readiness(server)[1]
    status = await asyncio.to_thread(server.process.wait, WITHIN)
    for connection in stuck:
        connection.close()

    assert (state["ready"], state["stopping"], status) == (False, True, 0)
    assert time.monotonic() - began < 10


def readiness(server: Server) -> tuple[int, dict[str, Any]]:
    answer = httpx.get(f"{server.url}/readyz", timeout=WITHIN)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


# -- metrics ---------------------------------------------------------------------------------------------------------


class Metrics(dict[tuple[str, ...], float]):
    """Samples by name and labels' values, in the order of the labels' names; what was never counted is 0."""

    def __missing__(self, key: tuple[str, ...]) -> float:
        return 0.0

    def since(self, before: "Metrics") -> dict[tuple[str, ...], float]:
        """What moved."""
        return {key: value - before[key] for key, value in self.items() if value != before[key]}


def metrics(server: Server) -> Metrics:
    families = text_string_to_metric_families(httpx.get(f"{server.url}/metrics", timeout=WITHIN).text)
    samples = [sample for family in families for sample in family.samples]
    return Metrics({(one.name, *(one.labels[label] for label in sorted(one.labels))): one.value for one in samples})


async def test_metrics_count_viewers_and_their_answers(server: Server) -> None:
    """By channel and transport while they are there; how they were received, and why they left."""
    before = metrics(server)
    async with AsyncExitStack() as stack:
        viewers = [await stack.enter_async_context(connect(server.url, "ar", transport)) for transport in TRANSPORTS]
        for viewer in viewers:
            await viewer.sees(lambda screen: screen.cursor is not None)
        polls = ("ticker_viewers", "ar", "poll")
        await asyncio.to_thread(until, lambda: metrics(server)[polls] == 1, "the long-poll")
        during = metrics(server)
        server.post("One", "ar")
        for viewer in viewers:
            await viewer.sees(lambda screen: screen.texts == ["One"])
        await asyncio.to_thread(until, lambda: metrics(server)[polls] == 1, "its next long-poll")
    made_up = Screen()
    made_up.cursor = "7-7"
    async with connect(server.url, screen=made_up) as viewer:
        await viewer.sees(lambda screen: "snapshot" in screen.types)
    async with ws_connect(f"{server.ws}/v1/channels/en/ws") as talker:
        await talker.send("Hello")
        await talker.wait_closed()
    gone = ("ticker_closes_total", "gone", "ws"), ("ticker_closes_total", "gone", "sse")
    await asyncio.to_thread(until, lambda: [metrics(server)[key] for key in gone] == [2, 1], "the viewers' end")
    await asyncio.to_thread(until, lambda: metrics(server)[polls] == 0, "the long-poll's end")
    moved = metrics(server).since(before)

    assert [during["ticker_viewers", "ar", transport] for transport in TRANSPORTS] == [1, 1, 1]
    assert [metrics(server)["ticker_viewers", "ar", transport] for transport in TRANSPORTS] == [0, 0, 0]
    assert moved["ticker_closes_total", "data", "ws"] == 1
    assert moved["ticker_resumes_total", "unknown"] == 1
    assert moved["ticker_resumes_total", "first"] == 3  # both streams, and the one that talked
    assert moved["ticker_resumes_total", "resumed"] == 1  # the long-poll that brought the line; the next was left
    assert "Traceback" not in server.log


async def test_metrics_count_lines_and_their_way(server: Server) -> None:
    """How many there are, how long they took to the viewers, what was changed, what was refused, what was rendered."""
    before = metrics(server)
    async with connect(server.url) as viewer:  # without viewers there is no way to measure
        await viewer.sees(lambda screen: screen.types == ["snapshot"])
        line = server.post("One")["line"]
        server.post("Two")
        server.change(line, kind="pin")
        server.withdraw(line)
        await viewer.sees(lambda screen: "withdraw" in screen.types)
    async with httpx.AsyncClient(base_url=server.url, headers=server.editor, timeout=WITHIN) as editor:
        await editor.post(LINES, json={"text": ""})
        await editor.post(LINES, json={"text": "Two"})
        await editor.post(LINES, content=b"x" * 70_000)
        await editor.post(LINES, json={"text": "Three"}, headers={"Authorization": "Bearer none"})
        for feed in ("rss.xml", "rss.xml", "atom.xml", "feed.json"):
            await editor.get(f"/en/{feed}")
    moved = metrics(server).since(before)

    assert moved["ticker_lines", "en"] == 1
    assert moved["ticker_append_to_write_seconds_count",] == 4
    assert 0 <= moved.get(("ticker_append_to_write_seconds_sum",), 0) < 4
    changed = {key[1:]: count for key, count in moved.items() if key[0] == "ticker_changes_total"}
    assert changed == {("publish", "en"): 2, ("pin", "en"): 1, ("withdraw", "en"): 1}
    refused = {key[1]: count for key, count in moved.items() if key[0] == "ticker_rejected_total"}
    assert refused == {"invalid-line": 1, "duplicate-line": 1, "too-large": 1, "unauthorized": 1}
    rendered = {key[1:]: count for key, count in moved.items() if key[0] == "ticker_feed_renders_total"}
    assert set(rendered) == {("en", form) for form in ("rss.xml", "atom.xml", "feed.json")}
    assert metrics(server)["ticker_engine", "running"] == 1
    assert metrics(server)["ticker_build_info", "c" if COMPILED else "python", __version__] == 1


async def test_metrics_tell_a_reader_that_lags(redis_server: RedisServer, servers: Callable[..., Server]) -> None:
    """Seconds since Redis last answered: small while it does, growing while it hangs."""
    server = servers(TICKER_REDIS_URL=redis_server.url).start()
    lag = ("ticker_reader_silent_seconds",)
    before = metrics(server)[lag]
    redis_server.pause()
    await asyncio.to_thread(until, lambda: metrics(server)[lag] > 2.5, "the lag to grow")
    redis_server.go_on()
    await asyncio.to_thread(until, lambda: metrics(server)[lag] < 2.5, "the lag to go")

    assert 0 <= before < 2.5


# -- logs ------------------------------------------------------------------------------------------------------------


async def test_an_answer_has_the_id_of_its_request(server: Server) -> None:
    """The one that was given, if it can be one; a fresh one otherwise; refused or not. The log has it too."""
    async with httpx.AsyncClient(base_url=server.url, timeout=WITHIN) as client:
        given = await client.post(LINES, headers={"X-Request-ID": "trace-1.a_B"})
        large = await client.post(LINES, headers={"X-Request-ID": "trace-2"}, content=b"x" * 70_000)
        made = [await client.get("/healthz", headers={"X-Request-ID": wrong}) for wrong in ("a b", "x" * 65, "<b>", "")]

    assert (given.headers["x-request-id"], large.headers["x-request-id"]) == ("trace-1.a_B", "trace-2")
    assert len({answer.headers["x-request-id"] for answer in made}) == 4
    assert all(re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"]) for answer in made)
    await asyncio.to_thread(until, lambda: "request=trace-1.a_B" in server.log and "request=trace-2" in server.log, "the log")


async def test_logs_tell_no_secret(redis_server: RedisServer, servers: Callable[..., Server]) -> None:
    """After a day in which everything went wrong, each line of the log is an object, and none holds a token or a text."""
    server = servers(TICKER_REDIS_URL=redis_server.url, TICKER_LOG_FORMAT="json", TICKER_LOG_LEVEL="debug").start()
    server.token = server.command("token", "create", "editor")
    wrong = "tk_" + "Wrong" * 8 + "abc"
    line = server.post("Marker one", note="Marker note", source="Marker source", url="https://marker.example/")["line"]
    server.correct(line, "Marker two", "Marker correction")
    async with httpx.AsyncClient(base_url=server.url, timeout=WITHIN) as client:
        for headers in (server.editor, {"Authorization": f"Bearer {wrong}"}, {"Authorization": f"Basic {wrong}"}):
            for body in (
                {"text": "Marker two"},
                {"text": "Marker\x00"},
                {"marker": "Marker"},
                {"text": "Marker", "url": "Marker"},
            ):
                await client.post(LINES, json=body, headers=headers | {"Idempotency-Key": "Marker"})
            await client.post(LINES, content=b"\xff Marker", headers=headers)
            await client.post(f"{LINES}?token={server.token}&text=Marker", headers=headers)
            await client.patch(
                f"{LINES}/{line['id']}", json={"kind": "update", "text": "Marker"}, headers=headers | {"If-Match": '"9"'}
            )
            await client.get(f"/v1/channels/en/audit?line={server.token}", headers=headers)
        await client.get(f"/en?q=Marker&access_token={server.token}")
        async with connect(server.url, topic="Marker", after=f"Marker-{server.token}"):
            pass
        server.withdraw(line)
        redis_server.kill()
        await client.post(LINES, json={"text": "Marker three"}, headers=server.editor)
        redis_server.start()
        await asyncio.to_thread(until, server.ready, "the log")
        with socket.create_connection(("127.0.0.1", server.port)) as garbage:
            garbage.sendall(b"Marker " + server.token.encode() + b"\r\n\r\n")
            garbage.recv(65536)
    assert server.stop() == 0

    entries = [json.loads(entry) for entry in server.log.splitlines()]
    assert {"request", "server_stopped"} <= {entry["event"] for entry in entries}
    assert all({"event", "level", "timestamp"} <= entry.keys() for entry in entries)
    assert all(
        {"request", "address", "method", "path", "status", "ms"} <= one.keys() for one in entries if one["event"] == "request"
    )
    assert [entry for entry in entries if "marker" in str(entry).lower()] == []
    assert [entry for entry in entries if server.token in str(entry) or wrong in str(entry)] == []
    assert server.token not in server.printed


# -- the stop --------------------------------------------------------------------------------------------------------


@pytest.fixture
def many_files() -> Iterator[None]:
    """A thousand viewers need a thousand files, here and in the server, which inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
async def test_a_thousand_viewers_are_told_when_to_come_back(servers: Callable[..., Server]) -> None:
    """Each at a time of its own, by `leaving` and 1001; and the server is gone within ten seconds."""
    server = servers(TICKER_LEAVE_WINDOW="10").start()
    told: list[float] = []
    codes: list[int | None] = []
    connecting = asyncio.Semaphore(50)
    seated = 0

    async def view() -> None:
        nonlocal seated
        async with connecting:
            viewer = await ws_connect(
                f"{server.ws}/v1/channels/en/ws", compression=None, open_timeout=WITHIN, ping_interval=None
            )
            await viewer.recv()
            seated += 1
        async for text in viewer:
            message = json.loads(text)
            assert message["type"] in ("leaving", "heartbeat")
            if message["type"] == "leaving":
                told.append(message["reconnect"])
        codes.append(viewer.close_code)

    async with asyncio.timeout(120), asyncio.TaskGroup() as viewers:
        for _ in range(1000):
            viewers.create_task(view())
        while seated < 1000:
            await asyncio.sleep(0.05)
        counted = metrics(server)["ticker_viewers", "en", "ws"]
        assert server.process
        server.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        status = await asyncio.to_thread(server.process.wait, WITHIN)
        took = time.monotonic() - began

    assert (counted, status) == (1000, 0)
    assert codes == [1001] * 1000
    assert len(told) == 1000
    assert 0.5 <= min(told) <= 2 <= 8 <= max(told) <= 10
    assert len(set(told)) > 50
    assert took < 10


async def test_a_stream_is_told_in_the_words_of_eventsource(server: Server) -> None:
    """`retry` sets how long a browser waits before it comes back; a long-poll is answered."""
    async with httpx.AsyncClient(base_url=server.url, timeout=WITHIN) as client:
        cursor = (await client.get(LINES)).json()["cursor"]
        poll = asyncio.create_task(client.get(f"{LINES}?after={cursor}&wait=30"))
        async with client.stream("GET", "/v1/channels/en/sse") as stream:
            text = ""
            async for chunk in stream.aiter_text():
                if not text:
                    await asyncio.to_thread(
                        until, lambda: metrics(server)["ticker_viewers", "en", "poll"] == 1, "the long-poll"
                    )
                    assert server.process
                    server.process.send_signal(signal.SIGTERM)
                text += chunk
        answer = (await poll).json()
        status = await asyncio.to_thread(server.process.wait, WITHIN)  # type: ignore[union-attr]  # it was started

    event, retry, data = text.strip().split("\n\n")[-1].split("\n")
    message = json.loads(data.removeprefix("data: "))
    assert (event, message["type"], retry) == ("event: leaving", "leaving", f"retry: {int(message['reconnect'] * 1000)}")
    assert [event["type"] for event in answer["events"]] == ["resumed", "leaving"]
    assert status == 0


async def test_a_post_on_its_way_is_completed(server: Server) -> None:
    """An editor whose request is half sent when the server is told to stop gets the answer, and the line is kept."""
    body = b"Half before, half after"
    fields = [f"POST {LINES} HTTP/1.1", "Host: localhost", "Content-Type: text/plain", f"Content-Length: {len(body)}"]
    head = "\r\n".join([*fields, f"Authorization: Bearer {server.token}", "Expect: 100-continue", "", ""])
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head.encode())
    assert await reader.readline() == b"HTTP/1.1 100 Continue\r\n"  # it waits for the body
    await reader.readline()
    writer.write(body[:10])
    assert server.process
    server.process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(until, lambda: "server_stops" in server.log, "the stop")
    writer.write(body[10:])
    answer = await asyncio.wait_for(reader.read(), WITHIN)
    writer.close()
    status = await asyncio.to_thread(server.process.wait, WITHIN)
    server.start()

    assert answer.startswith(b"HTTP/1.1 201 ")
    assert status == 0
    assert [line["text"] for line in httpx.get(f"{server.url}{LINES}").json()["lines"]] == [body.decode()]


async def test_a_hurried_operator_is_obeyed_as_well(server: Server) -> None:
    """Ctrl-C is a clean stop too."""
    assert server.process
    server.process.send_signal(signal.SIGINT)

    assert await asyncio.to_thread(server.process.wait, 10) == 0
    assert "Traceback" not in server.log
