"""Each thing the log cannot do has its own problem for the editor, and a fault of ours stays one."""

import pytest
from redis import exceptions

from ticker.desk.failures import problem_of
from ticker.edge.problems import PROBLEMS
from ticker.log.errors import HistoryChanged, LogUnavailable, Unavailable


@pytest.mark.parametrize("reason", list(Unavailable))
def test_every_absence_is_a_503_that_says_when_to_return(reason: Unavailable) -> None:
    """What Redis said is for the log of the server, not for the answer."""
    problem = problem_of(LogUnavailable(reason, 7, "secret cause"))

    assert problem is not None
    assert (problem.kind.status, problem.headers["Retry-After"]) == (503, "7")
    assert problem.slug.endswith(reason.value)
    assert "secret cause" not in str(problem.as_json())


def test_every_503_of_the_table_is_used() -> None:
    """No kind of problem is documented that cannot come."""
    problems = [problem_of(LogUnavailable(reason, 1, "")) for reason in Unavailable]

    assert {problem.slug for problem in problems if problem} == {slug for slug, kind in PROBLEMS.items() if kind.status == 503}


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (exceptions.ConnectionError("x"), "log-unreachable"),
        (exceptions.TimeoutError("x"), "log-unreachable"),
        (ConnectionRefusedError("x"), "log-unreachable"),
        (exceptions.BusyLoadingError("x"), "log-loading"),
        (exceptions.ResponseError("BUSY Redis is busy"), "log-busy"),
        (exceptions.ResponseError("MISCONF Errors writing to the AOF file"), "log-storage-full"),
    ],
)
def test_redis_own_errors_are_told_apart(error: exceptions.RedisError | OSError, slug: str) -> None:
    """Reading a token or the audit log fails as posting does."""
    problem = problem_of(error)

    assert problem is not None
    assert problem.slug == slug


@pytest.mark.parametrize("error", [exceptions.ResponseError("WRONGTYPE x"), HistoryChanged("x")])
def test_a_fault_is_no_problem_of_the_editor(error: exceptions.ResponseError | HistoryChanged) -> None:
    """It is an internal error, with its traceback in the log."""
    assert problem_of(error) is None
