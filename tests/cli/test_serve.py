"""The commands against the server that `ticker serve` starts: nothing here is played."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.served import Served, dropping
from tests.served import WITHIN, free_port, until

pytestmark = pytest.mark.slow


@contextmanager
def running(command: list[str], server: Served, **pipes: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command beside the test; a test that fails leaves none behind."""
    # Ctrl-C is ignored by what a shell runs in the background, as it may run these tests, and by all that starts from there.
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, env=server.env(), preexec_fn=hears, **pipes) as process:  # noqa: PLW1509 -- no threads here
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path)
    try:
        served.start()
        yield served
    finally:
        served.end()


def test_a_line_goes_the_whole_way(server: Served) -> None:
    """Posted, corrected, withdrawn from the shell; the server ends cleanly when asked to."""
    posted = server.run("post", "Quake felt in Lima", "--channel", "en", "--source", "Civil Defence", "--topic", "world")
    line = posted.out.split()[0]
    corrected = server.run(
        "correct", line, "--channel", "en", "--text", "Quake felt in Cusco", "--correction", "Not Lima", "--if-match", "1"
    )
    late = server.run("correct", line, "--channel", "en", "--kind", "refile", "--text", "x", "--if-match", "1")
    seen = server.texts()
    withdrawn = server.run("withdraw", line, "--channel", "en", "--reason", "wrong")

    assert [ran.status for ran in (posted, corrected, withdrawn)] == [0, 0, 0], (posted, corrected, withdrawn)
    assert (late.status, late.out, late.err.count("\n")) == (1, "", 1)
    assert late.err.startswith("ticker: Somebody else was first: ")
    assert (seen, server.texts()) == (["Quake felt in Cusco"], [])
    assert server.stop() == 0


def test_refusals_come_as_one_line(server: Served) -> None:
    """Of each kind, with exit status 1."""
    server.run("post", "a", "--channel", "en")
    asked = [
        ["post", "a", "--channel", "en"],
        ["post", "\x07", "--channel", "en"],
        ["post", "b", "--channel", "xx"],
        ["post", "b", "--channel", "en", "--topic", "A B"],
        ["withdraw", "nothing", "--channel", "en", "--reason", "wrong"],
    ]

    said = [server.run(*args) for args in asked]

    assert [ran.err.split(": ")[1] for ran in said] == [
        "Duplicate line",
        "Invalid line",
        "No such channel",
        "Invalid line",
        "No such line",
    ]
    assert {(ran.status, ran.out, ran.err.count("\n")) for ran in said} == {(1, "", 1)}
    assert said[0].err.endswith("; --allow-duplicate posts it all the same\n")
    assert said[2].err == "ticker: No such channel: 'xx' is none of the channels here: en, ar, es\n"


def test_a_lost_answer_doubles_nothing(server: Served) -> None:
    """The line is in the log when its answer is lost; the command asks again and gets the first answer."""
    with dropping(server.port, 0) as proxy:
        ran = server.run("post", "once", "--channel", "en", url=proxy)

    assert (ran.status, server.texts()) == (0, ["once"])
    assert ran.out.endswith(" replayed\n")


def test_a_rerun_of_standard_input_posts_what_is_missing(server: Served) -> None:
    """After an answer is lost and time is up, and after a refusal was mended: each line once, in order."""
    lines = b"one\ntwo\n\x07three\nfour\n"
    with dropping(server.port, *range(1, 100)) as proxy:
        lost = server.run("post", "-", "--channel", "en", "--timeout", "2", stdin=lines, url=proxy)
    refused = server.run("post", "-", "--channel", "en", stdin=lines)
    mended = server.run("post", "-", "--channel", "en", stdin=lines.replace(b"\x07", b""))

    assert (lost.status, len(lost.out.splitlines())) == (1, 1)
    assert lost.err.endswith("; it may have happened all the same: run it again\n")
    assert (refused.status, refused.err.startswith("ticker: line 3: Invalid line: ")) == (1, True)
    assert (mended.status, mended.err) == (0, "")
    assert [len(row.split()) for row in mended.out.splitlines()] == [3, 3, 2, 2]  # replayed, replayed, new, new
    assert server.texts() == ["one", "two", "three", "four"]


def test_lines_are_posted_as_they_come(server: Served) -> None:
    """`tail -f wire | ticker post -`: on screen before the next one is written."""
    command = [sys.executable, "-m", "ticker", "post", "-", "--channel", "en"]
    with running(command, server, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as posting:
        assert posting.stdin is not None
        for text, whole in (("one", ["one"]), ("two", ["one", "two"])):
            posting.stdin.write(text.encode() + b"\n")
            posting.stdin.flush()
            until(lambda whole=whole: server.texts() == whole, text)  # type: ignore[misc]  # the default binds it
        posting.stdin.close()

        assert posting.wait(WITHIN) == 0


def test_tail_goes_on_over_a_restart_and_ends_quietly(server: Served, tmp_path: Path) -> None:
    """Each line once and in order, also what was posted while it was away; Ctrl-C is no error."""
    shown = tmp_path / "shown"
    with (
        shown.open("wb") as out,
        running(
            [sys.executable, "-m", "ticker", "tail", "--channel", "en"], server, stdout=out, stderr=subprocess.PIPE
        ) as tail,
    ):
        first = server.run("post", "one", "--channel", "en").out.split()[0]
        until(lambda: "one" in shown.read_text(), "the first line")
        server.stop()
        server.start()
        server.run("post", "two", "--channel", "en")
        server.run("withdraw", first, "--channel", "en", "--reason", "wrong")
        until(lambda: "WITHDRAWN" in shown.read_text(), "the withdrawal")
        tail.send_signal(signal.SIGINT)

        assert tail.wait(WITHIN) == 130
        assert tail.stderr is not None
        assert b"Traceback" not in tail.stderr.read()
    words = [row.split()[2:4] for row in shown.read_text().splitlines()]
    assert words == [["BREAKING", "one"], ["BREAKING", "two"], ["WITHDRAWN", first]]


def test_a_second_server_says_on_one_line_what_is_in_its_way(server: Served, tmp_path: Path) -> None:
    """The port, or the data folder."""
    port = server.run("serve", "--port", str(server.port), "--data-dir", str(tmp_path / "other"))
    folder = server.run("serve", "--port", str(free_port()), "--data-dir", str(server.data))

    assert (port.status, port.out, port.err.count("\n")) == (1, "", 1)
    assert port.err == f"ticker: cannot listen on 127.0.0.1 port {server.port}: Address already in use\n"
    assert (folder.status, folder.out) == (1, "")
    assert folder.err.splitlines()[-1].startswith("ticker: another ticker (pid ")


def test_a_worker_says_what_it_waits_for(server: Served, tmp_path: Path) -> None:
    """Alone on a folder it has nothing to do; it finds the engine once a server has started there."""
    command = [sys.executable, "-m", "ticker", "worker", "--data-dir", str(tmp_path / "zz")]
    with running(command, server, stderr=subprocess.PIPE) as worker:
        assert worker.stderr is not None
        said = worker.stderr.readline().decode()

    assert "server_awaited" in said
    assert str(tmp_path / "zz") in said


def test_a_worker_runs_beside_the_server_and_ends_when_asked_to(server: Served) -> None:
    """It finds the engine by the data folder."""
    command = [sys.executable, "-m", "ticker", "worker", "--data-dir", str(server.data)]
    with running(command, server, stderr=subprocess.PIPE) as worker:
        assert worker.stderr is not None
        assert any(b"worker_started" in row for row in worker.stderr)
        worker.send_signal(signal.SIGTERM)

        assert worker.wait(WITHIN) == 0
