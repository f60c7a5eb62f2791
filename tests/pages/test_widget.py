"""What pages say to pin the widget's version."""

import json
from base64 import b64decode, b64encode
from hashlib import sha384

import pytest

from tests.pages.site import Site
from ticker import __version__
from ticker.edge.assets import WEB
from ticker.pages.widget import pinned


def test_the_hash_is_that_of_what_is_served(site: Site) -> None:
    """A browser that checks the integrity of the script runs it."""
    served = site.browser.get(pinned().path, {"Accept-Encoding": "identity"})

    assert served.status_code == 200
    assert pinned().integrity == f"sha384-{b64encode(sha384(served.content).digest()).decode()}"


@pytest.mark.parametrize("path", ["/en/embed", "/en/playground"])
def test_our_pages_ask_for_these_bytes(site: Site, path: str) -> None:
    """A browser that kept the version as it was before a release runs it as it is: not the old bytes, which it would refuse."""
    (script,) = site.page(path).all("//script[@integrity]")
    digest = b64decode(pinned().integrity.removeprefix("sha384-"))

    assert (script.get("src"), script.get("integrity")) == (f"{pinned().path}?{digest.hex()[:8]}", pinned().integrity)
    assert site.browser.get(script.get("src"), {"Accept-Encoding": "identity"}).status_code == 200


def test_server_and_package_are_of_one_version() -> None:
    """Who reads a version number anywhere knows which widget it is."""
    package = json.loads((WEB / "widget/package.json").read_text(encoding="utf-8"))

    assert package["version"] == __version__
