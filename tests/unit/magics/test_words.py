"""The words of a line."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from watchframe.errors import ArgumentError
from watchframe.magics.line import parse_line, read_words, split_words, without_remark
from watchframe.parameters.text_syntax import read_assignments, write_value


@pytest.mark.slow
@given(st.lists(st.text()))
def test_read_words_when_a_shell_has_quoted_them_gives_them_back(words):
    assert read_words(shlex.join(words)) == words


@given(st.text(alphabet="ab '\"\\"))
def test_read_words_without_brackets_reads_as_shlex(line):
    assume(not re.search(r"\\[ab]", line))  # a shell drops this backslash
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
def test_read_words_keeps_brackets_as_typed(line, words):
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
def test_without_remark_lone_sign(line, said):
    assert without_remark(line) == said


def test_split_words_when_a_quote_is_open_says_which():
    assert split_words("-p 'a b")[-1].open_quote == "'"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r"t=C:\new\table", [r"t=C:\new\table"]),
        (r"re=\d+\.\d{2}\b", [r"re=\d+\.\d{2}\b"]),
        (r"a\ b a\\b a\"b a\'b", ["a b", r"a\b", 'a"b', "a'b"]),
        (r"u=\\server\share", [r"u=\server\share"]),
        (r"'u=\\server\share'", [r"u=\\server\share"]),
        (r"'C:\dir\' x", ["C:\\dir\\", "x"]),
        (r'"C:\new \"x\" \\ \z"', [r'C:\new "x" \ \z']),
        ("x=C:\\dir\\", ["x=C:\\dir\\"]),
        (r"m=[C:\a\, 'b \ \\c']", [r"m=[C:\a\, 'b \ \\c']"]),
    ],
)
def test_read_words_keeps_a_backslash_that_escapes_nothing(line, words):
    assert read_words(line) == words


@given(st.text(alphabet="ab'\"\\ ,[]$.", max_size=8))
def test_words_give_back_a_written_value(text):
    word = shlex.quote(f"t={write_value(text)}")
    assert read_assignments(parse_line(f"42 -p {word} -o df").params, {}) == {"t": text}


def test_read_words_names_the_backslash_that_leaves_a_quote_open():
    with pytest.raises(ArgumentError) as caught:
        read_words('-p "dir=C:\\new\\" -o df')
    assert (
        caught.value.hint == "A backslash before a quote escapes it; '...' keeps every backslash."
    )


def test_parse_line_backslash_joining_an_option():
    with pytest.raises(ArgumentError, match="before --refresh escapes the space") as caught:
        parse_line("42 -p dir=C:\\new\\ --refresh")
    assert caught.value.hint is not None
    assert "'dir=C:\\new\\'" in caught.value.hint
    assert parse_line(r"42 -p note=a\ -\ b -p 'x=\ -o'").params == (
        ("note", "a - b"),
        ("x", r"\ -o"),
    )
