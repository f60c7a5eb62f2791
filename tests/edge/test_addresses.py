"""Who is at the other end, with and without proxies that are believed."""

from ipaddress import ip_network

import pytest
from starlette.requests import Request

from ticker.edge.addresses import address_of

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", (), "192.0.2.1"),
        ("192.0.2.1", ("198.51.100.7",), "192.0.2.1"),  # anybody can write that
        ("10.0.0.1", ("198.51.100.7",), "198.51.100.7"),
        ("::ffff:10.0.0.1", ("198.51.100.7",), "198.51.100.7"),
        ("fd00::1", ("2001:db8::7",), "2001:db8::7"),
        ("10.0.0.1", ("203.0.113.9, 198.51.100.7, 10.0.0.2",), "198.51.100.7"),
        ("10.0.0.1", ("203.0.113.9", "198.51.100.7"), "198.51.100.7"),
        ("10.0.0.1", ("not an address",), "10.0.0.1"),
        ("10.0.0.1", ("10.0.0.3",), "10.0.0.3"),
        (None, (), "unknown"),
    ],
)
def test_address_of_a_client(peer: str | None, forwarded: tuple[str, ...], expected: str) -> None:
    """Only what trusted proxies say counts, and of that only what the last of them saw."""
    scope = {
        "type": "http",
        "client": (peer, 1234) if peer else None,
        "headers": [(b"x-forwarded-for", field.encode()) for field in forwarded],
    }

    assert address_of(TRUSTED)(Request(scope)) == expected
