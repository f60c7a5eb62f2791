"""A token in the header is the only way in, and no fault of a token tells more than that it is not valid."""

import logging

import pytest
from starlette.requests import Request

from ticker.desk.signin import SignIn, require
from ticker.edge.problems import Problem
from ticker.log.tokens import Token

pytestmark = pytest.mark.asyncio

GOOD = "tk_" + "a" * 43
OTHER = "tk_" + "b" * 43
TOKEN = Token("night desk", (), ("post",), 0)


class Door:
    """A sign-in with one valid token, that counts look-ups."""

    def __init__(self) -> None:
        self.now = 0.0
        self.looked_up: list[str] = []
        self.signin = SignIn(self.find, lambda request: request.headers.get("x-from", "192.0.2.1"), lambda: self.now)

    async def find(self, secret: str) -> Token | None:
        self.looked_up.append(secret)
        return TOKEN if secret == GOOD else None

    async def enter(self, *authorization: str, query: str = "", address: str = "192.0.2.1") -> Token:
        headers = [(b"authorization", value.encode()) for value in authorization] + [(b"x-from", address.encode())]
        scope = {"type": "http", "method": "GET", "path": "/v1/me", "query_string": query.encode(), "headers": headers}
        return await self.signin.token(Request(scope))

    async def refused(self, *authorization: str, query: str = "", address: str = "192.0.2.1") -> Problem:
        with pytest.raises(Problem) as caught:
            await self.enter(*authorization, query=query, address=address)
        return caught.value


@pytest.mark.parametrize("header", [f"Bearer {GOOD}", f"bearer  {GOOD}", f"BEARER {GOOD} "])
async def test_a_valid_token_opens(header: str) -> None:
    """The scheme's letter case and spaces are as HTTP has them."""
    assert await Door().enter(header) == TOKEN


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", GOOD, f"Basic {GOOD}", f"Bearer {GOOD} x", f"Bearer {GOOD},", "Bearer tk_ü"]
)
async def test_what_is_no_bearer_token_is_answered_401(header: str) -> None:
    """The answer names the scheme, and nothing is looked up."""
    door = Door()
    problem = await door.refused(header)

    assert problem.slug == "unauthorized"
    assert problem.headers["WWW-Authenticate"].startswith('Bearer realm="ticker"')
    assert door.looked_up == []


async def test_a_token_in_the_query_is_not_read() -> None:
    """Addresses end up in logs."""
    door = Door()
    problem = await door.refused(query=f"token={GOOD}&access_token={GOOD}")

    assert (problem.slug, door.looked_up) == ("unauthorized", [])


async def test_two_tokens_are_none() -> None:
    """Nobody chooses between two."""
    assert (await Door().refused(f"Bearer {GOOD}", f"Bearer {OTHER}")).slug == "unauthorized"


async def test_a_wrong_token_says_so_and_nothing_more() -> None:
    """An unknown and a malformed token get the same answer; only what could be one is looked up."""
    door = Door()
    unknown, malformed = await door.refused(f"Bearer {OTHER}"), await door.refused("Bearer tk_short")

    assert unknown.as_json() == malformed.as_json()
    assert unknown.headers == malformed.headers == {"WWW-Authenticate": 'Bearer realm="ticker", error="invalid_token"'}
    assert door.looked_up == [OTHER]


async def test_failures_are_slowed_down_and_a_valid_token_is_not() -> None:
    """A script with a revoked token gets 429, the editors behind the same address go on working."""
    door = Door()
    await door.enter(f"Bearer {GOOD}")
    slugs = [(await door.refused(f"Bearer {OTHER}")).slug for _ in range(7)]
    slowed = await door.refused(f"Bearer {OTHER}")

    assert slugs == ["unauthorized"] * 5 + ["too-many-attempts"] * 2
    assert slowed.headers["Retry-After"] == "10"
    assert await door.enter(f"Bearer {GOOD}") == TOKEN
    assert door.looked_up == [GOOD, OTHER, GOOD]
    assert (await door.refused(f"Bearer {OTHER}", address="192.0.2.2")).slug == "unauthorized"


async def test_a_missing_header_is_no_attempt() -> None:
    """Opening the API in a browser locks nobody out."""
    door = Door()
    for _ in range(20):
        assert (await door.refused()).slug == "unauthorized"


async def test_an_outage_is_no_failure_of_the_editor() -> None:
    """While Redis is away, nobody's address is counted."""
    door = Door()

    async def away(secret: str) -> Token | None:
        raise ConnectionError

    door.signin._find = away
    for _ in range(6):
        with pytest.raises(ConnectionError):
            await door.enter(f"Bearer {OTHER}")
    door.signin._find = door.find

    assert await door.enter(f"Bearer {GOOD}") == TOKEN


async def test_no_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Neither a valid nor a wrong token stands in any log or answer."""
    door = Door()
    with caplog.at_level(logging.DEBUG):
        await door.enter(f"Bearer {GOOD}")
        problem = await door.refused(f"Bearer {OTHER}")

    assert "tk_" not in caplog.text + str(problem.as_json()) + str(problem.headers)


@pytest.mark.parametrize(
    ("token", "scope", "detail"),
    [
        (Token("only", ("ar",), ("post",), 0), "post", "The token 'only' is not for channel 'en'."),
        (Token("only", (), ("post", "audit"), 0), "withdraw", "The token 'only' lacks the scope 'withdraw'."),
        (Token("only", ("ar",), ("admin",), 0), "post", "The token 'only' is not for channel 'en'."),
    ],
)
async def test_scopes_and_channels_are_limits(token: Token, scope: str, detail: str) -> None:
    """The answer says what is missing."""
    with pytest.raises(Problem) as caught:
        require(token, scope, "en")

    assert (caught.value.slug, caught.value.detail) == ("forbidden", detail)


@pytest.mark.parametrize("scopes", [("post",), ("admin",), ("audit", "post")])
async def test_a_scope_is_enough(scopes: tuple[str, ...]) -> None:
    """The scope itself or admin lets through."""
    require(Token("desk", ("en",), scopes, 0), "post", "en")
