"""Exact functions of local SQL: what they give, and what they refuse to round."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from watchframe.local.exact_numbers import register_exact_numbers

UINT256 = 2**256 - 1


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(":memory:") as connection:
        register_exact_numbers(connection)
        yield connection


def _value(connection, expression):
    return connection.execute(f"SELECT {expression}").fetchone()[0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (f"exact_multiply('{UINT256}', '{UINT256}')", str(UINT256**2)),
        ("exact_multiply(CAST(-3 AS TINYINT), 2.00)", "-6"),
        ("exact_divide(-7, 2)", "-3"),
        ("exact_mod(-7, 2)", "-1"),
        ("exact_mod(7, -2)", "1"),
        ("exact_divide(1, 0)", None),
        ("exact_mod(1, 0)", None),
        ("exact_power(2, 256) - 1", str(UINT256)),
        ("exact_power(0, 0)", "1"),
        ("exact_power(0, 7)", "0"),
        ("exact_power(-1, 1000000001)", "-1"),
        (f"exact_abs('-{UINT256}')", str(UINT256)),
        ("exact_multiply(NULL, 2)", None),
        ("to_units(-5, 6)", Decimal("-0.000005")),
        ("to_units('1234500000000000000001', 18)", Decimal("1234.500000000000000001")),
        ("to_units(5, 0)", Decimal(5)),
        (f"to_units_text('{UINT256}', 18)", f"{str(UINT256)[:-18]}.{str(UINT256)[-18:]}"),
        ("to_units_text(7, 0)", "7"),
        ("from_units('1.5', 18)", "1500000000000000000"),
        ("from_units(-0.5, 1)", "-5"),
        ("from_units(NULL, 1)", None),
    ],
)
def test_results_are_exact(connection, expression, expected) -> None:
    assert _value(connection, expression) == expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("exact_multiply(1.5, 2)", "whole numbers, and '1.5' is none"),
        ("exact_multiply('1_000', 2)", "'1_000' is none"),
        ("exact_multiply('', 2)", "'' is none"),
        ("exact_power(2, -1)", "no whole result"),
        ("exact_power(10, 100000000)", "more than 2000 digits"),
        (f"to_units('{UINT256}', 18)", "Use to_units_text"),
        ("to_units(1, 19)", "Use to_units_text"),
        ("to_units(1, 256)", "0 to 255 decimals"),
        ("from_units('1.0000001', 6)", "more than 6 decimals"),
        ("from_units('nan', 6)", "'nan' is none"),
        ("from_units('1e999999999', 18)", "more than 2000 digits"),
    ],
)
def test_what_cannot_be_kept_is_an_error(connection, expression, message) -> None:
    with pytest.raises(duckdb.Error, match=message):
        _value(connection, expression)


def test_a_column_may_have_nulls_and_any_number_of_rows(connection) -> None:
    rows = connection.execute(
        "SELECT n, exact_multiply(n, n) FROM (SELECT CASE WHEN i % 3 > 0 THEN i END AS n"
        " FROM range(5000) AS r(i))"
    ).fetchall()
    assert len(rows) == 5000
    assert all(square == (None if n is None else str(n * n)) for n, square in rows)


@pytest.mark.parametrize("function", ["sum", "min", "max", "median", "mode", "first"])
def test_functions_that_duckdb_has_exact_stay_bignum(connection, function) -> None:
    assert _value(connection, f"typeof({function}(CAST(1 AS BIGNUM)))") == "BIGNUM"
