"""Who is asking: `Authorization: Bearer tk_…`, and nothing else (RFC 6750, section 2.1).

Never a cookie, so no other site can act for an editor; never a query, which ends up in logs. Tokens are written to no log.
"""

import math
import re
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

from starlette.requests import Request

from ticker.desk.attempts import Attempts
from ticker.edge.problems import Problem
from ticker.log.tokens import Token

_REALM: Final = 'Bearer realm="ticker"'
_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_TOKEN: Final = re.compile(r"tk_[A-Za-z0-9_-]{43}")


class SignIn:
    """Turns requests into tokens. `find` looks a token up, `address` tells who is at the other end, `clock` gives seconds."""

    def __init__(
        self,
        find: Callable[[str], Awaitable[Token | None]],
        address: Callable[[Request], str],
        clock: Callable[[], float],
    ) -> None:
        self._find = find
        self._address = address
        self._clock = clock
        self._attempts = Attempts()

    async def token(self, request: Request) -> Token:
        """Give the token of `request`. Raises Problem `unauthorized` or `too-many-attempts`, and what `find` raises."""
        secret = _secret(request)
        digest = sha256(secret.encode()).hexdigest()
        address = self._address(request)
        wait = self._attempts.wait(address, digest, self._clock())
        if wait > 0:
            seconds = str(math.ceil(wait))
            detail = f"Too many sign-ins from your address have failed; this token can be tried in {seconds} s."
            raise Problem("too-many-attempts", detail, headers={"Retry-After": seconds})
        token = None
        if _TOKEN.fullmatch(secret) and not self._attempts.is_wrong(digest, self._clock()):
            token = await self._find(secret)
        if token is None:
            self._attempts.failed(address, digest, self._clock())
            raise _unauthorized("The token is not valid; it may have been revoked.", ', error="invalid_token"')
        self._attempts.worked(digest, self._clock())
        return token


def require(token: Token, scope: str, channel: str) -> None:
    """Raise Problem `forbidden` unless `token` may do what `scope` names in `channel`."""
    if token.allows(scope, channel):
        return
    if token.channels and channel not in token.channels:
        raise Problem("forbidden", f"The token {token.name!r} is not for channel {channel!r}.")
    challenge = f'{_REALM}, error="insufficient_scope", scope="{scope}"'
    raise Problem("forbidden", f"The token {token.name!r} lacks the scope {scope!r}.", headers={"WWW-Authenticate": challenge})


def _secret(request: Request) -> str:
    given = request.headers.getlist("authorization")
    if not given:
        raise _unauthorized("Send a token as 'Authorization: Bearer TOKEN'.")
    match = _BEARER.fullmatch(given[0].strip())
    if len(given) > 1 or not match:
        raise _unauthorized("Authorization must be given once, as 'Bearer TOKEN'.", ', error="invalid_request"')
    return match[1]


def _unauthorized(detail: str, error: str = "") -> Problem:
    return Problem("unauthorized", detail, headers={"WWW-Authenticate": _REALM + error})
