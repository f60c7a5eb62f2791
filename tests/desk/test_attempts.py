"""Failed sign-ins cost little and lock nobody out who holds a valid token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.desk.attempts import (
    ADDRESSES_MOST,
    FIRST_LOCK,
    FORGOTTEN_AFTER,
    FREE,
    LONGEST_LOCK,
    WINDOW,
    WRONG_FOR,
    Attempts,
    network,
)

ADDRESS = "192.0.2.7"


def locked(now: float = 0.0) -> Attempts:
    """Attempts after which ADDRESS is locked, all with the token `bad`."""
    attempts = Attempts()
    for _ in range(FREE):
        assert attempts.wait(ADDRESS, "bad", now) == 0
        attempts.failed(ADDRESS, "bad", now)
    return attempts


def test_the_fifth_failure_in_a_minute_locks() -> None:
    """A script with an old token is told to wait."""
    assert locked().wait(ADDRESS, "bad", 1.0) == FIRST_LOCK - 1


def test_failures_spread_over_time_do_not_lock() -> None:
    """Somebody who mistypes now and then is never slowed down."""
    attempts = Attempts()
    for number in range(20):
        attempts.failed(ADDRESS, f"typo {number}", number * WINDOW / (FREE - 1))

    assert attempts.wait(ADDRESS, "typo", 20 * WINDOW / (FREE - 1)) == 0


def test_other_addresses_are_not_concerned() -> None:
    """One address's failures are its own."""
    assert locked().wait("192.0.2.8", "bad", 1.0) == 0


def test_each_lock_is_longer_up_to_a_limit() -> None:
    """Whoever goes on is slowed down more and more."""
    attempts, now, waits = locked(), 0.0, []
    for _ in range(8):
        waits.append(attempts.wait(ADDRESS, "bad", now))
        now += waits[-1]
        attempts.failed(ADDRESS, "bad", now)

    assert waits == [10, 20, 40, 80, 160, LONGEST_LOCK, LONGEST_LOCK, LONGEST_LOCK]


def test_a_quiet_address_is_forgiven() -> None:
    """After a quarter of an hour the counting starts from nothing."""
    attempts = locked()
    later = FORGOTTEN_AFTER + 1
    attempts.failed(ADDRESS, "bad", later)

    assert attempts.wait(ADDRESS, "bad", later) == 0


def test_a_token_that_worked_goes_on_working() -> None:
    """The newsroom behind the address does not notice the script."""
    attempts = locked()
    attempts.worked("good", -100.0)

    assert [attempts.wait(ADDRESS, "good", 1.0) for _ in range(3)] == [0, 0, 0]


def test_a_new_editor_gets_in_beside_a_script() -> None:
    """A token that this process has never seen is looked up although its address is locked by another."""
    attempts = locked()
    for tenth in range(9):
        assert attempts.wait(ADDRESS, "bad", 1 + tenth / 10) > 0

    assert attempts.wait(ADDRESS, "never seen", 2.0) == 0


def test_new_tokens_of_a_locked_address_are_looked_up_one_a_second() -> None:
    """A flood of made-up tokens does not become a flood of look-ups."""
    attempts = locked()
    let_through = [number for number in range(1000) if attempts.wait(ADDRESS, f"guess {number}", number / 100) == 0]

    assert len(let_through) <= 11


def test_a_revoked_token_is_no_better_than_another() -> None:
    """What worked yesterday and fails now is refused like any wrong one."""
    attempts = locked()
    attempts.worked("once good", 0.0)
    attempts.failed(ADDRESS, "once good", 1.0)

    assert attempts.wait(ADDRESS, "once good", 2.0) > 0


def test_a_wrong_token_is_looked_up_again_after_a_minute() -> None:
    """A Redis that was restored may know a token that it did not know before."""
    attempts = Attempts()
    attempts.failed(ADDRESS, "bad", 0.0)
    attempts.failed(ADDRESS, "bad", WRONG_FOR - 1)

    assert attempts.is_wrong("bad", WRONG_FOR - 1)
    assert not attempts.is_wrong("bad", WRONG_FOR)
    attempts.worked("bad", WRONG_FOR)
    assert not attempts.is_wrong("bad", WRONG_FOR)


def test_the_table_is_bounded() -> None:
    """Many addresses push out the oldest, not the memory."""
    attempts = locked()
    for number in range(ADDRESSES_MOST):
        attempts.failed(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "bad", 1.0)

    assert attempts.wait(ADDRESS, "bad", 1.0) == 0


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_what_one_sender_can_vary_is_one_place(address: str, place: str) -> None:
    """Whoever has a whole IPv6 network does not get a fresh start with each of its addresses."""
    assert place == network(address)


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y", "z"]), st.floats(0, 400)), max_size=60))
def test_a_wait_always_ends(history: list[tuple[str, str, float]]) -> None:
    """Whatever happened, nobody is told to wait longer than the longest lock."""
    attempts, now = Attempts(), 0.0
    for address, token, passed in history:
        now += passed
        wait = attempts.wait(address, token, now)

        assert 0 <= wait <= LONGEST_LOCK
        if wait == 0:
            attempts.failed(address, token, now)
        else:
            assert attempts.wait(address, token, now + wait) == 0
