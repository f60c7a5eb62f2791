"""Text is text: what comes out of `plain` is safe in every output."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from ticker.model.text import plain

MOST = 500
ANY = st.text(st.characters(exclude_categories=()), max_size=60)  # lone surrogates too


@given(ANY)
@example("\u200ea \u202e b\u2069")
@example("e\u0301 " * 10)
def test_what_is_taken_is_one_clean_line(raw: str) -> None:
    """Whatever an editor pastes either comes out clean or is refused with a reason."""
    try:
        text = plain(raw, most=MOST)
    except ValueError:
        return

    assert 1 <= len(text) <= MOST
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip()
    assert "  " not in text
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)
    assert not any(unicodedata.bidirectional(character) in BIDI for character in text)
    assert plain(text, most=MOST) == text
    element = etree.Element("title")
    element.text = text
    assert etree.fromstring(etree.tostring(element, encoding="utf-8")).text == text


BIDI = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  Bridge   closed ", "Bridge closed"),
        ("Bridge closed\r\n", "Bridge closed"),
        ("\u202bعاجل\u202c: \u200fالجسر مغلق\u061c", "عاجل: الجسر مغلق"),
        ("Cafe\u0301", "Café"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("👩\u200d🚒 at work", "👩\u200d🚒 at work"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("x" * MOST, "x" * MOST),
    ],
)
def test_what_is_mended(raw: str, text: str) -> None:
    """What word processors add unseen goes; what means something stays."""
    assert plain(raw, most=MOST) == text


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "is empty"),
        (" \u00a0\u200b\ufeff ", "is empty"),
        ("\u200e\u202e", "is empty"),
        ("\u0301", "is empty"),
        ("One\nTwo", "line break"),
        ("One\u2028Two", "line break"),
        ("One\x85Two", "line break"),
        ("a\x00b", r"U\+0000"),
        ("a\tb", r"U\+0009"),
        ("a\x1b[31mb", r"U\+001B"),
        ("a\x7fb", r"U\+007F"),
        ("a\x9bb", r"U\+009B"),
        ("a\ud800b", r"U\+D800"),
        ("a\ufdd0b", r"U\+FDD0"),
        ("a\ufffeb", r"U\+FFFE"),
        ("a\U0010ffffb", r"U\+10FFFF"),
        ("x" * (MOST + 1), "501 characters; at most 500"),
    ],
)
def test_what_is_refused(raw: str, reason: str) -> None:
    """What cannot be one line of text everywhere is refused, and the editor is told why."""
    with pytest.raises(ValueError, match=reason):
        plain(raw, most=MOST)
