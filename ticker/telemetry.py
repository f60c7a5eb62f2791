"""Logs and metrics: what an operator sees of a process.

Logs are events with fields, never sentences with secrets: no token, no posted text and no query string is ever given to a
logger. Metrics are per process; those of a crew (`--workers`) are added up here, those of several machines by whoever scrapes.
"""

import logging
import os
import sys
from typing import Final, Literal, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY: Final = CollectorRegistry()
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client learns the folder of a crew's metrics, when it is imported."""


viewers: Final = Gauge(
    "ticker_viewers", "Connected viewers.", ["channel", "transport"], registry=REGISTRY, multiprocess_mode="livesum"
)
lines: Final = Gauge(
    "ticker_lines", "Lines that may be shown.", ["channel"], registry=REGISTRY, multiprocess_mode="livemostrecent"
)
changes: Final = Counter("ticker_changes_total", "Changes accepted from editors.", ["channel", "action"], registry=REGISTRY)
rejected: Final = Counter("ticker_rejected_total", "Editors' requests refused, by problem.", ["problem"], registry=REGISTRY)
append_to_write: Final = Histogram(
    "ticker_append_to_write_seconds",
    "From the append of an event (Redis's clock) until all viewers of a group (channel, topics, transport) had their turn. "
    "Of those that come during one walk over the group the first 1,024 count: under a long overload the newest are missing.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.025, 0.03, 0.035, 0.04, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
reader_silent: Final = Gauge(
    "ticker_reader_silent_seconds",
    "Since Redis last answered the log reader; it asks every two seconds.",
    registry=REGISTRY,
    multiprocess_mode="livemax",
)
feed_renders: Final = Counter("ticker_feed_renders_total", "Feed documents rendered.", ["channel", "format"], registry=REGISTRY)
resumes: Final = Counter(
    "ticker_resumes_total",
    "Answers to arriving viewers: resumed, or the reason of the snapshot.",
    ["answer"],
    registry=REGISTRY,
)
unsent: Final = Gauge(
    "ticker_unsent_bytes",
    "Bytes that slow viewers have yet to take, beside what the kernel holds.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
stall: Final = Histogram(
    "ticker_loop_stall_seconds",
    "How late the event loop is for a timer: what everything else waits while something runs.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1),
    registry=REGISTRY,
)
build: Final = Gauge(
    "ticker_build_info",
    "Always 1: the version that runs, and whether its sweep is compiled (`c`) or its twin in Python (`python`).",
    ["version", "sweep"],
    registry=REGISTRY,
    multiprocess_mode="livemax",
)
engine: Final = Gauge(
    "ticker_engine",
    "The embedded engine's state: 1 for the one it is in.",
    ["state"],
    registry=REGISTRY,
    multiprocess_mode="livemostrecent",
)
refused: Final = Counter("ticker_refused_total", "Viewers who were not let in.", ["transport", "cause"], registry=REGISTRY)
closes: Final = Counter(
    "ticker_closes_total",
    "Viewers' connections that ended, and as `http` those of others who read none of their answers.",
    ["transport", "cause"],
    registry=REGISTRY,
)


def exposition() -> bytes:
    """Give the metrics in Prometheus' text form: of this process, or of the crew that it belongs to."""
    if SHARED not in os.environ:
        return generate_latest(REGISTRY)
    crew = CollectorRegistry()
    MultiProcessCollector(crew)  # type: ignore[no-untyped-call]
    return generate_latest(crew)


def forget(pid: int) -> None:
    """A process of the crew has ended: its gauges count no more."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def set_up_logs(level: str, style: Literal["text", "json"], out: TextIO = sys.stderr) -> None:
    """Send all logs, ours and the libraries', to `out` in one form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.processors.StackInfoRenderer(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_exceptions(style), last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("uvicorn.error", "httpx", "websockets", "asyncio"):
        logging.getLogger(chatty).setLevel("WARNING")


def _exceptions(style: str) -> list[structlog.typing.Processor]:
    return [structlog.processors.format_exc_info] if style == "json" else []
