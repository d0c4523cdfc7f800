"""What the demo server makes of the text of a query."""

import pytest

from watchframe.demo.stored_queries import sql_hash, with_auto_limit


@pytest.mark.parametrize(
    ("sql", "run"),
    [
        ("select 1;", "select 1 LIMIT 1000"),
        ("select 1 limit 5", "select 1 limit 5"),
        ("with a as (select 1) select * from a", "with a as (select 1) select * from a"),
        ("-- one\nselect 1", "-- one\nselect 1"),
    ],
)
def test_auto_limit_is_of_a_select_without_one(sql, run):
    assert with_auto_limit(sql, {"apply_auto_limit": True}) == run
    assert with_auto_limit(sql, {}) == sql


def test_sql_hash_sees_neither_white_space_nor_comments():
    assert sql_hash("select 'New York'") == sql_hash("select /* city */ 'NewYork'\n")
    assert sql_hash("select 1") != sql_hash("select 2")
