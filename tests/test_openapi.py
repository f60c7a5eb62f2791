"""The OpenAPI document is valid and speaks of what there is."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Route, WebSocketRoute

from ticker.app import Server
from ticker.edge.problems import PROBLEMS
from ticker.log.tokens import SCOPES
from ticker.model.line import Line, Status
from ticker.openapi import document
from ticker.settings import Settings

DOCUMENT = document("https://ticker.news.example")


def operations() -> list[dict[str, Any]]:
    return [operation for path in DOCUMENT["paths"].values() for operation in path.values()]


@pytest.mark.slow
def test_the_document_is_valid() -> None:
    """Any tool that reads OpenAPI 3.1 can read it."""
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_a_line_is_described_as_it_is_sent() -> None:
    """Each member of a line that the API sends is in the schema, and no other."""
    line = Line(
        "01J00000000000000000000000",
        "en",
        1,
        Status.USABLE,
        0,
        1,
        "Rain",
        "Desk",
        correction="x",
        url="https://a.example",
        expires=2,
    )

    assert list(line.as_json()) == list(DOCUMENT["components"]["schemas"]["Line"]["properties"])


def test_every_problem_but_the_common_ones_is_described() -> None:
    """A client's author sees which problems may come, at the operation where they may."""
    told = " ".join(answer["description"] for operation in operations() for answer in operation["responses"].values())
    common = {"method-not-allowed", "headers-too-large", "internal"}

    assert {slug for slug in PROBLEMS if f"`{slug}`" not in told} == common


def test_editors_operations_name_a_scope() -> None:
    """Whoever makes a token sees what it must be allowed."""
    scopes = {
        operation["operationId"]: operation["security"][0]["token"] for operation in operations() if "security" in operation
    }

    assert scopes == {"post": ["post"], "change": ["correct"], "withdraw": ["withdraw"], "audit": ["audit"], "me": []}
    assert all(scope in SCOPES for needed in scopes.values() for scope in needed)


def test_operation_ids_are_unique() -> None:
    """Generated clients have one function for each operation."""
    ids = [operation["operationId"] for operation in operations()]

    assert len(ids) == len(set(ids))


def test_the_document_has_every_address_of_the_server() -> None:
    """No endpoint goes undescribed, and none is described that is not there."""
    routes = [route for route in Server(Settings(), "redis://127.0.0.1:1")._routes if isinstance(route, Route | WebSocketRoute)]
    served = {(route.path, method.lower()) for route in routes for method in getattr(route, "methods", None) or {"GET"}}
    files = {"/static/{path:path}", "/widget/src/{path:path}", "/widget/{path:path}"}
    # What browsers and robots ask for by themselves, and what leads to the address without its slash.
    others = files | {"/favicon.ico", "/robots.txt", "/sitemap.xml", "/{channel}/"}

    assert {(path, method) for path, method in served if path not in others and method != "head"} == {
        (path, method) for path, methods in DOCUMENT["paths"].items() for method in methods
    }
