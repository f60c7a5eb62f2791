"""The files that browsers load."""

import re
from pathlib import Path

import pytest

from tests.pages.site import Site
from ticker import __version__
from ticker.edge.assets import WEB
from ticker.edge.problems import Problem
from ticker.pages.static import Files


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/static/ticker.css", "text/css; charset=utf-8"),
        ("/static/live.js", "text/javascript; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
        ("/favicon.ico", "image/svg+xml"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/widget.js", "text/javascript; charset=utf-8"),
        (f"/widget/{__version__}.js", "text/javascript; charset=utf-8"),
        ("/widget/src/connection.js", "text/javascript; charset=utf-8"),
    ],
)
def test_file_is_served_to_any_site(site: Site, path: str, media_type: str) -> None:
    """A page of any origin, also a sandboxed one, may load the widget, and need not load it twice."""
    answer = site.browser.get(path, headers={"Origin": "null"})

    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert site.browser.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_no_sitemap_is_no_channel(site: Site) -> None:
    """A robot that asks is told that nothing is there, not that an edition is missing."""
    answer = site.browser.get("/sitemap.xml")

    assert answer.status_code == 404
    assert "No such channel" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/static/none.css",
        "/static/%2e%2e/templates/base.html",
        "/static/..%2fwidget.js",
        "/static/x%00.css",
        "/widget/",
        "/widget/widget.js",
        "/widget/../build.mjs",
        "/widget/src/../package.json",
    ],
)
def test_nothing_else_is_served(site: Site, path: str) -> None:
    """No other file of the machine can be had."""
    assert site.browser.get(path).status_code == 404


def test_a_version_of_the_widget_is_kept_for_ever(site: Site) -> None:
    """A returning reader asks for the newest version, and never again for one that the page names."""
    assert "immutable" in site.browser.get(f"/widget/{__version__}.js").headers["cache-control"]
    assert "max-age=60," in site.browser.get("/widget.js").headers["cache-control"]


def test_what_the_core_loads_is_of_its_own_build(site: Site) -> None:
    """A browser that kept what an earlier core loaded does not run it with this one: another build has another address."""
    loaded = set(re.findall(r'import\("\./widget/([^"]+)"\)', site.browser.get("/widget.js").text))

    assert loaded == {path.name for path in (WEB / "widget/dist").glob(f"{__version__}.*.js")}  # and nothing of others is left
    for name in loaded:
        assert re.fullmatch(rf"{re.escape(__version__)}\.[a-z]+\.[0-9A-Z]{{8}}\.js", name)
        assert "immutable" in site.browser.get(f"/widget/{name}").headers["cache-control"]


@pytest.mark.parametrize("path", ["/widget.js", f"/widget/{__version__}.js"])
def test_the_widget_comes_as_brotli(site: Site, path: str) -> None:
    """A browser gets the same script in the smallest form that it takes, and may keep either."""
    plain, gzip, brotli = (
        site.browser.get(path, {"Accept-Encoding": coding}) for coding in ("identity", "gzip, br;q=0", "gzip, deflate, br")
    )

    assert [answer.headers.get("content-encoding") for answer in (plain, gzip, brotli)] == [None, "gzip", "br"]
    assert len({answer.headers["etag"] for answer in (plain, gzip, brotli)}) == 3
    assert int(brotli.headers["content-length"]) < int(gzip.headers["content-length"])
    assert plain.text == gzip.text


def test_file_outside_its_folder_is_not_there(tmp_path: Path) -> None:
    """A path or a link that leads out of the folder finds nothing."""
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.css").write_text("secret")
    (tmp_path / "in" / "link.css").symlink_to(tmp_path / "secret.css")

    for name in ("../secret.css", "link.css", str(tmp_path / "secret.css")):
        with pytest.raises(Problem):
            Files(tmp_path / "in").get(name)


def test_file_is_read_at_the_start_alone(tmp_path: Path) -> None:
    """No request waits for a disk: what is served is what was there when the server started."""
    file = tmp_path / "deep" / "a.css"
    file.parent.mkdir()
    file.write_text("old")
    files = Files(tmp_path)
    file.unlink()

    assert files.get("deep/a.css").body == b"old"
