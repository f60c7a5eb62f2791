"""The engine's process: how it is started so that it ends with us, and how its end is noticed."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Final

STOP_MOST: Final = 5.0
"""Seconds that an engine may take to stop before it is killed; with `appendfsync always` it has nothing left to save."""

_LAUNCHER: Final = """
import os, signal, sys
parent, program = int(sys.argv[1]), sys.argv[2]
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM, 0, 0, 0)
if os.getppid() != parent:
    sys.exit("the parent is gone")
os.execv(program, sys.argv[2:])
"""
"""Becomes the engine after asking for SIGTERM when the parent dies (PR_SET_PDEATHSIG, 1, which execve keeps; prctl(2)).

A program of its own and not a `preexec_fn`: that runs Python in a fork of a process with threads, and forking a server that
holds ten thousand viewers copies its page tables. The parent may have died before prctl; hence the look afterwards. The signal
follows the *thread* that started the process, so start engines from one that lives as long as the server: the main thread.
"""


class EngineProcess:
    """A started engine. Make it with `start`, in a running event loop."""

    def __init__(self, popen: "subprocess.Popen[bytes]") -> None:
        self._popen = popen
        self._began = time.monotonic()
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lived = 0.0  # seconds, once it has ended
        self._watch()

    @classmethod
    def start(cls, command: Sequence[str], lock: int, output: int) -> "EngineProcess":
        """Start `command` with the descriptor `lock` inherited and its output going to `output`. Raises OSError."""
        launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), *command]
        # Secrets of ours stay ours; and Lua compares strings by the locale, which must not differ between two starts.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TICKER_")} | {"LC_ALL": "C"}
        return cls(
            subprocess.Popen(
                launcher,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(lock,),
                env=environment,
                cwd="/",
                start_new_session=True,  # a Ctrl-C in the terminal is for ticker, which stops the engine after its last write
            )
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    @property
    def ended(self) -> bool:
        """Whether it is known to have ended."""
        return self._ended.done()

    @property
    def status(self) -> str:
        """How it ended, for a log."""
        code = self._popen.returncode
        return f"killed by {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit status {code}"

    @property
    def gave_up(self) -> bool:
        """Whether it ended by itself and for a reason of its own."""
        return (self._popen.returncode or 0) > 0

    async def end(self, within: float | None = None) -> bool:
        """Wait for its end, at most `within` seconds; gives whether it has ended."""
        done, _ = await asyncio.wait({self._ended}, timeout=within)
        return bool(done)

    async def stop(self) -> bool:
        """End it: politely, then by force. Gives whether it went by itself. Ends it also when cancelled meanwhile."""
        if self.ended:
            return True
        self._popen.terminate()
        polite = False
        try:
            polite = await self.end(STOP_MOST)
        finally:
            self.kill()
        return polite or not await self.end()

    def kill(self) -> None:
        """End it by force, unless it has ended. Does not wait."""
        if not self.ended:
            self._popen.kill()

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            descriptor = os.pidfd_open(self.pid)  # readable once the process has ended (Linux 5.3)
        except (AttributeError, OSError):
            threading.Thread(target=self._await_in_thread, args=(loop,), name="engine-watch", daemon=True).start()
            return

        def readable() -> None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            self._reap()

        loop.add_reader(descriptor, readable)

    def _await_in_thread(self, loop: asyncio.AbstractEventLoop) -> None:
        self._popen.wait()
        try:
            loop.call_soon_threadsafe(self._reap)
        except RuntimeError:
            pass  # the loop is closed: nobody waits any more

    def _reap(self) -> None:
        self._popen.wait()
        self.lived = time.monotonic() - self._began
        if not self._ended.done():
            self._ended.set_result(None)
