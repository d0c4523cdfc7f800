"""The order of a table's rows."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

from watchframe.widgets.table_order import Order, row_order


def orders(table, *wanted):
    found = row_order(table, wanted, np.arange(table.num_rows))
    return found.tolist()


def test_order_of_nulls_and_what_is_not_a_number():
    table = pa.table({"x": [None, math.nan, 1.0, math.inf, -math.inf]})
    assert orders(table, Order(column=0)) == [4, 2, 3, 1, 0]
    assert orders(table, Order(column=0, is_descending=True)) == [3, 2, 4, 1, 0]


def test_order_of_json_has_numbers_then_texts_then_the_rest():
    field = pa.field("x", pa.string(), metadata={b"watchframe.encoding": b"json"})
    values = ["[1]", '"b"', "10", None, "9.5", str(2**70), '"a"', "true"]
    table = pa.table([pa.array(values)], schema=pa.schema([field]))
    assert orders(table, Order(column=0)) == [4, 2, 5, 6, 1, 0, 7, 3]


def test_order_of_some_rows_leaves_the_others_out():
    table = pa.table({"x": [3, 1, 2, 0]})
    assert row_order(table, [Order(column=0)], np.array([0, 2, 3])).tolist() == [3, 2, 0]
    assert row_order(table, [], np.array([2, 0])).tolist() == [2, 0]


def test_equal_rows_stay_as_they_came():
    table = pa.table({"x": [1, 0] * 50})
    for is_descending in (False, True):
        found = orders(table, Order(column=0, is_descending=is_descending))
        first = list(range(0, 100, 2)), list(range(1, 100, 2))
        assert found == (first[0] + first[1] if is_descending else first[1] + first[0])
