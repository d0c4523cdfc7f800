"""Exact functions of local SQL give what Python's integers and decimals give."""

from __future__ import annotations

import decimal
import math

import duckdb
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from watchframe.local.exact_numbers import register_exact_numbers

INTEGERS = st.one_of(st.integers(-5, 5), st.integers(-(2**256), 2**256))
COLUMNS = st.lists(st.one_of(st.none(), INTEGERS), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(":memory:") as connection:
        register_exact_numbers(connection)
        yield connection


def _rows(connection, expression, pairs):
    values = ", ".join(f"({at}, {_literal(a)}, {_literal(b)})" for at, (a, b) in enumerate(pairs))
    return [
        None if value is None else str(value)
        for (value,) in connection.execute(
            f"SELECT {expression} FROM (VALUES {values}) AS t(i, a, b) ORDER BY i"
        ).fetchall()
    ]


def _literal(value):
    return "CAST(NULL AS BIGNUM)" if value is None else f"CAST('{value}' AS BIGNUM)"


def _expected(function, pairs):
    return [None if None in pair or (r := function(*pair)) is None else str(r) for pair in pairs]


@settings(max_examples=examples(100), deadline=None)
@given(a=COLUMNS, b=COLUMNS)
def test_arithmetic_is_pythons(connection, a, b) -> None:
    pairs = list(zip(a, b, strict=False))
    exact = {
        "exact_multiply(a, b)": lambda x, y: x * y,
        "exact_divide(a, b)": lambda x, y: (
            None if y == 0 else abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
        ),
        "exact_mod(a, b)": lambda x, y: None if y == 0 else abs(x) % abs(y) * (-1 if x < 0 else 1),
        "exact_divide(a, b) + exact_mod(a, b)": lambda x, y: (
            None
            if y == 0
            else int(math.copysign(1, x) * math.copysign(1, y)) * (abs(x) // abs(y))
            + (-1 if x < 0 else 1) * (abs(x) % abs(y))
        ),
        "a + b": lambda x, y: x + y,
        "a - b": lambda x, y: x - y,
        "exact_abs(a)": lambda x, _: abs(x),
    }
    for expression, function in exact.items():
        expected = _expected(function, pairs)
        if expression == "exact_abs(a)":
            expected = [None if x is None else str(abs(x)) for x, _ in pairs]
        assert _rows(connection, expression, pairs) == expected, expression


@settings(max_examples=examples(100), deadline=None)
@given(base=st.integers(-(2**64), 2**64), exponent=st.integers(0, 12))
def test_powers_are_pythons(connection, base, exponent) -> None:
    assert _rows(connection, "exact_power(a, b)", [(base, exponent)]) == [str(base**exponent)]


@settings(max_examples=examples(100), deadline=None)
@given(amount=INTEGERS, decimals=st.integers(0, 40))
def test_units_are_the_amounts_and_lead_back(connection, amount, decimals) -> None:
    (text,) = _rows(connection, "to_units_text(a, b)", [(amount, decimals)])
    with decimal.localcontext(prec=200):
        assert decimal.Decimal(text) == decimal.Decimal(amount).scaleb(-decimals)
    back = connection.execute("SELECT from_units(?, ?)", [text, decimals]).fetchone()[0]
    assert back == str(amount)


@settings(max_examples=examples(100), deadline=None)
@given(amounts=st.lists(INTEGERS, min_size=1, max_size=20), keys=st.data())
def test_sums_of_groups_are_pythons(connection, amounts, keys) -> None:
    groups = [keys.draw(st.integers(0, 2)) for _ in amounts]
    values = ", ".join(f"({g}, {_literal(a)})" for g, a in zip(groups, amounts, strict=True))
    rows = connection.execute(
        f"SELECT g, sum(a), min(a), max(a) FROM (VALUES {values}) AS t(g, a) GROUP BY g"
    ).fetchall()
    assert len(rows) == len(set(groups))
    for group, *found in rows:
        of_group = [a for g, a in zip(groups, amounts, strict=True) if g == group]
        assert found == [str(sum(of_group)), str(min(of_group)), str(max(of_group))]
