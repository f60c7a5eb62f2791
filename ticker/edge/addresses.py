"""Who is at the other end: the peer, or what trusted proxies say of it. Untrusted, X-Forwarded-For is anybody's text."""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from itertools import pairwise

from starlette.requests import HTTPConnection

Network = IPv4Network | IPv6Network


def address_of(trusted: Sequence[Network]) -> Callable[[HTTPConnection], str]:
    """Give a function that tells the address of a request's client, believing only `trusted` proxies."""

    def address(connection: HTTPConnection) -> str:
        peer = connection.client.host if connection.client else "unknown"
        peer = peer.removeprefix("::ffff:")  # an IPv4 client of a socket that listens to both
        # Some proxies add a field of their own instead of appending: all of them together are the list (RFC 9110, 5.3).
        forwarded = ",".join(connection.headers.getlist("x-forwarded-for"))
        hops = [peer, *reversed(forwarded.replace(" ", "").split(","))]
        # Each proxy appends the address it saw: walk back while the one that says so is trusted.
        for said, before in pairwise(hops):
            if not _among(said, trusted) or not _is_address(before):
                return said
        return hops[-1]

    return address


def _is_address(raw: str) -> bool:
    try:
        ip_address(raw)
    except ValueError:
        return False
    return True


def _among(raw: str, networks: Sequence[Network]) -> bool:
    return _is_address(raw) and any(ip_address(raw) in network for network in networks)
