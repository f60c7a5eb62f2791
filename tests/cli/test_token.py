"""`ticker token` on a real data folder, while nothing else runs there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

pytestmark = pytest.mark.slow


def token(*args: str, **environ: str) -> Ran:
    """Run `ticker token` as a process of its own: it starts an engine, and sets up the process's log."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TICKER_")}
    command = [sys.executable, "-m", "ticker", "token", *args]
    done = subprocess.run(command, capture_output=True, text=True, env=clean | environ, check=False, timeout=30)
    return Ran(done.returncode, done.stdout, done.stderr)


def test_a_token_is_made_listed_and_revoked(tmp_path: Path) -> None:
    """It is printed alone and once; the list names it, and after its revocation no more."""
    data = ("--data-dir", str(tmp_path / "data"))
    made = token("create", "night desk", "--channel", "en", "--channel", "en", "--scope", "post", *data)
    again = token("create", "night desk", *data)
    token("create", "day desk", *data)
    listed = token("list", *data)
    revoked = token("revoke", "night desk", *data)
    unknown = token("revoke", "night desk", *data)

    assert re.fullmatch(r"tk_[\w-]{40,}\n", made.out)
    assert (made.status, made.err) == (0, f"ticker: there was no ticker data in {tmp_path / 'data'}; it is founded now\n")
    assert again.out == ""
    assert again.status == 1
    assert again.err == "ticker: a token named 'night desk' exists; revoke it first, or choose another name\n"
    assert [row.split()[:-1] for row in listed.out.splitlines()] == [
        ["day", "desk", "all", "post,correct,withdraw,audit"],
        ["night", "desk", "en", "post"],
    ]
    assert made.out.strip() not in listed.out
    assert (revoked.status, revoked.out, revoked.err) == (0, "", "")
    assert (unknown.status, unknown.err) == (1, "ticker: there is no token named 'night desk'\n")


@pytest.mark.parametrize("args", [["list"], ["revoke", "desk"]])
def test_a_folder_without_data_stays_as_it_is(tmp_path: Path, args: list[str]) -> None:
    """A mistyped folder is told, and not made."""
    ran = token(*args, "--data-dir", str(tmp_path / "typo"))

    assert (ran.status, ran.out, ran.err) == (1, "", f"ticker: there is no ticker data in {tmp_path / 'typo'}\n")
    assert not (tmp_path / "typo").exists()


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    """Silence would look like a failure; standard output stays for tokens."""
    data = ("--data-dir", str(tmp_path / "data"))
    token("create", "desk", *data)
    token("revoke", "desk", *data)
    ran = token("list", *data)

    assert (ran.status, ran.out, ran.err) == (0, "", "ticker: there are no tokens\n")


@pytest.mark.parametrize(
    "args, status, said",
    [
        (["create", "a", "--channel", "xx"], 2, "Invalid value for --channel: 'xx' is not configured; there is en, ar, es"),
        (["create", " \u200f "], 2, "Invalid value for 'NAME': the name is empty"),
        (["create", "a", "--data-dir", "/dev/null"], 1, "the data folder /dev/null cannot be used"),
    ],
)
def test_what_cannot_be_done_is_said_on_one_line(args: list[str], status: int, said: str) -> None:
    """Before or instead of starting anything."""
    ran = token(*args)

    assert (ran.status, ran.out, ran.err.count("\n")) == (status, "", 1)
    assert ran.err.startswith(f"ticker: {said}")


def test_a_redis_that_is_away_is_said_on_one_line() -> None:
    """With TICKER_REDIS_URL no engine is started."""
    ran = token("list", TICKER_REDIS_URL="redis://:secret@127.0.0.1:1")

    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert ran.err.startswith("ticker: Redis: ")
    assert "secret" not in ran.err
