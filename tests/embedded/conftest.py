"""Data folders for the engine's tests, for each family of engine."""

from pathlib import Path

import pytest

from tests.embedded.drills import wheel_installed
from tests.needs import redis_server
from ticker.embedded.engines import Release
from ticker.embedded.folder import Folder


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(params=["valkey", "redis"])
def any_dir(request: pytest.FixtureRequest, data_dir: Path) -> Path:
    """A data folder that each family of engine, in turn, is the one for."""
    if request.param == "redis":
        redis_server()
    else:
        wheel_installed()
    Folder.prepared(data_dir).record(Release(request.param, (7, 0, 0)))
    return data_dir
