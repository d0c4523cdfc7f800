"""The results that local SQL names: as DuckDB parses it, never in texts or comments."""

import pytest

from watchframe.errors import ArgumentError, JobFailedError
from watchframe.local.duckdb_text import duckdb_pieces
from watchframe.local.sources import LocalSource, named_sources


def found_in(sql):
    return named_sources(sql).sources


@pytest.mark.parametrize(
    ("sql", "numbers"),
    [
        ("SELECT * FROM query_42", {"query_42": 42}),
        ('SELECT * FROM "QUERY_42", query_42', {"query_42": 42}),
        ("SELECT * FROM query_1 JOIN query_2 USING (day)", {"query_1": 1, "query_2": 2}),
        ("SELECT 'query_1', \"query_2\" FROM query_3 -- query_4", {"query_3": 3}),
        ("SELECT $$query('x')$$, 'a\\' FROM query_3 /* /* query('y') */ '*/", {"query_3": 3}),
        ("WITH query_5 AS (SELECT 1) SELECT * FROM query_5, query_6", {"query_6": 6}),
        ("WITH query_5 AS (SELECT * FROM query_5) SELECT * FROM query_5", {"query_5": 5}),
        ("WITH a AS (FROM query_5), query_5 AS (FROM a) FROM query_5", {"query_5": 5}),
        (
            "WITH RECURSIVE query_5 AS (SELECT 1 n UNION ALL FROM query_5) FROM query_5",
            {},
        ),
        ("SELECT query_9.a FROM query_8 AS query_9", {"query_8": 8}),
        ("SELECT (SELECT max(a) FROM query_7) WHERE 1 IN (FROM query_6)", ...),
        ("SUMMARIZE query_4", {"query_4": 4}),
        ("FROM query_1 UNION ALL (WITH query_2 AS (FROM query_3) FROM query_2)", ...),
        ("SELECT query FROM query_1 AS query", {"query_1": 1}),
        ("SELECT 1", {}),
    ],
)
def test_tables_of_the_sql(sql, numbers):
    found = {name: source.query for name, source in found_in(sql).items()}
    if numbers is ...:
        numbers = {"query_7": 7, "query_6": 6} if "query_7" in sql else {"query_1": 1, "query_3": 3}
    assert found == numbers


def test_a_cached_result_may_have_any_age():
    assert found_in("FROM cached_query_7") == {"cached_query_7": LocalSource(7, takes_any_age=True)}


def test_parameters_in_braces_are_those_of_an_address():
    named = named_sources("FROM param_query_42_{a=1&p_b=x%20y} AS p")
    (source,) = named.sources.values()
    assert source == LocalSource(42, url_parameters={"a": "1", "b": "x y"})
    assert named.sql == 'FROM "param_query_42_{a=1&p_b=x%20y}" AS p'


@pytest.mark.parametrize(
    ("call", "query", "params"),
    [
        ("query('Borrows')", "Borrows", {}),
        ('query("Bob\'s ""own""")', 'Bob\'s "own"', {}),
        ("query('it''s', a='x''y', n=-5, f=1.5)", "it's", {"a": "x'y", "n": -5, "f": 1.5}),
        ("QUERY ( 42 , day=DATE '2026-01-31' )", 42, {"day": "2026-01-31"}),
        ("query('x', {\"a\": [1, 2], 'b': true})", "x", {"a": [1, 2], "b": True}),
        ("query('x', \"odd\"=null) /* c */", "x", {"odd": None}),
    ],
)
def test_a_call_names_a_query_and_its_parameters(call, query, params):
    (source,) = found_in(f"SELECT * FROM {call} q").values()
    assert (source.query, source.params) == (query, params)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("FROM query()", "no result that can be read"),
        ("FROM query('x', a=b)", "no result that can be read"),
        ("FROM query('x', {'a': 1}, {'b': 1})", "no result that can be read"),
        ("FROM query(true)", "names no query"),
        ("FROM param_query_3_{}", "no readable parameters"),
        ("FROM param_query_3_{a=1&a=2}", "no readable parameters"),
        ("FROM querry_3", "no table 'querry_3'"),
        ("SELECT 1; SELECT 2", "2 statements"),
    ],
)
def test_what_is_no_result_is_refused_before_anything_is_read(sql, words):
    with pytest.raises(ArgumentError, match=words):
        named_sources(sql)


def test_what_cannot_be_parsed_has_its_place():
    with pytest.raises(JobFailedError, match="LINE 2"):
        named_sources("SELECT a\nFRM query_1 x y")


def test_pieces_are_the_whole_text():
    sql = (
        "SELECT e'\\'', 'é''\\', $a$ ' $a$, \"x\"\"\", {{ t }} /* a /* b */ ' */ -- c\nFROM ü_1 /*"
    )
    assert "".join(text for _, text in duckdb_pieces(sql)) == sql
