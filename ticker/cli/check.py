"""`ticker check`: what is configured, or what is wrong with it."""

import ipaddress
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click

from ticker.cli.configured import config_option, settings_for
from ticker.model.channel import Channel
from ticker.settings import DEFAULT_AUTHORITY, Settings, config_path


@click.command()
@config_option
def check(config: Path | None) -> None:
    """Say what is configured, or what is wrong, with file, line and field."""
    settings = settings_for(config)
    click.echo(f"settings  {config_path(config, os.environ) or 'defaults, no ticker.toml here'}")
    click.echo(f"listens   {settings.host} port {settings.port}; readers use {settings.base_url}")
    click.echo(f"log       {_log(settings)}; newsroom {settings.newsroom}")
    for channel in settings.channels.values():
        click.echo(f"channel   {_channel(channel)}")
    for warning in warnings(settings):
        click.echo(f"ticker: warning: {warning}", err=True)


def warnings(settings: Settings) -> Iterator[str]:
    """Give what is allowed, but most likely not meant."""
    if not _local(urlsplit(settings.base_url).hostname or ""):
        for channel in settings.channels.values():
            if channel.authority == DEFAULT_AUTHORITY:
                yield (
                    f"channel {channel.id}: authority is still {DEFAULT_AUTHORITY}: set one of yours before the first line, "
                    "since feed readers know lines by it"
                )
    elif not _local(settings.host):
        yield f"base_url is {settings.base_url}, where only this machine finds it, but the server listens on {settings.host}"


def _local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _log(settings: Settings) -> str:
    if settings.redis_url is None:
        return f"embedded, in {settings.data_dir}"
    parts = urlsplit(settings.redis_url)  # without the password
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _channel(channel: Channel) -> str:
    topics = ", ".join(topic.id for topic in channel.topics) or "none"
    return f'{channel.id} "{channel.title}", {channel.language}, {channel.direction}, by {channel.authority}; topics: {topics}'
