"""The editors' page: public HTML without any data. All it shows comes through the API, with the token its reader typed in."""

from typing import Final
from urllib.parse import urlsplit

from ticker.edge.rendered import Rendered
from ticker.edge.templates import render
from ticker.model.line import NOTE_MOST, SOURCE_MOST, TEXT_MOST, URL_MOST

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {sockets}; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def desk_page(base_url: str) -> Rendered:
    """Render the page for a server that readers reach at `base_url`."""
    limits = {"text": TEXT_MOST, "source": SOURCE_MOST, "note": NOTE_MOST, "url": URL_MOST}
    html = render("desk.html", lang="en", dir="ltr", most=limits)
    headers = (
        ("Content-Security-Policy", _POLICY.format(sockets=_sockets(base_url))),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    )
    return Rendered.make(html.encode(), "text/html; charset=utf-8", cache_control="no-store", headers=headers)


def _sockets(base_url: str) -> str:
    """Give the origin of our WebSockets: not every browser takes 'self' to cover it."""
    parts = urlsplit(base_url)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
