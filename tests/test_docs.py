"""The documents say what the code does. Part of `make check`: it reads files and starts nothing."""

import itertools
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import click
import pytest
from prometheus_client.metrics import MetricWrapperBase

from ticker import telemetry
from ticker.cli import ticker
from ticker.desk.bodies import NewLine
from ticker.edge.problems import PROBLEMS
from ticker.live.closing import Cause
from ticker.log.keys import ChannelKeys, Keys
from ticker.log.tokens import SCOPES
from ticker.settings import Settings
from ticker.settings.load import COMMAND_LINE

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

LINK: Final = re.compile(r"\]\(<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]: +(\S+)|(?:src|srcset|href)=\"([^\"]+)\"", re.MULTILINE)
"""A link in a text, at the foot of a page, or in HTML."""

SCRIPTS: Final = [*(ROOT / "web/static").rglob("*.js"), *(ROOT / "web/widget/src").glob("*.js")]

NO_MODULE: Final = {
    "tests/test_bad_input.py": "what is refused is refused by every room",
    "tests/test_docs.py": "the documents are no module",
    "tests/test_histories.py": "random histories are those of everything together",
    "tests/test_invariants.py": "what always holds is held by all modules together",
    "tests/test_needs.py": "tests the tests' own needs.py",
    "tests/test_operations.py": "what an operator relies on comes from every room",
    "tests/test_procfile.py": "the Procfile is no module",
    "tests/test_vectors.py": "one set of messages for the Python viewer and the widget",
    "tests/web/test_firefox.py": "the whole widget in another browser",
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


def test_no_page_names_a_setting_that_is_none() -> None:
    """A variable that somebody copies from a page has an effect."""
    named = {name for page in PAGES for name in re.findall(r"\bTICKER_[A-Z_]*[A-Z]\b", read(page))}

    assert named - {*settings(), *COMMAND_LINE} == set()


def test_operate_names_each_setting_and_its_default() -> None:
    """Who runs ticker finds each setting by its name in the environment; who leaves one out gets what the table says."""
    told = {name: default for name, default, _ in table("docs/operate.md", "variable", "default", "")}
    simple = {
        f"TICKER_{name.upper()}": field.default
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, str | int | float) and field.default != ""
    }

    assert list(told) == settings()
    assert {name: told[name] for name in simple} == {
        name: f"{default:g}" if isinstance(default, float) else str(default).replace("True", "true")
        for name, default in simple.items()
    }


def test_post_tells_status_of_each_problem() -> None:
    """Who gets an error as an answer can look up its kind."""
    told = table("docs/post.md", "status", "`type` ends with", "means")

    assert {slug: int(status) for status, slug, _ in told} == {slug: kind.status for slug, kind in PROBLEMS.items()}


def test_post_names_fields_and_scopes() -> None:
    """An editor who reads the page knows all that can be sent, and all that a token can be good for."""
    assert [field for field, *_ in table("docs/post.md", "field", "of", "limits")] == list(NewLine.model_fields)
    assert [scope for scope, _ in table("docs/post.md", "scope", "may")] == list(SCOPES)


def test_protocol_tells_the_close_codes() -> None:
    """A viewer that goes by the table does what the server expects of it."""
    told = {
        (int(code), reason, returns == "yes")
        for code, reason, returns in table("docs/protocol.md", "code", "when", "come back?")
    }

    assert told == {(cause.value.code, cause.value.reason, cause.value.returns) for cause in Cause}


def test_protocol_tells_the_states_of_a_connection() -> None:
    """Who reads an element's status knows how it can go on."""
    head, *events = ("state", "`open`", "`message`", "`lost`", "`refused`", "`close`")
    told = {
        re.findall(r"`(\w+)`", state)[0]: {
            event: after.strip("`") for event, after in zip(events, states, strict=True) if after
        }
        for state, *states in table("docs/protocol.md", head, *events)
    }
    code = re.search(r"STATES = \{\n(.*?)\n\};", read(ROOT / "web/widget/src/connection.js"), re.DOTALL)

    assert code
    assert told == {
        state: {f"`{event}`": after for event, after in re.findall(r'(\w+): "(\w+)"', row)}
        for state, row in re.findall(r"^  (\w+): \{(.*)\},$", code[1], re.MULTILINE)
    }


def test_operate_names_each_metric_with_its_labels() -> None:
    """A dashboard that is made from the table finds its numbers."""
    told = {name: set(re.findall(r"[a-z_]+", labels)) for name, labels, _ in table("docs/operate.md", "metric", "labels", "")}

    assert told == metrics()


def test_operate_names_each_event_of_the_logs() -> None:
    """Who reads a log, or alarms by it, can look up what it says."""
    rows = table("docs/operate.md", "event", "means")
    told = [name for names, _ in rows for name in re.findall(r"[a-z_]+", names)]
    sources = [read(path) for path in (ROOT / "ticker").rglob("*.py")]
    logged = {name for source in sources for name in re.findall(r"\b_?log(?:\.\w+|, level\))\(\s*\"(\w+)\"", source)}

    assert sorted(told) == sorted(logged)


def test_pages_tell_the_options_of_each_command() -> None:
    """What `--help` knows, the pages know, and nothing else."""
    rows = [*table("docs/post.md", "command", "options"), *table("docs/operate.md", "command", "options", "")]
    told = {re.sub(r" [A-Z]+", "", command): set(re.findall(r"--[a-z-]+", options)) for command, options, *_ in rows}

    assert told == {name: options(command) for name, command in commands(ticker, "ticker")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_use_options_that_exist(page: Path) -> None:
    """A command that somebody copies from a page is understood."""
    known = {name: options(command) for name, command in commands(ticker, "ticker")}
    used = re.findall(r"\b(ticker (?:token )?[a-z]+)\b([^|`\n]*)", read(page))

    assert [
        (name, wrong) for name, rest in used if name in known and (wrong := {*re.findall(r" (--[a-z-]+)", rest)} - known[name])
    ] == []


def test_embed_names_what_the_widget_has() -> None:
    """Who embeds the widget can set and style all that it offers, and what the page offers is there."""
    scripts = {path.name: read(path) for path in (ROOT / "web/widget/src").glob("*.js")}
    page = read(ROOT / "docs/embed.md")
    everything = "".join(scripts.values())
    mirrored = re.search(r"ATTRIBUTES = {(.*?)^}", scripts["attributes.js"], re.DOTALL | re.MULTILINE)
    observed = re.search(r"observedAttributes = \[.*?\), (.*?)\]", scripts["breaking-ticker-element.js"])
    parts = re.search(r"Parts for `::part\(…\)`:([^.]*)\.", page)

    assert mirrored
    assert observed
    assert parts
    assert [name for name, *_ in table("docs/embed.md", "attribute", "property", "meaning", "default")] == re.findall(
        r"^  (\w+):", mirrored[1], re.MULTILINE
    ) + re.findall(r"\w+", observed[1])
    assert {*re.findall(r"[a-z]+", parts[1])} == {*re.findall(r"\[part=([a-z]+)\]", everything)} | {
        *re.findall(r'element\("[a-z]+", "([a-z]+)"', everything)
    }
    assert {*re.findall(r"`(--ticker-[a-z-]+)`", page)} == {*re.findall(r"--ticker-[a-z-]*[a-z]", everything)}


def test_manifest_tells_what_embed_tells() -> None:
    """An editor that completes from the package's manifest offers what the page tells, with a word about each."""
    element = manifest()
    page = read(ROOT / "docs/embed.md")
    attributes = table("docs/embed.md", "attribute", "property", "meaning", "default")
    looks = table("docs/embed.md", "property", "default; of two, light and dark", "of")
    events = table("docs/embed.md", "event", "detail", "when")
    members = re.search(r"Read only:(.*?)\n\n", page, re.DOTALL)
    parts = re.search(r"Parts for `::part\(…\)`:([^.]*)\.", page)

    assert members
    assert parts
    assert {name: one.get("default", "") for name, one in element["attributes"].items()} == {
        name: default if re.fullmatch(r"\w+", default) else "" for name, _, _, default in attributes
    }
    assert {*element["members"]} == {name for _, name, *_ in attributes} | {*re.findall(r"`(\w+)(?:\(\)`|`\s\()", members[1])}
    assert {name: re.findall(r"(\w+): ", one["type"]["text"]) for name, one in element["events"].items()} == {
        name: re.findall(r"\w+", detail) for name, detail, _ in events
    }
    assert {*element["cssParts"]} == {*re.findall(r"\w+", parts[1])}
    assert {*element["cssProperties"]} == {name for names, *_ in looks for name in re.findall(r"--[a-z-]+", names)}
    assert [name for kind in element.values() for name, one in kind.items() if not one.get("description")] == []


def test_manifest_tells_defaults_of_custom_properties() -> None:
    """Who looks up in the manifest what a custom property replaces reads what the style sheets have."""
    sheets = "".join(read(path) for path in (ROOT / "web/widget/src").glob("*style.js"))
    told = {name: one["default"] for name, one in manifest()["cssProperties"].items()}

    assert [name for name, default in told.items() if f"var({name}, {default})" not in sheets] == []


def test_package_carries_what_it_promises() -> None:
    """Who installs the npm package gets each file that its exports name, and the licence."""
    folder = ROOT / "web/widget"
    package = json.loads(read(folder / "package.json"))
    exported = [path for one in package["exports"].values() for path in (one.values() if isinstance(one, dict) else [one])]
    carried = ("package.json", *package["files"])

    assert [path for path in exported if not (folder / path).is_file() or not path.removeprefix("./").startswith(carried)] == []
    assert read(folder / "LICENSE") == read(ROOT / "LICENSE")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_in_a_page_is_python(page: Path) -> None:
    """A program that somebody copies from a page starts."""
    for program in re.findall(r"^```python\n(.*?)^```", read(page), re.DOTALL | re.MULTILINE):
        compile(program, str(page), "exec")


def test_each_decision_is_listed() -> None:
    """Who looks for a reason finds all of them in one list."""
    folder = ROOT / "docs/decisions"
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))

    assert re.findall(r"\((\d{4}-[a-z-]+\.md)\)", read(folder / "README.md")) == pages


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


def manifest() -> dict[str, dict[str, Any]]:
    """What the widget's manifest tells of the element: by kind, then by name."""
    element = json.loads(read(ROOT / "web/widget/custom-elements.json"))["modules"][0]["declarations"][0]
    kinds = ("attributes", "members", "events", "cssParts", "cssProperties")
    return {kind: {one["name"]: one for one in element.get(kind, [])} for kind in kinds}


def settings() -> list[str]:
    """The names of the settings in the environment."""
    return [f"TICKER_{field.upper()}" for field in Settings.model_fields]


def table(page: str, *head: str) -> list[tuple[str, ...]]:
    """The rows of the table below a head; a cell that is one piece of code comes without its backticks."""
    lines = iter(read(ROOT / page).splitlines())
    for line in lines:
        if cells(line) == head:
            next(lines)
            return [tuple(re.sub(r"^`([^`]*)`$", r"\1", cell) for cell in row) for row in map(cells, lines_of_table(lines))]
    raise AssertionError(f"{page} has no table | {' | '.join(head)} |")


def cells(line: str) -> tuple[str, ...]:
    """The cells of a line of a table."""
    return tuple(cell.strip() for cell in line.strip("|").split("|")) if line.startswith("|") else ()


def lines_of_table(lines: Iterator[str]) -> Iterator[str]:
    """The lines up to the end of a table."""
    return itertools.takewhile(lambda line: line.startswith("|"), lines)


def metrics() -> dict[str, set[str]]:
    """The metrics by the name under which Prometheus shows them, with their labels."""
    made = [metric for metric in vars(telemetry).values() if isinstance(metric, MetricWrapperBase)]
    shown = {found.name: "_total" if found.type == "counter" else "" for metric in made for found in metric.describe()}
    return {name + ending: {*metric._labelnames} for metric, (name, ending) in zip(made, shown.items(), strict=True)}


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    """Each command with its full name."""
    context = click.Context(group)
    for one in group.list_commands(context):
        command = group.get_command(context, one)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {one}")
        else:
            yield f"{name} {one}", command


def options(command: click.Command) -> set[str]:
    """The options of a command."""
    return {name for option in command.params if isinstance(option, click.Option) for name in option.opts}


def module_of(test: Path) -> Path | None:
    """The module, script or room that a test file is about: its name is the other's, or starts with it."""
    folder = test.relative_to("tests").parent
    words = test.stem.removeprefix("test_").split("_")
    names = ["_".join(words[:count]) for count in range(len(words), 0, -1)]
    if folder.parts[:1] == ("web",):
        return next((script for name in names for script in SCRIPTS if script.stem == name.replace("_", "-")), None)
    room = ROOT / folder if folder.parts[:1] == ("bench",) else ROOT / "ticker" / folder
    return next((path for name in names for path in (room / f"{name}.py", room / name) if path.exists()), None)


def links(page: Path) -> Iterator[str]:
    """The links of a page that stay in the repository, outside of code."""
    text = re.sub(r"^( *)(```|~~~).*?^\1\2 *$|`[^`\n]*`", "", read(page), flags=re.DOTALL | re.MULTILINE)
    for found in LINK.finditer(text):
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
