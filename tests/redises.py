"""A real Redis on a Unix socket, to be disturbed: Debian's, or the Valkey that comes with us."""

import shutil
import signal
import subprocess
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests import needs
from tests.served import WITHIN, until


class RedisServer:
    """A Redis that can be stopped, paused, killed, emptied and started again on the same folder."""

    def __init__(self, folder: Path, binary: str | None = None) -> None:
        self.folder = folder
        self.binary = binary or needs.redis_server()
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> "RedisServer":
        """Start it, and wait until it answers."""
        fixed = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        kept = ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--logfile", str(self.folder / "redis.log")]
        self.process = subprocess.Popen([self.binary, *fixed, *kept, *options])
        until(self.answers, "Redis")
        return self

    @property
    def redis(self) -> Redis:
        """Give a client; close it, or use it in `with`."""
        return Redis(unix_socket_path=str(self.socket), socket_timeout=WITHIN)

    def answers(self) -> bool:
        """Tell whether it answers with its data loaded."""
        try:
            with self.redis as redis:
                return bool(redis.ping())
        except RedisError:
            return False

    def kill(self) -> None:
        """Kill it as a crash would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(WITHIN)

    def stop(self) -> None:
        """Stop it cleanly."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(WITHIN)

    def pause(self) -> None:
        """Let it hang, as a machine that swaps would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End the pause."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def back_up(self) -> None:
        """Keep a copy of the data as they are."""
        shutil.copytree(self.folder / "appendonlydir", self.folder / "backup")

    def restore(self) -> None:
        """Go back to the copy: an older history. Redis must be stopped."""
        shutil.rmtree(self.folder / "appendonlydir")
        (self.folder / "backup").rename(self.folder / "appendonlydir")

    def end(self) -> None:
        """Leave nothing behind."""
        if self.process is not None and self.process.poll() is None:
            self.go_on()
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()  # it is in a script that never ends
