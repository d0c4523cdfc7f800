"""Types of columns without values, as a query's last rows had them."""

import json

import pyarrow as pa
import pytest

from generators.types_table import EXAMPLES
from watchframe.decode import column_kinds, to_frame, with_absent, with_kinds
from watchframe.decode.column_plan import FINAL
from watchframe.decode.exact import decode_exactly
from watchframe.errors import ArgumentError


def table_of(declared, *values):
    column = json.dumps({"name": "x", "friendly_name": "x", "type": declared})
    rows = ", ".join(f'{{"x": {value}}}' for value in values)
    body = f'{{"query_result": {{"data": {{"columns": [{column}], "rows": [{rows}]}}}}}}'
    return decode_exactly(body.encode()).table


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda item: f"{item.declared}-{item.holds}")
def test_kinds_of_every_row_of_the_type_table_are_restored(example):
    full = table_of(example.declared, *example.sent)
    kinds = json.loads(json.dumps(column_kinds(full)))
    nulls = with_kinds(table_of(example.declared, "null", "null"), kinds)
    absent = with_absent(pa.table({}), ["x"], kinds)
    for backend in ("numpy_nullable", "pyarrow"):
        expected = to_frame(full, dtype_backend=backend).dtypes
        assert to_frame(nulls, dtype_backend=backend).dtypes.equals(expected)
        if kinds:
            assert to_frame(absent, dtype_backend=backend).dtypes.equals(expected)


def test_kinds_of_columns_with_values_change_nothing():
    table = table_of("integer", "1", "null")
    assert with_kinds(table, {"x": "aware"}) is table


@pytest.mark.parametrize("kinds", [{}, {"x": "of a later version"}, {"x": "naive"}, {"y": "wide"}])
def test_kinds_that_tell_nothing_new_leave_the_very_table(kinds):
    table = table_of("datetime", "null")
    assert with_kinds(table, kinds) is table


def test_absent_columns_are_text_where_nothing_is_known():
    table = with_absent(table_of("integer"), ["x", "y"], {"z": "wide"})
    assert table.schema.types == [FINAL["integer"], FINAL["string"]]
    with pytest.raises(ArgumentError, match="no column 'y'"):
        with_absent(table_of("integer", "1"), ["x", "y"], {"y": "wide"})
