"""Typed tables and frames as the page has rows."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from watchframe.decode.typing_rules import DECLARED, ENCODING
from watchframe.drawing.rows import page_data

UTC = dt.UTC
MOMENT = dt.datetime(2024, 3, 1, 10, 5, tzinfo=UTC)
TOKYO = dt.timezone(dt.timedelta(hours=9))


def values(series):
    columns, rows = page_data(pd.DataFrame({"a": series}))
    return columns[0]["type"], rows["a"]


@pytest.mark.parametrize(
    ("series", "kind", "expected"),
    [
        (pd.array([2**60 + 1, None], "Int64"), "integer", [2**60 + 1, None]),
        ([2**256 - 1, -(2**70)], "integer", [2**256 - 1, -(2**70)]),
        (np.array([2**64 - 1, 0], "uint64"), "integer", [2**64 - 1, 0]),
        (pd.array([0.1, None], "Float64"), "float", [0.1, None]),
        ([0.5, float("nan")], "float", [0.5, None]),
        (np.array([0.5, 1], "float16"), "float", [0.5, 1]),
        (pd.array([0.5, None], pd.ArrowDtype(pa.float16())), "float", [0.5, None]),
        ([Decimal("0.1"), Decimal("NaN")], "float", [Decimal("0.1"), None]),
        (pd.array([True, None], "boolean"), "boolean", [True, None]),
        ([True, False], "boolean", [True, False]),
        (pd.array(["a", None], "string"), "string", ["a", None]),
        (pd.Series(["a", None, "\ud800"], dtype=object), "string", ["a", None, "\ud800"]),
        (pd.Categorical(["b", None, "a"]), "string", ["b", None, "a"]),
        (pd.Categorical([3, 1]), "integer", [3, 1]),
        (pd.arrays.SparseArray([0, 1]), "integer", [0, 1]),
        ([1, "a", None, pd.NA, np.int64(3)], None, [1, "a", None, None, 3]),
        ([b"\x00\xff", b""], "string", ["00ff", ""]),
        ([UUID(int=1)], "string", ["00000000-0000-0000-0000-000000000001"]),
        (pd.period_range("2024-01", periods=1, freq="M"), "string", ["2024-01"]),
        (pd.interval_range(0, 1), "string", ["(0, 1]"]),
        ([1 + 2j], "string", ["(1+2j)"]),
        (pd.to_timedelta(["26h", None]), "string", ["1 day, 2:00:00", None]),
        ([dt.timedelta(seconds=90)], "string", ["0:01:30"]),
        ([[Decimal("Infinity"), Decimal(3), Decimal("0.5")]], None, [[None, 3, 0.5]]),
        ([{"b": [1, MOMENT]}], None, [{"b": [1, "2024-03-01T10:05:00Z"]}]),
        ([(1, Decimal("2.50")), {3}], None, [[1, 2.5], [3]]),
        ([np.array([1, 2])], None, [[1, 2]]),
    ],
)
def test_values_of_frame(series, kind, expected):
    assert values(series) == (kind, expected)


@pytest.mark.parametrize(
    ("series", "kind"),
    [
        (pd.Series([MOMENT.replace(tzinfo=None), pd.NaT]), "datetime"),
        (pd.Series([MOMENT, None]), "datetime"),
        (pd.Series([MOMENT.astimezone(TOKYO), None]), "datetime"),
        (pd.Series([MOMENT, None], dtype=object), "datetime"),
        (pd.Series([pd.Timestamp(MOMENT), pd.NaT], dtype=object), "datetime"),
        (pd.Series([np.datetime64("2024-03-01T10:05"), None], dtype=object), "datetime"),
        (pd.Series([MOMENT, None], dtype=pd.ArrowDtype(pa.timestamp("ns", "UTC"))), "datetime"),
    ],
)
def test_times_are_moments_in_utc(series, kind):
    assert values(series) == (kind, [MOMENT, None])


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([pd.Timestamp(2024, 3, 1), pd.NaT]),
        pd.Series([dt.date(2024, 3, 1), None], dtype=pd.ArrowDtype(pa.date32())),
    ],
)
def test_times_at_midnight_are_dates(series):
    assert values(series) == ("date", [dt.datetime(2024, 3, 1, tzinfo=UTC), None])


def test_dates_stay_dates():
    assert values([dt.date(2024, 3, 1)]) == ("date", [dt.date(2024, 3, 1)])


def test_years_that_python_does_not_know_are_texts():
    far = pd.Series(np.array(["20000-01-01", "2024-01-01"], "datetime64[s]"))
    assert values(far)[1][0].startswith("20000-01-01")


def test_named_levels_of_the_index_are_columns():
    frame = pd.DataFrame({"y": [1, 2]}, index=pd.Index(["a", "b"], name="x"))
    assert page_data(frame)[1] == {"x": ["a", "b"], "y": [1, 2]}
    assert page_data(frame.rename_axis(None))[1] == {"y": [1, 2]}


def test_names_are_texts_and_each_once():
    frame = pd.DataFrame([[1, 2, 3, 4, 5]], columns=["a", "a", 3, "a1", "a"])
    assert [column["name"] for column in page_data(frame)[0]] == ["a", "a1", "3", "a12", "a3"]
    frame = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("price", "max")]))
    assert page_data(frame)[1] == {"price max": [1]}


def test_table_keeps_declared_types_and_exact_digits():
    table = pa.table(
        [
            pa.array(["115792089237316195423570985008687907853269984665640564039457", None]),
            pa.array(['{"a": 1}', "2"]),
            pa.array([None, None], pa.string()),
        ],
        schema=pa.schema(
            [
                pa.field("wei", pa.string(), metadata={DECLARED: b"integer", ENCODING: b"integer"}),
                pa.field("log", pa.string(), metadata={DECLARED: b"string", ENCODING: b"json"}),
                pa.field("none", pa.string(), metadata={DECLARED: b""}),
            ]
        ),
    )
    columns, rows = page_data(table)
    assert [column["type"] for column in columns] == ["integer", "string", None]
    assert rows["wei"][0] == 115792089237316195423570985008687907853269984665640564039457
    assert rows["log"] == [{"a": 1}, 2]


def test_table_of_another_origin_has_the_types_of_arrow():
    table = pa.table(
        {
            "a": pa.array(["x"]).dictionary_encode(),
            "b": pa.array([Decimal("1.5")]),
            "c": pa.array([[1, 2]]),
            "d": pa.array([True]),
            "e": pa.array([dt.timedelta(hours=1)]),
        }
    )
    columns, rows = page_data(table)
    assert [column["type"] for column in columns] == [None, "float", None, "boolean", "string"]
    expected = {"a": "x", "b": Decimal("1.5"), "c": [1, 2], "d": True, "e": "1:00:00"}
    assert rows == {name: [value] for name, value in expected.items()}


def test_rows_without_columns_are_counted():
    assert page_data(pd.DataFrame(index=range(3))) == ([], [{}, {}, {}])
    assert page_data(pd.DataFrame({"a": []}))[1] == []


def test_moments_and_dates_beyond_python_are_texts():
    late = dt.datetime(9999, 12, 31, 23, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    early = dt.datetime(1, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5)))
    frame = pd.DataFrame({"at": pd.Series([late, early], dtype=object)})
    _, rows = page_data(frame)
    assert rows["at"] == ["10000-01-01T04:00:00.000000", "0000-12-31T20:00:00.000000"]
    _, rows = page_data(pa.table({"on": pa.array([2**30, 0], pa.date32())}))
    assert rows["on"] == ["2941775-04-07T00:00:00", dt.datetime(1970, 1, 1, tzinfo=dt.UTC)]


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
@pytest.mark.parametrize(("unit", "a_second"), [("s", 1), ("ms", 10**3), ("us", 10**6)])
def test_moments_of_any_unit_are_whole(unit, a_second, zone):
    kind = pa.timestamp(unit, zone)
    seconds = [0, 2**63 // a_second - 1]  # beyond what has microseconds, but for the last unit
    _, rows = page_data(pa.table({"at": pa.array([n * a_second for n in seconds], kind)}))
    epoch, far = rows["at"]
    assert epoch == dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert np.datetime64(far).astype("datetime64[s]").astype(int) == seconds[1]
