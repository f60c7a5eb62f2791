"""The editors' HTTP API as a command sees it: each change sent with a key, and repeated with the same key until it is answered.

A lost connection leaves open whether the change happened; so does a 503 `outcome-unknown`, and a 502 or 504 of a proxy. With
the same Idempotency-Key a repetition cannot do it twice, so `Client` repeats by itself, within a bound. When that is used
up, the refusal names the key: whoever repeats the command with `--key` is safe as well.
"""

import json
import math
import os
import random
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import quote, urlsplit

import click
import httpx

from ticker import __version__
from ticker.cli.refused import Refused

HERE: Final = "http://127.0.0.1:8000"
"""Where `ticker serve` listens unless told otherwise."""

_REPEATED: Final = frozenset({429, 502, 503, 504})
_OPEN: Final = frozenset({502, 504})  # a proxy's: the change may have happened
_ANSWER_WITHIN: Final = 10.0  # s
_UNUSED_FOR: Final = 2.0  # s; then a connection is not used again, since the server may be closing it just now (uvicorn: 5 s)
_PAUSE_LEAST, _PAUSE_MOST = 0.2, 4.0  # s; bounds of the jittered pause between two attempts


_WAYS_OUT: Final = {"/problems/duplicate-line": "; --allow-duplicate posts it all the same"}
"""By type of problem, the option that the server does not know."""

_WITH_KEY: Final = "repeat it with --key {key}, then it happens once"


@dataclass(frozen=True, slots=True)
class Done:
    """A change that is in the log."""

    answer: dict[str, Any]  # {"line", "cursor"} as the server sent it
    replayed: bool  # the key was known: it had happened before, and this is the first answer again

    @property
    def line(self) -> str:
        """The line's id."""
        return str(self.answer["line"]["id"])

    @property
    def cursor(self) -> str:
        """The event's cursor."""
        return str(self.answer["cursor"])


def server_url(environ: Mapping[str, str] = os.environ) -> str:
    """Give TICKER_URL, without a slash at its end. Raises UsageError when it is no web address."""
    url = environ.get("TICKER_URL") or HERE
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise click.UsageError(f"TICKER_URL must be a web address as in {HERE}")
    return url.rstrip("/")


def editor_token(environ: Mapping[str, str] = os.environ) -> str | None:
    """Give the token of TICKER_TOKEN, else of the file that TICKER_TOKEN_FILE names, else None. Raises UsageError."""
    raw, source = environ.get("TICKER_TOKEN") or None, "TICKER_TOKEN"
    if raw is None and environ.get("TICKER_TOKEN_FILE"):
        source = "TICKER_TOKEN_FILE"
        try:
            raw = Path(environ[source]).read_text(encoding="ascii", errors="replace")
        except OSError as error:
            raise click.UsageError(f"{source}: {error.filename}: {error.strerror}") from None
    if raw is None:
        return None
    if not re.fullmatch(r"[!-~]+", raw.strip()):
        raise click.UsageError(f"{source} holds no token")
    return raw.strip()


def pause_before(attempt: int, retry_after: str | None, chance: float) -> float:
    """Give the seconds to wait before the next attempt, after `attempt` (from 0) failed.

    A Retry-After in seconds is obeyed, with up to a quarter more so that many do not return at once; else the pause grows
    with the attempts. `chance` is from 0 to 1.
    """
    if retry_after is not None and re.fullmatch(r"\d{1,6}", retry_after.strip()):
        return int(retry_after) * (1 + chance / 4)
    return _PAUSE_LEAST + chance * min(_PAUSE_MOST, math.ldexp(_PAUSE_LEAST, min(attempt, 10)))


def problem_of(response: httpx.Response) -> str:
    """Give what an answer says is wrong, as one line: of a problem+json its title, and its errors or else its detail."""
    try:
        problem = response.json()
        errors = "; ".join(f"{error['field']} {error['message']}" for error in problem.get("errors", ()))
        parts = (problem.get("title"), errors or problem.get("detail"))
        said = ": ".join(str(part).rstrip(".") for part in parts if part)
        said += _WAYS_OUT.get(problem.get("type"), "")
    except (ValueError, TypeError, KeyError, AttributeError):
        said = ""
    if not said:
        said = f"{response.url} answered {response.status_code} {response.reason_phrase}".rstrip()
    if response.is_redirect:
        said += f" and points to {response.headers.get('Location', 'nowhere')}: set TICKER_URL"
    return said


class Client:
    """A connection to a server's API with an editor's token."""

    def __init__(self, url: str, token: str, *, timeout: float, notice: Callable[[str], None]) -> None:
        headers = {"User-Agent": f"ticker/{__version__}", "Accept": "application/json", "Authorization": f"Bearer {token}"}
        self._url = url
        self._timeout = timeout  # s, for one change with all its attempts
        self._notice = notice  # told, once for each change, why it takes longer
        self._http = httpx.Client(headers=headers, limits=httpx.Limits(keepalive_expiry=_UNUSED_FOR))

    def __enter__(self) -> "Client":
        """Keep connections open between changes."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close them."""
        self._http.close()

    def channels(self) -> list[str]:
        """Give the ids of the channels that the token is good for. Raises Refused."""
        response = self._send("GET", "/v1/me", None, {}, "")
        try:
            return [str(channel["id"]) for channel in response.json()["channels"]]
        except (ValueError, TypeError, KeyError):
            raise Refused(
                f"{self._url} is not a ticker server: it answered {response.status_code} without an identity"
            ) from None

    def post(self, channel: str, body: Mapping[str, Any], key: str | None = None, *, again: str = _WITH_KEY) -> Done:
        """Publish a line; the body is that of the API. Raises Refused; `again` says how to repeat what may have happened."""
        return self._change("POST", _lines(channel), body, key, None, again)

    def correct(self, channel: str, line: str, body: Mapping[str, Any], key: str | None, version: int | None) -> Done:
        """Change a line, if it is at `version` or that is None. Raises Refused."""
        return self._change("PATCH", f"{_lines(channel)}/{quote(line, safe='')}", body, key, version)

    def withdraw(self, channel: str, line: str, reason: str, key: str | None, version: int | None) -> Done:
        """Withdraw a line for good. Raises Refused."""
        return self._change("DELETE", f"{_lines(channel)}/{quote(line, safe='')}", {"reason": reason}, key, version)

    def _change(
        self, method: str, path: str, body: Mapping[str, Any], key: str | None, version: int | None, again: str = _WITH_KEY
    ) -> Done:
        key = key or secrets.token_urlsafe(18)
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        # Escaped: JSON on standard input may hold half a surrogate pair, which has no UTF-8. The server says so best.
        response = self._send(method, path, json.dumps(body).encode("ascii"), headers, again.format(key=key))
        try:
            done = Done(response.json(), response.headers.get("Idempotency-Replayed") == "true")
            assert done.line, done.cursor
        except (ValueError, TypeError, KeyError):
            raise Refused(f"{self._url} is not a ticker server: it answered {response.status_code} without a line") from None
        return done

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str], again: str) -> httpx.Response:
        """Give the first answer that is final and good."""
        until = time.monotonic() + self._timeout
        attempt, unknown = 0, False
        while True:
            retry_after = None
            within = max(0.1, min(_ANSWER_WITHIN, until - time.monotonic()))
            try:
                response = self._http.request(method, self._url + path, content=body, headers=headers, timeout=within)
            except httpx.TransportError as error:
                sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError)
                failure = f"no answer from {self._url}: {str(error) or type(error).__name__}"
            else:
                if response.is_success:
                    return response
                failure = problem_of(response)
                if response.status_code not in _REPEATED:
                    raise Refused(failure)
                retry_after = response.headers.get("Retry-After")
                sent = response.status_code in _OPEN or "outcome-unknown" in response.text
            unknown = unknown or sent
            pause = pause_before(attempt, retry_after, random.random())
            if time.monotonic() + pause > until:
                break
            if attempt == 0:
                self._notice(f"{failure}; trying again for {self._timeout:g} s")
            time.sleep(pause)
            attempt += 1
        if unknown and again:
            failure += f"; it may have happened all the same: {again}"
        raise Refused(failure)


def _lines(channel: str) -> str:
    return f"/v1/channels/{quote(channel, safe='')}/lines"
