"""Which SQL a result may report for the SQL that was asked."""

import json
from pathlib import Path

import pytest

from watchframe.models import Query
from watchframe.parameters import has_same_hash, is_same_sql, render_query

RECORDED = json.loads(
    (Path(__file__).parents[2] / "data" / "ran_sql" / "recorded.json").read_text(encoding="utf-8")
)
ANNOTATION = "/* Username: a@b.c, query_id: 5, Queue: queries, Job ID: 1f, Query Hash: 2e */ "


@pytest.mark.parametrize("pair", RECORDED, ids=lambda pair: pair["exchange"])
def test_same_sql_of_every_recorded_server(pair):
    query = Query.from_json(
        {"id": 1, "name": "", "query": pair["text"], "options": pair["options"]}
    )
    rendered = render_query(query.text, pair["parameters"], query.parameters)
    assert is_same_sql(rendered, pair["ran"], auto_limit=query.applies_auto_limit)


@pytest.mark.parametrize(
    ("rendered", "ran"),
    [
        ("select 1", "select 1"),
        ("select 1;", "select 1"),
        ("select 1 ; -- the end\n", "select 1"),
        ("select 1 -- kept\n;", "select 1 -- kept"),
        ("select 1 /* end */", "select 1"),
        ("select 1 # end", "select 1"),
        ("\r\n select 1 \r\n", "select 1"),
        ("-- head\r\nselect 1;\r\n", "-- head\r\nselect 1"),
        ("; ;select 1", "select 1"),
        ("set x = 1;   select 'a;  b'", "set x = 1;\nselect 'a;  b'"),
        ("set x = 1; -- why\nselect 1", "set x = 1;\nselect 1"),
        ("set x = 1;\n/* why */ select 1", "set x = 1;\n/* why */ select 1"),
        ("set x = 1; select 1;", "set x = 1; select 1;"),
        ("select $$a; b$$, `c; d`, [e; f]; select 1", "select $$a; b$$, `c; d`, [e; f];\nselect 1"),
        ("select 'it\\'s; x'; ", "select 'it\\'s; x'"),
        ("-- nothing", ""),
        ("select 1", ANNOTATION + "select 1"),
        ("with a as (select 1) select * from a", "with a as (select 1) select * from a"),
        ("select 1", "select 1;"),
        ("set x = 1; select 1 -- why", "set x = 1;\nselect 1;\n"),
    ],
)
@pytest.mark.parametrize("auto_limit", [True, False])
def test_same_sql_after_the_servers_splitting(rendered, ran, auto_limit):
    assert is_same_sql(rendered, ran, auto_limit=auto_limit)


@pytest.mark.parametrize(
    ("rendered", "ran"),
    [
        ("select 1", "select 1 LIMIT 1000"),
        ("select 1", "select 1 LIMIT 1000;"),
        ("select 1; ", "select 1 LIMIT 1000"),
        ("select 1 -- all\n", "select 1 LIMIT 1000"),
        ("select 1 -- all\n;", "select 1 -- all LIMIT 1000"),
        ("set x = 1; select 'limit 5'", "set x = 1;\nselect 'limit 5' LIMIT 1000"),
        ("select * from (select 1 limit 5) t", "select * from (select 1 limit 5) t LIMIT 1000"),
        ("select 1 from dual", "select 1 from dual FETCH NEXT 1000 ROWS ONLY"),
        ("select a from t union select b", "select a from t union select TOP 1000 b"),
    ],
)
def test_same_sql_with_automatic_limit(rendered, ran):
    assert is_same_sql(rendered, ran, auto_limit=True)
    assert not is_same_sql(rendered, ran, auto_limit=False)


@pytest.mark.parametrize(
    ("rendered", "ran"),
    [
        ("select 'New York'", "select 'NewYork'"),
        ("select 'WETH'", "select 'weth'"),
        ("select 'a; b'", "select 'a;b'"),
        ("select 'a/*x*/b'", "select 'ab'"),
        ("select 'a\r\nb'", "select 'a\nb'"),
        ("select 1  + 1", "select 1 + 1"),
        ("select ' -- x'", "select '"),
        ("select 1 where 'x; '", "select 1 where 'x;\n'"),
        ("select 'it\\'s; x'", "select 'it\\'s;\nx'"),
        ("select 1", "select 1 LIMIT 100"),
        ("select 1 limit 10", "select 1 limit 10 LIMIT 1000"),
        ("select 1 limit 10 offset 5", "select 1 limit 10 offset 5 LIMIT 1000"),
        ("with a as (select 1) select * from a", "with a as (select 1) select * from a LIMIT 1000"),
        ("-- c\nselect 1", "-- c\nselect 1 LIMIT 1000"),
        ("insert into t values (1)", "insert into t values (1) LIMIT 1000"),
        ("select 1; select 2", "select 1 LIMIT 1000;\nselect 2"),
        ("select (select 1)", "select (select TOP 1000 1)"),
        ("select 1", "/* note */ select 1"),
        ("select 1", "select 1; select 2"),
        ("select 1", ANNOTATION + "select 2"),
        ("select 1", ""),
    ],
)
@pytest.mark.parametrize("auto_limit", [True, False])
def test_other_sql_is_not_the_same(rendered, ran, auto_limit):
    assert not is_same_sql(rendered, ran, auto_limit=auto_limit)


@pytest.mark.parametrize(
    ("rendered", "ran"),
    [
        ("address: a; b", "address: a;\nb"),
        ("address: a", "address: a;"),
        ("# note\naddress: 0x1 -- 0x2", "# note\naddress: 0x1"),
        ("- a: 1 /* 2 */", "- a: 1"),
        ('{"a": "x" /* y */}', '{"a": "x" }'),
        ("query { a } # b\n /* c */", "query { a }"),
        ("x = 1; y = 2", "x = 1;\ny = 2"),
        ("from math import pi; pi", "from math import pi;\npi"),
        ("add_row(result); stop()", "add_row(result);\nstop()"),
        ("  a: 1\n  b: 2", "a: 1\n  b: 2"),
        ("a: b", "a: b LIMIT 1000"),
    ],
)
def test_same_sql_of_other_text_only_if_equal(rendered, ran):
    assert is_same_sql(rendered, f"{rendered}\n", auto_limit=True)
    assert not is_same_sql(rendered, ran, auto_limit=True)


@pytest.mark.parametrize(
    ("rendered", "ran"),
    [
        ("select 'New York'", "select 'NewYork'"),
        ("select 'a/*x*/b';", "select 'ab'"),
        ("select 'WETH'", "select 'weth'"),
        ("select 'a b' -- end", "select 'ab'"),
        ("name: a b", "name: ab"),
    ],
)
@pytest.mark.parametrize("auto_limit", [True, False])
def test_same_hash_ignores_space_comments_case(rendered, ran, auto_limit):
    assert has_same_hash(rendered, ran, auto_limit=auto_limit)


@pytest.mark.parametrize("limit", ["LIMIT 1000", "FETCH NEXT 1000 ROWS ONLY"])
def test_same_hash_includes_automatic_limit(limit):
    rendered, ran = "select 'New York'", f"select 'NewYork' {limit}"
    assert has_same_hash(rendered, ran, auto_limit=True)
    assert not has_same_hash(rendered, ran, auto_limit=False)


@pytest.mark.parametrize("ran", ["select 2", "select 'New York' LIMIT 100", "select 'NewYorks'"])
def test_same_hash_is_not_that_of_other_values(ran):
    assert not has_same_hash("select 'New York'", ran, auto_limit=True)
