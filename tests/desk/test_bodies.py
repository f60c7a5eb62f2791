"""What editors send becomes a Draft, a Change or a Withdrawal, or a problem that says what to mend; never anything else."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ticker.desk.bodies import change_of, draft_of, schemas, withdrawal_of
from ticker.desk.forms import is_form
from ticker.desk.links import article_link
from ticker.edge.problems import Problem
from ticker.model.draft import Change, ChangeKind, Draft, Withdrawal
from ticker.model.line import Urgency
from ticker.model.text import plain
from ticker.model.times import parse_rfc3339, rfc3339

NOW = 1_700_000_000_000
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain"
FIELDS = frozenset({"text", "source", "urgency", "topics", "url", "pinned", "expires", "note", "allow_duplicate"})


def draft(fields: object) -> Draft:
    return draft_of(json.dumps(fields).encode(), JSON, NOW)


def change(fields: object) -> Change:
    return change_of(json.dumps(fields).encode(), JSON, NOW)


def refusal(parse: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as caught:
        parse()
    return caught.value


def faults(fields: object, parse: Callable[[object], object] = draft) -> dict[str, str]:
    problem = refusal(lambda: parse(fields))

    assert problem.slug == "invalid-line"
    return dict(problem.errors)


def sent_by_curl(text: str) -> str | None:
    """What `curl -d text` publishes; None when it is refused as ambiguous."""
    try:
        return draft_of(text.encode(), FORM, NOW).text
    except Problem as problem:
        return None if problem.slug == "invalid-request" else problem.slug


def texts() -> st.SearchStrategy[str]:
    """Headlines that the model takes, as an editor would type them."""
    typed = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60) | st.text(
        "aé م%&=+ 25{}", min_size=1, max_size=20
    )
    return typed.filter(_accepted)


def _accepted(text: str) -> bool:
    try:
        plain(text, most=500)
    except ValueError:
        return False
    return True


def test_every_field_of_a_line_arrives() -> None:
    """What an editor sets is what is published."""
    fields = {
        "text": "Bridge closed",
        "source": "Civil Defence",
        "urgency": 2,
        "topics": ["regions", "world", "regions"],
        "url": "https://news.example/bridge",
        "pinned": True,
        "expires": rfc3339(NOW + 1),
        "note": "called twice",
        "allow_duplicate": True,
    }
    expected = Draft(
        "Bridge closed",
        source="Civil Defence",
        urgency=Urgency.URGENT,
        topics=("regions", "world"),
        url="https://news.example/bridge",
        pinned=True,
        expires=NOW + 1,
        note="called twice",
        allow_duplicate=True,
    )

    assert expected == draft(fields)


def test_a_text_alone_is_enough() -> None:
    """The rest has defaults, and an optional field may be null."""
    assert draft({"text": "Rain"}) == Draft("Rain")
    assert draft({"text": "Rain", "source": None, "url": None, "expires": None, "note": None}) == Draft("Rain")


@pytest.mark.parametrize("name", ["flash", "urgent", "breaking", "update"])
def test_urgency_may_be_a_word(name: str) -> None:
    """An editor need not remember the numbers."""
    assert draft({"text": "Rain", "urgency": name}).urgency is Urgency[name.upper()]


@given(texts())
@example("50% off & 2 = 3 + 4")
def test_any_text_round_trips_as_json_form_and_plain_text(text: str) -> None:
    """Whichever way a text is sent properly, the same text is published."""
    expected = plain(text, most=500)

    assert draft({"text": text}).text == expected
    assert draft_of(text.encode(), TEXT, NOW).text == expected
    assert draft_of(urlencode({"text": text}).encode(), FORM, NOW).text == expected
    assert draft_of(f"text={quote(text, safe='')}".encode(), FORM, NOW).text == expected


@given(texts())
@example("Budget: 2+2=5 & 50% of it")
@example("50%25")
@example("A=B&C=D")
@example("text=50% & more")
@example('{"text": "x"}')
def test_what_curl_sends_is_never_mangled(text: str) -> None:
    """`curl -d 'Text'` publishes the text as typed; where that cannot be known, nothing is published."""
    assume(not text.lstrip().startswith(("{", "[")) and not is_form(text, FIELDS))
    outcome = sent_by_curl(text)

    assert outcome == plain(text, most=500) or (outcome is None and "%" in text and " " not in text)


@given(texts(), texts())
def test_a_form_typed_by_hand_is_taken_as_typed(text: str, source: str) -> None:
    """`curl -d text='…' -d source='…'` encodes nothing, and what holds a space needs no encoding here."""
    assume("%" not in text + source and "&" not in text + source)
    text, source = f"{text} a + b", f"{source} b + c"
    parsed = draft_of(f"text={text}&source={source}".encode(), FORM, NOW)

    assert (plain(text, most=500), plain(source, most=500)) == (parsed.text, parsed.source)


def test_each_value_of_a_form_is_judged_alone() -> None:
    """`curl -d 'source=Civil Defence' --data-urlencode 'text=A + B'` means what it says."""
    body = f"source=Civil Defence&text={quote('A + B')}&urgency=1&pinned=on&topics=world,economy&topics=sport"

    assert draft_of(body.encode(), FORM, NOW) == Draft(
        "A + B", "Civil Defence", Urgency.FLASH, ("world", "economy", "sport"), pinned=True
    )


def test_empty_inputs_of_a_form_count_for_nothing() -> None:
    """A browser sends every input, filled or not."""
    body = "text=Rain&source=&urgency=&topics=&url=&pinned=&expires=&note=&allow_duplicate="

    assert draft_of(body.encode(), FORM, NOW) == Draft("Rain")


@pytest.mark.parametrize(
    ("body", "slug", "field"),
    [
        ("text=Rain&titel=x", "invalid-line", "titel"),
        ("titel=x&text=Rain", "invalid-line", "titel"),
        ("text=Rain & floods", "invalid-line", " floods"),
        ("source=Reporter", "invalid-line", "text"),
        ("text=a&text=b", "invalid-request", "text"),
        ("text=Rain %26 floods", "invalid-request", "text"),
        ("text=%ff", "invalid-request", "text"),
        ("text=Rain&urgency=4", "invalid-line", "urgency"),
        ("text=Rain&pinned=maybe", "invalid-line", "pinned"),
    ],
)
def test_a_form_with_a_fault_is_not_published_as_text(body: str, slug: str, field: str) -> None:
    """A misspelt field never shows up in a headline."""
    problem = refusal(lambda: draft_of(body.encode(), FORM, NOW))

    assert (slug, [field]) == (problem.slug, [name for name, _ in problem.errors])


def test_percent_encoding_without_a_name_is_refused() -> None:
    """`curl --data-urlencode 'Rain & floods'` names no field; the answer says what to send."""
    problem = refusal(lambda: draft_of(quote("Rain & floods").encode(), FORM, NOW))

    assert problem.slug == "invalid-request"
    assert "text=" in problem.detail


def test_json_sent_without_its_header_is_json() -> None:
    """`curl -d '{"text": …}'` does not publish braces."""
    assert draft_of(b' {"text": "Rain"}', FORM, NOW) == Draft("Rain")


@pytest.mark.parametrize("body", [b'{"text": "Rain"', b"[]", b'[{"text": "Rain"}]', b' ["Rain"]\n'])
def test_what_a_broken_script_sends_is_not_published(body: bytes) -> None:
    """Half an object, or a list, is no line."""
    assert refusal(lambda: draft_of(body, FORM, NOW)).slug == "invalid-request"


@pytest.mark.parametrize("text", ["[Live] Rain", "[", "[]]", "[1] Rain", "[" * 400])
def test_a_bracket_begins_a_line(text: str) -> None:
    """`curl -d '[Live] …'` publishes the text as typed."""
    assert sent_by_curl(text) == text


def test_a_byte_order_mark_is_skipped() -> None:
    """A file written on Windows posts like any other."""
    for content_type in (JSON, FORM, TEXT):
        body = b'{"text": "Rain"}' if content_type == JSON else b"Rain\r\n"

        assert draft_of(b"\xef\xbb\xbf" + body, content_type, NOW) == Draft("Rain")


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "multipart/form-data; boundary=x",
        "application/xml",
        "text/html",
        "text/plain; charset=iso-8859-1",
        "application/jsonp",
        ";",
    ],
)
def test_other_media_types_are_refused(content_type: str | None) -> None:
    """Nothing is guessed from bytes that name another type or charset."""
    assert refusal(lambda: draft_of(b"Rain", content_type, NOW)).slug == "unsupported-media"


@pytest.mark.parametrize(
    "content_type", ["TEXT/PLAIN", "text/plain; charset=UTF-8", 'text/plain;charset="utf-8"; format=flowed']
)
def test_media_types_are_read_as_http_has_them(content_type: str) -> None:
    """Letter case, spaces and other parameters do not matter."""
    assert draft_of(b"Rain", content_type, NOW) == Draft("Rain")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"{",
        b"[]",
        b'["text"]',
        b'"Rain"',
        b"null",
        b"1",
        b'{"text": "a", "text": "b"}',
        b'{"text": "a", "topics": [{"x": 1, "x": 2}]}',
        b'{"text": NaN}',
        b'{"text": -Infinity}',
        b'{"text": "a", "urgency": ' + b"1" * 5000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"text": "\xff"}',
        b'{"text": "\xed\xa0\x80"}',
        b'{"\\ud800": 1}',
        '{"text": "a"}'.encode("utf-16"),
        b'{"text": "a"} {"text": "b"}',
        b'{"text": "a\x00b"}',
    ],
)
def test_broken_json_is_an_invalid_request(body: bytes) -> None:
    """Whatever is no JSON object with each name once is refused before anybody looks at its fields."""
    assert refusal(lambda: draft_of(body, JSON, NOW)).slug == "invalid-request"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \u200b\ufeff "}, "text"),
        ({"text": None}, "text"),
        ({"text": 1}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": "a" * 501}, "text"),
        ({"text": "a\nb"}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "a\x85b"}, "text"),
        ({"text": "a\ud800b"}, "text"),
        ({"text": "a\uffffb"}, "text"),
        ({"text": "a", "source": "b" * 121}, "source"),
        ({"text": "a", "source": ""}, "source"),
        ({"text": "a", "note": "b" * 301}, "note"),
        ({"text": "a", "urgency": 4}, "urgency"),
        ({"text": "a", "urgency": True}, "urgency"),
        ({"text": "a", "urgency": 3.0}, "urgency"),
        ({"text": "a", "urgency": "3"}, "urgency"),
        ({"text": "a", "urgency": "FLASH"}, "urgency"),
        ({"text": "a", "urgency": None}, "urgency"),
        ({"text": "a", "urgency": []}, "urgency"),
        ({"text": "a", "topics": "world"}, "topics"),
        ({"text": "a", "topics": None}, "topics"),
        ({"text": "a", "topics": ["World"]}, "topics"),
        ({"text": "a", "topics": [1]}, "topics"),
        ({"text": "a", "topics": ["a" * 65]}, "topics"),
        ({"text": "a", "topics": ["\ud800"]}, "topics"),
        ({"text": "a", "topics": [f"t{n}" for n in range(21)]}, "topics"),
        ({"text": "a", "pinned": 1}, "pinned"),
        ({"text": "a", "pinned": "true"}, "pinned"),
        ({"text": "a", "pinned": None}, "pinned"),
        ({"text": "a", "allow_duplicate": "yes"}, "allow_duplicate"),
        ({"text": "a", "expires": rfc3339(NOW)}, "expires"),
        ({"text": "a", "expires": "2999-01-01T00:00:00"}, "expires"),
        ({"text": "a", "expires": "tomorrow"}, "expires"),
        ({"text": "a", "expires": NOW + 1}, "expires"),
        ({"text": "a", "url": "javascript:alert(1)"}, "url"),
        ({"text": "a", "url": 1}, "url"),
        ({"text": "a", "id": "x"}, "id"),
        ({"text": "a", "version": 1}, "version"),
    ],
)
def test_a_field_that_cannot_be_accepted_is_named(fields: dict[str, Any], field: str) -> None:
    """The editor is told which field it is."""
    assert [field] == list(faults(fields))


def test_all_faults_are_told_at_once() -> None:
    """An editor mends everything in one go, and the detail alone is enough for a terminal."""
    problem = refusal(lambda: draft({"text": "", "url": "x", "urgency": 9, "colour": "red"}))

    assert {"text", "url", "urgency", "colour"} == {field for field, _ in problem.errors}
    assert problem.detail == "text is empty (and 3 more)."


def test_thousands_of_faults_do_not_make_a_large_answer() -> None:
    """A hostile body is not multiplied."""
    assert len(faults({str(number): 1 for number in range(5000)})) == 20


def test_twenty_topics_and_repeated_ones_are_fine() -> None:
    """The limit counts topics, not how often they are named."""
    topics = [f"t{number}" for number in range(20)]

    assert draft({"text": "a", "topics": topics * 2}).topics == tuple(topics)


@pytest.mark.parametrize(
    ("raw", "link"),
    [
        ("https://news.example/a?b=c&d=%20#e", "https://news.example/a?b=c&d=%20#e"),
        (" HTTPS://News.Example:8443 ", "https://news.example:8443"),
        ("https://news.example/أخبار", "https://news.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://news.example/100%|x<y>", "https://news.example/100%25%7Cx%3Cy%3E"),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
        ("https://news.example/می\u200cشود", "https://news.example/%D9%85%DB%8C%E2%80%8C%D8%B4%D9%88%D8%AF"),
    ],
)
def test_links_become_uris(raw: str, link: str) -> None:
    """What a browser's address line gives is accepted, and what comes out is fit for every feed."""
    assert link == article_link(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "news.example",
        "//news.example/",
        "ftp://news.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https:news.example",
        "https:///path",
        "https://",
        "https://user@news.example/",
        "https://user:pw@news.example/",
        "https://bank.example\\@evil.example/",
        "https://news.example/a b",
        "https://news.example/a\tb",
        "https://news.example/a\nb",
        "java\nscript:x",
        "https://news.example/\u202egnp",
        "https://news.example/\ud800",
        "https://news.example:99999/",
        "https://news.example:x/",
        "https://[::1/",
        "https://[x]/",
        "https://..../",
        "https://straße.example/",
        "https://news.example/" + "a" * 2000,
        "https://news.example/" + "م" * 500,
        "https://a%00b/",
        "https://<x>/",
    ],
)
def test_links_that_two_readers_could_understand_differently_are_refused(raw: str) -> None:
    """No link of ours goes anywhere but where it seems to go."""
    with pytest.raises(ValueError):
        article_link(raw)


@given(st.text() | st.builds("https://{}/{}?{}#{}".format, st.text(), st.text(), st.text(), st.text()))
def test_a_link_is_ascii_and_stays_as_it_is(raw: str) -> None:
    """Cleaning a clean link changes nothing."""
    try:
        link = article_link(raw)
    except ValueError:
        return

    assert link.isascii()
    assert article_link(link) == link


def test_null_clears_what_may_be_absent() -> None:
    """Setting url, source or expires to null takes it away; what is not named stays."""
    parsed = change({"kind": "update", "url": None, "source": None, "expires": None})

    assert parsed == Change(ChangeKind.UPDATE, {"url": None, "source": None, "expires": None})


def test_a_form_clears_by_an_empty_input() -> None:
    """A form has no null."""
    parsed = change_of(b"kind=refile&url=&text=Rain&urgency=", FORM, NOW)

    assert parsed == Change(ChangeKind.REFILE, {"url": None, "text": "Rain"})


def test_a_correction_carries_its_note() -> None:
    """What was wrong is said in public, why is not."""
    fields = {"kind": "correction", "text": "Two hurt", "correction": "The number was wrong", "note": "agency", "topics": []}

    assert change(fields) == Change(
        ChangeKind.CORRECTION, {"text": "Two hurt", "topics": ()}, correction="The number was wrong", note="agency"
    )


@pytest.mark.parametrize("kind", ["pin", "unpin"])
def test_pins_need_nothing_else(kind: str) -> None:
    """A pin moves a line and changes nothing of it."""
    assert change({"kind": kind}) == Change(ChangeKind(kind))
    assert list(faults({"kind": kind, "text": "x"}, change)) == ["text"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "kind"),
        ({"kind": "rewrite"}, "kind"),
        ({"kind": 1}, "kind"),
        ({"kind": "correction", "text": "x"}, "correction"),
        ({"kind": "correction", "text": "x", "correction": None}, "correction"),
        ({"kind": "correction", "text": "x", "correction": ""}, "correction"),
        ({"kind": "refile", "text": "x", "correction": "y"}, "correction"),
        ({"kind": "refile"}, "kind"),
        ({"kind": "update", "note": "x"}, "kind"),
        ({"kind": "update", "text": None}, "text"),
        ({"kind": "update", "urgency": None}, "urgency"),
        ({"kind": "update", "topics": None}, "topics"),
        ({"kind": "update", "text": "x", "pinned": True}, "pinned"),
        ({"kind": "update", "text": "x", "allow_duplicate": True}, "allow_duplicate"),
        ({"kind": "update", "expires": rfc3339(NOW - 1)}, "expires"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(fields: dict[str, Any], field: str) -> None:
    """A kind says what must and what may come with it."""
    assert [field] == list(faults(fields, change))


def test_a_change_is_no_text() -> None:
    """A plain text cannot say what kind of change it is."""
    assert refusal(lambda: change_of(b"Rain", TEXT, NOW)).slug == "unsupported-media"
    assert refusal(lambda: change_of(b"Rain", FORM, NOW)).slug == "invalid-request"


@pytest.mark.parametrize(
    ("body", "content_type", "query"),
    [
        (b'{"reason": "wrong place"}', JSON, None),
        (b"reason=wrong+place", FORM, None),
        (b"wrong place", FORM, None),
        (b"wrong place", TEXT, None),
        (b"", None, "wrong place"),
        (b"", JSON, "wrong place"),
        (b'{"reason": "wrong place"}', JSON, "wrong place"),
    ],
)
def test_a_reason_may_come_in_any_way(body: bytes, content_type: str | None, query: str | None) -> None:
    """Some clients and proxies send no body with DELETE."""
    assert withdrawal_of(body, content_type, query) == Withdrawal("wrong place")


def test_a_withdrawal_needs_one_reason() -> None:
    """Without a reason, with an endless or with two different ones, nothing is withdrawn."""
    assert refusal(lambda: withdrawal_of(b"", None, None)).errors == (("reason", "is required"),)
    assert refusal(lambda: withdrawal_of(b"", None, "x" * 301)).slug == "invalid-line"
    assert refusal(lambda: withdrawal_of(b"one", TEXT, "other")).slug == "invalid-request"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from([*FIELDS, "kind", "correction", "reason", "id", "\ud800", ""])
_BODIES = (
    st.binary()
    | st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.dictionaries(_NAMES, _VALUES).map(lambda fields: json.dumps(fields).encode())
    | st.dictionaries(_NAMES, st.text(st.characters(exclude_categories=["Cs"]))).map(
        lambda fields: "&".join(f"{quote_plus(name, errors='replace')}={value}" for name, value in fields.items()).encode()
    )
)
_MEDIA = st.sampled_from([None, JSON, FORM, TEXT, "text/html"]) | st.text()


@given(_BODIES, _MEDIA, st.none() | st.text())
def test_no_body_causes_anything_but_a_problem(body: bytes, content_type: str | None, query: str | None) -> None:
    """Whatever arrives becomes a value that can be encoded, or a problem that can be."""
    parsers: tuple[Callable[[], object], ...] = (
        lambda: draft_of(body, content_type, NOW),
        lambda: change_of(body, content_type, NOW),
        lambda: withdrawal_of(body, content_type, query),
    )
    for parse in parsers:
        try:
            value: object = parse()
        except Problem as problem:
            value = problem.as_json()
            json.dumps(value, ensure_ascii=False).encode()
        if isinstance(value, Draft):
            assert (value.expires or NOW + 1) > NOW
            assert plain(value.text, most=500) == value.text
        repr(value).encode()


def test_schemas_tell_leaving_out_from_null() -> None:
    """In the published schema null is offered exactly where it clears something."""
    properties = schemas()["LineChange"]["properties"]
    nullable = {name for name, field in properties.items() if "null" in str(field)}

    assert {"source", "url", "expires", "note", "correction"} == nullable
    assert all("default" not in field or field["default"] is not None for field in properties.values())
    assert all(field["description"] for schema in schemas().values() for field in schema["properties"].values())


def test_expires_keeps_its_moment() -> None:
    """A zone is honoured."""
    assert draft({"text": "a", "expires": "2999-01-01T02:00:00+02:00"}).expires == parse_rfc3339("2999-01-01T00:00:00Z")
