"""What a table shows of frames and tables of any dtype."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from watchframe.errors import ArgumentError
from watchframe.widgets.table_cells import value_texts
from watchframe.widgets.table_columns import Rows, kind_of

BIG = 2**255


def shown(data):
    """Return the kinds and the texts of the columns, by name."""
    table = Rows.of(data).table
    return {
        field.name: (kind_of(field), value_texts(field, values))
        for field, values in zip(table.schema, table.columns, strict=True)
    }


@pytest.mark.parametrize(
    ("values", "dtype", "kind", "texts"),
    [
        ([1, None], "Int64", "number", ["1", None]),
        ([BIG, None], object, "number", [str(BIG), None]),
        ([Decimal("1.50"), None], object, "number", ["1.50", None]),
        ([0.1, None], "float32", "number", ["0.1", None]),
        ([0.1, 2], "float16", "number", ["0.099975586", "2"]),
        ([True, None], "boolean", "boolean", ["true", None]),
        (["a", None], "string", "text", ["a", None]),
        (["a", "b"], "category", "text", ["a", "b"]),
        ([2, None], pd.CategoricalDtype([1, 2]), "number", ["2", None]),
        ([{"a": [1, None]}, "b"], object, "json", ['{"a": [1, null]}', "b"]),
        (
            [[Decimal("1.5"), math.nan], {1: b"\x01"}],
            object,
            "json",
            ["[1.5, null]", '{"1": "01"}'],
        ),
        ([1, math.nan, pd.NA], object, "number", ["1", None, None]),
        ([1, "a", 2.5], object, "json", ["1", "a", "2.5"]),
        ([b"\x01\xff", None], object, "text", ["01ff", None]),
        (["\ud800", None], object, "text", ["?", None]),
        ([Decimal("1e400"), Decimal(1)], object, "text", ["1E+400", "1"]),
        (pd.to_datetime(["2026-01-02", None]), None, "time", ["2026-01-02", None]),
        (
            pd.to_datetime(["2026-01-02 03:04:05.000000006"]).tz_localize("UTC"),
            None,
            "time",
            ["2026-01-02 03:04:05.000000006Z"],
        ),
        ([dt.date(9999, 1, 2), None], object, "time", ["9999-01-02", None]),
        (pd.to_timedelta(["1 day 2 s"]).as_unit("us"), None, "text", ["1 day, 0:00:02"]),
        (pd.to_timedelta(["1 day 2 s"]).as_unit("ns"), None, "text", ["1 day, 0:00:02"]),
        (pd.period_range("2026-01", periods=1, freq="M"), None, "text", ["2026-01"]),
        ([], object, "text", []),
    ],
)
def test_column_of_a_frame(values, dtype, kind, texts):
    found = shown(pd.DataFrame({"x": pd.Series(values, dtype=dtype)}))
    assert found == {"x": (kind, texts)}


def test_columns_of_polars_and_arrow():
    digits = [str(BIG), "7", None]
    frame = pl.DataFrame({"amount": digits, "id": ["1", "2", "3"], "list": [[1], [], None]})
    expected = {
        "amount": ("number", digits),
        "id": ("text", ["1", "2", "3"]),
        "list": ("json", ["[1]", "[]", None]),
    }
    assert shown(frame) == expected
    assert shown(frame.to_arrow()) == expected
    coded = pa.array(["a", None, "a"]).dictionary_encode()
    assert shown(pa.table({"coded": coded})) == {"coded": ("text", ["a", None, "a"])}
    assert Rows.of(frame).dtypes == ("String", "String", "List(Int64)")
    others = pl.DataFrame(
        [pl.Series("n", [9, 2**100], pl.Int128), pl.Series("o", [1, {2}], pl.Object)]
    )
    assert shown(others) == {"n": ("number", ["9", str(2**100)]), "o": ("json", ["1", "[2]"])}


def test_names_of_columns_are_texts_that_arrow_holds():
    names = ["", "x", "x", "\ud800", ("a", 1)]
    assert Rows.of(pd.DataFrame([range(5)], columns=names)).table.column_names == [
        *("", "x", "x", "?", "a 1")
    ]


def test_digits_with_a_leading_zero_stay_text():
    assert shown(pa.table({"x": ["00" + "1" * 20, "5"]}))["x"][0] == "text"


def test_index_with_a_name_is_a_column():
    frame = pd.DataFrame({"x": [1]}, index=pd.Index(["a"], name="day"))
    assert list(shown(frame)) == ["day", "x"]
    assert list(shown(pd.DataFrame({"x": [1]}, index=["a"]))) == ["x"]
    twice = pd.DataFrame([[1, 2]], columns=["x", "x"])
    assert Rows.of(twice).table.column_names == ["x", "x"]


def test_provenance_is_that_of_the_read():
    known = {"query_name": "Borrows"}
    frame = pd.DataFrame({"x": [1]})
    frame.attrs["watchframe"] = known
    assert Rows.of(frame).provenance == known
    table = pa.table({"x": [1]}).replace_schema_metadata({"watchframe": json.dumps(known)})
    assert Rows.of(table).provenance == known


def test_what_is_no_table_is_refused():
    with pytest.raises(ArgumentError, match="A list is no table"):
        Rows.of([1, 2])
