"""The words of a line."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchframe.errors import ArgumentError
from watchframe.magics.words import read_words, split_words, without_remark


@given(st.lists(st.text()))
def test_read_words_when_a_shell_has_quoted_them_gives_them_back(words):
    assert read_words(shlex.join(words)) == words


@given(st.text(alphabet="ab '\"\\"))
def test_read_words_when_there_are_no_brackets_reads_as_shlex_does(line):
    try:
        expected = shlex.split(line)
    except ValueError as error:
        if "escaped" in str(error):  # a backslash at the very end is itself here
            return
        with pytest.raises(ArgumentError, match="not closed"):
            read_words(line)
        return
    assert read_words(line) == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("-p markets=[WETH, INV] -o df", ["-p", "markets=[WETH, INV]", "-o", "df"]),
        ("""-p m=["New York", 'a, ]b']""", ["-p", """m=["New York", 'a, ]b']"""]),
        ("-p period=(2026-01-01, 2026-01-31)", ["-p", "period=(2026-01-01, 2026-01-31)"]),
        ('-p r={"start": "a b", "end": "c"} x', ["-p", 'r={"start": "a b", "end": "c"}', "x"]),
        ("-p name={ chosen } x", ["-p", "name={ chosen }", "x"]),
        ("-p 'm=[a, b]' x", ["-p", "m=[a, b]", "x"]),
        ("-p m='[a, b]' x", ["-p", "m=[a, b]", "x"]),
        ("-p m=[a, b -o df", ["-p", "m=[a, b -o df"]),
        ("--save Borrows(old) x", ["--save", "Borrows(old)", "x"]),
        ("-p note=a[b c", ["-p", "note=a[b", "c"]),
    ],
)
def test_read_words_when_a_value_begins_with_a_bracket_keeps_it_as_typed(line, words):
    assert read_words(line) == words


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("42 # the borrows", "42"),
        ("42 -o df  #", "42 -o df"),
        ("# nothing", ""),
        ("42 -p 'title=a # b'", "42 -p 'title=a # b'"),
        ("42 -p title=#12", "42 -p title=#12"),
        ("42 #12", "42 #12"),
        ("https://h/queries/42#7 # x", "https://h/queries/42#7"),
    ],
)
def test_without_remark_when_a_lone_sign_begins_one_leaves_it_out(line, said):
    assert without_remark(line) == said


def test_split_words_when_a_quote_is_open_says_which():
    assert split_words("-p 'a b")[-1].open_quote == "'"
