"""The documents say what the code does. Part of `make check`: it reads files and starts nothing."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest

from ticker.edge.problems import PROBLEMS
from ticker.log.keys import ChannelKeys, Keys
from ticker.settings import Settings
from ticker.settings.load import COMMAND_LINE

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

LINK: Final = re.compile(r"\]\(<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]: +(\S+)|(?:src|srcset|href)=\"([^\"]+)\"", re.MULTILINE)
"""A link in a text, at the foot of a page, or in HTML."""

NO_MODULE: Final = {
    "tests/test_docs.py": "the documents are no module",
    "tests/test_needs.py": "tests the tests' own needs.py",
}
"""Test files that mirror no module, each with the reason."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A reader who follows a link inside the repository finds the file, and the heading that it names."""
    broken = [link for link in links(page) if not leads_somewhere(page, link)]

    assert broken == []


def test_architecture_names_each_dependency() -> None:
    """Who installs ticker can read what each package is for."""
    project = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]
    names = [re.split(r"[^\w-]", requirement)[0] for requirement in project["dependencies"]]
    text = read(ROOT / "docs/architecture.md").lower()

    assert [name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)] == []


def test_architecture_names_each_redis_key() -> None:
    """Who looks into the Redis of a newsroom finds each key explained."""
    own = [name for name, value in vars(Keys).items() if isinstance(value, property)]
    text = read(ROOT / "docs/architecture.md")

    assert [key for key in [*(field.name for field in fields(ChannelKeys)), *own] if not re.search(rf":{key}\b", text)] == []


def test_operate_names_each_setting() -> None:
    """Who runs ticker finds each setting, by the name that the environment gives it."""
    text = read(ROOT / "docs/operate.md")

    assert [name for name in settings() if not re.search(rf"\b{name}\b", text)] == []


def test_no_page_names_a_setting_that_is_none() -> None:
    """A variable that somebody copies from a page has an effect."""
    named = {name for page in PAGES for name in re.findall(r"\bTICKER_[A-Z_]*[A-Z]\b", read(page))}

    assert named - {*settings(), *COMMAND_LINE} == set()


def test_post_or_protocol_explains_each_problem() -> None:
    """Who gets an error as an answer can look up its kind."""
    text = read(ROOT / "docs/post.md") + read(ROOT / "docs/protocol.md")

    assert [slug for slug in PROBLEMS if f"`{slug}`" not in text and f"/problems/{slug}`" not in text] == []


def test_no_page_names_a_problem_that_is_none() -> None:
    """A kind of problem that a client's author reads about can really come."""
    named = {slug for page in PAGES for slug in re.findall(r"/problems/([a-z-]*[a-z])", read(page))}

    assert named - {*PROBLEMS} == set()


def test_tests_mirror_the_modules() -> None:
    """Who changes log/writer.py finds its tests at tests/log/test_writer.py, or test_writer_….py beside it; web/ likewise."""
    tests = [path.relative_to(ROOT) for path in sorted((ROOT / "tests").rglob("test_*.py"))]

    assert [str(test) for test in tests if str(test) not in NO_MODULE and not module_of(test)] == []


def test_each_exception_to_the_mirror_is_used() -> None:
    """The list of tests without a module names only files that are there."""
    assert [test for test in NO_MODULE if not (ROOT / test).exists()] == []


def read(page: Path) -> str:
    """The text of a page."""
    return page.read_text(encoding="utf-8")


def settings() -> list[str]:
    """The names of the settings in the environment."""
    return [f"TICKER_{field.upper()}" for field in Settings.model_fields]


def module_of(test: Path) -> Path | None:
    """The module, script or room that a test file is about: its name is the other's, or starts with it."""
    folder = test.relative_to("tests").parent
    words = test.stem.removeprefix("test_").split("_")
    names = ["_".join(words[:count]) for count in range(len(words), 0, -1)]
    if folder.parts[:1] == ("web",):
        return next((script for name in names for script in ROOT.glob(f"web/**/{name.replace('_', '-')}.js")), None)
    room = ROOT / "ticker" / folder
    return next((path for name in names for path in (room / f"{name}.py", room / name) if path.exists()), None)


def links(page: Path) -> Iterator[str]:
    """The links of a page that stay in the repository, outside of code."""
    text = re.sub(r"^( *)(```|~~~).*?^\1\2 *$|`[^`\n]*`", "", read(page), flags=re.DOTALL | re.MULTILINE)
    for found in re.finditer(
        r"\]\(<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]: +(\S+)|(?:src|srcset|href)=\"([^\"]+)\"", text, re.MULTILINE
    ):
        link = next(filter(None, found.groups()))
        if not re.match(r"[a-z]+:", link):
            yield link


def leads_somewhere(page: Path, link: str) -> bool:
    """Is there a file at the end of `link`, and in it the heading after the `#`?"""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or target.suffix != ".md" or anchor in anchors(target))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ +(.+?) *#* *$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
