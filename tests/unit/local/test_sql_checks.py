"""What local SQL would round is refused, and nothing else is."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from watchframe.errors import ArgumentError, PrecisionWarning
from watchframe.local.exact_numbers import register_exact_numbers
from watchframe.local.sql_checks import (
    check_sql,
    plan_of,
    rounded_expressions,
    with_exact_constants,
)

LONG = "12345678901234567890123456789012345678901"


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(":memory:") as connection:
        register_exact_numbers(connection)
        connection.register(
            "arrow_42", pa.table({"g": [1, 2], "a": [LONG, "2"], "f": [1.5, 2.5], "x": [1, 2]})
        )
        connection.execute(
            "CREATE VIEW t AS SELECT g, f, x, CAST(a AS BIGNUM) b, CAST(x AS DECIMAL(38, 10)) d,"
            " CAST(x AS HUGEINT) h, [CAST(a AS BIGNUM)] l FROM arrow_42"
        )
        yield connection


@pytest.mark.parametrize(
    ("sql", "exact"),
    [
        ("SELECT b * 2 FROM t", "exact_multiply(b, 2)"),
        ("SELECT sum(b) / count(*) FROM t", "exact_divide(sum(b), count(*))"),
        ("SELECT b // x FROM t", "exact_divide(b, x)"),
        ("SELECT b % 7 FROM t", "exact_mod(b, 7)"),
        ("SELECT b ** 2 FROM t", "exact_power(b, 2)"),
        ("SELECT abs(b) FROM t", "exact_abs(b)"),
        ("SELECT avg(b) FROM t", "exact_divide(sum(b), count(b))"),
        ("SELECT avg(b) OVER () FROM t", "exact_divide(sum(b), count(b))"),
        ("SELECT avg(b) FILTER (WHERE x > 1) FROM t", "exact_divide(sum(b), count(b))"),
        ("SELECT round(b) FROM t", "b"),
        ("SELECT * FROM t ORDER BY b / 2", "exact_divide(b, 2)"),
        ("SELECT * FROM t WHERE b * 2 > 1", "exact_multiply(b, 2)"),
        ("SELECT g FROM t GROUP BY g HAVING sum(b) * 2 > 1", "exact_multiply(sum(b), 2)"),
        ("SELECT (SELECT max(b) * 2 FROM t)", "exact_multiply(max(b), 2)"),
        ("SELECT {'a': b * 2} FROM t", "exact_multiply(b, 2)"),
        ("SELECT CAST(b * 2 AS DOUBLE) FROM t", "exact_multiply(b, 2)"),
        (f"SELECT b * {LONG} FROM t", None),
        ("SELECT exact_multiply(2, 3) / 2", None),
        ("WITH c AS (SELECT sum(b) s FROM t) SELECT s / 1e18 FROM c", None),
        ("SELECT sum(b) * f FROM t GROUP BY f", None),
        ("SELECT b - 1.5 FROM t", None),
        ("SELECT b = f FROM t", None),
        ("SELECT b IN (f, 2) FROM t", None),
        ("SELECT b BETWEEN f AND 3 FROM t", None),
        ("SELECT coalesce(b, f) FROM t", None),
        ("SELECT CASE WHEN x > 1 THEN b ELSE f END FROM t", None),
        ("SELECT b FROM t UNION ALL SELECT f FROM t", None),
        ("SELECT * FROM t p JOIN t q ON p.b = q.f", None),
        ("SELECT stddev(b) FROM t", None),
        ("SELECT sqrt(b) FROM t", None),
        ("SELECT list_avg(l) FROM t", None),
        ("SELECT [y * 2 FOR y IN l] FROM t", None),
        ("SELECT quantile_cont(b, 0.5) FROM t", None),
        ("PIVOT t ON g IN (1, 2) USING avg(b)", None),
        (
            (
                "WITH RECURSIVE r AS (SELECT b, 1 n FROM t UNION ALL SELECT b * 2, n + 1 FROM r"
                " WHERE n < 3) SELECT * FROM r"
            ),
            "exact_multiply(b, 2)",
        ),
    ],
)
def test_a_bignum_that_becomes_a_double_is_refused(connection, sql, exact) -> None:
    with pytest.raises(ArgumentError, match="15 digits") as caught:
        check_sql(connection, sql)
    assert exact is None or f"Write {exact}, or CAST(" in caught.value.hint


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT f * 2, f / 3, avg(f), x / 2, sum(x) * 100.0 / count(*) FROM t GROUP BY f, x",
        (
            "SELECT f * 1.5 / 2, 1.5 / 2, x * 1.5 / 2, avg(x), stddev(h), sum(h) / 2 FROM t"
            " GROUP BY f, x"
        ),
        "SELECT b::DOUBLE * 2, sum(b)::DOUBLE / 1e18, CAST(b AS float8) / 2 FROM t GROUP BY b",
        "SELECT TRY_CAST(b AS DOUBLE) / 2 AS half FROM t",
        "SELECT exact_multiply(b, 2), b + 1, -b, b - b, sum(b) OVER (), greatest(b, 1) FROM t",
        "SELECT b > 1, b = 2, b BETWEEN 1 AND 3, b IN (1, 2), b::VARCHAR || 'x' FROM t",
        "SELECT b, count(*) FROM t GROUP BY b ORDER BY b DESC",
        "SELECT d * f, d + 1, sum(d), d * d, d::DOUBLE / 3 FROM t GROUP BY d, f",
        "SELECT to_units(b, 18) * f, median(b) OVER () FROM t",
        f"SELECT b > {LONG}, b + '12'::BIGNUM, exact_multiply(2, 3) + b FROM t",
        "SELECT 'b * 2' -- b * 2",
        "SELECT nonsense( FROM",
        "SELECT no_such_column FROM t",
    ],
)
def test_nothing_else_is_found(connection, sql) -> None:
    assert rounded_expressions(connection, sql) == ()


@pytest.mark.parametrize("sql", ["SELECT d / 3 FROM t", "SELECT avg(d) FROM t"])
def test_decimals_are_warned_of(connection, sql) -> None:
    with pytest.warns(PrecisionWarning, match="exact decimals d"):
        check_sql(connection, sql)


def test_integers_are_warned_of_where_nothing_is_refused(connection) -> None:
    with pytest.warns(PrecisionWarning, match=r"b \* 2 makes a DOUBLE"):
        check_sql(connection, "SELECT b * 2 FROM t", refuse=False)


def test_a_statement_without_a_plan_is_refused(connection) -> None:
    with pytest.raises(ArgumentError, match="does not show how"):
        check_sql(connection, "PIVOT t ON g USING sum(b)")


def test_long_numbers_outside_of_texts_become_casts() -> None:
    sql = f"SELECT {LONG}, '{LONG}', {LONG}.5, 1.{LONG}, {LONG}e3, 7 -- {LONG}"
    assert with_exact_constants(sql) == sql.replace(LONG, f"CAST('{LONG}' AS BIGNUM)", 1)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT [{n}] AS a", "[{n}]"),
        ("SELECT '\\' AS b, {n} AS a", "{n}"),
        ("SELECT '\\' AS b, '{n}' AS a", "{n}"),
        ("SELECT /* /* */ */ {n} AS a", "{n}"),
    ],
)
def test_constants_keep_their_digits_by_the_rules_of_duckdb(sql, expected) -> None:
    digits = str(2**256 - 1)
    written = with_exact_constants(sql.replace("{n}", digits))
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT a::VARCHAR FROM ({written})").fetchone()
    assert found == (expected.replace("{n}", digits),)


def test_to_plan_a_statement_opens_no_file(tmp_path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n")
    assert plan_of({"t": [("b", "BIGNUM")]}, "SELECT b FROM t")
    assert plan_of({}, f"SELECT * FROM read_csv('{file}')") == []
