"""The template environment that pages and desk share."""

import json

import pytest
from jinja2 import UndefinedError

from ticker.edge.templates import environment

HOSTILE = "</script><!-- & ' \" \u2028 \u2029 -->"


def test_text_is_escaped_wherever_it_stands() -> None:
    """A value is text, in an element and in an attribute (invariant 7)."""
    html = environment().from_string('<p title="{{ text }}">{{ text }}</p>').render(text=HOSTILE)

    assert html.count("<") == 2
    assert html.count('"') == 2


def test_json_cannot_end_its_script() -> None:
    """Data in a script element reads back as it was, and holds nothing that a parser could take for markup."""
    html = environment().from_string("{{ data|tojson }}").render(data={"text": HOSTILE, "عاجل": 1})

    assert json.loads(html) == {"text": HOSTILE, "عاجل": 1}
    assert not set("<>&\u2028\u2029") & set(html)
    assert "عاجل" in html


def test_unknown_name_is_an_error() -> None:
    """A template that asks for what it was not given fails loudly instead of showing a hole."""
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nobody }}").render()
