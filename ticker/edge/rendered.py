"""Bytes made once per change and answered many times: conditional GET, HEAD and compression.

A strong ETag names bytes, so the identity, gzip and Brotli bodies each have their own (RFC 9110, section 8.8.3.3).
If-None-Match decides before If-Modified-Since (section 13.2.2). Brotli comes only with what somebody compressed beforehand.
"""

import gzip
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

from ticker.model.times import moment

_WORTH_GZIP = 600  # bytes; below about half a packet compressing saves nothing


@dataclass(frozen=True, slots=True)
class Rendered:
    """One document, ready to be sent."""

    body: bytes
    gzipped: bytes | None
    media_type: str  # complete, with charset
    etag: str  # without quotes and coding
    weak: bool  # the bytes of one state may differ in what does not matter
    last_modified: int | None  # seconds since 1970
    cache_control: str
    headers: tuple[tuple[str, str], ...]
    brotli: bytes | None = None

    @classmethod
    def make(
        cls,
        body: bytes,
        media_type: str,
        *,
        cache_control: str,
        last_modified: int | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        state: str | None = None,
        brotli: bytes | None = None,
    ) -> "Rendered":
        """Render `body` for sending. `state` names what the bytes show where they hold more; then the tag is weak.

        `brotli` is the body as Brotli, if it is at hand.
        """
        etag = blake2b(state.encode() if state is not None else body, digest_size=12).hexdigest()
        # mtime=0: the same bytes in, the same bytes out, in every process.
        gzipped = gzip.compress(body, 6, mtime=0) if len(body) >= _WORTH_GZIP else None
        return cls(body, gzipped, media_type, etag, state is not None, last_modified, cache_control, headers, brotli)


def respond(request: Request, rendered: Rendered) -> Response:
    """Answer a GET or HEAD with `rendered`, or with 304 when the reader has it already."""
    body, coding = _coded(rendered, request.headers.get("accept-encoding", ""))
    etag = f'"{rendered.etag}-{coding}"' if coding else f'"{rendered.etag}"'
    headers = {"ETag": f"W/{etag}" if rendered.weak else etag, "Cache-Control": rendered.cache_control}
    headers["Vary"] = "Accept-Encoding"
    if rendered.last_modified is not None:
        headers["Last-Modified"] = format_datetime(moment(rendered.last_modified * 1000), usegmt=True)
    headers.update(rendered.headers)
    if _unchanged(request, rendered, etag):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = rendered.media_type
    if coding:
        headers["Content-Encoding"] = coding
    if request.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(len(body))})
    return Response(body, headers=headers)


def _unchanged(request: Request, rendered: Rendered, etag: str) -> bool:
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is not None:
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return "*" in tags or etag in tags
    since = request.headers.get("if-modified-since")
    if since is None or rendered.last_modified is None:
        return False
    try:
        return parsedate_to_datetime(since).timestamp() >= rendered.last_modified
    except (ValueError, OverflowError):
        return False


def _coded(rendered: Rendered, accept: str) -> tuple[bytes, str | None]:
    """Give the smallest body that the reader takes, and its coding."""
    accepted = dict(map(_coding, accept.lower().split(",")))
    if rendered.brotli is not None and accepted.get("br", False):
        return rendered.brotli, "br"
    if rendered.gzipped is not None and accepted.get("gzip", accepted.get("*", False)):
        return rendered.gzipped, "gzip"
    return rendered.body, None


def _coding(part: str) -> tuple[str, bool]:
    """Read one part of an Accept-Encoding: the coding, and whether it is taken, which `q=0` denies."""
    coding, _, parameter = part.partition(";")
    quality = parameter.replace(" ", "")
    return coding.strip(), not quality.startswith("q=0") or quality.strip("q=0.") != ""
