"""In which order SQL says that its rows come."""

import pytest

from watchframe.read.paging import is_moving, order_columns, order_terms


@pytest.mark.parametrize(
    ("sql", "terms"),
    [
        ("select 1", []),
        ("select * from t order by a, b desc limit 5", [["a"], ["b", "desc"]]),
        ("select * from (select * from t order by a) limit 5", []),
        ("select rank() over (order by a) from t", []),
        ("select 'order by a' from t -- order by a\n/* order by a */", []),
        ("select * from t order by a; select * from t limit 5", []),
        ("with x as (select 1) select * from x ORDER\n BY 1;", [["1"]]),
        (
            "select * from t order by coalesce(a, b), c offset 3",
            [["coalesce", "(", "a", ",", "b", ")"], ["c"]],
        ),
        ('select * from t order by "when" nulls last', [['"when"', "nulls", "last"]]),
        ("(select * from t order by a)", []),
        ("select * from t order by a # , b\n, c", [["a"], ["c"]]),
        ("select 'it\\'s' as x, $$ order by a $$ from t order by `b, c`", [["`b, c`"]]),
    ],
)
def test_order_terms_are_those_of_the_outermost_statement(sql, terms):
    assert order_terms(sql) == terms


@pytest.mark.parametrize(
    ("order", "moving"),
    [
        ("id", False),
        ("uuid", False),
        ("rand", False),
        ("1", False),
        ("random()", True),
        ("block_time, RAND()", True),
        ("newid()", True),
        ("null", True),
        ("(select null)", True),
        ("'id'", True),
        ("id, 'x'", False),
        ("lower(name)", False),
    ],
)
def test_is_moving_tells_orders_that_are_none(order, moving):
    assert is_moving(order_terms(f"select * from t order by {order} limit 5")) is moving


@pytest.mark.parametrize(
    ("order", "columns"),
    [
        ("id", ["id"]),
        ("ID desc, 2 asc nulls last", ["id", "when"]),
        ('"when"', ["when"]),
        ("e.id", None),
        ("lower(id)", None),
        ("other", None),
        ("7", None),
        ("0", None),
    ],
)
def test_order_columns_are_those_that_the_result_has(order, columns):
    terms = order_terms(f"select * from t order by {order}")
    assert order_columns(terms, ["id", "when"]) == columns
