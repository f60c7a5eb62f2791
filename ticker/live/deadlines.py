"""Deadlines of many who all have as long: who began first is overdue first, so a dict in that order is the whole wheel.

It is an OrderedDict: the first of a plain one is looked for past the holes of all who were first before.

Nobody has a timer of its own; somebody looks now and then. Plain calls; times are those of whoever calls, in seconds.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

One = TypeVar("One")


class Deadlines(Generic[One]):
    """Who has how long; each at most once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due = OrderedDict[One, float]()

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
        while self._due:
            one, due = next(iter(self._due.items()))
            if due > now:
                return
            del self._due[one]
            yield one
