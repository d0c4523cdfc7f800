"""Which query reads which table, of queries on a demo server."""

from __future__ import annotations

import logging

import pytest

from watchframe.admin import find_table_names
from watchframe.admin.tables import tables_of
from watchframe.demo import DemoServer

MARK = "Made by this test"


@pytest.fixture(scope="module")
def server():
    with DemoServer(events=500) as found:
        yield found


@pytest.fixture
def tables(client):
    """Return the tables of a text that is saved as a query, and the errors."""

    def found(text, source_id=1):
        query = client.queries.create(MARK, text, source_id)
        frame = find_table_names(client=client, search=MARK)
        mine = frame[frame["query_id"] == query.id]
        read = mine[mine["error"].isna()]
        names = {
            name if schema == "" else f"{schema}.{name}"
            for schema, name in zip(read["schema"].fillna(""), read["table"], strict=True)
        }
        return names, mine["error"].dropna().tolist()

    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select * from a join s.b using (x), c.s.d", {"a", "s.b", "c.s.d"}),
        ("with c as (select * from a), d as (select * from c) select * from d, e", {"a", "e"}),
        ("with a as (select * from a) select * from a", {"a"}),
        ("with recursive r as (select 1 union all select * from r) select * from r", set()),
        ("select * from (with a as (select 1) select * from a) x, a", {"a"}),
        ("select * from a where x in (select y from b) and exists (select 1 from c)", set("abc")),
        ("select '{{ x }}', 'from b' from a -- from c", {"a"}),
        ("select * from events_{{ chain }} limit {{ n }}", {"events_{{ chain }}"}),
        ("select * from {{ period.start }}", {"{{ period.start }}"}),
        ("select * from a {{#all}}join b using (x){{/all}}{{^all}}, c{{/all}}", set("abc")),
        ("select * from a {{! {from: z} }}", {"a"}),
        ("select * from a where x in ({{{ list }}}) and d >= '{{ p.start }}' {{! from z }}", {"a"}),
        ("insert into a select * from b; delete from c", set("abc")),
        ('select * from "Some Schema"."Table"', {"Some Schema.Table"}),
        ("select * from generate_series(1, 3) as g(x)", set()),
        ("select 1", set()),
    ],
)
def test_tables_of_sql(tables, text, expected):
    assert tables(text) == (expected, [])


def test_tables_by_dialect(tables):
    assert tables("select * from a where x ~ 'y' and z::int = 1")[1] == []  # PostgreSQL
    assert tables("from a select * exclude (b)", source_id=4) == ({"a"}, [])  # DuckDB
    assert tables("select * from a where x ~ 'y'", source_id=3)[1] != []  # SQLite


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("selct * from a", "Line 1"),
        ("select a {{ operator }} b from c", "Line 1"),
        ("select * from a where {{#x}} 1", "{{#x}} is not closed"),
        ("show tables", "SHOW"),
    ],
)
def test_tables_of_invalid_sql(tables, text, words, caplog):
    caplog.set_level(logging.DEBUG)
    names, errors = tables(text)
    assert names == set()
    assert len(errors) == 1
    assert words in errors[0]
    assert "wfparameter" not in errors[0]
    assert not [item for item in caplog.records if item.name.startswith("sqlglot")]


@pytest.mark.parametrize(
    ("text", "expected", "count"),
    [
        ("select * from a; call p(); select * from b", set("ab"), 1),
        ("select * from a join b using (x) where y {{ operator }} 3", set("ab"), 1),
        ("set statement_timeout = 0; select * from a", {"a"}, 0),
    ],
)
def test_tables_of_partly_invalid_sql(tables, text, expected, count):
    names, errors = tables(text)
    assert names == expected
    assert len(errors) == count


def test_tables_of_query_results():
    text = "select * from query_1 join cached_query_2 c join param_query_3_{a={{ a }}&b=x} p"
    found, errors = tables_of(text, "results")
    assert {item.table for item in found} == {"query_1", "cached_query_2", "param_query_3"}
    assert errors == []


def test_tables_of_whole_server(client):
    frame = find_table_names(client=client)
    assert frame.dtypes.astype(str).to_dict() == {
        "query_id": "Int64",
        **dict.fromkeys(("query_name", "data_source", "schema", "table", "error"), "string"),
    }
    assert set(frame["table"].dropna()) >= {"events", "markets", "accounts", "prices"}
    python = frame[frame["data_source"] == "Python"]
    assert len(python) >= 3
    assert python["error"].str.contains("not SQL").all()
    others = frame[(frame["data_source"] != "Python") & (frame["query_name"] != MARK)]
    assert others["error"].isna().all()


def test_tables_no_query_found(client):
    empty = find_table_names(client=client, search="nothing has this name")
    assert empty.empty
    assert empty.dtypes.equals(find_table_names(client=client, search="borrow").dtypes)
