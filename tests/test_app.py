"""The server's joints, without a log: what it answers, and how its jobs are kept."""

import socket
from typing import Any

import pytest
from redis.exceptions import ConnectionError as Unreachable

from tests.served import free_port
from ticker.app import Server, listen
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


async def test_a_viewer_that_vanishes_is_noticed() -> None:
    """The kernel asks a silent connection whether it is still there, and does not wait for a quarter of an hour."""
    with listen(Settings(port=free_port(), host="127.0.0.1")) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            asked = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            idle, given_up = (
                accepted.getsockopt(socket.IPPROTO_TCP, option) for option in (socket.TCP_KEEPIDLE, socket.TCP_USER_TIMEOUT)
            )

    assert asked
    assert idle <= 60
    assert 0 < given_up <= 120_000
