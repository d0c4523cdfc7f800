"""Text from elsewhere, made safe to show."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchframe.plain_text import escaped, html_text, plain_text

CONTROLS = [chr(code) for code in range(0x3000) if unicodedata.category(chr(code)) == "Cc"]
BIDI = [
    chr(code)
    for code in range(0x110000)
    if unicodedata.bidirectional(chr(code)) in {"LRE", "RLE", "LRO", "RLO", "PDF", "B"}
    or unicodedata.bidirectional(chr(code)) in {"LRI", "RLI", "FSI", "PDI"}
] + ["\u061c", "\u200e", "\u200f"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;title\x07\x1b[2J", r"\x1b]0;title\x07\x1b[2J"),
        ("\x9b31m\x85", r"\x9b31m\x85"),
        ("user\u202e\u2066txt\u061c", r"user\u202e\u2066txt\u061c"),
        ("one\r\n\ttwo\rthree\n", "one\n\ttwo\\rthree\n"),
        ("\ud800", r"\ud800"),
        ("Zürich 東京 👩‍👩‍👧 שלום it's \\d", "Zürich 東京 👩‍👩‍👧 שלום it's \\d"),
    ],
)
def test_plain_text_writes_controls_out(text, shown):
    assert plain_text(text) == shown


@given(st.text(st.characters(exclude_categories=[])))
def test_plain_text_of_any_text_can_be_written(text):
    shown = plain_text(text, keep="")
    assert shown.encode().decode() == shown
    assert all(ord(char) >= 32 and not 127 <= ord(char) < 160 for char in shown)


@pytest.mark.parametrize("char", sorted({*CONTROLS, *BIDI}))
def test_plain_text_leaves_no_control(char):
    shown = plain_text(f"a{char}b", keep="")
    assert shown.isascii()
    assert shown.isprintable()


def test_html_text_shows_the_text_alone():
    assert html_text("<b>\u202e&\x1b") == r"&lt;b&gt;\u202e&amp;\x1b"


@given(st.dictionaries(st.text(), st.text(st.characters(exclude_categories=[]))))
def test_escaped_json_is_the_same_json(value):
    text = escaped(json.dumps(value, ensure_ascii=False, indent=2))
    assert plain_text(text) == text
    assert json.loads(text) == value
