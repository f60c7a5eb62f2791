"""Every endpoint: what it takes, what it answers, and which problems it may answer instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ticker.desk.conditions import AUDIT_DEFAULT, AUDIT_MOST
from ticker.desk.media import FORM, JSON, TEXT
from ticker.edge.problems import PROBLEMS
from ticker.live.queries import LIMIT, LIMIT_MOST, WAIT_MOST
from ticker.model.channel import CHANNEL_ID
from ticker.model.line import NOTE_MOST
from ticker.openapi.answers import ID, TOPIC_ID, Schema, list_of, ref
from ticker.pages.embedding import MAX as EMBED_LINES
from ticker.pages.embedding import SCHEMES


def _parameter(name: str, place: str, description: str, schema: Schema, *, required: bool = False) -> Schema:
    return {
        "name": name,
        "in": place,
        "description": description,
        "required": required or place == "path",
        "schema": schema,
    }


PARAMETERS: Final[Mapping[str, Schema]] = {
    "channel": _parameter(
        "channel", "path", "The id of the channel.", {"type": "string", "pattern": f"^{CHANNEL_ID.pattern}$"}
    ),
    "line": _parameter("line", "path", "The id of the line.", ID),
    "after": _parameter("after", "query", "The last cursor seen: what came since follows.", {"type": "string"}),
    "lastEventId": _parameter("Last-Event-ID", "header", "As `after`; an EventSource sends it by itself.", {"type": "string"}),
    "topic": _parameter("topic", "query", "Lines with any of these topics.", list_of(TOPIC_ID)),
    "limit": _parameter(
        "limit",
        "query",
        "How many lines a snapshot has at most.",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT},
    ),
    "wait": _parameter(
        "wait",
        "query",
        "Seconds to wait for something to come after `after`.",
        {"type": "integer", "minimum": 0, "maximum": WAIT_MOST},
    ),
    "key": _parameter(
        "Idempotency-Key",
        "header",
        "A key of your own for this change. Sending the same again with it does the change once.",
        {"type": "string", "pattern": "^[!-~]{1,255}$"},
    ),
    "ifMatch": _parameter(
        "If-Match",
        "header",
        'The version that you saw, as in "3": the change is refused if there is a newer one.',
        {"type": "string"},
    ),
    "reason": _parameter(
        "reason", "query", "Why, if the request has no body.", {"type": "string", "minLength": 1, "maxLength": NOTE_MOST}
    ),
    "auditLine": _parameter("line", "query", "Changes of this line only.", ID),
    "auditLimit": _parameter(
        "limit",
        "query",
        "How many entries.",
        {"type": "integer", "minimum": 1, "maximum": AUDIT_MOST, "default": AUDIT_DEFAULT},
    ),
    "auditAfter": _parameter(
        "after", "query", "Where the page begins, as the Link of the one before named it.", {"type": "string"}
    ),
    "url": _parameter("url", "query", "An address of this server.", {"type": "string", "format": "uri"}, required=True),
    "maxwidth": _parameter("maxwidth", "query", "Pixels that there is room for.", {"type": "integer", "minimum": 1}),
    "maxheight": _parameter("maxheight", "query", "Pixels that there is room for.", {"type": "integer", "minimum": 1}),
    "format": _parameter("format", "query", "Of the answer.", {"enum": ["json", "xml"], "default": "json"}),
    "display": _parameter(
        "display", "query", "How the lines are shown.", {"enum": ["crawl", "rotate", "list"], "default": "crawl"}
    ),
    "topics": _parameter("topics", "query", "Topics with spaces between them: lines with any of them.", {"type": "string"}),
    "max": _parameter(
        "max", "query", "How many lines.", {"type": "integer", "minimum": 1, "maximum": 50, "default": EMBED_LINES}
    ),
    "speed": _parameter("speed", "query", "Of a crawl, in pixels a second.", {"type": "integer", "minimum": 1, "maximum": 400}),
    "paused": _parameter("paused", "query", "When there, the lines stand still.", {"type": "string"}),
    "announce": _parameter("announce", "query", "What is read out.", {"enum": ["flash", "all", "off"], "default": "flash"}),
    "words": _parameter("lang", "query", "Language of the ticker's own words.", {"type": "string"}),
    "scheme": _parameter("scheme", "query", "Light, dark or as the reader prefers.", {"enum": [*SCHEMES], "default": "light"}),
    "slug": _parameter("slug", "path", "The kind of problem.", {"enum": list(PROBLEMS)}),
}

_EDITOR: Final = ("invalid-request", "unauthorized", "forbidden", "unknown-channel", "too-many-attempts")
_LOG: Final = tuple(slug for slug, kind in PROBLEMS.items() if kind.status == 503)
_WRITE: Final = (*_EDITOR, "request-timeout", "too-large", "unsupported-media", "invalid-line", "key-reused", *_LOG)
_CHANGE: Final = (*_WRITE, "unknown-line", "version-conflict")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    id: str
    summary: str
    answer: Schema  # media type → schema of the 2xx answer
    parameters: tuple[str, ...] = ()
    body: tuple[str, tuple[str, ...]] | None = None  # schema, media types
    problems: tuple[str, ...] = ()
    status: int = 200
    scope: str | None = None  # of the token; "" for any token, None for none
    headers: Mapping[str, str] = field(default_factory=dict)  # of the 2xx answer, each with its meaning


_HTML: Final[Schema] = {"text/html": {"type": "string"}}
_LIVE: Final = ("channel", "after", "topic", "limit")
_CHANNEL: Final = ("unknown-channel",)
_CHANGED: Final = {
    "ETag": "The line's version, for If-Match.",
    "Idempotency-Replayed": "true when an earlier request with this key did it.",
}
_ATTRIBUTES: Final = ("display", "topics", "max", "speed", "paused", "announce", "words", "scheme")

OPERATIONS: Final = (
    Operation(
        "get",
        "/v1/channels/{channel}/lines",
        "lines",
        "The lines that are out, or what came since a cursor",
        {JSON: {"oneOf": [ref("Message"), ref("Events")]}},
        (*_LIVE, "wait"),
        problems=("invalid-request", *_CHANNEL, "log-unreachable"),
    ),
    Operation(
        "post",
        "/v1/channels/{channel}/lines",
        "post",
        "Publish a line",
        {JSON: ref("Posted")},
        ("channel", "key"),
        ("NewLine", (JSON, FORM, TEXT)),
        (*_WRITE, "duplicate-line"),
        201,
        "post",
        _CHANGED | {"Location": "The new line."},
    ),
    Operation(
        "get",
        "/v1/channels/{channel}/lines/{line}",
        "line",
        "One line",
        {JSON: ref("Line")},
        ("channel", "line"),
        problems=(*_CHANNEL, "unknown-line", "line-withdrawn", "log-unreachable"),
    ),
    Operation(
        "patch",
        "/v1/channels/{channel}/lines/{line}",
        "change",
        "Correct, refile, update, pin or unpin a line",
        {JSON: ref("Posted")},
        ("channel", "line", "key", "ifMatch"),
        ("LineChange", (JSON, FORM)),
        (*_CHANGE, "line-withdrawn"),
        scope="correct",
        headers=_CHANGED,
    ),
    Operation(
        "delete",
        "/v1/channels/{channel}/lines/{line}",
        "withdraw",
        "Withdraw a line for good",
        {JSON: ref("Posted")},
        ("channel", "line", "key", "ifMatch", "reason"),
        ("LineWithdrawal", (JSON, FORM, TEXT)),
        _CHANGE,
        scope="withdraw",
        headers=_CHANGED,
    ),
    Operation(
        "get",
        "/v1/channels/{channel}/audit",
        "audit",
        "Who did what",
        {JSON: ref("Audit")},
        ("channel", "auditLine", "auditLimit", "auditAfter"),
        problems=(*_EDITOR, *_LOG),
        scope="audit",
        headers={"Link": 'The page of older entries, with rel="next"; missing when there are none.'},
    ),
    Operation(
        "get",
        "/v1/me",
        "me",
        "Who the token is",
        {JSON: ref("Me")},
        problems=("unauthorized", "too-many-attempts", *_LOG),
        scope="",
    ),
    Operation(
        "get",
        "/v1/channels/{channel}/sse",
        "sse",
        "Live, as Server-Sent Events: each event's data is a Message",
        {"text/event-stream": {"type": "string"}},
        (*_LIVE, "lastEventId"),
        problems=("invalid-request", *_CHANNEL),
    ),
    Operation(
        "get",
        "/v1/channels/{channel}/ws",
        "ws",
        "Live, as a WebSocket: each text message is a Message. Answers 101",
        {},
        _LIVE,
        status=101,
    ),
    Operation("get", "/", "home", "The channels, live, and how to embed them", _HTML),
    Operation("get", "/{channel}", "page", "The live page", _HTML, ("channel",), problems=_CHANNEL),
    Operation(
        "get",
        "/{channel}/lines/{line}",
        "permalink",
        "A line's own page",
        _HTML,
        ("channel", "line"),
        problems=(*_CHANNEL, "unknown-line", "line-withdrawn"),
    ),
    Operation(
        "get",
        "/{channel}/embed",
        "embed",
        "The ticker alone, for an iframe; the query has the element's attributes",
        _HTML,
        ("channel", *_ATTRIBUTES),
        problems=_CHANNEL,
    ),
    Operation(
        "get",
        "/{channel}/lines/{line}/embed",
        "lineEmbed",
        "A line alone, for an iframe",
        _HTML,
        ("channel", "line", "scheme"),
        problems=(*_CHANNEL, "unknown-line", "line-withdrawn"),
    ),
    Operation(
        "get",
        "/oembed",
        "oembed",
        "oEmbed 1.0: the iframe for the address of a live page, a line or an embed page",
        {JSON: ref("OEmbed"), "text/xml": {"type": "string"}},
        ("url", "maxwidth", "maxheight", "format"),
        problems=("invalid-request", "no-embed", "unknown-format", "log-loading"),
    ),
    Operation(
        "get",
        "/{channel}/rss.xml",
        "rss",
        "RSS 2.0",
        {"application/rss+xml": {"type": "string"}},
        ("channel", "topic"),
        problems=("invalid-request", *_CHANNEL),
    ),
    Operation(
        "get",
        "/{channel}/atom.xml",
        "atom",
        "Atom",
        {"application/atom+xml": {"type": "string"}},
        ("channel", "topic"),
        problems=("invalid-request", *_CHANNEL),
    ),
    Operation(
        "get",
        "/{channel}/feed.json",
        "jsonfeed",
        "JSON Feed 1.1",
        {"application/feed+json": {"type": "object"}},
        ("channel", "topic"),
        problems=("invalid-request", *_CHANNEL),
    ),
    Operation("get", "/widget.js", "widget", "The widget", {"text/javascript": {"type": "string"}}),
    Operation("get", "/playground", "playground", "Choose how an embedded ticker is to be, and copy what it takes", _HTML),
    Operation(
        "get",
        "/{channel}/playground",
        "channelPlayground",
        "The playground in a channel's language",
        _HTML,
        ("channel",),
        problems=_CHANNEL,
    ),
    Operation("get", "/desk", "desk", "The editors' page", _HTML),
    Operation("get", "/problems/{slug}", "problem", "What a kind of problem means", _HTML, ("slug",), problems=("not-found",)),
    Operation("get", "/healthz", "healthz", "Whether the process runs", {TEXT: {"type": "string"}}),
    Operation(
        "get", "/readyz", "readyz", "Whether Redis is reachable and this process at the log's tail: 200 or 503", {JSON: {}}
    ),
    Operation("get", "/metrics", "metrics", "Metrics in Prometheus' form", {TEXT: {"type": "string"}}),
    Operation("get", "/openapi.json", "openapi", "This document", {JSON: {"type": "object"}}),
)
