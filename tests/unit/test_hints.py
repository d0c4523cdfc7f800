"""Hints: facts, and their words for each place where an error is shown."""

from __future__ import annotations

import pickle
import re
import string

import pytest

from watchframe.display.messages import error_lines
from watchframe.errors import ArgumentError
from watchframe.hints import Hint, Kind, words_for

FACES = ("python", "cell", "terminal", "picker")
FACTS = {
    "copy": "copy 3 h old",
    "end": "2024-01-31",
    "example": "2024-01-31",
    "lock": "report.lock",
    "name": "market",
    "path": "borrows.schema",
    "names": ["day", "market"],
    "nearest": "1 'Borrows by market' (Admin)",
    "query_id": 42,
    "python": "['a', 'b']",
    "start": "2024-01-01",
    "server": "https://watch.example",
    "subject": "Parameter 'market'",
    "takes": "a string",
    "text": "WETH, INV",
    "typed": "[a, b]",
    "value": "'b'",
    "what": "cannot be",
    "values": ["WETH", "INV"],
}
#: Parts of a sentence.
PARTS = {Kind.VALUE, Kind.TAKES_MOMENT, Kind.TAKES_RANGE, Kind.TAKES_SEVERAL, Kind.TAKES_VALUE}
#: Keyword arguments, and what is called in Python; an option's ``NAME=VALUE`` is not that.
PYTHON_ONLY = re.compile(
    r"(?<!-p )(?<!--split )\b[a-z_]+=|\bClient\(|\bread_watch_\w+\(|\bclone_dashboard|"
    r"\bdiff_queries|\bclient\.|\bparams\b"
)
#: What is typed in a cell or a terminal.
TYPED = re.compile(r"(^|\s)(-p\s|--\w|%watch|watchframe \w)")


def hint_of(kind):
    return Hint(kind, **{name: FACTS[name] for name in fact_names(kind)})


def fact_names(kind):
    parsed = (string.Formatter().parse(text) for text in kind.value.of.values())
    return {name for parts in parsed for _, name, _, _ in parts if name}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("face", FACES)
def test_hint_reads_as_a_sentence_in_every_face(kind, face):
    words = words_for(face, hint_of(kind))
    is_part = kind in PARTS
    assert is_part or words[0].isupper() or words.startswith(("--", "create_missing"))
    assert "{{" not in words or kind is Kind.RANGE_ENDS
    assert error_lines(ArgumentError("No.", hint=hint_of(kind)), face) == ["No.", f"Hint: {words}"]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("face", ["cell", "terminal"])
def test_hint_for_cell_or_terminal_has_no_python_call(kind, face):
    assert not PYTHON_ONLY.search(words_for(face, hint_of(kind)))


@pytest.mark.parametrize("kind", Kind)
def test_hint_for_python_or_a_picker_has_no_option(kind):
    for face in ("python", "picker"):
        words = (
            words_for(face, hint_of(kind))
            .replace("watchframe login --url", "")
            .replace("or run: watchframe login", "")
        )
        assert not TYPED.search(words)


def test_hint_for_a_terminal_does_not_name_the_magic():
    for kind in Kind:
        words = words_for("terminal", hint_of(kind))
        assert "%watch" not in words


@pytest.mark.parametrize("kind", Kind)
def test_hint_is_its_words_for_python_and_survives_pickling(kind):
    hint = hint_of(kind)
    again = pickle.loads(pickle.dumps(ArgumentError("No.", hint=hint))).hint
    assert str(hint) == words_for("python", hint) == again
    assert (again.kind, again.facts, again.words) == (kind, hint.facts, hint.words)


def test_hint_without_one_of_its_facts_is_an_error():
    with pytest.raises(KeyError):
        Hint(Kind.GIVE_VALUE, name="market")


def test_hint_quotes_and_escapes_typed_text():
    hint = Hint(Kind.GIVE_VALUE, name="a \x1b[2J'b", takes="a string")
    assert words_for("terminal", hint).startswith("Give it one: -p 'a \\x1b[2J'\"'\"'b'=VALUE")
    assert "\x1b" not in "".join(hint.words.values())


def test_hint_that_is_plain_text_reads_the_same_everywhere():
    assert {words_for(face, "Try again.") for face in FACES} == {"Try again."}
    assert words_for("cell", None) is None


def test_hint_with_hints_as_facts_reads_so_in_every_face():
    value = Hint(Kind.VALUE, python="('a', 'b')", typed="a..b")
    takes = Hint(Kind.TAKES_SEVERAL, takes=Hint(Kind.TAKES_MOMENT, example="2024-01-31"))
    error = ArgumentError(
        Hint(Kind.UNFIT_VALUE, subject="It", what="cannot be", value=value, takes=takes)
    )
    again = pickle.loads(pickle.dumps(error))
    assert again.message == (
        "It cannot be ('a', 'b'): it takes a list of values, each a date such as '2024-01-31', a "
        "datetime, a Timestamp, or 'd_now', 'd_yesterday'."
    )
    typed = (
        "It cannot be a..b: it takes a list of values, [a, b], each a date such as 2024-01-31, "
        "or d_now, d_yesterday."
    )
    assert [error_lines(again, face) for face in ("cell", "terminal")] == [[typed], [typed]]


def test_server_of_a_command_is_quoted_for_the_shell():
    hint = Hint(Kind.NO_KEY, server="https://host/$(id);\u202e")
    for face in ("python", "terminal"):
        assert r"login --url 'https://host/$(id);\u202e'" in words_for(face, hint)
