"""Ready bytes to many sockets: the compiled loop and its twin in Python do the same."""

import contextlib
import os
import socket
import subprocess
import sys
import sysconfig
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.needs import lacking, sanitizing_compiler
from ticker.live import sending
from ticker.live.sending import COMPILED, ELSEWHERE, send_run, send_run_in_python

SendRun = Callable[["array[int]", "array[int]", "array[int]", int, int, int, int, bytes], tuple[int, int]]
AWAY = -1
UNTOLD = -7  # instead of a place from which something was sent

TWINS = pytest.mark.parametrize("twin", [send_run, send_run_in_python], ids=["compiled" if COMPILED else "python", "python"])


class Crowd:
    """Viewers on real sockets."""

    def __init__(self, *places: int) -> None:
        self.pairs = [socket.socketpair() for _ in places]
        self.fds = array("i", [ours.fileno() for ours, _ in self.pairs])
        self.places = array("q", places)
        self.sent_from = array("q", [UNTOLD] * len(places))
        for ours, theirs in self.pairs:
            ours.setblocking(False)
            theirs.setblocking(False)

    def send(self, twin: SendRun, data: bytes, *, place: int = 3, head: int = 5, at: int = 0) -> tuple[int, int]:
        return twin(self.fds, self.places, self.sent_from, at, len(self.fds), place, head, data)

    def received(self) -> list[bytes]:
        return [_all_of(theirs) for _, theirs in self.pairs]

    def end(self) -> None:
        for pair in self.pairs:
            for one in pair:
                one.close()


def _all_of(theirs: socket.socket) -> bytes:
    taken = b""
    with contextlib.suppress(BlockingIOError):
        while some := theirs.recv(1 << 20):
            taken += some
    return taken


@contextlib.contextmanager
def crowd(*places: int) -> Iterator[Crowd]:
    made = Crowd(*places)
    try:
        yield made
    finally:
        made.end()


@TWINS
def test_who_stands_at_the_place_gets_the_bytes(twin: SendRun) -> None:
    """All of them, once, and they stand at the head after; those who stand there already get nothing."""
    with crowd(3, 5, 3) as viewers:
        assert viewers.send(twin, b"line") == (3, ELSEWHERE)
        assert viewers.send(twin, b"line") == (3, ELSEWHERE)

        assert viewers.received() == [b"line", b"", b"line"]
        assert [*viewers.places] == [5, 5, 5]
        assert [*viewers.sent_from] == [3, UNTOLD, 3]


@TWINS
@pytest.mark.parametrize("other", [AWAY, 2, 4])
def test_the_run_ends_before_one_who_stands_elsewhere(twin: SendRun, other: int) -> None:
    """That viewer is not touched, nor are those after it."""
    with crowd(3, other, 3) as viewers:
        assert viewers.send(twin, b"line") == (1, ELSEWHERE)

        assert viewers.received() == [b"line", b"", b""]
        assert [*viewers.places] == [5, other, 3]


@TWINS
def test_what_the_kernel_does_not_take_is_told(twin: SendRun) -> None:
    """The number of bytes taken, so that the rest can be sent after them; then none."""
    with crowd(3, 3) as viewers:
        data = bytes(4 << 20)
        index, taken = viewers.send(twin, data)
        viewers.places[0] = 3

        assert index == 0
        assert 0 < taken < len(data)
        assert viewers.send(twin, data) == (0, 0)
        assert len(viewers.received()[0]) == taken


@TWINS
def test_a_connection_that_is_gone_is_told(twin: SendRun) -> None:
    """Sending fails, without a signal and without an exception: the transport finds out what happened."""
    with crowd(3, 3) as viewers:
        viewers.pairs[0][1].close()

        assert viewers.send(twin, b"line") == (0, 0)
        assert viewers.send(twin, b"line", at=1) == (2, ELSEWHERE)


@TWINS
def test_one_without_a_socket_is_left_to_its_transport(twin: SendRun) -> None:
    """The descriptor -1 is none."""
    with crowd(3) as viewers:
        viewers.fds[0] = -1

        assert viewers.send(twin, b"line") == (0, 0)
        assert (viewers.places[0], viewers.sent_from[0]) == (5, 3)


def test_arrays_that_do_not_fit_are_refused() -> None:
    """The compiled loop reads and writes nothing beside them."""
    if not COMPILED:
        lacking("The sweep is not compiled: apt-get install gcc libc6-dev, with Python's headers, and install ticker again")
    places, shorter, fds = array("q", [3, 3]), array("q", [3]), array("i", [-1, -1])
    for arguments in (
        (fds, shorter, places, 0, 2, 3, 5, b"x"),
        (fds, places, shorter, 0, 2, 3, 5, b"x"),
        (fds, places, places, 0, 3, 3, 5, b"x"),
        (fds, places, places, -1, 2, 3, 5, b"x"),
    ):
        with pytest.raises(IndexError):
            send_run(*arguments)
    for wrong in (
        (places, places, places, 0, 1, 3, 5, b"x"),
        (fds, fds, places, 0, 1, 3, 5, b"x"),
        (fds, places, places, 0, 1, 3, 5, "x"),
        (fds, places, places, 0, 1, 3, 5),
        (fds, places, places, "0", 1, 3, 5, b"x"),
    ):
        with pytest.raises(TypeError):
            send_run(*wrong)
    assert [*places] == [3, 3]


@given(st.lists(st.tuples(st.sampled_from([AWAY, 2, 3, 5]), st.booleans()), max_size=12), st.integers(0, 12))
def test_both_do_the_same(viewers: list[tuple[int, bool]], at: int) -> None:
    """Whatever the places and whoever has gone: the same index, the same number, the same arrays, the same bytes."""
    seen = []
    for twin in (send_run, send_run_in_python):
        with crowd(*(place for place, _ in viewers)) as made:
            for (_, gone), (_, theirs) in zip(viewers, made.pairs, strict=True):
                if gone:
                    theirs.close()
            ended = made.send(twin, b"line", at=min(at, len(viewers)))
            got = [b"" if gone else _all_of(theirs) for (_, gone), (_, theirs) in zip(viewers, made.pairs, strict=True)]
            seen.append((ended, made.places, made.sent_from, got))

    assert seen[0] == seen[1]


SOURCE = Path(sending.__file__).with_name("_sending.c")
RUN = """
import importlib.util, sys
found = importlib.util.spec_from_file_location("ticker.live._sending", sys.argv[1])
sys.modules[found.name] = importlib.util.module_from_spec(found)
found.loader.exec_module(sys.modules[found.name])
from ticker.live import sending
assert sending.send_run is sys.modules[found.name].send_run
import pytest
# Without its hold on the descriptor, so that what a sanitizer says there comes out.
sys.exit(pytest.main(["-qx", "-m", "not slow", "--capture=sys", "-p", "no:cacheprovider", *sys.argv[2:]]))
"""


def under_sanitizers(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests of the loop and of the sweep on a source that is compiled to tell of each access that is not its own."""
    compiler, library = sanitizing_compiler()
    (folder / "_sending.c").write_text(source)
    made = folder / "_sending.abi3.so"
    watched = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    include = f"-I{sysconfig.get_path('include')}"
    subprocess.run([compiler, *watched, "-fPIC", "-shared", include, str(folder / "_sending.c"), "-o", str(made)], check=True)
    tests = [__file__, str(Path(__file__).with_name("test_sweep.py"))]
    return subprocess.run(
        [sys.executable, "-c", RUN, str(made), *tests],
        # Python's own allocator would hide where a buffer ends, and Python frees not all that it has when it ends.
        env=os.environ | {"LD_PRELOAD": library, "PYTHONMALLOC": "malloc", "ASAN_OPTIONS": "detect_leaks=0"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.slow
def test_the_compiled_loop_under_sanitizers(tmp_path: Path) -> None:
    """It touches no memory but its own, and does nothing that C leaves undefined."""
    done = under_sanitizers(SOURCE.read_text(), tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_sanitizers_see_a_loop_that_reads_too_much(tmp_path: Path) -> None:
    """Without the look at where the run begins, it is found to read before the arrays."""
    source = SOURCE.read_text()
    broken = source.replace("at < 0 ||", "")
    done = under_sanitizers(broken, tmp_path)

    assert broken != source
    assert "heap-buffer-overflow" in done.stderr
