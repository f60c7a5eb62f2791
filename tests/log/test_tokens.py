"""Tokens: shown once, kept as a hash, gone at once when revoked."""

import time
from hashlib import sha256

import pytest

from tests.log.newsroom import Newsroom
from ticker.log.tokens import SCOPES, Token, Tokens

pytestmark = pytest.mark.asyncio


@pytest.fixture
def tokens(newsroom: Newsroom) -> Tokens:
    return Tokens(newsroom.redis, newsroom.keys)


async def test_token_is_found_by_its_secret(tokens: Tokens) -> None:
    """An editor signs in with what was shown, and may do what the token says."""
    before = time.time_ns() // 1_000_000
    secret = await tokens.create("night desk", ("en",), ("post", "correct"))
    token = await tokens.find(secret)

    assert token is not None
    assert (token.name, token.channels, token.scopes) == ("night desk", ("en",), ("post", "correct"))
    assert before <= token.created <= time.time_ns() // 1_000_000
    assert await tokens.list() == [token]


async def test_token_that_says_nothing_else(tokens: Tokens) -> None:
    """By default a token may do all that editors do, in all channels, but not rule."""
    token = await tokens.find(await tokens.create("editor"))

    assert token is not None
    assert (token.channels, token.scopes) == ((), ("post", "correct", "withdraw", "audit"))


async def test_secret_is_nowhere_in_redis(tokens: Tokens, newsroom: Newsroom) -> None:
    """Whoever reads Redis cannot sign in."""
    secret = await tokens.create("editor")

    assert secret.startswith("tk_")
    assert len(secret) == 46
    assert await newsroom.holding(secret) == set()
    assert await newsroom.holding(secret.removeprefix("tk_")) == set()
    assert await newsroom.redis.hexists(newsroom.keys.tokens, sha256(secret.encode()).hexdigest())


@pytest.mark.parametrize("wrong", ["", "tk_", "tk_wrong", "\ud800", "x" * 10_000])
async def test_wrong_secret(tokens: Tokens, wrong: str) -> None:
    """Whatever is no token finds none."""
    await tokens.create("editor")

    assert await tokens.find(wrong) is None


async def test_names_are_taken_once(tokens: Tokens) -> None:
    """Two tokens of one name could not be told apart in the audit log."""
    secret = await tokens.create("editor")
    with pytest.raises(ValueError, match="a token named 'editor' exists"):
        await tokens.create("editor")

    assert [token.name for token in await tokens.list()] == ["editor"]
    assert await tokens.find(secret)


async def test_revoked_token(tokens: Tokens) -> None:
    """A revoked token is worthless at once, others are not, and its name is free again."""
    other = await tokens.create("another")
    secret = await tokens.create("editor")

    assert await tokens.revoke("editor")
    assert not await tokens.revoke("editor")
    assert await tokens.find(secret) is None
    assert await tokens.find(other)
    again = await tokens.create("editor")
    assert again != secret
    assert [token.name for token in await tokens.list()] == ["another", "editor"]


@pytest.mark.parametrize(
    ("channels", "scopes", "allowed"),
    [
        ((), ("post",), {("post", "en"), ("post", "ar")}),
        (("en",), ("post", "withdraw"), {("post", "en"), ("withdraw", "en")}),
        (("ar",), ("admin",), {(scope, "ar") for scope in SCOPES}),
        ((), (), set()),
    ],
)
async def test_what_a_token_allows(channels: tuple[str, ...], scopes: tuple[str, ...], allowed: set[tuple[str, str]]) -> None:
    """A token allows its scopes in its channels; one without channels, in all; `admin` everything."""
    token = Token("editor", channels, scopes, 0)

    asked = {(scope, channel) for scope in SCOPES for channel in ("en", "ar")}
    assert {(scope, channel) for scope, channel in asked if token.allows(scope, channel)} == allowed
