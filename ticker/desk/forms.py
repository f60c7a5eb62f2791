"""Urlencoded bodies: real forms, and what `curl -d 'Text'` sends under the same name.

`curl -d` labels whatever it sends as a form and encodes nothing, so the label proves nothing. A headline must never come
out mangled, and a form must never come out as a headline. The rule, in this order:

1. A body that begins with `{` is JSON whose sender forgot the header (media.py sees to it).
2. A body in which one of the parts between `&` begins with the name of a field and `=` is a form. All of its fields must be
   known then: a misspelt one is refused, not published as text.
3. Anything else is text and is taken as it stands: `=`, `&`, `%` and `+` are what they look like.

A form's value in which a space or a letter beyond ASCII stands was typed by hand, since no encoder leaves those: it is taken
as it stands too. Any other is percent-decoded, and its `+` are spaces. A value that mixes both ways, and a lone text without
a space that holds percent-encoding, would be right for one sender and wrong for another: both are refused with a way out.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from ticker.edge.problems import Problem

Fields = dict[str, object]

_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_TYPED: Final = re.compile(r"[^\x21-\x7e]")  # what no encoder of forms leaves

_SWITCH: Final[Mapping[str, bool]] = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
_NULLABLE: Final = frozenset({"source", "url", "expires", "note", "correction"})  # an empty input means: without one
_SWITCHES: Final = frozenset({"pinned", "allow_duplicate"})


def is_form(body: str, names: frozenset[str]) -> bool:
    """Tell whether `body` is a form with any of the fields `names`, rather than a text."""
    return any(name in names for name, equals, _ in _parts(body) if equals)


def typed_text(body: str) -> str:
    """Give the text that is the whole body; raises Problem when it was percent-encoded without the name of a field."""
    if _ESCAPE.search(body) and not _TYPED.search(body):
        raise Problem("invalid-request", "The body is percent-encoded but names no field; send text=… or plain text/plain.")
    return body


def form_fields(body: str, names: frozenset[str]) -> Fields:
    """Read a form into what the same request would be as JSON, so that one set of rules checks both.

    An empty optional field means "without one" (null), an empty number or switch is left out, as a browser's form has them
    whether filled or not. Topics may be repeated or parted by commas. Raises Problem.
    """
    given: dict[str, list[str]] = {}
    for name, _, value in _parts(body.rstrip("\r\n")):
        given.setdefault(name, []).append(_decoded(name, value))
    unknown = [name for name in given if name not in names]
    if unknown:
        raise Problem(
            "invalid-line",
            "The body was read as a form, as it names fields; send text/plain if it is a text.",
            errors=[(name[:64], "is not a field of this request") for name in unknown[:20]],
        )
    twice = [name for name, values in given.items() if name != "topics" and len(values) > 1]
    if twice:
        raise Problem("invalid-request", "A field is given twice.", errors=[(name, "is given twice") for name in twice])
    read = {name: _as_json(name, values) for name, values in given.items()}
    return {name: value for name, value in read.items() if value is not _LEFT_OUT}


_LEFT_OUT: Final = object()


def _parts(body: str) -> list[tuple[str, str, str]]:
    return [part.partition("=") for part in body.split("&")]


def _decoded(name: str, value: str) -> str:
    if _TYPED.search(value):
        if _ESCAPE.search(value):
            message = "is percent-encoded only in part; encode all of it or none"
            raise Problem("invalid-request", "The form is not well formed.", errors=[(name[:64], message)])
        return value
    try:
        return unquote_to_bytes(value.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        message = "is not UTF-8 once percent-decoded"
        raise Problem("invalid-request", "The form is not well formed.", errors=[(name[:64], message)]) from None


def _as_json(name: str, values: list[str]) -> object:
    if name == "topics":
        return [topic for value in values for topic in value.replace(",", " ").split()]
    value = values[0]
    if name in _NULLABLE:
        return value or None
    if name in _SWITCHES:
        return _SWITCH.get(value, value) if value else _LEFT_OUT
    if name == "urgency":
        return (int(value) if re.fullmatch(r"[0-9]", value) else value) if value else _LEFT_OUT
    return value
