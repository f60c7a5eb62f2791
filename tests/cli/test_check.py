"""`ticker check`: what it says of good settings and of bad ones."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from ticker.cli.check import warnings
from ticker.settings import Settings, load_settings


def test_it_says_what_is_configured(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In short, and never a password."""
    monkeypatch.chdir(tmp_path)
    Path("ticker.toml").write_text('[[channels]]\nid = "en"\ntitle = "News"\nlanguage = "en"\n')

    ran = run("check", TICKER_REDIS_URL="redis://me:secret@redis.example:6379/2")

    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "settings  ticker.toml",
        "listens   127.0.0.1 port 8000; readers use http://127.0.0.1:8000",
        "log       redis://redis.example:6379/2; newsroom main",
        'channel   en "News", en, ltr, by localhost,2026; topics: none',
    ]


def test_without_a_file_there_are_defaults(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And it says so: a file in another folder is a usual slip."""
    monkeypatch.chdir(tmp_path)

    ran = run("check", TICKER_PRT="1")

    assert ran.out.startswith("settings  defaults, no ticker.toml here\n")
    assert "log       embedded, in data; newsroom main\n" in ran.out
    assert ran.err == "ticker: warning: TICKER_PRT: is not a setting; do you mean TICKER_PORT?\n"


def test_each_mistake_has_its_line(run: Run, tmp_path: Path) -> None:
    """File, line and field, one on each line; exit status 1."""
    file = tmp_path / "mine.toml"
    file.write_text('port = 0\n[[channels]]\nid = "en"\ntitle = "News"\nlanguage = "en"\ndirection = "up"\n')

    ran = run("check", "--config", str(file))

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        f"ticker: {file}:1: port: must be at least 1",
        f'ticker: {file}:6: channels[0].direction: must be "ltr" or "rtl"',
    ]


def test_serve_says_the_same(run: Run, tmp_path: Path) -> None:
    """A server does not start on wrong settings; whose fault they are, the status tells."""
    file = tmp_path / "mine.toml"
    file.write_text("port = 0\n")
    ran = run("serve", "--config", str(file))
    typed = run("serve", "--config", "/dev/null", "--port", "0", "--workers", "0", TICKER_HOST="")
    environ = run("serve", "--config", "/dev/null", TICKER_PORT="0")

    assert (ran.status, ran.err) == (1, f"ticker: {file}:1: port: must be at least 1\n")
    assert (typed.status, typed.err) == (2, "ticker: --port: must be at least 1\nticker: --workers: must be at least 1\n")
    assert (environ.status, environ.err) == (1, "ticker: TICKER_PORT: must be at least 1\n")


@pytest.mark.parametrize(
    "given, warned",
    [
        ({}, []),
        ({"host": "::1"}, []),
        ({"host": "localhost", "base_url": "http://localhost"}, []),
        ({"host": "0.0.0.0"}, ["base_url is http://127.0.0.1:8000"]),
        ({"base_url": "https://news.example"}, ["channel en: authority", "channel ar: authority", "channel es: authority"]),
        ({"base_url": "https://news.example", "authority": "news.example,2026"}, []),
    ],
)
def test_it_warns_of_what_is_hardly_meant(given: dict[str, object], warned: list[str]) -> None:
    """A public server whose feeds name lines by the default, or that links to where nobody finds it."""
    settings: Settings = load_settings(Path("/dev/null"), {}, given)

    said = list(warnings(settings))

    assert len(warned) == len(said)
    assert all(one.startswith(start) for one, start in zip(said, warned, strict=True))


def test_warnings_do_not_fail(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are printed, and the status is 0."""
    monkeypatch.chdir(tmp_path)

    ran = run("check", TICKER_HOST="0.0.0.0")

    assert ran.status == 0
    assert ran.err.startswith("ticker: warning: base_url is")
