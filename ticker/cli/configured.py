"""Settings for the commands that run here: serve, worker, check, token."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ticker.cli.refused import Refused
from ticker.embedded.errors import EngineError
from ticker.settings import Settings, SettingsError, load_settings, unknown_variables

FILE = click.Path(path_type=Path)

config_option: Callable[[Any], Any] = click.option(
    "--config", type=FILE, metavar="FILE", help="The settings; else TICKER_CONFIG, else ./ticker.toml if it exists."
)
data_dir_option: Callable[[Any], Any] = click.option(
    "--data-dir", type=FILE, metavar="DIR", help="The folder of the embedded engine's log."
)


def settings_for(config: Path | None, **flags: object) -> Settings:
    """Give the settings, and warn of variables that look like one and are none. Raises Refused with each mistake."""
    for warning in unknown_variables(os.environ):
        click.echo(f"ticker: warning: {warning}", err=True)
    try:
        return load_settings(config, os.environ, flags)
    except SettingsError as error:
        raise Refused(*map(str, error.problems)) from None


@contextmanager
def engine_needed() -> Iterator[None]:
    """Say on one line why the embedded engine cannot be had."""
    try:
        yield
    except EngineError as error:
        raise Refused(str(error)) from None
