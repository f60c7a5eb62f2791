"""The OpenAPI 3.1 document of the whole API, made of the same models and tables that the endpoints use.

`document(base_url)` is served as `/openapi.json`. What JSON Schema cannot say (the order of messages, close codes) is in
docs/protocol.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ticker import __version__
from ticker.desk.bodies import schemas
from ticker.desk.conditions import AUDIT_DEFAULT, AUDIT_MOST
from ticker.edge.problems import PROBLEMS
from ticker.live.queries import LIMIT, LIMIT_MOST, WAIT_MOST
from ticker.model.channel import CHANNEL_ID
from ticker.model.line import LINE_ID, NOTE_MOST, SOURCE_MOST, TEXT_MOST, TOPIC, URL_MOST, Status, Urgency

Schema = dict[str, Any]

_TIME: Final[Schema] = {"type": "string", "format": "date-time"}
_CURSOR: Final[Schema] = {
    "type": "string",
    "description": "Names one event of the channel's log. Opaque: give it back, never compare it.",
}
_ID: Final[Schema] = {"type": "string", "pattern": f"^{LINE_ID.pattern}$"}
_TOPIC: Final[Schema] = {"type": "string", "pattern": f"^{TOPIC.pattern}$"}
_TEXT: Final = "text/plain"
_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"


def _object(description: str, required: Sequence[str], **properties: Schema) -> Schema:
    return {"type": "object", "description": description, "required": list(required), "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str, kind: str = "schemas") -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def _string(most: int, description: str = "") -> Schema:
    return {"type": "string", "maxLength": most} | ({"description": description} if description else {})


_SCHEMAS: Final[Mapping[str, Schema]] = {
    "Line": _object(
        "One line. One that is not usable has only id, channel, status, version, published and updated.",
        ["id", "channel", "status", "version", "published", "updated"],
        id=_ID,
        channel={"type": "string"},
        text=_string(TEXT_MOST),
        source=_string(SOURCE_MOST, "Shown before the text."),
        urgency={"enum": [urgency.value for urgency in Urgency], "description": "1 flash, 2 urgent, 3 breaking, 5 update."},
        status={"enum": [status.value for status in Status]},
        version={"type": "integer", "minimum": 1},
        correction=_string(NOTE_MOST, "What was wrong, if it was corrected."),
        topics=_list(_TOPIC),
        url=_string(URL_MOST),
        pinned={"type": "boolean"},
        published=_TIME,
        updated=_TIME,
        expires=_TIME,
    ),
    "Posted": _object(
        "What a change did.",
        ["line", "cursor"],
        line=_ref("Line"),
        cursor=_CURSOR,
        propagated={"const": False, "description": "Only present when this server may still show for seconds what was before."},
    ),
    "Message": _object(
        "A message of the live protocol: snapshot, resumed, publish, correct, withdraw, heartbeat or leaving.",
        ["type"],
        type={"type": "string"},
        cursor=_CURSOR,
        reason={"type": "string", "description": "Of a snapshot: first, expired, unknown, too_many or slow."},
        channel={"type": "string"},
        language={"type": "string", "description": "Of a snapshot: the channel's, BCP 47."},
        direction={"enum": ["ltr", "rtl"]},
        lines=_list(_ref("Line")),
        line=_ref("Line"),
        id=_ID,
        version={"type": "integer"},
        status={"enum": [status.value for status in Status]},
        now=_TIME,
        heartbeat={"type": "number"},
        reconnect={"type": "number"},
    ),
    "Events": _object("What came since a cursor.", ["cursor", "events"], cursor=_CURSOR, events=_list(_ref("Message"))),
    "Me": _object(
        "Who a token is.",
        ["name", "scopes", "channels"],
        name={"type": "string"},
        scopes=_list({"enum": ["post", "correct", "withdraw", "audit", "admin"]}),
        channels=_list(
            _object(
                "A channel that the token is for.",
                ["id", "title", "language", "direction", "topics"],
                id={"type": "string"},
                title={"type": "string"},
                language={"type": "string", "description": "BCP 47"},
                direction={"enum": ["ltr", "rtl"]},
                topics=_list(_object("A topic.", ["id", "label"], id=_TOPIC, label={"type": "string"})),
            )
        ),
    ),
    "Audit": _object(
        "Who did what, newest first.",
        ["entries"],
        entries=_list(
            _object(
                "One change.",
                ["at", "action", "line", "version", "token"],
                at=_TIME,
                action={"enum": ["publish", "correct", "withdraw"]},
                line=_ID,
                version={"type": "integer"},
                token={"type": "string"},
                kind={"type": "string"},
                correction={"type": "string"},
                note={"type": "string"},
                reason={"type": "string"},
                before={"type": "object"},
                after={"type": "object"},
            )
        ),
    ),
    "Problem": _object(
        "What went wrong (RFC 9457). The type is a page that explains it.",
        ["type", "title", "status", "detail"],
        type={"type": "string"},
        title={"type": "string"},
        status={"type": "integer"},
        detail={"type": "string"},
        errors=_list(_object("", ["field", "message"], field={"type": "string"}, message={"type": "string"})),
        line=_ref("Line"),
    ),
}


def _parameter(name: str, place: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": place, "description": description, "required": place == "path", "schema": schema}


_PARAMETERS: Final[Mapping[str, Schema]] = {
    "channel": _parameter(
        "channel", "path", "The id of the channel.", {"type": "string", "pattern": f"^{CHANNEL_ID.pattern}$"}
    ),
    "line": _parameter("line", "path", "The id of the line.", _ID),
    "after": _parameter("after", "query", "The last cursor seen: what came since follows.", {"type": "string"}),
    "lastEventId": _parameter("Last-Event-ID", "header", "As `after`; an EventSource sends it by itself.", {"type": "string"}),
    "topic": _parameter("topic", "query", "Lines with any of these topics.", _list(_TOPIC)),
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
    "auditLine": _parameter("line", "query", "Changes of this line only.", _ID),
    "auditLimit": _parameter(
        "limit",
        "query",
        "How many entries.",
        {"type": "integer", "minimum": 1, "maximum": AUDIT_MOST, "default": AUDIT_DEFAULT},
    ),
    "slug": _parameter("slug", "path", "The kind of problem.", {"enum": list(PROBLEMS)}),
}

_EDITOR: Final = ("invalid-request", "unauthorized", "forbidden", "unknown-channel", "too-many-attempts")
_LOG: Final = tuple(slug for slug, kind in PROBLEMS.items() if kind.status == 503)
_WRITE: Final = (*_EDITOR, "request-timeout", "too-large", "unsupported-media", "invalid-line", "key-reused", *_LOG)
_CHANGE: Final = (*_WRITE, "unknown-line", "version-conflict")


@dataclass(frozen=True, slots=True)
class _Operation:
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


_HTML: Final[Schema] = {"text/html": {"type": "string"}}
_LIVE: Final = ("channel", "after", "topic", "limit")
_CHANNEL: Final = ("unknown-channel",)

_OPERATIONS: Final = (
    _Operation(
        "get",
        "/v1/channels/{channel}/lines",
        "lines",
        "The lines that are out, or what came since a cursor",
        {_JSON: {"oneOf": [_ref("Message"), _ref("Events")]}},
        (*_LIVE, "wait"),
        problems=("invalid-request", *_CHANNEL, "log-unreachable"),
    ),
    _Operation(
        "post",
        "/v1/channels/{channel}/lines",
        "post",
        "Publish a line",
        {_JSON: _ref("Posted")},
        ("channel", "key"),
        ("NewLine", (_JSON, _FORM, _TEXT)),
        (*_WRITE, "duplicate-line"),
        201,
        "post",
    ),
    _Operation(
        "get",
        "/v1/channels/{channel}/lines/{line}",
        "line",
        "One line",
        {_JSON: _ref("Line")},
        ("channel", "line"),
        problems=(*_CHANNEL, "unknown-line", "line-withdrawn", "log-unreachable"),
    ),
    _Operation(
        "patch",
        "/v1/channels/{channel}/lines/{line}",
        "change",
        "Correct, refile, update, pin or unpin a line",
        {_JSON: _ref("Posted")},
        ("channel", "line", "key", "ifMatch"),
        ("LineChange", (_JSON, _FORM)),
        (*_CHANGE, "line-withdrawn"),
        scope="correct",
    ),
    _Operation(
        "delete",
        "/v1/channels/{channel}/lines/{line}",
        "withdraw",
        "Withdraw a line for good",
        {_JSON: _ref("Posted")},
        ("channel", "line", "key", "ifMatch", "reason"),
        ("LineWithdrawal", (_JSON, _FORM, _TEXT)),
        _CHANGE,
        scope="withdraw",
    ),
    _Operation(
        "get",
        "/v1/channels/{channel}/audit",
        "audit",
        "Who did what",
        {_JSON: _ref("Audit")},
        ("channel", "auditLine", "auditLimit"),
        problems=(*_EDITOR, *_LOG),
        scope="audit",
    ),
    _Operation(
        "get",
        "/v1/me",
        "me",
        "Who the token is",
        {_JSON: _ref("Me")},
        problems=("unauthorized", "too-many-attempts", *_LOG),
        scope="",
    ),
    _Operation(
        "get",
        "/v1/channels/{channel}/sse",
        "sse",
        "Live, as Server-Sent Events: each event's data is a Message",
        {"text/event-stream": {"type": "string"}},
        (*_LIVE, "lastEventId"),
        problems=("invalid-request", *_CHANNEL),
    ),
    _Operation(
        "get",
        "/v1/channels/{channel}/ws",
        "ws",
        "Live, as a WebSocket: each text message is a Message. Answers 101",
        {},
        _LIVE,
        status=101,
    ),
    _Operation("get", "/", "home", "The channels, live, and how to embed them", _HTML),
    _Operation("get", "/{channel}", "page", "The live page", _HTML, ("channel",), problems=_CHANNEL),
    _Operation(
        "get",
        "/{channel}/lines/{line}",
        "permalink",
        "A line's own page",
        _HTML,
        ("channel", "line"),
        problems=(*_CHANNEL, "unknown-line", "line-withdrawn"),
    ),
    _Operation("get", "/{channel}/embed", "embed", "The ticker alone, for an iframe", _HTML, ("channel",), problems=_CHANNEL),
    _Operation(
        "get",
        "/{channel}/rss.xml",
        "rss",
        "RSS 2.0",
        {"application/rss+xml": {"type": "string"}},
        ("channel", "topic"),
        problems=("invalid-request", *_CHANNEL),
    ),
    _Operation(
        "get",
        "/{channel}/atom.xml",
        "atom",
        "Atom",
        {"application/atom+xml": {"type": "string"}},
        ("channel", "topic"),
        problems=("invalid-request", *_CHANNEL),
    ),
    _Operation(
        "get",
        "/{channel}/feed.json",
        "jsonfeed",
        "JSON Feed 1.1",
        {"application/feed+json": {"type": "object"}},
        ("channel", "topic"),
        problems=("invalid-request", *_CHANNEL),
    ),
    _Operation("get", "/widget.js", "widget", "The widget", {"text/javascript": {"type": "string"}}),
    _Operation("get", "/desk", "desk", "The editors' page", _HTML),
    _Operation("get", "/problems/{slug}", "problem", "What a kind of problem means", _HTML, ("slug",), problems=("not-found",)),
    _Operation("get", "/healthz", "healthz", "Whether the process runs", {_TEXT: {"type": "string"}}),
    _Operation(
        "get", "/readyz", "readyz", "Whether Redis is reachable and this process at the log's tail: 200 or 503", {_JSON: {}}
    ),
    _Operation("get", "/metrics", "metrics", "Metrics in Prometheus' form", {_TEXT: {"type": "string"}}),
    _Operation("get", "/openapi.json", "openapi", "This document", {_JSON: {"type": "object"}}),
)


def document(base_url: str) -> dict[str, Any]:
    """Give the document for a server that clients reach at `base_url`."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in _OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "ticker",
            "version": __version__,
            "summary": "Post a breaking-news line once, see it everywhere.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": {**_SCHEMAS, **schemas()},
            "parameters": dict(_PARAMETERS),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of `ticker token create`."}
            },
        },
    }


def _described(operation: _Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": operation.id, "summary": operation.summary}
    if operation.parameters:
        described["parameters"] = [_ref(name, "parameters") for name in operation.parameters]
    if operation.body:
        schema, media = operation.body
        content = {kind: {"schema": {"type": "string"} if kind == _TEXT else _ref(schema)} for kind in media}
        described["requestBody"] = {"required": operation.method != "delete", "content": content}
    if operation.scope is not None:
        described["security"] = [{"token": [operation.scope] if operation.scope else []}]
    described["responses"] = {str(operation.status): _answer(operation), **_problems(operation.problems)}
    return described


def _answer(operation: _Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Switching protocols" if operation.status == 101 else "Done"}
    if operation.answer:
        answer["content"] = {media: {"schema": schema} for media, schema in operation.answer.items()}
    if operation.method in ("post", "patch", "delete"):
        headers = {
            "ETag": "The line's version, for If-Match.",
            "Idempotency-Replayed": "true when an earlier request with this key did it.",
        }
        if operation.status == 201:
            headers["Location"] = "The new line."
        answer["headers"] = {name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()}
    return answer


def _problems(slugs: Sequence[str]) -> dict[str, Any]:
    """Give one answer per status: several kinds of problem can share one."""
    by_status: dict[int, list[str]] = {}
    for slug in slugs:
        by_status.setdefault(PROBLEMS[slug].status, []).append(slug)
    return {
        str(status): {
            "description": "; ".join(f"`{slug}`: {PROBLEMS[slug].explanation}" for slug in kinds),
            "content": {"application/problem+json": {"schema": _ref("Problem")}},
            **_retry_after(status),
        }
        for status, kinds in sorted(by_status.items())
    }


def _retry_after(status: int) -> dict[str, Any]:
    if status not in (429, 503):
        return {}
    return {"headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}}
