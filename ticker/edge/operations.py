"""What orchestrators and monitoring ask: am I alive, am I ready, how am I doing."""

from collections.abc import Callable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ticker.telemetry import exposition

_NO_STORE = {"Cache-Control": "no-store"}


def routes(readiness: Callable[[], dict[str, Any]], collect: Callable[[], None]) -> list[Route]:
    """Give the routes. `readiness` gives `{"ready": bool, …}` with what is amiss; `collect` refreshes the gauges."""

    async def healthz(request: Request) -> Response:
        """Alive: the event loop answers. Says nothing of Redis: a process full of viewers is not killed for its absence."""
        return JSONResponse({"alive": True}, headers=_NO_STORE)

    async def readyz(request: Request) -> Response:
        """Ready: Redis answers and the mirror is at the log's tail; 503 with the reason otherwise, and while stopping."""
        state = readiness()
        return JSONResponse(state, status_code=200 if state["ready"] else 503, headers=_NO_STORE)

    async def metrics(request: Request) -> Response:
        """The metrics of this process, in Prometheus' text form."""
        collect()
        return Response(exposition(), media_type=CONTENT_TYPE_LATEST, headers=_NO_STORE)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
