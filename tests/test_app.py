"""The server's joints, without a log: what it answers, and how its jobs are kept."""

from typing import Any

import pytest
from redis.exceptions import ConnectionError as Unreachable

from ticker.app import Server
from ticker.model.cursor import Cursor
from ticker.model.event import EventType
from ticker.settings import Settings

pytestmark = pytest.mark.asyncio


class Gone:
    """An event that took a text away."""

    type = EventType.WITHDRAW


@pytest.mark.parametrize("fault", [Unreachable("gone"), OSError("gone")])
async def test_a_done_change_is_not_a_fault(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    """Where the others cannot be asked, a withdrawal was made all the same: it is only not known to have reached them."""
    server = Server(Settings(), "redis://127.0.0.1:1")

    async def here(*_: Any) -> bool:
        return True

    async def unknown(*_: Any) -> bool:
        raise fault

    monkeypatch.setattr(server.reader, "reached", here)
    monkeypatch.setattr(server.places, "passed", unknown)
    monkeypatch.setattr(server.mirror.channels["en"], "event", lambda cursor: Gone)

    assert not await server._reached("en", Cursor("1-1"), 1.0)
