"""`ticker tail`: a channel live in the terminal, over the same WebSocket as every viewer."""

import asyncio
import json
import os
import random
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import click
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from ticker import __version__
from ticker.cli.client import Client, editor_token, server_url
from ticker.cli.comeback import FOR_GOOD, STEADY, pause_before, refused_for_good
from ticker.cli.printable import json_line, printable
from ticker.cli.refused import Refused
from ticker.cli.typed import TEXT
from ticker.cli.view import Sight, View, drawn
from ticker.model.line import TOPIC

Show = Callable[[View, Mapping[str, Any], list[Sight]], None]

_KEPT = frozenset({"snapshot", "resumed", "publish", "correct", "withdraw"})
"""What --json prints; the others are about the connection."""

_LATE = 5.0  # s that a message may take on its way, beyond two heartbeats, before the server counts as gone


def _topics(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    for topic in value:
        if not TOPIC.fullmatch(topic):
            raise click.BadParameter(f"{topic!r} is no topic: 1 to 64 of a-z, 0-9 and -", ctx, param)
    return value


@click.command()
@click.option(
    "--channel", "channels", type=TEXT, multiple=True, metavar="ID", help="May be repeated. Default: those of the token."
)
@click.option(
    "--topic",
    "topics",
    type=TEXT,
    multiple=True,
    metavar="SLUG",
    callback=_topics,
    help="Only lines with one of these; may be repeated.",
)
@click.option("--after", type=TEXT, metavar="CURSOR", help="Go on from there, as printed by post or --json.")
@click.option("--json", "as_json", is_flag=True, help="Print the messages, each with its channel and cursor, as JSON.")
def tail(channels: tuple[str, ...], topics: tuple[str, ...], after: str | None, as_json: bool) -> None:
    """Show what breaks, as it breaks, until Ctrl-C.

    It starts with the newest lines, and goes on where it was when the connection was lost.
    """
    url = server_url()
    channels = tuple(dict.fromkeys(channels)) or _token_channels(url)
    if after is not None and len(channels) != 1:
        raise click.UsageError("--after is the cursor of one channel: give one --channel")
    show = _show_json if as_json else _show_text(colour=_colour(os.environ))
    asyncio.run(_follow_all(url, channels, topics, after, show))


def _token_channels(url: str) -> tuple[str, ...]:
    token = editor_token()
    if token is None:
        raise click.UsageError("--channel is needed, or a token in TICKER_TOKEN whose channels to show")
    with Client(url, token, timeout=30, notice=_say) as client:
        channels = tuple(client.channels())
    if not channels:
        raise click.UsageError("--channel is needed: the token is good for none that is configured")
    return channels


async def _follow_all(url: str, channels: tuple[str, ...], topics: tuple[str, ...], after: str | None, show: Show) -> None:
    await asyncio.gather(*(_Follower(url, View(channel, after), topics, show).run() for channel in channels))


class _Follower:
    """One channel's connection, and its next one."""

    def __init__(self, url: str, view: View, topics: tuple[str, ...], show: Show) -> None:
        self._url = "ws" + url.removeprefix("http") + f"/v1/channels/{quote(view.channel, safe='')}/ws"
        self._view = view
        self._topics = topics
        self._show = show
        self._failed = 0  # attempts since the last good connection
        self._away = False  # whether we said that the connection is lost
        self._asked: float | None = None  # when a server that is leaving asked us to come back, by the loop's clock

    async def run(self) -> None:
        """Show the channel until it ends for good. Raises Refused then."""
        clock = asyncio.get_running_loop().time
        while True:
            begun = clock()
            reason = await self._connected()
            self._failed = 0 if clock() - begun >= STEADY else self._failed
            pause = pause_before(self._failed, random.random())
            self._failed += 1
            if self._asked is not None:
                pause = self._asked - clock()
            elif not self._away:
                _say(f"{self._view.channel}: {reason}; trying again")
                self._away = True
            await asyncio.sleep(max(0.0, pause))

    async def _connected(self) -> str:
        """Connect, show what comes, and give the reason for the end."""
        self._asked = None
        query = [("after", self._view.cursor)] if self._view.cursor else []
        query += [("topic", topic) for topic in self._topics]
        address = f"{self._url}?{urlencode(query)}" if query else self._url
        try:
            # No pings of ours: the server's heartbeats tell as much.
            socket = await connect(
                address, ping_interval=None, compression=None, close_timeout=1, user_agent_header=f"ticker/{__version__}"
            )
        except InvalidStatus as error:
            status = error.response.status_code
            if refused_for_good(status):
                raise Refused(f"{self._view.channel}: {self._url} answered {status}") from None
            return f"the server answered {status}"
        except TimeoutError:
            return "no answer"
        except (OSError, InvalidHandshake) as error:
            return str(error)
        async with socket:
            return await self._shown(socket)

    async def _shown(self, socket: ClientConnection) -> str:
        while True:
            try:
                async with asyncio.timeout(2 * self._view.heartbeat + _LATE):
                    raw = await socket.recv()
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                if code in FOR_GOOD:
                    raise Refused(f"{self._view.channel}: {FOR_GOOD[code]} ({code})") from None
                return f"the connection was closed ({code})"
            except TimeoutError:
                return "the server fell silent"
            try:
                message = json.loads(raw)
                sights = self._applied(message)
            except (ValueError, TypeError, KeyError, AttributeError):
                raise Refused(f"{self._view.channel}: {self._url} does not speak the live protocol of ticker") from None
            self._show(self._view, message, sights)

    def _applied(self, message: Mapping[str, Any]) -> list[Sight]:
        sights = self._view.apply(message)
        kind = message.get("type")
        if kind == "leaving":
            self._asked = asyncio.get_running_loop().time() + float(message["reconnect"])
        elif kind in ("snapshot", "resumed") and self._away:
            _say(f"{self._view.channel}: connected again")
            self._away = False
        if kind == "snapshot" and message["reason"] != "first":
            _say(f"{self._view.channel}: here may be a gap ({message['reason']}); the newest lines follow")
        return sights


def _show_json(view: View, message: Mapping[str, Any], sights: list[Sight]) -> None:
    kind = message.get("type")
    if kind in _KEPT and (sights or kind in ("snapshot", "resumed")):
        click.echo(json_line({"channel": view.channel} | dict(message)))


def _show_text(*, colour: bool) -> Show:
    def show(view: View, message: Mapping[str, Any], sights: list[Sight]) -> None:
        now = datetime.now().astimezone()
        for sight in sights:
            click.echo(drawn(view.channel, sight, now, colour=colour), color=colour)

    return show


def _colour(environ: Mapping[str, str]) -> bool:
    """Whether to colour: on a terminal that can, unless NO_COLOR is set (no-color.org)."""
    return sys.stdout.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def _say(said: str) -> None:
    click.echo(f"ticker: {printable(said)}", err=True)
