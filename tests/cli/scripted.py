"""A server that answers as a test has written down: what a real one does once in a year."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Mapping[str, str], Any] | None  # status, headers, body (text, else JSON); None drops the connection


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any  # of JSON

    @property
    def key(self) -> str:
        return self.headers["Idempotency-Key"]


@dataclass(slots=True)
class Scripted:
    """The server: its address, its answers to come, and what was asked."""

    url: str
    answers: list[Answer]
    asked: list[Asked] = field(default_factory=list)


def accepted(line: str = "01JDQ7ZZ000000000000000016", cursor: str = "1-7", *, replayed: bool = False) -> Answer:
    """The answer to a change that was made."""
    return 201, {"Idempotency-Replayed": "true"} if replayed else {}, {"line": {"id": line}, "cursor": cursor}


def problem(status: int, title: str, detail: str, *, retry_after: int | None = None, **members: Any) -> Answer:
    """A problem+json answer."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return status, headers | {"Content-Type": "application/problem+json"}, {"title": title, "detail": detail} | members


@contextmanager
def scripted(*answers: Answer) -> Iterator[Scripted]:
    """Serve `answers`, one for each request."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.script = Scripted(f"http://127.0.0.1:{server.server_port}", list(answers))  # type: ignore[attr-defined]  # for the handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.script  # type: ignore[attr-defined]  # set above
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        script: Scripted = self.server.script  # type: ignore[attr-defined]  # set by `scripted`
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        script.asked.append(Asked(self.command, self.path, dict(self.headers), json.loads(raw) if raw else None))
        answer = script.answers.pop(0)
        self.close_connection = True
        if answer is None:
            return
        status, headers, body = answer
        payload = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in (dict(headers) | {"Content-Length": str(len(payload)), "Connection": "close"}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815  # the names of http.server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name of http.server
        """Keep the tests' output clean."""
