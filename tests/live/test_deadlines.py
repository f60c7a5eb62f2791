"""Whose time is up, of many who have as long."""

import time

from ticker.live.deadlines import Deadlines


def test_whose_time_is_up() -> None:
    """Each once, who began first first; who begins anew has as long again, and who met it is not named."""
    deadlines = Deadlines[str](10)
    for now, one in enumerate(["first", "second", "third", "first"]):
        deadlines.begin(one, now)
    deadlines.drop("third")
    deadlines.drop("nobody")

    assert list(deadlines) == ["second", "first"]
    assert [list(deadlines.overdue(now)) for now in (10.9, 11, 12.9, 14)] == [[], ["second"], [], ["first"]]
    assert list(deadlines) == []


def test_who_begins_anew_when_it_is_overdue() -> None:
    """It has its time again; the others are named all the same."""
    deadlines = Deadlines[str](10)
    for one in ("first", "second"):
        deadlines.begin(one, 0)
    named = []
    for one in deadlines.overdue(10):
        named.append(one)
        deadlines.begin(one, 10)

    assert named == ["first", "second"]
    assert list(deadlines.overdue(19)) == []
    assert list(deadlines.overdue(20)) == ["first", "second"]


def test_many_whose_time_is_up_together() -> None:
    """Ten times as many cost about ten times as much, not a hundred times: everybody else waits meanwhile."""

    def cost(many: int) -> float:
        deadlines = Deadlines[int](10)
        for one in range(many):
            deadlines.begin(one, 0)
        begun = time.process_time()
        assert sum(1 for _ in deadlines.overdue(10)) == many
        return time.process_time() - begun

    assert min(cost(40_000) for _ in range(2)) < 50 * min(cost(4_000) for _ in range(3))
