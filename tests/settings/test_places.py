"""The line of each value in a TOML file."""

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticker.settings.places import Path, line_for, lines_of

_KEY = st.one_of(
    st.sampled_from(["a", "b-c", "1", "true"]), st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), max_size=4)
)
_SCALAR = st.one_of(
    st.sampled_from(["1", "-1.5e3", "true", "1979-05-27 07:32:00Z", "07:32:00.5", "inf", "0xFF"]),
    st.sampled_from(["''", "'#=[{'", '"""\n# "" no\n""\\""""', "'''\n[x]\n'''", '"]\\"}"', '""""a"""""', "''''b'''''"]),
    st.text(st.characters(codec="utf-8", min_codepoint=32, max_codepoint=0xFFFF, exclude_characters="\x7f"), max_size=6).map(
        json.dumps
    ),
)
_END = st.sampled_from(["\n", "  # [no] = {\n", "\r\n", "\n\n  \t\n"])


@st.composite
def _inline(draw: st.DrawFn, depth: int = 2) -> tuple[str, list[tuple[Path, int]]]:
    """A value as text, and the paths below it with the line, counted from the value's own, on which each begins."""
    kind = draw(st.sampled_from(["scalar", "array", "table"] if depth else ["scalar"]))
    if kind == "scalar":
        return draw(_SCALAR), []
    text = "[" if kind == "array" else "{"
    places: list[tuple[Path, int]] = []
    if kind == "array":
        for index in range(draw(st.integers(0, 3))):
            text += draw(st.sampled_from(["", " ", "\n", " # ],\n\n"]))
            value, below = draw(_inline(depth - 1))
            line = text.count("\n")
            places += [((index,), line), *(((index, *path), line + offset) for path, offset in below)]
            text += value + draw(st.sampled_from(["", "\n"])) + ","
        return text + "]", places
    for index, key in enumerate(draw(st.lists(_KEY, max_size=3, unique=True))):
        value, below = draw(_inline(depth - 1))
        line = text.count("\n")
        places += [((key,), line), *(((key, *path), line + offset) for path, offset in below)]
        text += (", " if index else "") + f"{json.dumps(key, ensure_ascii=True)} = {value}"
    return text + "}", places


@st.composite
def _documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    """A TOML text, and the line of each path in it."""
    text = ""
    lines: dict[Path, int] = {}
    for number in range(draw(st.integers(0, 4))):
        several = draw(st.booleans())
        name = draw(st.sampled_from(["x", "y"])) if several else f"t{number}"
        table: Path = (name,)
        if number:  # the first keys belong to no table
            lines.setdefault(table, text.count("\n") + 1)
            text += f"[[ {name} ]]" if several else f"[{name}]"
            if several:
                table = (name, sum(path[0] == name and len(path) == 2 for path in lines if isinstance(path[-1], int)))
                lines[table] = text.count("\n") + 1
        else:
            table = ()
        text += "\n"
        for key in draw(st.lists(st.sampled_from(["k", "l", "m"]), unique=True, max_size=3)):
            value, below = draw(_inline())
            line = text.count("\n") + 1
            lines[(*table, key)] = line
            lines |= {(*table, key, *path): line + offset for path, offset in below}
            text += f"  {key}={value}" + draw(_END)
    return text, lines


def _paths(value: Any, path: Path = ()) -> list[Path]:
    """The path of each table, key and element of what tomllib read."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, child in below for one in [(*path, key), *_paths(child, (*path, key))]]


@given(_documents())
def test_each_value_has_the_line_on_which_it_begins(document: tuple[str, dict[Path, int]]) -> None:
    """Whatever a file holds, each of its values is found on its line."""
    text, lines = document
    values = tomllib.loads(text)

    found = lines_of(text)

    assert lines == found
    assert set(_paths(values)) == set(found)


TABLES = """\
a.b . "c d" = 1
'lit\\' = 2
"\\u0065\\n" = 3

[one.two]
x = [1,
  2]
[[list]]
[[list]]
[list.sub]
y = 1
[[list.deep]]
[[list.deep]]
z = {p = 1, q.r = 2}
"""


@pytest.mark.parametrize(
    "path, line",
    [
        (("a", "b", "c d"), 1),
        (("lit\\",), 2),
        (("e\n",), 3),
        (("one",), 5),
        (("one", "two", "x", 1), 7),
        (("list", 0), 8),
        (("list", 1), 9),
        (("list", 1, "sub", "y"), 11),
        (("list", 1, "deep", 1), 13),
        (("list", 1, "deep", 1, "z", "q", "r"), 14),
        (("list", 1, "missing"), 9),
        (("missing",), 1),
    ],
)
def test_headers_and_keys_are_followed(path: Path, line: int) -> None:
    """A key is found below dotted headers and arrays of tables; one that is missing is placed at its table."""
    tomllib.loads(TABLES)

    assert line == line_for(lines_of(TABLES), path)
