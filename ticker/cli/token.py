"""`ticker token`: who may post. Works on the log itself, so the first token needs no token."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

import click
from redis.exceptions import RedisError

from ticker.cli.configured import config_option, data_dir_option, engine_needed, settings_for
from ticker.cli.refused import Refused
from ticker.cli.typed import TEXT
from ticker.embedded import borrowed_or_started, founded
from ticker.log.keys import Keys
from ticker.log.redis import client
from ticker.log.tokens import SCOPES, Tokens
from ticker.model.text import plain
from ticker.model.times import rfc3339
from ticker.settings import Settings
from ticker.telemetry import set_up_logs

NAME_MOST: Final = 64

Given = TypeVar("Given")


def _name(ctx: click.Context, param: click.Parameter, value: str) -> str:
    try:
        return plain(value, most=NAME_MOST)
    except ValueError as error:
        raise click.BadParameter(f"the name {error}", ctx, param) from None


@click.group(no_args_is_help=False)
def token() -> None:
    """Make, list and revoke the tokens that editors post with."""


@token.command()
@click.argument("name", type=TEXT, callback=_name)
@click.option(
    "--channel",
    "channels",
    type=TEXT,
    multiple=True,
    metavar="ID",
    help="Good for this channel only; may be repeated. Default: all.",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    default=SCOPES[:4],
    help=f"Good for this only; may be repeated. Default: {', '.join(SCOPES[:4])}.",
)
@data_dir_option
@config_option
def create(name: str, channels: tuple[str, ...], scopes: tuple[str, ...], data_dir: Path | None, config: Path | None) -> None:
    """Make a token for NAME and print it, for the only time, alone on the last line."""
    settings = settings_for(config, data_dir=data_dir)
    for channel in channels:
        if channel not in settings.channels:
            raise click.BadParameter(
                f"{channel!r} is not configured; there is {', '.join(settings.channels)}", param_hint="--channel"
            )
    unique = tuple(dict.fromkeys(channels)), tuple(dict.fromkeys(scopes))
    there = _there(settings)
    try:
        secret = _run(settings, lambda tokens: tokens.create(name, *unique))
    except ValueError as error:
        raise Refused(str(error)) from None
    if not there:
        click.echo(f"ticker: there was no ticker data in {settings.data_dir}; it is founded now", err=True)
    click.echo(secret)


@token.command("list")
@data_dir_option
@config_option
def list_(data_dir: Path | None, config: Path | None) -> None:
    """List the tokens: name, channels, scopes, time of creation."""
    settings = _settings_of_data(config, data_dir)
    rows = [
        (one.name, ",".join(one.channels) or "all", ",".join(one.scopes), rfc3339(one.created))
        for one in _run(settings, lambda tokens: tokens.list())
    ]
    if not rows:
        click.echo("ticker: there are no tokens", err=True)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@token.command()
@click.argument("name", type=TEXT)
@data_dir_option
@config_option
def revoke(name: str, data_dir: Path | None, config: Path | None) -> None:
    """Make the token of NAME worthless at once."""
    if not _run(_settings_of_data(config, data_dir), lambda tokens: tokens.revoke(name)):
        raise Refused(f"there is no token named {name!r}")


def _settings_of_data(config: Path | None, data_dir: Path | None) -> Settings:
    """Give the settings for what only looks at tokens that are there. Raises Refused where none can be: nothing is founded."""
    settings = settings_for(config, data_dir=data_dir)
    if not _there(settings):
        raise Refused(f"there is no ticker data in {settings.data_dir}")
    return settings


def _there(settings: Settings) -> bool:
    return settings.redis_url is not None or founded(settings.data_dir)


def _run(settings: Settings, ask: Callable[[Tokens], Awaitable[Given]]) -> Given:
    """Give what `ask` gets from the tokens. Raises Refused when the log cannot be reached."""

    async def asked() -> Given:
        async with _tokens(settings) as tokens:
            return await ask(tokens)

    # Standard output is for tokens; of the engine's log only what is wrong matters here.
    set_up_logs("warning", settings.log_format)
    try:
        with engine_needed():
            return asyncio.run(asked())
    except RedisError as error:
        raise Refused(f"Redis: {error}") from None


@asynccontextmanager
async def _tokens(settings: Settings) -> AsyncIterator[Tokens]:
    if settings.redis_url is None:
        async with borrowed_or_started(settings.data_dir) as url, client(url) as redis:
            yield Tokens(redis, Keys(settings.newsroom))
    else:
        async with client(settings.redis_url) as redis:
            yield Tokens(redis, Keys(settings.newsroom))
