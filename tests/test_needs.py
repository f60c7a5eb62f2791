"""A machine without what a test needs: skipped at a newcomer's, failed in CI."""

from pathlib import Path

import pytest

from tests import needs


@pytest.mark.parametrize(
    ("need", "package"), [(needs.chromium, "chromium"), (needs.firefox, "firefox-esr"), (needs.redis_server, "redis-server")]
)
def test_missing_program_fails_in_ci_with_the_package_to_install(
    need: needs.Need, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CI without a browser or Redis goes red, with one line that says what to install."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", "")

    with pytest.raises(pytest.fail.Exception, match=rf"apt-get install {package}"):
        need()


@pytest.mark.parametrize("need", [needs.chromium, needs.firefox, needs.redis_server])
def test_missing_program_skips_elsewhere(need: needs.Need, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer without a browser or Redis sees the other tests pass."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PATH", "")

    with pytest.raises(pytest.skip.Exception):
        need()


@pytest.mark.parametrize("said", ["Redis server v=6.2.14 sha=0", "Valkey server v=8.0.1 sha=0", "command not found"])
def test_another_redis_than_ours_is_refused(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old Redis, or a Valkey under Redis's name, does not pass for the Redis 7 that the tests are about."""
    impostor = tmp_path / "redis-server"
    impostor.write_text(f"#!/bin/sh\necho '{said}'\n")
    impostor.chmod(0o755)
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(pytest.fail.Exception, match=r"is not Redis 7\.0 or newer"):
        needs.redis_server()
