"""The widget of this version, as a page names it that wants these bytes and no others."""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha384

from ticker import __version__
from ticker.edge.assets import WEB


@dataclass(frozen=True, slots=True)
class Pinned:
    """What a `<script>` says that is to run one version alone."""

    path: str  # below the address of the server
    integrity: str  # for the attribute of that name, which also takes `crossorigin`
    own: str  # `path` as our pages name it: until its release it changes, and no cache may answer with what it was


@cache
def pinned() -> Pinned:
    """Give the newest version of the widget with its hash."""
    path = f"/widget/{__version__}.js"
    digest = sha384((WEB / "widget" / "dist" / f"{__version__}.js").read_bytes()).digest()
    return Pinned(path, f"sha384-{b64encode(digest).decode()}", own=f"{path}?{digest.hex()[:8]}")
