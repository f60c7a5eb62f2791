"""The OpenAPI 3.1 document of the whole API, made of the same models and tables that the endpoints use.

`document(base_url)` is served as `/openapi.json`. What JSON Schema cannot say (the order of messages, close codes) is in
docs/protocol.md.
"""

from collections.abc import Sequence
from typing import Any

from ticker import __version__
from ticker.desk.bodies import schemas
from ticker.desk.media import TEXT
from ticker.edge.problems import PROBLEMS
from ticker.openapi.answers import SCHEMAS, ref
from ticker.openapi.operations import OPERATIONS, PARAMETERS, Operation


def document(base_url: str) -> dict[str, Any]:
    """Give the document for a server that clients reach at `base_url`."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
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
            "schemas": {**SCHEMAS, **schemas()},
            "parameters": dict(PARAMETERS),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of `ticker token create`."}
            },
        },
    }


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": operation.id, "summary": operation.summary}
    if operation.parameters:
        described["parameters"] = [ref(name, "parameters") for name in operation.parameters]
    if operation.body:
        schema, media = operation.body
        content = {kind: {"schema": {"type": "string"} if kind == TEXT else ref(schema)} for kind in media}
        described["requestBody"] = {"required": operation.method != "delete", "content": content}
    if operation.scope is not None:
        described["security"] = [{"token": [operation.scope] if operation.scope else []}]
    described["responses"] = {str(operation.status): _answer(operation), **_problems(operation.problems)}
    return described


def _answer(operation: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Switching protocols" if operation.status == 101 else "Done"}
    if operation.answer:
        answer["content"] = {media: {"schema": schema} for media, schema in operation.answer.items()}
    if operation.headers:
        answer["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in operation.headers.items()
        }
    return answer


def _problems(slugs: Sequence[str]) -> dict[str, Any]:
    """Give one answer per status: several kinds of problem can share one."""
    by_status: dict[int, list[str]] = {}
    for slug in slugs:
        by_status.setdefault(PROBLEMS[slug].status, []).append(slug)
    return {
        str(status): {
            "description": "; ".join(f"`{slug}`: {PROBLEMS[slug].explanation}" for slug in kinds),
            "content": {"application/problem+json": {"schema": ref("Problem")}},
            **_retry_after(status),
        }
        for status, kinds in sorted(by_status.items())
    }


def _retry_after(status: int) -> dict[str, Any]:
    if status not in (429, 503):
        return {}
    return {"headers": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}}
