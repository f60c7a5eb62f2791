"""Editors' tokens: named, scoped by verb, shown once, kept only as a hash.

A token is 256 random bits, so a plain SHA-256 is as strong as any slow hash and can be the lookup key: no scan, and nothing
in Redis from which a token could be made. What is looked up is the hash, so no comparison of ours sees the token itself, and
the time of the lookup tells nothing about it.
"""

import json
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from redis.asyncio import Redis

from ticker.log.keys import Keys

SCOPES: Final = ("post", "correct", "withdraw", "audit", "admin")


@dataclass(frozen=True, slots=True)
class Token:
    """What a token lets its holder do."""

    name: str
    channels: tuple[str, ...]  # empty: all
    scopes: tuple[str, ...]
    created: int  # ms since 1970

    def allows(self, scope: str, channel: str) -> bool:
        """Whether the holder may do what `scope` names in `channel`; `admin` may do everything."""
        return (not self.channels or channel in self.channels) and (scope in self.scopes or "admin" in self.scopes)


class Tokens:
    """The tokens of a newsroom. Methods raise redis-py's errors."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._key = keys.tokens

    async def create(self, name: str, channels: tuple[str, ...] = (), scopes: tuple[str, ...] = SCOPES[:4]) -> str:
        """Make a token and give it, for the only time. Raises ValueError when the name is taken."""
        if any(token.name == name for token in await self.list()):
            raise ValueError(f"a token named {name!r} exists; revoke it first, or choose another name")
        secret = "tk_" + secrets.token_urlsafe(32)
        kept = {"name": name, "channels": channels, "scopes": scopes, "created": time.time_ns() // 1_000_000}
        await self._redis.hset(self._key, _hash(secret), json.dumps(kept))
        return secret

    async def find(self, secret: str) -> Token | None:
        """Give the token that `secret` is, or None."""
        digest = _hash(secret)
        kept = await self._redis.hget(self._key, digest)
        return _token(kept) if kept is not None else None

    async def list(self) -> list[Token]:
        """Give all tokens by name."""
        return sorted((_token(kept) for kept in (await self._redis.hvals(self._key))), key=lambda token: token.name)

    async def revoke(self, name: str) -> bool:
        """Make the token of this name worthless at once; tell whether there was one."""
        for digest, kept in (await self._redis.hgetall(self._key)).items():
            if _token(kept).name == name:
                await self._redis.hdel(self._key, digest)
                return True
        return False


def _hash(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _token(kept: bytes | str) -> Token:
    fields = json.loads(kept)
    return Token(fields["name"], tuple(fields["channels"]), tuple(fields["scopes"]), fields["created"])
