"""Which floats a server may have rounded, and what is said of them."""

import json
import warnings

import pyarrow as pa
import pytest

from watchframe.decode import column_warnings
from watchframe.decode.column_warnings import mark_columns
from watchframe.decode.exact import decode_exactly
from watchframe.decode.streaming import decode_streaming
from watchframe.errors import PrecisionWarning


def body_of(values, declared="float", name="amount"):
    columns = [{"name": name, "friendly_name": name, "type": declared}]
    rows = [{name: value} for value in values]
    return json.dumps({"query_result": {"data": {"columns": columns, "rows": rows}}}).encode()


def exactly(body):
    return decode_exactly(body).table


def streaming(body):
    return decode_streaming([body], block_size=64).table


BOTH = pytest.mark.parametrize("decode", [exactly, streaming])


@BOTH
@pytest.mark.parametrize("declared", ["float", "string", "integer", None])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12345678901234568244756480.0, "1.2345678901234568e+25"),
        (float(2**53), "9007199254740992.0"),
        (-float(2**60), "-1.152921504606847e+18"),
    ],
)
def test_rounded_float_is_named_with_its_first_row(decode, declared, value, shown):
    values = [0.5, None, float(2**53 - 1)] * 20 + [value, 1e30]
    (warning,) = (
        item
        for item in column_warnings(decode(body_of(values, declared)))
        if isinstance(item, PrecisionWarning)
    )
    assert f"Column 'amount' holds the float {shown} in row 60:" in str(warning)


@BOTH
@pytest.mark.parametrize(
    "values",
    [
        [0.5, float(2**53 - 1), -float(2**53 - 1), None],
        [None, None],
        [],
        [float("inf"), -float("inf"), float("nan"), 0.5],
        [2**256 - 1, 2**53],
        [1.5, 2**70],  # integers among floats were sent exactly
        ["12345678901234568244756480.0", {"a": 1e30}, [1e30]],
    ],
)
def test_values_that_nobody_rounded_are_not_warned_of(decode, values):
    found = column_warnings(decode(body_of(values)))
    assert [item for item in found if isinstance(item, PrecisionWarning)] == []


@BOTH
def test_rounded_float_among_exact_integers_is_named(decode):
    """Redash 8 sends whole decimals as integers, and those with a fraction as floats."""
    values = [None, 2**80, 0.5, 12345678901234567890.5, float("inf")]
    found = column_warnings(decode(body_of(values)))[-1]
    assert isinstance(found, PrecisionWarning)
    assert "holds the float 1.2345678901234567e+19 in row 3:" in str(found)


def test_rounded_infinity_is_passed_over_for_the_next_value():
    table = pa.table({"x": pa.chunked_array([[float("inf"), None], [0.5, 1e17]])})
    (warning,) = column_warnings(mark_columns(table, {"x"}))
    assert "1e+17 in row 3:" in str(warning)


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("amount_1", "(amount_1::text as amount_1)"),
        ("Amount", '("Amount"::text as "Amount")'),
        ('a "b"', '("a ""b"""::text as "a ""b""")'),
    ],
)
def test_precision_warning_quotes_names_as_sql_does(name, sql):
    (warning,) = column_warnings(exactly(body_of([1e20], name=name)))
    assert sql in str(warning)
    assert f'dtype={{{name!r}: "integer"}}' in str(warning)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn(warning, stacklevel=1)
    assert caught[0].category is PrecisionWarning
