"""Tables: order and filters equal Python's over exact values, and texts stand for the values."""

from __future__ import annotations

import json
import operator
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchframe.widgets.table_cells import amount_text, panel_text, with_separators
from watchframe.widgets.table_filters import containing, passing
from watchframe.widgets.table_order import Order, row_order

LARGE = st.integers(-(2**256), 2**256) | st.integers(-3, 3)
SMALL = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
EXACT = st.decimals(min_value=-(10**9), max_value=10**9, places=3)
FLOATS = st.floats(allow_nan=False)
#: How values are held, and which they may be.
COLUMNS = {
    "large": (None, LARGE),
    "small": (pa.int64(), SMALL),
    "decimals": (pa.decimal128(38, 3), EXACT),
    "floats": (pa.float64(), FLOATS),
    "texts": (pa.string(), st.text(st.characters(codec="utf-8"))),
    "booleans": (pa.bool_(), st.booleans()),
    "dates": (pa.date32(), st.dates()),
    "times": (pa.timestamp("us"), st.datetimes()),
}


def marked(encoding):
    return pa.field("x", pa.string(), metadata={b"watchframe.encoding": encoding})


def table_of(kind, values):
    if kind is None:
        texts = [None if value is None else str(value) for value in values]
        return pa.table([pa.array(texts, pa.string())], schema=pa.schema([marked(b"integer")]))
    return pa.table({"x": pa.array(values, kind)})


def passed(table, values, text):
    mask = passing(table.schema[0], table.column(0), text)
    return [value for value, is_passing in zip(values, mask, strict=True) if is_passing]


@pytest.mark.parametrize("kind", COLUMNS)
@given(data=st.data(), is_descending=st.booleans())
def test_order_is_that_of_exact_values(kind, data, is_descending):
    arrow, values = COLUMNS[kind]
    drawn = data.draw(st.lists(st.none() | values, max_size=9))
    known = [row for row, value in enumerate(drawn) if value is not None]
    known.sort(key=lambda row: drawn[row], reverse=is_descending)
    nulls = [row for row, value in enumerate(drawn) if value is None]
    order = Order(column=0, is_descending=is_descending)
    found = row_order(table_of(arrow, drawn), [order], np.arange(len(drawn)))
    assert found.tolist() == known + nulls


@given(st.lists(st.tuples(LARGE, SMALL), max_size=9))
def test_order_by_a_second_column_where_the_first_is_equal(pairs):
    pairs = [(large % 3, small) for large, small in pairs]
    large = table_of(None, [a for a, _ in pairs])
    table = large.append_column("y", pa.array([b for _, b in pairs], pa.int64()))
    orders = [Order(column=0), Order(column=1, is_descending=True)]
    found = row_order(table, orders, np.arange(len(pairs))).tolist()
    assert found == sorted(range(len(pairs)), key=lambda row: (pairs[row][0], -pairs[row][1]))


SIGNS = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "": operator.eq,
}
BOUNDS = st.builds("{}.{}".format, st.integers(-(10**80), 10**80), st.integers(0, 10**6))


@pytest.mark.parametrize("kind", ["large", "small", "decimals", "floats"])
@given(data=st.data(), sign=st.sampled_from(list(SIGNS)))
def test_numbers_are_compared_exactly(kind, data, sign):
    arrow, numbers = COLUMNS[kind]
    values = data.draw(st.lists(st.none() | numbers, max_size=6))
    known = [str(value) for value in values if value is not None and abs(value) < 10**80]
    bound = data.draw(st.sampled_from([*known, "0"]) | BOUNDS)
    compared = float(bound) if kind == "floats" else Decimal(bound)
    expected = [value for value in values if value is not None and SIGNS[sign](value, compared)]
    assert passed(table_of(arrow, values), values, f"{sign}{bound}") == expected


TEXTS = st.text(st.sampled_from("abAB%_.*\\é 0"), max_size=4)


@given(
    st.lists(st.none() | TEXTS, max_size=6), TEXTS.filter(lambda text: text.strip() == text != "")
)
def test_texts_are_searched_in_either_case(values, wanted):
    def holds(value):
        return value is not None and wanted.lower() in value.lower()

    table = table_of(pa.string(), values)
    assert passed(table, values, wanted) == [value for value in values if holds(value)]
    assert passed(table, values, f"!{wanted}") == [value for value in values if not holds(value)]
    assert containing(table, wanted).tolist() == [holds(value) for value in values]


@given(LARGE, st.integers(0, 77))
def test_amount_times_its_scale_is_the_value(value, decimals):
    text = amount_text(str(value), decimals)
    whole, _, fraction = text.partition(".")
    assert int(whole + fraction.ljust(decimals, "0")) == value
    assert "." not in text or fraction.rstrip("0") == fraction != ""
    separated = with_separators(text)
    assert separated.replace(",", "") == text
    assert separated.partition(".")[0].removeprefix("-") == f"{abs(int(whole)):,}"


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(st.lists(JSON, max_size=3))
def test_panel_shows_the_same_json(value):
    values = pa.chunked_array([[json.dumps(value)]])
    assert panel_text(marked(b"json"), values) == json.dumps(value, indent=2)
