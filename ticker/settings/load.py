"""From a file, the environment and flags to one `Settings`, or to a list of what is wrong and where.

Later sources win: `ticker.toml`, then `TICKER_<FIELD>`, then flags. An empty variable counts as not given, since compose
files pass on what is unset as empty. `.env` is not read: what a server runs with should not hang on the folder it is in.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ticker.settings.places import line_for, lines_of
from ticker.settings.values import Settings

COMMAND_LINE: Final = frozenset({"TICKER_URL", "TICKER_TOKEN", "TICKER_TOKEN_FILE", "TICKER_CONFIG"})
"""Variables that are for the commands, not settings of the server."""

_SAID: Final = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "tuple_type": "must be a list",
    "path_type": "must be text",
    "model_type": "must be a table",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}
"""Pydantic's kinds of error in words for operators; the others speak for themselves."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in the settings."""

    source: str  # "ticker.toml:12", "TICKER_PORT" or "--port"
    field: str  # as in "channels[1].direction"; empty when the source is the field, or the file as a whole
    message: str

    def __str__(self) -> str:
        """Give the mistake as one line."""
        return ": ".join(part for part in (self.source, self.field, self.message) if part)


class SettingsError(Exception):
    """The settings are wrong."""

    problems: tuple[Mistake, ...]  # each thing that is wrong, in the order of the file

    def __init__(self, *problems: Mistake) -> None:
        """Keep the problems; the text of the error has one on each line."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class _File:
    """A settings file as read."""

    name: str
    values: dict[str, Any]
    lines: dict[tuple[str | int, ...], int]

    def source(self, path: tuple[str | int, ...]) -> str:
        return f"{self.name}:{line_for(self.lines, path)}"


def config_path(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Give the file that settings are read from: the one asked for, else TICKER_CONFIG, else ./ticker.toml if it exists."""
    if config is not None:
        return config
    if environ.get("TICKER_CONFIG"):
        return Path(environ["TICKER_CONFIG"])
    return Path("ticker.toml") if Path("ticker.toml").exists() else None


def load_settings(config: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """Give the settings of a file, the environment and flags (by field name; None is not given).

    Raises SettingsError with each mistake and its place.
    """
    path = config_path(config, environ)
    file = _read(path) if path else _File("", {}, {})
    variables = {field: environ[name] for field in Settings.model_fields if environ.get(name := _variable(field))}
    given = {field: value for field, value in flags.items() if value is not None}
    values = file.values | {field: _from_text(field, raw) for field, raw in variables.items()} | given
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = sorted(error.errors(), key=lambda one: line_for(file.lines, one["loc"]))
        raise SettingsError(*(_mistake(one, file, variables, given) for one in wrong)) from None


def unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Give a warning for each TICKER_ variable that nothing reads: it may be a slip, or belong to another program.

    Kubernetes makes such variables by itself for a service called `ticker`, so they are no errors.
    """
    known = [*map(_variable, Settings.model_fields), *sorted(COMMAND_LINE)]
    for name in sorted(environ):
        if name.startswith("TICKER_") and name not in known and not re.search(r"_SERVICE_(HOST|PORT)|_PORT_\d", name):
            yield f"{name}: is not a setting{_meant(name, known, alike=0.85)}"


def _read(path: Path) -> _File:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise SettingsError(Mistake(str(path), "", f"cannot be read: {error.strerror}")) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(Mistake(f"{path}:{line}", "", "is not UTF-8")) from None
    try:
        return _File(str(path), tomllib.loads(text), lines_of(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_syntax(path, str(error), text)) from None


def _syntax(path: Path, message: str, text: str) -> Mistake:
    """Name the line of a syntax error, which tomllib tells only in its message."""
    said, _, place = message.removesuffix(")").rpartition(" (at ")
    line = re.match(r"line (\d+), (column \d+)", place)
    if line:
        return Mistake(f"{path}:{line[1]}", "", f"{said} ({line[2]})")
    return Mistake(f"{path}:{len(text.splitlines()) or 1}", "", f"{said} (at the {place})")


def _variable(field: str) -> str:
    return f"TICKER_{field.upper()}"


def _from_text(field: str, raw: str) -> object:
    """Give a variable's text as its field's type; what cannot be read stays text, and the check says what it must be."""
    kind = Settings.model_fields[field].annotation
    try:
        if field == "channels":
            return json.loads(raw)
        if field == "trusted_proxies":
            return [one.strip() for one in raw.split(",")]
        return kind(raw) if kind in (int, float) else raw
    except ValueError:
        return raw


def _mistake(error: ErrorDetails, file: _File, variables: Mapping[str, str], flags: Mapping[str, object]) -> Mistake:
    context = error.get("ctx", {})
    path = (*error["loc"], *context.get("at", ()))
    field = str(path[0])
    message = _message(error, path)
    below = _spelled(path) if len(path) > 1 else ""
    if field in flags:
        return Mistake("--" + field.replace("_", "-"), below, message)
    if field in variables:
        return Mistake(_variable(field), below, "must be JSON: a list of objects" if error["type"] == "tuple_type" else message)
    return Mistake(file.source(path), _spelled(path), message)


def _message(error: ErrorDetails, path: tuple[str | int, ...]) -> str:
    context = error.get("ctx", {})
    if error["type"] == "literal_error":
        return f"must be {str(context['expected']).replace(chr(39), chr(34))}"
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "extra_forbidden":
        known = Settings.model_fields if len(path) == 1 else ()
        return "is not a setting" + _meant(str(path[-1]), list(known))
    return _SAID.get(error["type"], error["msg"]).format_map(context)


def _meant(name: str, known: list[str], *, alike: float = 0.7) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=alike)
    return f"; do you mean {close[0]}?" if close else ""


def _spelled(path: tuple[str | int, ...]) -> str:
    """Give a path as in `channels[1].topics[0].label`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
