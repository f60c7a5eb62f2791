"""What editors send, parsed once into values that cannot be wrong: Draft, Change, Withdrawal.

media.py and forms.py make fields of the bytes; the models here say what the fields may hold. They are strict (no "1" for 1)
and know no extra fields. Their JSON schemas are those of the OpenAPI document. All that is wrong is told at once:
`errors: [{"field", "message"}]`, in words that complete "The field …".
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, ValidationError, ValidationInfo, WithJsonSchema
from pydantic_core import ErrorDetails

from ticker.desk.forms import Fields
from ticker.desk.links import article_link
from ticker.desk.media import fields_of
from ticker.edge.problems import Problem
from ticker.model.draft import Change, ChangeKind, Draft, Withdrawal
from ticker.model.line import NOTE_MOST, SOURCE_MOST, TEXT_MOST, TOPIC, TOPICS_MOST, URL_MOST, Urgency
from ticker.model.text import plain
from ticker.model.times import parse_rfc3339

_NAMES: Final = {urgency.name.lower(): urgency for urgency in Urgency}
_NUMBERS: Final = {urgency.value: urgency for urgency in Urgency}


def _plain(most: int) -> Callable[[str], str]:
    return lambda raw: plain(raw, most=most)


def _urgency(raw: object) -> Urgency:
    found = _NAMES.get(raw) if isinstance(raw, str) else _NUMBERS.get(raw) if type(raw) is int else None
    if found is None:
        raise ValueError("must be 1, 2, 3 or 5, or their names flash, urgent, breaking or update")
    return found


def _topics(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(topic, str) for topic in raw):
        raise ValueError('must be a list of topics as in ["world", "economy"]')
    wrong = next((place for place, topic in enumerate(raw, 1) if not TOPIC.fullmatch(topic)), None)
    if wrong is not None:
        raise ValueError(f"is wrong at topic {wrong}: a topic is 1 to 64 of a-z, 0-9 and -, neither first nor last a -")
    topics = tuple(dict.fromkeys(raw))
    if len(topics) > TOPICS_MOST:
        raise ValueError(f"holds {len(topics)} topics; at most {TOPICS_MOST} are allowed")
    return topics


def _expires(raw: object, info: ValidationInfo) -> int | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise ValueError("must be a time as in 2026-11-24T22:26:47Z (RFC 3339)")
    expires = parse_rfc3339(raw)
    context: dict[str, int] = info.context or {}
    if expires <= context["now"]:
        raise ValueError("is in the past; to take a line back, withdraw it")
    return expires


def _schema(kind: str, most: int, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, "minLength": 1, "maxLength": most} | more)


Text = Annotated[str, AfterValidator(_plain(TEXT_MOST)), _schema("string", TEXT_MOST)]
Source = Annotated[str, AfterValidator(_plain(SOURCE_MOST)), _schema("string", SOURCE_MOST)]
Note = Annotated[str, AfterValidator(_plain(NOTE_MOST)), _schema("string", NOTE_MOST)]
Url = Annotated[str, AfterValidator(article_link), _schema("string", URL_MOST, format="iri")]
Expires = Annotated[int | None, PlainValidator(_expires), WithJsonSchema({"type": ["string", "null"], "format": "date-time"})]
UrgencyGiven = Annotated[
    Urgency, PlainValidator(_urgency), WithJsonSchema({"enum": [*_NUMBERS, *_NAMES], "default": Urgency.BREAKING.value})
]
TopicsGiven = Annotated[
    tuple[str, ...],
    PlainValidator(_topics),
    WithJsonSchema({"type": "array", "items": {"type": "string", "pattern": f"^{TOPIC.pattern}$"}, "maxItems": TOPICS_MOST}),
]


class _Given(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)


_Model = TypeVar("_Model", bound=_Given)


class NewLine(_Given):
    """A line to publish."""

    text: Text
    """The line: one line of plain text."""

    source: Source | None = None
    """The attribution shown before the text, as in "Civil Defence"."""

    urgency: UrgencyGiven = Urgency.BREAKING
    """1 flash, 2 urgent, 3 breaking, 5 update (IPTC)."""

    topics: TopicsGiven = ()
    """Section, region, story: what viewers can ask for."""

    url: Url | None = None
    """The article, http or https. Without it the line's own page is its link."""

    pinned: bool = False
    """Stays first until it is unpinned."""

    expires: Expires = None
    """From then on the line is not shown: RFC 3339 with a zone, in the future."""

    note: Note | None = None
    """Private: kept in the audit log only."""

    allow_duplicate: bool = False
    """Publish although the same text was published moments ago."""


class LineChange(_Given):
    """A change of a line; what is not named stays as it is."""

    kind: Literal["correction", "refile", "update", "pin", "unpin"]
    """correction: something was wrong (marked in public); refile: a typo, same meaning; update: new facts; pin, unpin."""

    correction: Note | None = None
    """The public note of what was wrong; with kind correction, and only then."""

    text: Text | None = None
    """The new text."""

    source: Source | None = None
    """The new attribution; null takes it away."""

    urgency: UrgencyGiven | None = None
    """The new urgency."""

    topics: TopicsGiven | None = None
    """The new topics, all of them."""

    url: Url | None = None
    """The new link; null takes it away."""

    expires: Expires = None
    """The new time from which the line is not shown; null: it does not expire."""

    note: Note | None = None
    """Private: kept in the audit log only."""


class LineWithdrawal(_Given):
    """A withdrawal for good."""

    reason: Note
    """Why: for editors, in the audit log."""


_CONTENT: Final[tuple[str, ...]] = ("text", "source", "urgency", "topics", "url", "expires")
_NEVER_NULL: Final[tuple[str, ...]] = ("text", "urgency", "topics")


def draft_of(body: bytes, content_type: str | None, now: int) -> Draft:
    """Parse the body of a POST at `now` (ms since 1970). Raises Problem."""
    fields = fields_of(body, content_type, frozenset(NewLine.model_fields), "text")
    return Draft(**dict(_validated(NewLine, fields, now)))


def change_of(body: bytes, content_type: str | None, now: int) -> Change:
    """Parse the body of a PATCH at `now` (ms since 1970). Raises Problem."""
    fields = fields_of(body, content_type, frozenset(LineChange.model_fields), None)
    given = _validated(LineChange, fields, now)
    if faults := _change_faults(given):
        raise _invalid(faults)
    changed = {name: getattr(given, name) for name in _CONTENT if name in given.model_fields_set}
    return Change(ChangeKind(given.kind), changed, given.correction, given.note)


def withdrawal_of(body: bytes, content_type: str | None, query_reason: str | None) -> Withdrawal:
    """Parse a DELETE. Its reason may stand in the query too, since proxies drop the bodies of DELETEs. Raises Problem."""
    fields: Fields = {}
    if body:
        fields = fields_of(body, content_type, frozenset(LineWithdrawal.model_fields), "reason")
    if query_reason is not None and fields.setdefault("reason", query_reason) != query_reason:
        raise Problem("invalid-request", "The body and the query give two different reasons.")
    return Withdrawal(_validated(LineWithdrawal, fields, 0).reason)


def schemas() -> dict[str, dict[str, Any]]:
    """Give the JSON schemas of the bodies, by name (JSON Schema 2020-12, as in OpenAPI 3.1)."""
    made = {model.__name__: model.model_json_schema() for model in (NewLine, LineChange, LineWithdrawal)}
    for schema in made.values():
        for name, field in schema["properties"].items():
            if field.get("default", "") is None:
                del field["default"]  # in a change, leaving out and null are two things
            if schema["title"] == "LineChange" and name in _NEVER_NULL:
                field |= field.pop("anyOf")[0]
                field.pop("default", None)
    return made


def _change_faults(given: LineChange) -> list[tuple[str, str]]:
    """Tell what is wrong with fields that are right each by itself."""
    named = given.model_fields_set
    if not ChangeKind(given.kind).editorial:
        return [(name, f"cannot go with kind {given.kind}") for name in LineChange.model_fields if name in named - {"kind"}]
    faults = [
        (name, "cannot be null; leave it out to keep it")
        for name in _NEVER_NULL
        if name in named and getattr(given, name) is None
    ]
    if given.kind == "correction" and given.correction is None:
        faults.append(("correction", "is required: say in public what was wrong"))
    if given.kind != "correction" and given.correction is not None:
        faults.append(("correction", f"cannot go with kind {given.kind}"))
    if given.kind != "correction" and named.isdisjoint(_CONTENT):
        faults.append(("kind", f"is {given.kind}, but nothing to change is named"))
    return faults


def _validated(model: type[_Model], fields: Fields, now: int) -> _Model:
    try:
        return model.model_validate(fields, context={"now": now})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise _invalid([(str(detail["loc"][0])[:64], _message(detail)) for detail in details[:20]]) from None


def _invalid(faults: list[tuple[str, str]]) -> Problem:
    field, message = faults[0]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return Problem("invalid-line", f"{field} {message}{more}.", errors=faults)


_MESSAGES: Final = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this request",
    "string_type": "must be text",
    "string_unicode": "holds half a surrogate pair, which is not text",
    "bool_type": "must be true or false",
    "literal_error": "must be correction, refile, update, pin or unpin",
}


def _message(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    return _MESSAGES.get(detail["type"], "is not valid")
