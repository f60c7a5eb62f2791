"""A newsroom to work in: the desk over a real engine, with its reader and its viewers, on a free port."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from tests.redises import RedisServer
from ticker.desk.conditions import AuditPage
from ticker.desk.routes import routes
from ticker.desk.signin import SignIn
from ticker.edge.problems import Problem, problem_response
from ticker.live.admission import Admission
from ticker.live.routes import routes as live_routes
from ticker.live.viewers import Viewers, now_ms
from ticker.log.audit import audit_entries
from ticker.log.keys import Keys
from ticker.log.mirror import Mirror
from ticker.log.reader import Reader
from ticker.log.redis import cancelled, client
from ticker.log.tokens import SCOPES, Tokens
from ticker.log.writer import Writer
from ticker.model.channel import Channel
from ticker.model.cursor import Cursor
from ticker.pages.static import static_routes
from ticker.settings import Settings

WITHIN = 10.0  # s; what takes longer does not come


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(WITHIN):
        while not condition():
            await asyncio.sleep(0.005)


class Newsroom:
    """Two editions, `en` and `ar`, without a line, and a token named `desk` that may do everything."""

    def __init__(self, engine: str, name: str) -> None:
        self.redis = client(engine)
        self.keys = keys = Keys(name)
        self.tokens = Tokens(self.redis, keys)
        self.writer = Writer(self.redis, keys, duplicate_window=120)
        self.channels = {channel: Settings().channels[channel] for channel in ("en", "ar")}
        self.mirror = Mirror(self.channels.values())
        self.viewers = Viewers(self.mirror, heartbeat=25, replay_most=300, write_deadline=15, leave_window=0.1)
        self.reader = Reader(
            engine, keys, self.mirror, places=None, on_applied=self.viewers.applied, on_replaced=self.viewers.replaced
        )
        self.reached = self.reader.reached  # a test may put something slower here
        self.addresses = {"x-from": "192.0.2.1"}

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self.reader.run()), asyncio.create_task(self.viewers.keep_time())]
        self.token = await self.tokens.create("desk", (), SCOPES)
        config = uvicorn.Config(Starlette(), port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        socket = config.bind_socket()
        self.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
        self.app = self._app()
        config.app = self.app
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve([socket]))
        self.http = httpx.AsyncClient(base_url=self.url)
        await until(lambda: self._server.started and self.reader.loaded)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()
        self._server.should_exit = True
        await self._serving
        await cancelled(self._tasks)
        await self.reader.aclose()
        await self.redis.aclose()

    async def call(self, method: str, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        """Send a request with the token `desk`, or with another one."""
        headers = {"Authorization": f"Bearer {token or self.token}"} | more.pop("headers", {})
        return await self.http.request(method, path, headers=headers, **more)

    async def post(self, text: str = "Bridge closed", *, channel: str = "en", **more: Any) -> httpx.Response:
        """Post a line as JSON; other fields of the line may be given as `fields`."""
        return await self.call("POST", f"/v1/channels/{channel}/lines", json={"text": text} | more.pop("fields", {}), **more)

    async def posted(self, text: str = "Bridge closed", **fields: Any) -> str:
        """Post a line and give its path."""
        answer = await self.post(text, fields=fields)
        assert answer.status_code == 201, answer.text
        return f"/v1/channels/en/lines/{answer.json()['line']['id']}"

    async def texts(self, channel: str = "en") -> list[str]:
        """What readers see, newest first."""
        answer = await self.http.get(f"/v1/channels/{channel}/lines?limit=100")
        return [line["text"] for line in answer.json()["lines"]]

    async def audited(self) -> list[dict[str, Any]]:
        """Who did what, newest first."""
        return list((await self.call("GET", "/v1/channels/en/audit")).json()["entries"])

    def _app(self) -> Starlette:
        async def audit(channel: Channel, page: AuditPage) -> tuple[list[dict[str, Any]], str | None]:
            return await audit_entries(self.redis, self.keys, channel, line=page.line, limit=page.limit, after=page.after)

        async def reached(channel: str, cursor: Cursor, within: float) -> bool:
            return await self.reached(channel, cursor, within)

        async def problem(request: Request, error: Exception) -> Response:
            assert isinstance(error, Problem)
            return problem_response(error)

        signin = SignIn(self.tokens.find, lambda request: request.headers.get("x-from", "192.0.2.1"), time.monotonic)
        return Starlette(
            routes=[
                *routes(self.channels, self.writer, audit, signin, reached, self.url, now_ms),
                *live_routes(Admission(self.viewers, lambda: self.reader.loaded)),
                *static_routes(),
            ],
            exception_handlers={Problem: problem},
        )


def newsroom_of_its_own(redis: RedisServer) -> Newsroom:
    """Give a newsroom that shares a Redis with others and nothing else."""
    return Newsroom(redis.url, f"desk-{uuid4().hex[:8]}")
