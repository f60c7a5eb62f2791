"""What permessage-deflate saves, and costs, once for all viewers who ask for it: `python -m bench.deflate`.

Counts the bytes of messages of the demo's newsroom with and without it, and times the compressing; no server is needed.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bench.cases_told import table
from ticker.demo.samples import samples_in
from ticker.live import frames
from ticker.live.frames import Message, Transport
from ticker.model.channel import Channel
from ticker.model.cursor import Cursor
from ticker.model.line import Line, Status

CHANNEL: Final = Channel("en", "Breaking news", "en", "ltr", "", "news.example,2026")
CURSOR: Final = Cursor("1764020000000-2914083172")
LINE: Final = Line("01KAV4ZJ7D8Q2M5X9R3T6W1BNC", "en", 1, Status.USABLE, 1_764_020_000_000, 1_764_020_000_000)


def _published(text: str) -> Message:
    return {"type": "publish", "cursor": CURSOR, "line": replace(LINE, text=text).as_json()}


def _row(name: str, messages: Sequence[Message]) -> list[str]:
    def bytes_each(transport: Transport) -> float:
        return sum(len(transport.frame(message)) for message in messages) / len(messages)

    def once(transport: Transport) -> float:
        began = time.perf_counter()
        bytes_each(transport)
        return (time.perf_counter() - began) / len(messages)

    def seconds_each(transport: Transport) -> float:
        return min(once(transport) for _ in range(200))

    plain, compressed = bytes_each(Transport.WEBSOCKET), bytes_each(Transport.WEBSOCKET_DEFLATE)
    took = seconds_each(Transport.WEBSOCKET_DEFLATE) - seconds_each(Transport.WEBSOCKET)
    return [name, f"{plain:.0f}", f"{compressed:.0f}", f"{compressed / plain:.2f}", f"{took * 1e6:.0f}"]


def main() -> None:
    """Print the table."""
    rows: list[list[str]] = []
    for name, language in (("English", "en"), ("Arabic", "ar")):
        texts = [sample.text for sample in samples_in(language)]
        all_of_them = " ".join(texts)
        rows.append(_row(f"a line as in the demo, {name}", [_published(text) for text in texts]))
        for size in (250, 500):
            parts = [all_of_them[start : start + size] for start in range(0, len(all_of_them) - size, size)]
            rows.append(_row(f"a line of {size} letters, {name}", [_published(part) for part in parts]))
        lines = [replace(LINE, text=text) for text in texts[:10]]
        rows.append(_row(f"a snapshot of ten lines, {name}", [frames.snapshot(CHANNEL, "first", CURSOR, 25, 0, lines)]))
    print(table(["message", "bytes", "compressed", "ratio", "µs, once"], [[*row] for row in rows]), end="")


if __name__ == "__main__":
    main()
