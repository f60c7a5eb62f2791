"""`ticker post -`: what stands on standard input, a line of news on each of its lines.

A line is the text, or a JSON object with the members of the API if it starts with `{`. Each gets an idempotency key that
follows from the channel, the batch's name, the line as it stands and how many equal ones came before it. So the same input
run again, after whatever failure, posts only what is missing: the server knows the other keys and answers them as before.
It remembers a key as long as it keeps the line. Input that may rightly repeat itself on another day is a batch of another
name each day: `--batch 2026-11-24`. The default is one batch for ever, since a line left out is said in the output
("replayed"), whereas a line doubled is on the air.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from ticker.cli.refused import Refused
from ticker.model.text import meant_as_json

LONGEST: Final = 65_536  # bytes; the server takes no longer body


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the input that is to be posted."""

    number: int  # of the line, from 1; empty ones count
    body: dict[str, Any]
    key: str


def entries(source: BinaryIO, channel: str, batch: str) -> Iterator[Entry]:
    """Give the lines of `source` as they come; empty ones are passed over. Raises Refused at one that cannot be read."""
    earlier: Counter[bytes] = Counter()  # 16 bytes for each different line: a day of a busy wire is nothing
    number = 0
    while raw := source.readline(LONGEST + 1):
        number += 1
        if len(raw) > LONGEST:
            raise Refused(f"line {number}: is longer than {LONGEST} bytes")
        raw = raw.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").strip(b" \t\r\n")
        if raw:
            digest = hashlib.sha256(raw).digest()[:16]
            yield Entry(number, _body(number, raw), key_for(channel, batch, earlier[digest], raw))
            earlier[digest] += 1


def key_for(channel: str, batch: str, earlier: int, raw: bytes) -> str:
    """Give the key of a line before which `earlier` equal ones came."""
    named = json.dumps([channel, batch, earlier]).encode()  # ends before the line begins, whatever the names hold
    return "batch-" + hashlib.sha256(named + raw).hexdigest()[:40]


def _body(number: int, raw: bytes) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(f"line {number}: is not UTF-8") from None
    if not meant_as_json(text):
        return {"text": text}
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(f"line {number}: starts with {{ and is no JSON object") from None
    if not isinstance(body, dict):
        raise Refused(f"line {number}: is JSON and no object")
    return body
