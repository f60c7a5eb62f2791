"""Where in a TOML file a value stands, so that an error can name its line.

`tomllib` gives values without their lines. This walks a text that `tomllib` has already accepted, so it checks nothing: it
only follows headers, keys, arrays and inline tables and remembers the line on which each begins. An array of tables counts
its elements, as in `("channels", 1, "topics", 0, "label")`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
    (?P<skip>   [ \t]+ | \#[^\n]* )
  | (?P<string> \"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | \"(?:\\.|[^"\\])*\" | '[^']*' )
  | (?P<mark>   \r?\n | [\[\]{}=,.] )
  | (?P<bare>   [^\s\[\]{}=,.\#"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r'\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[btnfr"\\])')
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    line: int


@dataclass(slots=True)
class _Walk:
    tokens: list[_Token]
    at: int = 0
    lines: dict[Path, int] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)  # elements so far of each array of tables

    @property
    def next(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def document(self) -> None:
        table: Path = ()
        while self.next:
            if self.next == "\n":
                self.take()
            elif self.next == "[":
                table = self.header()
            else:
                self.pair(table)

    def header(self) -> Path:
        """`[a.b]` or `[[a.b]]`: give the table that the keys below belong to."""
        line = self.take().line
        several = self.next == "["
        if several:
            self.take()
        path: Path = ()
        names = self.key("]")
        for name in names[:-1]:
            path = self.newest(self.remember((*path, name), line))
        path = self.remember((*path, names[-1]), line)
        if several:
            self.take()
            self.counts[path] = self.counts.get(path, -1) + 1
            path = self.remember(self.newest(path), line)
        return path

    def newest(self, path: Path) -> Path:
        """An array of tables is named for its newest element."""
        return (*path, self.counts[path]) if path in self.counts else path

    def remember(self, path: Path, line: int) -> Path:
        self.lines.setdefault(path, line)
        return path

    def key(self, end: str) -> list[str]:
        names = []
        while True:
            names.append(_name(self.take().text))
            if self.take().text == end:
                return names

    def pair(self, table: Path) -> None:
        line = self.tokens[self.at].line
        path = table
        for name in self.key("="):
            path = self.remember((*path, name), line)
        self.value(path)

    def value(self, path: Path) -> None:
        if self.next == "[":
            self.array(path)
        elif self.next == "{":
            self.inline_table(path)
        else:  # a scalar: a number or a time may be of several tokens (`1.5`, `1979-05-27 07:32:00`)
            while self.next not in ("", "\n", ",", "]", "}"):
                self.take()

    def array(self, path: Path) -> None:
        self.take()
        index = 0
        while self.next != "]":
            if self.next in ("\n", ","):
                index += self.take().text == ","
            else:
                self.value(self.remember((*path, index), self.tokens[self.at].line))
        self.take()

    def inline_table(self, path: Path) -> None:
        self.take()
        while self.next != "}":
            if self.next in ("\n", ","):
                self.take()
            else:
                self.pair(path)
        self.take()


def lines_of(text: str) -> dict[Path, int]:
    """Give the line (from 1) of each table, key and element of a TOML `text` that `tomllib.loads` accepts."""
    walk = _Walk(list(_tokens(text)))
    walk.document()
    return walk.lines


def line_for(lines: dict[Path, int], path: Path) -> int:
    """Give the line of `path`, or of the nearest table around it, as for a key that is missing; 1 for the file itself."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _tokens(text: str) -> Iterator[_Token]:
    line, at = 1, 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        if match.lastgroup != "skip":
            yield _Token(match.group().removeprefix("\r") if match.lastgroup == "mark" else match.group(), line)
        line += match.group().count("\n")


def _name(raw: str) -> str:
    """Give the name that a bare or quoted key spells."""
    if raw.startswith("'"):
        return raw[1:-1]
    return _ESCAPE.sub(_escaped, raw[1:-1]) if raw.startswith('"') else raw


def _escaped(match: re.Match[str]) -> str:
    code = match.group(1)
    return _ESCAPED.get(code) or chr(int(code[1:], 16))
