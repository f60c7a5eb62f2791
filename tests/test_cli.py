"""The command line as a whole: help, mistakes, and ends that are nobody's mistake."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ticker import __version__
from ticker.cli import COMMANDS, main, ticker
from ticker.cli.typed import FILE, FOLDER, TEXT


def test_without_a_command_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A newcomer who types `ticker` sees what there is."""
    status = main([])
    shown = capsys.readouterr().out

    assert status == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in shown] == []


@pytest.mark.parametrize("args", [[name] for name in COMMANDS] + [["token", name] for name in ("create", "list", "revoke")])
def test_each_command_explains_itself(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """--help works everywhere and changes nothing."""
    status = main([*args, "--help"])

    assert status == 0
    assert capsys.readouterr().out.startswith(f"Usage: ticker {' '.join(args)} ")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """As in a report of a fault."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ticker {__version__}\n"


@pytest.mark.parametrize(
    "args, said",
    [
        (["nope"], "No such command 'nope'."),
        (["token"], "Missing command."),
        (["check", "x"], "Got unexpected extra argument (x)"),
        (["serve", "--port", "x"], "Invalid value for '--port': 'x' is not a valid integer."),
        (["post"], "Missing argument 'TEXT'."),
        (["post", "a", "b"], "Got unexpected extra argument (b)"),
    ],
)
def test_what_is_not_understood_is_said_on_one_line(args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, one line, nothing on standard output."""
    status = main(args)

    assert (status, capsys.readouterr()) == (2, ("", f"ticker: {said}\n"))


def wrong_options() -> Iterator[list[str]]:
    """Each option of each command that takes a value, with one that it cannot have."""
    groups = [(click.Context(ticker), [name]) for name in COMMANDS]
    token = ticker.get_command(click.Context(ticker), "token")
    assert isinstance(token, click.Group)
    groups += [(click.Context(token), ["token", name]) for name in token.commands]
    for context, words in groups:
        command = context.command.get_command(context, words[-1])  # type: ignore[attr-defined]  # they are groups
        needed = ["x" for one in command.params if isinstance(one, click.Argument)]
        for option in command.params:
            if isinstance(option, click.Option) and not option.is_flag:
                yield [*words, *needed, option.opts[0], wrong_for(option.type)]
        if needed:
            yield [*words, "\udcff"]


def wrong_for(kind: object) -> str:
    """A value that a type refuses; a type without one would let anything through."""
    if kind is TEXT:
        return "\udcff"  # what Python makes of the byte FF
    if kind is FILE:
        return "/nowhere"
    if kind is FOLDER:
        return __file__
    assert kind is not click.STRING
    return "x"


@pytest.mark.parametrize("args", [*wrong_options()], ids=lambda args: ascii(" ".join(args)))
def test_a_wrong_value_is_no_failure_of_the_command(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Of any option or argument: exit status 2, one line that names it, nothing done."""
    status = main(args)
    shown = capsys.readouterr()

    assert (status, shown.out, shown.err.count("\n")) == (2, "", 1)
    assert shown.err.startswith(f"ticker: Invalid value for '{args[-2]}': " if args[-2].startswith("--") else "ticker: Invalid")


@pytest.mark.slow
def test_bytes_that_are_no_text_are_told() -> None:
    """As a terminal of another encoding sends them: nobody reads of half surrogate pairs, or of a server that refuses."""
    done = subprocess.run([sys.executable, "-m", "ticker", "post", b"\xff"], capture_output=True, check=False, timeout=10)

    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"ticker: Invalid value for 'TEXT': is not UTF-8\n")


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error() -> None:
    """`ticker … | head` ends quietly."""
    with subprocess.Popen([sys.executable, "-m", "ticker"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert (process.wait(10), process.stderr.read()) == (141, b"")


@pytest.mark.slow
def test_output_that_cannot_be_written_is_said_on_one_line() -> None:
    """A full disk under the output makes no traceback."""
    command = [sys.executable, "-m", "ticker", "check", "--config", "/dev/null"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, timeout=10)

    assert (done.returncode, done.stderr) == (1, b"ticker: No space left on device\n")


@pytest.mark.slow
def test_posting_does_not_wait_for_the_servers_packages() -> None:
    """A line is out sooner: the commands of editors load neither the server nor its settings."""
    heavy = "{'starlette', 'uvicorn', 'redis', 'pydantic', 'lxml', 'jinja2', 'websockets'}"
    code = f"import sys, ticker.cli.lines; print(sorted({heavy} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=10).stdout == b"[]\n"
