"""``dtype=`` and ``parse_dates=``: the exact value in the dtype asked for, or one clear error."""

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from watchframe.decode import to_frame
from watchframe.decode.exact import decode_exactly
from watchframe.errors import ArgumentError

LARGEST = 2**256 - 1
DECIMAL = pd.ArrowDtype(pa.decimal128(38, 18))
BACKENDS = pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
UTC = {"numpy_nullable": "datetime64[us, UTC]", "pyarrow": "timestamp[us, tz=UTC][pyarrow]"}
NAIVE = {"numpy_nullable": "datetime64[us]", "pyarrow": "timestamp[us][pyarrow]"}


def table_of(values, declared=None):
    columns = [{"name": "x", "friendly_name": "x", "type": declared}]
    data = {"columns": columns, "rows": [{"x": value} for value in values]}
    return decode_exactly(json.dumps({"query_result": {"data": data}}).encode()).table


def column(values, dtype=None, dates=None, declared=None, backend="numpy_nullable"):
    return to_frame(
        table_of(values, declared),
        dtype=None if dtype is None else {"x": dtype},
        parse_dates=dates,
        dtype_backend=backend,
    )["x"]


def listed(found):
    return [None if value is None or value is pd.NA else value for value in found.tolist()]


@BACKENDS
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["5", None, "-7"], [5, None, -7]),
        (["007", "-0"], [7, 0]),
        ([str(2**63 - 1), str(-(2**63))], [2**63 - 1, -(2**63)]),
        ([1.0, None, -3.0], [1, None, -3]),
        ([9007199254740991.0, 0.5 * 2], [2**53 - 1, 1]),
        (["5", 6, 7.0, None], [5, 6, 7, None]),
        ([], []),
        ([None, None], [None, None]),
    ],
)
def test_integer_that_fits_64_bits(values, expected, backend):
    found = column(values, "integer", backend=backend)
    assert found.dtype == {"numpy_nullable": "Int64", "pyarrow": "int64[pyarrow]"}[backend]
    assert listed(found) == expected


@BACKENDS
@pytest.mark.parametrize(
    "values",
    [
        ["1", str(LARGEST), None],
        ["0001", str(LARGEST), None],
        [1, LARGEST, None],
        ["1", LARGEST, None],
        [str(1), str(2**63), None],
    ],
)
def test_integer_beyond_64_bits_is_pythons(values, backend):
    found = column(values, "integer", backend=backend)
    assert found.dtype == object
    assert listed(found) == [1, int(values[1]), None]
    assert [type(value) for value in found[:2]] == [int, int]


@BACKENDS
@pytest.mark.parametrize(
    ("values", "row", "shown"),
    [
        (["1", None, "0x1f"], 2, "'0x1f'"),
        (["1", ""], 1, "''"),
        (["1", "1.0"], 1, "'1.0'"),
        (["1", " 2"], 1, "' 2'"),
        (["1", "2\n"], 1, r"'2\n'"),
        (["1", "1_0"], 1, "'1_0'"),
        (["1", "\uff11"], 1, "'\uff11'"),
        (["9" * 5000], 0, "'9999"),
        ([1.0, 2.5], 1, "2.5"),
        ([1.0, 2.0**53], 1, "9007199254740992.0"),
        ([True], 0, "True"),
        (["5", 6, True], 2, "True"),
        (["5", [6]], 1, "[6]"),
    ],
)
def test_integer_of_anything_else_is_refused(values, row, shown, backend):
    with pytest.raises(ArgumentError) as raised:
        column(values, "integer", backend=backend)
    expected = f"Column 'x' cannot become an integer: row {row}, counted from 0, holds {shown}"
    assert raised.value.message.startswith(expected)


@BACKENDS
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1.5", None, "-2"], ["1.500000000000000000", None, "-2"]),
        (["0.123456789012345678", "12345678901234567890.5"], None),
        (["1e3", ".5", "5.", "+5", "0e999"], ["1000", "0.5", "5", "5", "0"]),
        (["1.1200000000000000000000"], ["1.12"]),
        ([1, None, -(2**62)], ["1", None, str(-(2**62))]),
        ([1, 10**19, None], ["1", str(10**19), None]),
        ([0.1, 1e-7, None], ["0.1", "0.0000001", None]),
        ([1, 0.5], ["1", "0.5"]),
        (["1", 2, None], ["1", "2", None]),
        ([None], [None]),
    ],
)
def test_decimal_is_exact(values, expected, backend):
    found = column(values, "decimal(38, 18)", backend=backend)
    assert found.dtype == DECIMAL
    wanted = values if expected is None else expected
    assert listed(found) == [None if value is None else Decimal(value) for value in wanted]


def test_decimal_of_76_digits():
    found = column([2**250, "1"], "decimal(76, 0)")
    assert found.dtype == pd.ArrowDtype(pa.decimal256(76, 0))
    assert listed(found) == [Decimal(2**250), Decimal(1)]
    assert column(["1"], DECIMAL).dtype == DECIMAL
    assert listed(column(["0.25"], "decimal(2, 2)")) == [Decimal("0.25")]


@BACKENDS
@pytest.mark.parametrize(
    ("values", "row"),
    [
        (["1", "0.1234567890123456789"], 1),
        (["1" * 20, "1" * 21], 1),
        (["1" * 40], 0),  # Arrow's own cast wraps around
        (["NaN"], 0),
        (["Infinity"], 0),
        (["1", "1e99999999999999999999"], 1),
        (["1e-999999999"], 0),
        (["", "1"], 0),
        ([None, "1,5"], 1),
        ([0.5, 1e20], 1),
        ([0.5, 2.0**53], 1),
        ([LARGEST], 0),
        ([True], 0),
        ([1, "x"], 1),
    ],
)
def test_decimal_that_would_lose_a_digit_is_refused(values, row, backend):
    with pytest.raises(ArgumentError, match=rf"'x' cannot become decimal\(38, 18\): row {row}, "):
        column(values, "decimal(38, 18)", backend=backend)


@pytest.mark.parametrize(
    "dtype",
    [
        *("decimal(77, 0)", "decimal(0, 0)", "decimal(3, 4)"),
        pd.ArrowDtype(pa.decimal128(5, -2)),
    ],
)
def test_decimal_of_impossible_digits_is_refused(dtype):
    with pytest.raises(ArgumentError, match="which is no decimal"):
        column(["1"], dtype)


@BACKENDS
@pytest.mark.parametrize(
    ("values", "dtype", "row"),
    [
        ([2, 1.5], "int64", 1),
        ([2, 1.5], "Int64", 1),
        (["2", "x"], "int64", 1),
        ([1, None], "int64", 1),
        ([1, 300], "int8", 1),
        ([-1], "uint64", 0),
        ([1, 2**64], "uint64", 1),
        ([1, 2**63], "Int64", 1),
        ([1, 2**63], "int64[pyarrow]", 1),
        ([True, None], "bool", 1),
        ([0, 1, 5], "boolean", 2),
        (["true", "yes"], "bool", 1),
        ([1.5, 1e300], "float32", 1),
        ([2**250, 1], "float32", 0),
        (["1.5", "x"], "float64", 1),
        (["1.5", "nan"], "float64", 1),
        (["1.5", "1e400"], "float64", 1),
        ([[1], 2], "Float64", 0),
        (["a", "z"], pd.CategoricalDtype(["a"]), 1),
        ([None, "5"], pd.CategoricalDtype([5]), 1),
        ([1.0, 2.0], pd.CategoricalDtype(["1"]), 0),
        ([None, True], pd.CategoricalDtype(["a"]), 1),
        ([None], pd.IntervalDtype("int64"), 0),
        (["a"], "Sparse[int]", 0),
        ([None], "Sparse[int]", 0),
        (["2024-01-01", "2024-01-01T00:00:00.5"], "datetime64[s]", 1),
        (["2024-01-01", "nope"], "datetime64[us]", 1),
        (["2024-01-01", "nope"], "Period[D]", 1),
        (["2024-01-01"], "datetime64[us, UTC]", 0),
        ([None, True], "Period[D]", 1),
        ([2, 1.5], "datetime64[s]", 1),
        ([2, 1.5], "timedelta64[s]", 1),
        ([None, True], "datetime64[s]", 1),
        ([None, "5"], "timedelta64[s]", 1),
        (["2024-01-01T00:00:00+00:00"], "datetime64[us]", 0),
        (["2024-01-01T00:00:00Z"], "datetime64[us]", 0),
        (["0001-01-01"], "datetime64[ns]", 0),
    ],
)
def test_dtype_that_does_not_fit_names_the_first_such_value(values, dtype, row, backend):
    words = rf"^Column 'x' cannot become .+: row {row}, counted from 0, holds "
    with pytest.raises(ArgumentError, match=words):
        column(values, dtype, backend=backend)


@BACKENDS
@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([2**53 + 1, 0], "float64", [2.0**53, 0.0]),  # asked for, so rounded
        ([2**70, None], "Float64", [2.0**70, None]),
        ([2**70, None], "double[pyarrow]", [2.0**70, None]),
        (["1.5", "-inf"], "float64", [1.5, -np.inf]),
        (["5", "6"], "int64", [5, 6]),
        ([5.0, 6.0], "int8", [5, 6]),
        ([1, 2**64 - 1], "uint64", [1, 2**64 - 1]),
        ([1, 2**64 - 1, None], "UInt64", [1, 2**64 - 1, None]),
        ([True, None], "Int64", [1, None]),
        ([1, None], "string", ["1", None]),
        ([LARGEST, None], "string", [str(LARGEST), None]),
        ([1, 0, None], "boolean", [True, False, None]),
        (["True", "false", None], "boolean", [True, False, None]),
        (["a", "b"], "category", ["a", "b"]),
        ([1, None], pd.ArrowDtype(pa.string()), ["1", None]),
        ([None], pd.ArrowDtype(pa.string()), [None]),
        ([5.0], "datetime64[s]", [pd.Timestamp(5, unit="s")]),
        ([None], "datetime64[us, UTC]", [pd.NaT]),
        (["2024-01-01T01:00:00+01:00"], "datetime64[s, UTC]", [pd.Timestamp("2024-01-01T00Z")]),
    ],
)
def test_dtype_of_pandas_that_fits(values, dtype, expected, backend):
    found = column(values, dtype, backend=backend)
    assert found.dtype == pd.Series(dtype=dtype).dtype or dtype == "category"
    assert listed(found) == expected


@BACKENDS
@pytest.mark.parametrize("dtype", [str, np.dtype("U")])
def test_dtype_str_keeps_nulls(dtype, backend):
    found = column([1, None], dtype, backend=backend)
    assert found[0] == "1"
    assert found.isna().tolist() == [False, True]


@BACKENDS
@pytest.mark.parametrize("value", ["a", "\ud800", 5, [1], None])
def test_dtype_object_is_object(value, backend):
    found = column([value, None], object, backend=backend)
    assert found.dtype == object
    assert listed(found) == [value, None]


@pytest.mark.parametrize("dtype", ["int65", "U3", "S3", "datetime64", "m8", None, {"a": 1}])
def test_dtype_that_is_none_is_refused(dtype):
    with pytest.raises(ArgumentError, match="which pandas does not know as a dtype"):
        to_frame(table_of([1]), dtype={"x": dtype})


def test_dtype_of_all_columns_and_of_the_index():
    table = pa.table({"a": ["1", None], "b": ["2", "3"]})
    frame = to_frame(table, dtype="integer", index_col="b")
    assert frame["a"].dtype == "Int64"
    assert frame.index.tolist() == [2, 3]


@BACKENDS
@pytest.mark.parametrize(
    ("values", "dates", "expected"),
    [
        (["2024-01-02", "2024-01-02T03:04:05.123456", None], ["x"], "2024-01-02 03:04:05.123456"),
        (["2024-01-02", "20240102T030405"], "x", "2024-01-02 03:04:05"),
        (["2024-01-02T00:00Z", "2024-01-02T05:04:05+02:00"], ["x"], "2024-01-02 03:04:05Z"),
        (["2024-01-02T00:00Z", "2024-01-02T03:04:05Z"], {"x": "ISO8601"}, "2024-01-02 03:04:05Z"),
        ([0, 1704164645, None], {"x": "s"}, "2024-01-02 03:04:05Z"),
        ([0, -1], {"x": "s"}, "1969-12-31 23:59:59Z"),
        (["0", "1704164645"], {"x": "s"}, "2024-01-02 03:04:05Z"),
        ([0.5, 1704164645.123], {"x": "s"}, "2024-01-02 03:04:05.123Z"),
        (["0.5", "1704164645.123"], {"x": "s"}, "2024-01-02 03:04:05.123Z"),
        ([0, 1704164645123], {"x": "ms"}, "2024-01-02 03:04:05.123Z"),
        ([0, 1704164645123456], {"x": "us"}, "2024-01-02 03:04:05.123456Z"),
        ([0, 1704164645123456000], {"x": "ns"}, "2024-01-02 03:04:05.123456Z"),
        ([0, 19724], {"x": "D"}, "2024-01-02T00:00Z"),
        ([0, 1704164645], {"x": {"unit": "s"}}, "2024-01-02 03:04:05Z"),
        (["01.01.2024", "02.01.2024"], {"x": {"format": "%d.%m.%Y"}}, "2024-01-02"),
        (["1", 1704164645], {"x": "s"}, "2024-01-02 03:04:05Z"),
        (["01.01.2024", "02.01.2024", None], {"x": "%d.%m.%Y"}, "2024-01-02"),
        ([20240101, 20240102], {"x": "%Y%m%d"}, "2024-01-02"),
        (["3 +0000", "3 +0200"], {"x": "%H %z"}, "1900-01-01 01:00Z"),
    ],
)
def test_dates_are_parsed(values, dates, expected, backend):
    found = column(values, dates=dates, backend=backend)
    moment = pd.Timestamp(expected)
    assert str(found.dtype) == (NAIVE if moment.tzinfo is None else UTC)[backend]
    assert found[1] == moment
    assert found.isna().tolist() == [value is None for value in values]


@BACKENDS
@pytest.mark.parametrize(
    ("values", "how", "row"),
    [
        (["2024-01-02", "nope"], None, 1),
        (["2024-01-02", "2024-01-02T00:00Z"], None, 1),
        (["2024-01-02T00:00:00.1234567"], None, 0),
        ([5], None, 0),
        ([None, True], None, 1),
        ([1, "x"], "s", 1),
        (["1", "17o"], "s", 1),
        ([1, 10**12], "s", 1),
        ([1, 2**63 - 1], "ms", 1),
        ([0, LARGEST], "ns", 1),
        ([0, 1], "ns", 1),
        ([0.5, 0.0000001], "s", 1),
        ([True], "s", 0),
        (["01.01.2024", "2024-01-01"], "%d.%m.%Y", 1),
        ([None, "1.1234567"], "%S.%f", 1),
        (["2024", "now"], "%Y", 1),
        (["today", "2024"], "%Y", 0),
        ([[1]], "%Y", 0),
    ],
)
def test_dates_that_are_none_are_refused(values, how, row, backend):
    words = rf"^Column 'x' cannot become a time: row {row}, counted from 0, holds "
    with pytest.raises(ArgumentError, match=words):
        column(values, dates={"x": how}, backend=backend)


@pytest.mark.parametrize(
    "dates",
    [True, iter(["x"]), [["x"]], [0], {"x": "seconds"}, {"x": 5}, {"x": {"unit": "Y"}}]
    + [{"x": how} for how in ({}, {"errors": "coerce"}, {"unit": "s", "utc": True}, ["x"])],
)
def test_dates_in_no_form_of_theirs_are_refused(dates):
    with pytest.raises(ArgumentError, match=r"parse_dates (is|has) "):
        column([1], dates=dates)


def test_dates_in_a_format_that_is_none_are_refused():
    with pytest.raises(ArgumentError, match="the format '%Q' for 'x'"):
        column(["1"], dates={"x": "%Q"})


def test_dates_come_before_dtype():
    found = column([1704067200], "datetime64[s, UTC]", dates={"x": "s"})
    assert found.dtype == "datetime64[s, UTC]"
    assert found[0] == pd.Timestamp("2024-01-01T00Z")


@BACKENDS
def test_dates_that_are_times_already_stay(backend):
    stamps = column(["2024-01-01T00:00:00Z"], dates=["x"], declared="datetime", backend=backend)
    assert str(stamps.dtype) == UTC[backend]
    days = column(["2024-01-01"], dates=["x"], declared="date", backend=backend)
    assert str(days.dtype) == NAIVE[backend]


@pytest.mark.parametrize("argument", [{"dtype": {"y": "integer"}}, {"parse_dates": ["y"]}])
def test_columns_that_the_frame_lacks(argument):
    with pytest.raises(
        ArgumentError, match="names the column 'y', which the frame lacks"
    ) as raised:
        to_frame(table_of([1]), **argument)
    assert raised.value.hint == "It has: x."
    # A result without rows need not declare all columns of the query.
    assert list(to_frame(table_of([]), **argument)) == ["x"]


@pytest.mark.parametrize(
    ("declared", "value", "hint"),
    [
        ("integer", str(LARGEST), 'dtype={"x": "integer"} converts it.'),
        ("integer", "5", 'dtype={"x": "integer"} converts it.'),
        ("float", "0.5", 'dtype={"x": "decimal(38, 18)"} converts it.'),
        ("float", 2**70 + 1, 'dtype={"x": "float64"} rounds it.'),
        ("datetime", 1704067200, 'parse_dates={"x": "s"} converts unix seconds.'),
        ("datetime", "1 May", 'parse_dates={"x": "%d.%m.%Y"} converts texts of one format.'),
        ("string", 5, 'dtype={"x": "string"} converts it.'),
        ("string", [5], "as the server sent it."),
        ("integer", "abc", "as the server sent it."),
    ],
)
def test_deviation_says_what_converts_it(declared, value, hint):
    columns = [{"name": "x", "friendly_name": "x", "type": declared}]
    body = {"query_result": {"data": {"columns": columns, "rows": [{"x": value}]}}}
    (deviation,) = decode_exactly(json.dumps(body).encode()).deviations
    assert str(deviation).endswith(hint)
