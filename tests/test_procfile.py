"""The Procfile as a platform reads it: honcho starts it for real."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.served import WITHIN, environment, free_port, until

pytestmark = pytest.mark.slow

PROCFILE: Final = Path(__file__).parent.parent / "Procfile"


def test_web_and_worker_come_up_and_stop_together(tmp_path: Path) -> None:
    """The server answers, the worker finds its engine, and one signal ends both without a complaint."""
    port, said = free_port(), tmp_path / "honcho.log"
    here = Path(sys.executable).parent
    settings = {"TICKER_PORT": str(port), "TICKER_DATA_DIR": str(tmp_path / "data"), "PATH": f"{here}:{os.environ['PATH']}"}
    with said.open("wb") as out:
        honcho = subprocess.Popen(
            [sys.executable, "-m", "honcho", "--no-colour", "--procfile", str(PROCFILE), "--app-root", str(tmp_path), "start"],
            stdout=out,
            stderr=out,
            env=environment(**settings) | {"PYTHONUNBUFFERED": "1"},
            cwd=tmp_path,
        )
    try:
        until(lambda: ready(port), "the server")
        until(lambda: "worker_started" in said.read_text(), "the worker")
        token = re.findall(r"tk_[\w-]{43}", said.read_text())[0]
        posted = httpx.post(
            f"http://127.0.0.1:{port}/v1/channels/en/lines",
            json={"text": "By honcho"},
            headers={"Authorization": f"Bearer {token}"},
        )
    finally:
        honcho.send_signal(signal.SIGTERM)  # which it hands on; killed, it would leave the two behind
        honcho.wait(WITHIN)
    ended = re.findall(r"(\w+)\.1 (?:stopped|started) \(?(rc=-?\d+|pid=\d+)", said.read_text())

    assert posted.status_code == 201
    assert [name for name, how in ended if how == "rc=0"] in (["web", "worker"], ["worker", "web"])
    assert "Traceback" not in said.read_text()


def ready(port: int) -> bool:
    """Tell whether /readyz says so."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False
