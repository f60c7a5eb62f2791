"""`ticker post`, `ticker correct` and `ticker withdraw`: an editor's work, over the HTTP API."""

import re
import sys
from collections.abc import Callable
from typing import Any

import click

from ticker.cli.batch import entries
from ticker.cli.client import Client, Done, editor_token, server_url
from ticker.cli.printable import json_line, printable
from ticker.cli.refused import Refused
from ticker.cli.typed import TEXT

Decorator = Callable[[Any], Any]

URGENCIES = ("flash", "urgent", "breaking", "update")
KINDS = ("correction", "refile", "update", "pin", "unpin")


def _options(*decorators: Decorator) -> Decorator:
    def decorated(command: Any) -> Any:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorated


def _visible(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[!-~]{1,255}", value):
        raise click.BadParameter("must be 1 to 255 visible ASCII characters", ctx, param)
    return value


_content = _options(
    click.option("--source", type=TEXT, metavar="NAME", help="Attribution shown before the text."),
    click.option("--urgency", type=click.Choice(URGENCIES), help="Default of a new line: breaking."),
    click.option(
        "--topic", "topics", type=TEXT, multiple=True, metavar="SLUG", help="Section, region or story; may be repeated."
    ),
    click.option("--url", type=TEXT, metavar="URL", help="The article."),
    click.option("--expires", type=TEXT, metavar="TIME", help="From then on it is not shown: 2026-11-24T22:00:00Z."),
    click.option("--note", type=TEXT, metavar="TEXT", help="Private, for the audit log."),
)
_sending = _options(
    click.option("--channel", type=TEXT, metavar="ID", help="Default: the token's only channel."),
    click.option(
        "--key",
        type=TEXT,
        metavar="KEY",
        callback=_visible,
        help="Idempotency key: the same one again never does it twice. Default: a new one.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, max=3600),
        default=30.0,
        metavar="SECONDS",
        help="How long to repeat by itself while there is no answer, or one that asks for patience. Default: 30.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print the server's answer instead of id and cursor."),
)
_if_match = click.option(
    "--if-match", "version", type=click.IntRange(min=1), metavar="VERSION", help="Only if it is at VERSION."
)


@click.command()
@click.argument("text", type=TEXT)
@_content
@click.option("--pin", is_flag=True, help="Keep it first until it is unpinned.")
@click.option(
    "--allow-duplicate",
    is_flag=True,
    help="Even if the same text was posted moments ago; with -, also one that the input repeats.",
)
@_sending
@click.option(
    "--batch", type=TEXT, metavar="NAME", help="With -: a name for this input; a rerun under the same name doubles nothing."
)
def post(
    text: str,
    pin: bool,
    allow_duplicate: bool,
    channel: str | None,
    key: str | None,
    timeout: float,
    as_json: bool,
    batch: str | None,
    **content: Any,
) -> None:
    """Publish TEXT as a line and print its id and cursor.

    With - for TEXT, publish each line of standard input as it comes, in order: plain text, or JSON objects with the fields of
    the API, which go before the options. It stops at the first line that is refused, be it one that the input repeats
    (--allow-duplicate posts it). Running the same input again doubles
    nothing: what was posted before is printed as "replayed". If a text may rightly come again, tomorrow say, give each input
    a name with --batch.
    """
    if text == "-" and key is not None:
        raise click.UsageError("--key is for one line; with -, each gets a key of its own (see --batch)")
    if text != "-" and batch is not None:
        raise click.UsageError("--batch is for standard input: ticker post - --batch NAME")
    fields = _given(content, cleared=False)
    fields |= {name: True for name, given in (("pinned", pin), ("allow_duplicate", allow_duplicate)) if given}
    with _client(timeout) as client:
        channel = channel or _only_channel(client)
        if text == "-":
            _post_all(client, channel, fields, batch or "", as_json)
        else:
            _print(client.post(channel, {"text": text} | fields, key), as_json)


@click.command()
@click.argument("line", type=TEXT, metavar="ID")
@click.option(
    "--kind", type=click.Choice(KINDS), default="correction", help="Default: correction. refile: a typo; update: new facts."
)
@click.option("--correction", type=TEXT, metavar="NOTE", help="In public, what was wrong; required for a correction.")
@click.option("--text", type=TEXT, metavar="TEXT", help="The new text.")
@_content
@_if_match
@_sending
def correct(
    line: str,
    kind: str,
    version: int | None,
    channel: str | None,
    key: str | None,
    timeout: float,
    as_json: bool,
    **content: Any,
) -> None:
    """Change the line ID; what is not named stays. An empty --source, --url, --topic or --expires takes it away."""
    if kind == "correction" and not content["correction"]:
        raise click.UsageError(
            "--correction is needed, what was wrong, in public; or for a typo --kind refile, for new facts --kind update"
        )
    body = {"kind": kind} | _given(content, cleared=True)
    with _client(timeout) as client:
        _print(client.correct(channel or _only_channel(client), line, body, key, version), as_json)


@click.command()
@click.argument("line", type=TEXT, metavar="ID")
@click.option("--reason", type=TEXT, required=True, metavar="TEXT", help="Why: for editors, in the audit log.")
@_if_match
@_sending
def withdraw(
    line: str, reason: str, version: int | None, channel: str | None, key: str | None, timeout: float, as_json: bool
) -> None:
    """Withdraw the line ID for good."""
    with _client(timeout) as client:
        _print(client.withdraw(channel or _only_channel(client), line, reason, key, version), as_json)


def _client(timeout: float) -> Client:
    url, token = server_url(), editor_token()
    if token is None:
        raise click.UsageError("a token is needed: set TICKER_TOKEN, or TICKER_TOKEN_FILE to a file that holds it")
    return Client(url, token, timeout=timeout, notice=_notice)


def _notice(said: str) -> None:
    """Tell somebody who waits at a terminal why; a script wants only what comes of it."""
    if sys.stderr.isatty():
        click.echo(f"ticker: {printable(said)}", err=True)


def _only_channel(client: Client) -> str:
    channels = client.channels()
    if len(channels) != 1:
        raise click.UsageError(f"--channel is needed: the token is good for {', '.join(channels) or 'none that is configured'}")
    return channels[0]


def _given(content: dict[str, Any], *, cleared: bool) -> dict[str, Any]:
    """Give the fields that were named; in a change (`cleared`) an empty one is taken away."""
    fields = {name: value for name, value in content.items() if value is not None and name != "topics"}
    if cleared:
        fields = {
            name: None if value == "" and name in ("source", "url", "expires") else value for name, value in fields.items()
        }
    if content["topics"]:
        fields["topics"] = [topic for topic in content["topics"] if topic or not cleared]
    return fields


def _post_all(client: Client, channel: str, fields: dict[str, Any], batch: str, as_json: bool) -> None:
    for entry in entries(sys.stdin.buffer, channel, batch):
        try:
            _print(client.post(channel, fields | entry.body, entry.key, again="run it again"), as_json)
        except Refused as refusal:
            raise Refused(f"line {entry.number}: {refusal}") from None


def _print(done: Done, as_json: bool) -> None:
    if as_json:
        click.echo(json_line(done.answer | ({"replayed": True} if done.replayed else {})))
    else:
        click.echo(printable(f"{done.line} {done.cursor}" + (" replayed" if done.replayed else "")))
