"""Deadlines of many who all have as long: who began first is overdue first, so a dict in that order is the whole wheel.

Nobody has a timer of its own; somebody looks now and then. Plain calls; times are those of whoever calls, in seconds.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

One = TypeVar("One")


class Deadlines(Generic[One]):
    """Who has how long; each at most once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due: dict[One, float] = {}

    def __iter__(self) -> Iterator[One]:
        return iter([*self._due])

    def begin(self, one: One, now: float) -> None:
        """Give somebody the time from now on."""
        self.drop(one)
        self._due[one] = now + self._seconds

    def drop(self, one: One) -> None:
        """Expect nothing more of somebody."""
        self._due.pop(one, None)

    def overdue(self, now: float) -> Iterator[One]:
        """Give those whose time is up, and drop them."""
        while self._due and next(iter(self._due.values())) <= now:
            one = next(iter(self._due))
            del self._due[one]
            yield one
