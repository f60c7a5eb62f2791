"""From the bytes of a request to its fields: media type, UTF-8, JSON, form, plain text. bodies.py says what they may hold.

JSON is read more strictly than RFC 8259 asks: a name given twice is refused (each reader would believe another one), and so
are NaN, Infinity and numbers that no field could hold. A UTF-8 byte order mark is skipped, as the RFC allows: some shells
write one into every file.
"""

import json
from typing import Any, Final, NoReturn

from ticker.desk.forms import Fields, form_fields, is_form, typed_text
from ticker.edge.problems import Problem
from ticker.model.text import meant_as_json

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
TEXT: Final = "text/plain"

_DIGITS_MOST: Final = 19  # those of a 64-bit number


def fields_of(body: bytes, content_type: str | None, names: frozenset[str], main: str | None) -> Fields:
    """Give the fields of a request that may hold `names`; a plain text is the field `main` (None: the request takes none).

    Raises Problem `unsupported-media` or `invalid-request`, and `invalid-line` for an unknown field of a form.
    """
    media = _media_type(content_type)
    if media not in (JSON, FORM, TEXT) or (media == TEXT and main is None):
        takes = ", ".join((JSON, FORM, TEXT) if main else (JSON, FORM))
        raise Problem("unsupported-media", f"Content-Type must be one of {takes}, in UTF-8.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("invalid-request", f"The body is not UTF-8: byte {error.start} begins no character.") from None
    if media == JSON or (media == FORM and meant_as_json(text)):
        return _json_fields(text)
    if media == FORM and is_form(text, names):
        return form_fields(text, names)
    if main is None:
        raise Problem("invalid-request", "The body names no field of this request.")
    return {main: typed_text(text) if media == FORM else text}


def _media_type(content_type: str | None) -> str:
    """Give the media type without parameters; empty when there is none or its text is in another charset than UTF-8."""
    media, *parameters = (content_type or "").split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in ("utf-8", "utf8", "us-ascii"):
            return ""
    return media.strip().lower()


def _json_fields(text: str) -> Fields:
    if not text.strip():
        raise Problem("invalid-request", "The body is empty; a JSON object was expected.")
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_int=_integer, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Problem("invalid-request", f"The body is not JSON: {error.msg} at {where}.") from None
    except RecursionError:
        raise Problem("invalid-request", "The JSON is nested too deeply.") from None
    if not isinstance(value, dict):
        raise Problem("invalid-request", "The body must be a JSON object.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> Fields:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Problem("invalid-request", "The JSON object has a name twice.")
    for name in made:
        if not name.isascii() and any("\ud800" <= character <= "\udfff" for character in name):
            raise Problem("invalid-request", "The JSON object has a name that is no text: it holds half a surrogate pair.")
    return made


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS_MOST:
        raise Problem("invalid-request", "The JSON holds a number that is too large for any field.")
    return int(digits)


def _no_constant(name: str) -> NoReturn:
    raise Problem("invalid-request", f"The body is not JSON: {name} is no JSON value.")
