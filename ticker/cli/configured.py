"""Settings for the commands that run here: serve, worker, check, token."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ticker.cli.refused import Refused
from ticker.cli.typed import FILE, FOLDER
from ticker.embedded.errors import EngineError
from ticker.settings import Settings, SettingsError, load_settings, unknown_variables

config_option: Callable[[Any], Any] = click.option(
    "--config", type=FILE, metavar="FILE", help="The settings; else TICKER_CONFIG, else ./ticker.toml if it exists."
)
data_dir_option: Callable[[Any], Any] = click.option(
    "--data-dir", type=FOLDER, metavar="DIR", help="The folder of the embedded engine's log."
)


def settings_for(config: Path | None, **flags: object) -> Settings:
    """Give the settings, and warn of variables that look like one and are none. Raises Refused with each mistake.

    An option of a wrong value is told with status 2, as click does it; what is wrong in the file or the environment with 1.
    """
    for warning in unknown_variables(os.environ):
        click.echo(f"ticker: warning: {warning}", err=True)
    try:
        return load_settings(config, os.environ, flags)
    except SettingsError as error:
        typed = any(one.source.startswith("--") for one in error.problems)
        raise Refused(*map(str, error.problems), status=2 if typed else 1) from None


@contextmanager
def engine_needed() -> Iterator[None]:
    """Say on one line why the embedded engine cannot be had."""
    try:
        yield
    except EngineError as error:
        raise Refused(str(error)) from None
