"""Nothing from elsewhere can steer a terminal."""

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from ticker.cli.printable import json_line, printable

_TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("\x1b\x9b\x7f\x85\u2028\u202e\ud800")))


@given(_TEXTS)
def test_no_control_reaches_the_terminal(text: str) -> None:
    """No escape sequence, no line break, no half of a pair; everything else stays."""
    shown = printable(text)

    assert [character for character in shown if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")] == []
    assert len(shown) == len(text)
    assert [b for a, b in zip(text, shown, strict=True) if b not in (a, "\ufffd")] == []


@given(st.dictionaries(_TEXTS, _TEXTS))
def test_json_is_the_same_and_harmless(value: dict[str, str]) -> None:
    """One line that reads back as what it was."""
    shown = json_line(value)

    assert json.loads(shown) == value
    assert [character for character in shown if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")] == []


def test_languages_stay_readable() -> None:
    """Arabic is not escaped."""
    assert json_line({"text": "عاجل"}) == '{"text":"عاجل"}'
