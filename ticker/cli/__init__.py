"""The command line: `ticker serve`, `ticker post` and the rest.

Each command is a module that is imported when it is asked for: posting a line does not wait for the server's packages.
Exit status: 0 done; 1 refused or failed; 2 an option or argument is missing or wrong, so nothing was done; 130 ended by Ctrl-C;
141 the reader of the output went away.
Whatever goes wrong is said on one line of stderr, `ticker: …`.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from ticker import __version__
from ticker.cli.printable import printable
from ticker.cli.refused import Refused

COMMANDS: Final = {
    "serve": "ticker.cli.serve",
    "worker": "ticker.cli.serve",
    "check": "ticker.cli.check",
    "token": "ticker.cli.token",
    "post": "ticker.cli.lines",
    "correct": "ticker.cli.lines",
    "withdraw": "ticker.cli.lines",
    "tail": "ticker.cli.tail",
}
"""Each command, and the module that has it under its name."""

INTERRUPTED: Final = 130  # 128 + SIGINT, as a shell says it
NO_READER: Final = 141  # 128 + SIGPIPE


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ticker", message="%(prog)s %(version)s")
def ticker() -> None:
    """Post a breaking-news line once, see it everywhere.

    post, correct, withdraw and tail speak to the server at TICKER_URL (http://127.0.0.1:8000 unless set); the first three need
    a token in TICKER_TOKEN, or a file with it named by TICKER_TOKEN_FILE.
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run the command that `args` ask for (by default those of the process) and give its exit status."""
    try:
        status = _run(list(sys.argv[1:] if args is None else args) or ["--help"])
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return NO_READER
    except OSError as error:  # a full disk, a port in use, a file that is not ours
        where = f"{error.filename}: " if error.filename else ""
        status = _failed(1, f"{where}{error.strerror or error}")
        _drop_output()
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    return status


def _run(args: list[str]) -> int:
    # Not click's own `main`: it says an error on four lines.
    try:
        with ticker.make_context("ticker", args) as context:
            status = ticker.invoke(context)
            return status if isinstance(status, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as error:
        return _failed(error.exit_code, error.format_message())
    except Refused as error:
        return _failed(error.status, *error.lines)


def _failed(status: int, *lines: str) -> int:
    for line in lines:
        click.echo(f"ticker: {printable(' '.join(line.split()))}", err=True)
    return status


def _drop_output() -> None:
    """Let what is still in the buffers go nowhere: Python flushes them at its end, and would complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
