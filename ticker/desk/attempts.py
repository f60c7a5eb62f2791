"""Failed sign-ins, slowed down by address. Plain calls; the time comes in.

A token has 256 random bits, so nobody guesses one: what has to be kept small is the load of trying. And a newsroom behind
one address must not be locked out by one script with an old token. Hence, for an address that failed FREE times in a minute:

- a token that worked lately in this process is always looked up (it may have been revoked, so never believed unseen);
- one that is known to be wrong is refused without a look-up, so the script that repeats it costs nothing more;
- one never seen is looked up too, but only one a second for the whole address, so an editor gets in and a flood does not.

This tells nobody anything: to see the difference one must already hold a valid token.
A refused address is told to wait longer each time, until it has been quiet for FORGOTTEN_AFTER.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Final, Generic, TypeVar

FREE: Final = 5
WINDOW: Final = 60.0  # s
FIRST_LOCK: Final = 10.0  # s; doubles with each
LONGEST_LOCK: Final = 300.0  # s
FORGOTTEN_AFTER: Final = 900.0  # s
ADDRESSES_MOST: Final = 10_000
TOKENS_MOST: Final = 10_000
WRONG_FOR: Final = 60.0  # s a token is believed wrong; a Redis that came back older may know it again
GOOD_FOR: Final = 86_400.0  # s
LOOKUP_EVERY: Final = 1.0  # s, of tokens never seen, from a locked address


@dataclass(slots=True)
class _Address:
    failures: list[float] = field(default_factory=list)  # when, the newest last
    locks: int = 0
    locked_until: float = 0.0
    looked_up: float = float("-inf")


_Value = TypeVar("_Value")


class _Bounded(OrderedDict[str, _Value], Generic[_Value]):
    """A dict that forgets what was written longest ago."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: str, value: _Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)


class Attempts:
    """Who may have a token looked up. Times are seconds of any clock that never goes back; tokens come as their hashes."""

    def __init__(self) -> None:
        self._addresses: _Bounded[_Address] = _Bounded(ADDRESSES_MOST)
        self._wrong: _Bounded[float] = _Bounded(TOKENS_MOST)
        self._good: _Bounded[float] = _Bounded(TOKENS_MOST)

    def wait(self, address: str, token: str, now: float) -> float:
        """Give how many seconds `address` must wait before `token` is looked at; 0.0 lets it through now."""
        known = self._addresses.get(network(address))
        left = known.locked_until - now if known else 0.0
        if known is None or left <= 0 or now - self._good.get(token, float("-inf")) < GOOD_FOR:
            return 0.0
        if self.is_wrong(token, now) or now - known.looked_up < LOOKUP_EVERY:
            return left
        known.looked_up = now
        return 0.0

    def is_wrong(self, token: str, now: float) -> bool:
        """Tell whether `token` was found wrong moments ago, so that it need not be looked up."""
        return now - self._wrong.get(token, float("-inf")) < WRONG_FOR

    def worked(self, token: str, now: float) -> None:
        """Note that `token` is valid. The failures of its address stay: they are somebody else's."""
        self._good[token] = now
        self._wrong.pop(token, None)

    def failed(self, address: str, token: str, now: float) -> None:
        """Note that `token` is not valid, and lock its address where that was once too often."""
        self._good.pop(token, None)
        if not self.is_wrong(token, now):
            self._wrong[token] = now
        place = network(address)
        known = self._addresses.get(place) or _Address()
        if known.failures and now - known.failures[-1] > FORGOTTEN_AFTER:
            known = _Address()
        self._addresses[place] = known
        known.failures = [*(at for at in known.failures if now - at < WINDOW), now][-FREE:]
        if known.locked_until <= now and (known.locks or len(known.failures) == FREE):
            known.locked_until = now + min(FIRST_LOCK * 2**known.locks, LONGEST_LOCK)
            known.locks = min(known.locks + 1, 10)


def network(address: str) -> str:
    """Give what one sender can vary at will as one: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
