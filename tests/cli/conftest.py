"""Commands as somebody types them."""

import io
import os
import sys
from dataclasses import dataclass
from typing import Protocol

import pytest

from ticker.cli import main


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str


class Run(Protocol):
    """Runs a command in this process; `stdin` is what it is fed, `environ` what is set beside nothing of ours."""

    def __call__(self, *args: str, stdin: bytes = b"", **environ: str) -> Ran: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for name in [name for name in os.environ if name.startswith("TICKER_")]:
        monkeypatch.delenv(name)

    def ran(*args: str, stdin: bytes = b"", **environ: str) -> Ran:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            status = main(args)
        return Ran(status, *capsys.readouterr())

    return ran
