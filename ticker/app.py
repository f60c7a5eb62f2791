"""The map of the server process: what it is made of, its routes, its start and its stop.

    desk.routes → log.writer → Redis → log.reader → log.mirror → live.viewers → sinks
                                                             └→ feeds, pages

`Server` joins the rooms; `serve` runs it until SIGTERM. Stopping is ours to do, since uvicorn tells no endless stream that it
stops: first /readyz fails and every viewer is told when to come back, then uvicorn ends what is left, all within STOP_WITHIN.
"""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final

import structlog
import uvicorn
import uvloop
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route

from ticker import jobs, telemetry
from ticker.desk.conditions import AuditPage
from ticker.desk.routes import routes as desk_routes
from ticker.desk.signin import SignIn
from ticker.edge.addresses import address_of
from ticker.edge.gate import Gate
from ticker.edge.operations import routes as operations_routes
from ticker.edge.peers import http_within
from ticker.edge.problems import Problem
from ticker.embedded import Embedded, State
from ticker.feeds.content import Period
from ticker.feeds.routes import routes as feeds_routes
from ticker.live.admission import Admission
from ticker.live.handshake import handshake_at
from ticker.live.routes import routes as live_routes
from ticker.live.viewers import Viewers, now_ms
from ticker.log.audit import audit_entries
from ticker.log.keys import Keys
from ticker.log.mirror import Mirror
from ticker.log.places import Places
from ticker.log.reader import Reader
from ticker.log.redis import client
from ticker.log.tokens import Tokens
from ticker.log.writer import Writer
from ticker.model.channel import Channel
from ticker.model.cursor import Cursor
from ticker.model.event import EventType
from ticker.openapi import document as openapi_document
from ticker.pages.errors import error_page
from ticker.pages.routes import routes as pages_routes
from ticker.settings import Settings

STOP_WITHIN: Final = 6.0
"""Seconds that a clean stop takes at the most: half for the viewers, the rest for requests under way."""

LOADED_WITHIN: Final = 10.0
"""Seconds for which the start waits for the log; after that the server answers, and says that it is not ready."""

STALE_AFTER: Final = 10.0
"""Seconds of Redis's silence after which a process that shares its log is no longer ready."""

SEND_BUFFER: Final = 128 * 1024
"""Bytes that the kernel may hold for a viewer that does not read (Linux doubles it). Left alone, it goes up to 4 MB each: no
bound that a slow viewer would ever meet."""

_NOTICE_THE_DEAD: Final = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 20, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 120_000}
"""How the kernel finds out that the other side has vanished without a word: it asks after 60 s of silence, and gives up two
minutes after something was sent that is not acknowledged; its own defaults are two hours and a quarter of one. The write
deadline does not notice, since heartbeats lie in the kernel's buffer meanwhile."""

_LOOK_EVERY = 0.1  # s, at how late the event loop is
_MEASURE_EVERY = 1.0  # s, for metrics that another process of the crew may be asked for
_PROPAGATED_WITHIN = 1.0  # s, for other processes to show a change

_log = structlog.get_logger()


class Server:
    """The rooms of one process, joined.

    `engine` tells the state of the embedded engine, if that has the log; `alone` is a process that shares the log with none.
    """

    def __init__(self, settings: Settings, url: str, *, engine: Callable[[], State] | None = None, alone: bool = False) -> None:
        self.settings = settings
        self.engine = engine
        self.stopping = False
        self.mirror = Mirror(settings.channels.values())
        self.keys = Keys(settings.newsroom)
        self.redis = client(url)
        self.tokens = Tokens(self.redis, self.keys)
        self.writer = Writer(self.redis, self.keys, duplicate_window=settings.duplicate_window)
        self.places = None if alone else Places(self.redis, self.keys)
        self.viewers = Viewers(
            self.mirror,
            heartbeat=settings.heartbeat,
            replay_most=settings.replay_most,
            write_deadline=settings.write_deadline,
            leave_window=settings.leave_window,
            deflate=settings.deflate,
            unsent_most=settings.unsent_most << 20,
            arrivals=settings.arrivals,
        )
        self.reader = Reader(
            url,
            self.keys,
            self.mirror,
            places=self.places,
            on_applied=self.viewers.applied,
            on_replaced=self.viewers.replaced,
        )
        self.admission = Admission(self.viewers, lambda: self.reader.loaded)
        self.asgi = Gate(self._starlette(), address=address_of(settings.trusted_proxies))

    # -- the routes --

    def _starlette(self) -> Starlette:
        settings = self.settings
        signin = SignIn(self.tokens.find, address_of(settings.trusted_proxies), time.monotonic)
        period = Period(settings.feed_entries, settings.feed_notice_hours * 3_600_000)
        document = openapi_document(settings.base_url)

        async def openapi(request: Request) -> Response:
            return JSONResponse(document, headers={"Access-Control-Allow-Origin": "*"})

        routes: list[BaseRoute] = [
            *operations_routes(self.readiness, self._collect),
            Route("/openapi.json", openapi),
            *live_routes(self.admission),
            *desk_routes(settings.channels, self.writer, self._audit, signin, self._reached, settings.base_url, now_ms),
            *feeds_routes(
                self.mirror,
                settings.base_url,
                period,
                now_ms,
                lambda channel, form: telemetry.feed_renders.labels(channel, form).inc(),
            ),
            *pages_routes(self.mirror, settings.base_url, now_ms),
        ]
        app = Starlette(
            routes=routes,
            exception_handlers={Problem: self._problem, HTTPException: self._http_error, Exception: self._fault},
        )
        app.router.redirect_slashes = False  # it would build the address from the request's Host
        self._routes = routes
        return app

    def _problem(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        if request.method in ("POST", "PATCH", "DELETE"):
            telemetry.rejected.labels(error.slug).inc()
        elif request.url.path.startswith("/v1/"):
            error.headers.setdefault("Access-Control-Allow-Origin", "*")  # so that a script on any site can read why
        return error_page(request, error, self.settings.channels, self.settings.base_url)

    def _http_error(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            allowed = ", ".join(sorted(self._methods(request)))
            detail = f"This address takes {allowed}."
            return self._problem(request, Problem("method-not-allowed", detail, headers={"Allow": allowed}))
        return self._problem(request, Problem("not-found", "Nothing is at this address."))

    def _methods(self, request: Request) -> set[str]:
        ours = (route for route in self._routes if isinstance(route, Route))
        matching = (route for route in ours if route.matches(request.scope)[0] != Match.NONE)
        return {method for route in matching for method in route.methods or ()}

    def _fault(self, request: Request, error: Exception) -> Response:
        _log.error("request_failed", path=request.url.path, error=type(error).__name__)
        return self._problem(request, Problem("internal", "Something failed on our side."))

    # -- what the routes ask --

    async def _audit(self, channel: Channel, page: AuditPage) -> tuple[list[dict[str, Any]], str | None]:
        return await audit_entries(self.redis, self.keys, channel, line=page.line, limit=page.limit, after=page.after)

    async def _reached(self, channel: str, cursor: Cursor, within: float) -> bool:
        """Wait until this process shows what was written; and where it replaced an old text, each that shares its log."""
        here = await self.reader.reached(channel, cursor, within)
        event = self.mirror.channels[channel].event(cursor)
        if self.places is None or not here or event is None or event.type is EventType.PUBLISH:
            return here
        try:
            return await self.places.passed(channel, cursor, _PROPAGATED_WITHIN)
        except (RedisError, OSError) as error:  # the change is done, whatever we can learn of the others
            _log.warning("places_unknown", error=type(error).__name__, cause=str(error))
            return False

    def readiness(self) -> dict[str, Any]:
        """Give `{"ready", "redis", "engine"?}`."""
        silent = time.monotonic() - self.reader.heard_at
        connected = bool(self.reader.connected) and silent < STALE_AFTER
        state: dict[str, Any] = {"ready": self.reader.loaded and connected and not self.stopping}
        state["redis"] = "connected" if connected else "unreachable"
        if self.engine:
            state["engine"] = self.engine().value
        if self.stopping:
            state["stopping"] = True
        return state

    def _collect(self) -> None:
        now = now_ms()
        for channel, found in self.mirror.channels.items():
            telemetry.lines.labels(channel).set(len(found.lines(now)))
        telemetry.reader_silent.set(time.monotonic() - self.reader.heard_at if self.reader.heard_at else 0)
        if self.engine:
            for state in State:
                telemetry.engine.labels(state.value).set(self.engine() is state)

    # -- start and stop --

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the log and keep time."""
        measuring = {"measure": self._measure} if telemetry.SHARED in os.environ else {}
        try:
            async with jobs.at_work(
                read_log=self.reader.run, keep_time=self.viewers.keep_time, watch_loop=_watch_loop, **measuring
            ):
                yield
        finally:
            await self.reader.aclose()
            await self.redis.aclose()

    async def _measure(self) -> None:
        """Refresh, for ever, what a scrape refreshes in the process that it happens to reach."""
        while True:
            self._collect()
            await asyncio.sleep(_MEASURE_EVERY)

    async def loaded(self, within: float | None, stop: asyncio.Event) -> None:
        """Wait until the mirror is at the log's tail, at most `within` seconds, or until `stop`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not self.reader.loaded and not stop.is_set():  # noqa: ASYNC110  # once in a process's life
                    await asyncio.sleep(0.01)


async def _watch_loop() -> None:
    """Measure, for ever, how late the event loop is."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _LOOK_EVERY
        await asyncio.sleep(_LOOK_EVERY)
        telemetry.stall.observe(loop.time() - due)


class _Uvicorn(uvicorn.Server):
    """uvicorn without its signal handlers: when to stop, and in what order, is ours."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _uvicorn(server: Server) -> _Uvicorn:
    return _Uvicorn(
        uvicorn.Config(
            server.asgi,
            http=http_within(server.settings.write_deadline),
            ws=handshake_at(server.admission),
            ws_per_message_deflate=False,  # one per connection: 64 kB and a compression for each viewer
            ws_max_size=1024,  # viewers send nothing
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=int(STOP_WITHIN / 2),
        )
    )


def serve(settings: Settings, *, demo: bool = False) -> int:
    """Run `ticker serve` until SIGTERM or Ctrl-C; give its exit status. Raises EngineError and OSError when it cannot start."""
    telemetry.set_up_logs(settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(settings, demo))


async def _serve(settings: Settings, demo: bool) -> int:
    stop = stop_event()
    with contextlib.closing(listen(settings)) as listening:
        async with (
            log_of(settings) as (url, engine),
            jobs.of_one(settings, url, own_engine=engine is not None, demo=demo),
        ):
            server = Server(settings, url, engine=(lambda: engine.state) if engine else None, alone=engine is not None)
            await run(server, listening, stop, ready=lambda: greet(settings, server.tokens, new=engine is not None))
    return 0


def stop_event() -> asyncio.Event:
    """Give an event that SIGTERM and Ctrl-C set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@contextlib.asynccontextmanager
async def log_of(settings: Settings) -> AsyncIterator[tuple[str, Embedded | None]]:
    """Give the URL of the log: the configured Redis, or an engine of our own. Raises EngineError."""
    if settings.redis_url:
        yield settings.redis_url, None
        return
    async with Embedded(settings.data_dir) as engine:
        yield engine.url, engine


async def run(
    server: Server,
    listening: socket.socket,
    stop: asyncio.Event,
    *,
    ready: Callable[[], Awaitable[None]],
) -> None:
    """Serve on a socket until `stop`, and await `ready` once it is served and the log is read."""
    async with server.running():
        await server.loaded(LOADED_WITHIN, stop)
        if not server.reader.loaded and not stop.is_set():
            _log.warning("log_awaited", redis=server.readiness()["redis"])
        web = _uvicorn(server)
        _spare_the_collector()
        serving = asyncio.create_task(web.serve(sockets=[listening]))
        await server.loaded(None, stop)
        if not stop.is_set():
            await ready()
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        _log.info("server_stops", viewers=server.viewers.count)
        server.stopping = True
        await server.viewers.leave(STOP_WITHIN / 2)
        web.should_exit = True
        await serving
    _log.info("server_stopped")


def _spare_the_collector() -> None:
    """Have the garbage collector look less often, and never again at what is there for good.

    It took 7% of the time in which viewers arrive, and found nothing: what a viewer is made of holds no cycle, and of its HTTP
    connection nothing stays (`Intake._let_go`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def listen(settings: Settings, *, shared: bool = False) -> socket.socket:
    """Give a listening socket; `shared` with other processes of the crew on the same port. Raises OSError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server(
            (settings.host, settings.port),
            family=family,
            backlog=2048,
            reuse_port=shared,
            dualstack_ipv6=settings.host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        cause = str(error.strerror or error).partition(" (while attempting")[0]  # asked for that address, as said before it
        raise OSError(f"cannot listen on {settings.host} port {settings.port}: {cause}") from error
    # Its connections inherit all of these.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _NOTICE_THE_DEAD.items():
        if option := getattr(socket, name, None):  # Linux has them all
            listening.setsockopt(socket.IPPROTO_TCP, option, value)
    return listening


async def greet(settings: Settings, tokens: Tokens, *, new: bool) -> None:
    """Say where the page is; in a `new` newsroom make a token, show it this once, and say how to post a line."""
    base = settings.base_url
    where = "" if settings.redis_url else f" --data-dir {settings.data_dir}"
    said = f"\n  The ticker is live at  {base}/\n"
    if new and not await tokens.list():
        secret = await tokens.create("editor")
        channel = next(iter(settings.channels))
        said += (
            f"  Editors sign in at     {base}/desk\n  Editor token           {secret}   (shown only now)\n\n  Post a line:\n\n"
        )
        said += f"  curl {base}/v1/channels/{channel}/lines -H 'Authorization: Bearer {secret}' -d 'Hello, world'\n"
    else:
        said += f"  Editors sign in at     {base}/desk   (ticker token create NAME{where} makes a token)\n"
    print(said, flush=True)  # noqa: T201  # for the one who started it, not for the log
