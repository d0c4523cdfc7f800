"""Values that show themselves: in one line within others, as a card by themselves."""

import pickle
from dataclasses import dataclass

import pytest
from IPython.lib.pretty import pretty

from tests.shown import assert_shows_itself, displayed
from watchframe.reprs import CodeText, Shown, counted, record_table, size_words


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Small(Shown):
    name: str
    value: int = 3
    is_paused: bool = False
    hidden_since: str | None = None


def test_value_tells_its_facts_in_one_line():
    assert repr(Small(name="a")) == "<Small 'a': value 3>"
    assert repr(Small(name="a", is_paused=True)) == "<Small 'a': paused, value 3>"


def test_value_is_a_card_by_itself_and_a_line_in_a_list():
    value = Small(name="a")
    assert pretty(value) == str(value) == "Small 'a'\n\n  value  3"
    assert pretty([value]) == "[<Small 'a': value 3>]"
    assert displayed(value)["text/html"].startswith('<div class="wf-card mathjax_ignore ')
    assert_shows_itself(value)


def test_code_is_its_lines_by_itself_and_a_string_in_a_list():
    code = CodeText("select 1\nfrom t -- \x1b[2J")
    assert pretty(code) == "select 1\nfrom t -- \\x1b[2J"
    assert repr(code) == repr(str(code))
    assert pretty([code]) == f"[{code!r}]"
    assert type(pickle.loads(pickle.dumps(code))) is CodeText


def test_table_of_records_has_the_columns_with_values():
    table = record_table([Small(name="a"), Small(name="b", value=5)])
    assert (table.columns, table.rows) == (["name", "value"], [["a", 3], ["b", 5]])


def test_table_of_many_records_says_how_many_there_are():
    table = record_table([Small(name=str(number)) for number in range(80)])
    assert (len(table.rows), table.note) == (50, "the first 50 of 80")
    assert record_table([Small(name="a")], total=80).note == "the first 1 of 80"


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [(1, "query", "1 query"), (1204, "query", "1,204 queries"), (0, "alert", "0 alerts")],
)
def test_number_of_things_is_worded(number, noun, words):
    assert counted(number, noun) == words


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_000_000_000, "2.0 GB")]
)
def test_size_is_in_the_unit_that_says_enough(size, words):
    assert size_words(size) == words
