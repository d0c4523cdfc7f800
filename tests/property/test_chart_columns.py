"""A chart of typed columns is that of the same rows as plain values."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from watchframe.charts import plotly_spec
from watchframe.drawing.rows import page_data

moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001 - Arrow has the zone
near = st.integers(-3, 3)
times = st.builds(lambda n: datetime(2024, 1, 1, 0, 0, 3 + n, 1500 * (n > 0)), near)  # noqa: DTZ001
kinds = st.sampled_from(
    [
        (pa.int64(), near | st.integers(-(2**63), 2**63 - 1)),
        (pa.uint64(), st.integers(2**53 - 2, 2**53 + 2) | st.integers(0, 2**64 - 1)),
        (pa.float64(), st.floats() | near.map(float)),
        (pa.decimal128(38, 2), st.decimals(-9, 9, places=2) | st.just(Decimal(10**30))),
        (pa.timestamp("us"), moments | times),
        (pa.timestamp("us", "Asia/Tokyo"), moments.map(lambda at: at.replace(tzinfo=UTC))),
        (pa.date32(), st.dates(date(2024, 1, 1), date(2024, 1, 5)) | st.dates()),
        (pa.string(), st.sampled_from(["a", "b", "7", "$1,2", "2024-03-01", "\u20ac"])),
        (pa.bool_(), st.booleans()),
    ]
)


@st.composite
def columns(draw, size, kinds=kinds):
    kind, values = draw(kinds)
    values = values | st.none() if draw(st.booleans()) else values
    found = draw(st.lists(values, min_size=size, max_size=size))
    return pa.array(sorted(found) if draw(st.booleans()) and None not in found else found, kind)


@st.composite
def tables(draw):
    size = draw(st.integers(1, 40))
    names = ("x", "y", "z", "market")
    return pa.table({name: draw(columns(size)) for name in names})


@given(
    tables(),
    st.fixed_dictionaries(
        {
            "globalSeriesType": st.sampled_from(
                ["line", "area", "column", "scatter", "bubble", "box", "pie", "heatmap"]
            ),
            "columnMapping": st.fixed_dictionaries(
                {"x": st.just("x"), "y": st.just("y")},
                optional={
                    "z": st.sampled_from(["y", "yError", "size", "zVal"]),
                    "market": st.just("series"),
                },
            ),
            "sortX": st.booleans(),
            "missingValuesAsZero": st.booleans(),
            "xAxis": st.sampled_from([{}, {"type": "datetime"}, {"type": "category"}]),
            "yAxis": st.sampled_from([[], [{"type": "datetime"}]]),
            "series": st.sampled_from([{}, {"stacking": "stack"}, {"percentValues": True}]),
            "textFormat": st.sampled_from(["", "{{ @@x }} {{ @@y }} {{ market }}"]),
        }
    ),
    st.none() | st.integers(0, 40),
)
def test_typed_columns_are_drawn_as_their_plain_values(table, options, most):
    assert_drawn_alike(table, options, most)


numbers = st.sampled_from(
    [
        (pa.int64(), near | st.integers(-(2**63), 2**63 - 1)),
        (pa.int64(), near),
        (pa.uint64(), st.integers(2**63, 2**63 + 2) | st.integers(0, 3)),
        (pa.float64(), st.floats() | near.map(float) | st.sampled_from([0.0, -0.0, 1e308])),
        (pa.float64(), near.map(float) | st.sampled_from([0.0, -0.0])),
        (pa.float32(), st.floats(width=32)),
    ]
)
near_x = st.sampled_from(
    [
        (pa.int64(), near),
        (pa.float64(), near.map(float) | st.sampled_from([0.0, -0.0, math.inf])),
        (pa.timestamp("us"), times),
        (pa.timestamp("us"), moments),
        (pa.string(), st.sampled_from(["a", "b", "7"])),
    ]
)
unique = st.sampled_from([lambda point: point, lambda point: point[0]])


@st.composite
def stacked(draw):
    kind, x = draw(near_x)
    x = x | st.none() if draw(st.booleans()) else x
    point = st.tuples(x, st.sampled_from("abc"))
    several = {"unique_by": draw(unique)} if draw(st.integers(0, 4)) else {}
    points = draw(st.lists(point, min_size=1, max_size=12, **several))
    if draw(st.booleans()) and all(x is not None for x, _ in points):
        points.sort()
    y = draw(numbers)
    kinds = {"y": st.just(y), "z": st.just(y) | numbers}
    found = {name: draw(columns(len(points), of)) for name, of in kinds.items()}
    x, names = zip(*points, strict=True)
    return pa.table({"x": pa.array(x, kind), "market": names, **found})


@given(
    stacked(),
    st.fixed_dictionaries(
        {
            "globalSeriesType": st.sampled_from(["line", "area", "area", "column", "scatter"]),
            "columnMapping": st.sampled_from(
                [
                    {"x": "x", "y": "y", "market": "series"},
                    {"x": "x", "y": "y", "z": "yError", "market": "series"},
                    {"x": "x", "y": "y", "z": "y"},
                ]
            ),
            "seriesOptions": st.sampled_from([{}, {"a": {"type": "column"}, "z": {"type": "box"}}]),
            "series": st.fixed_dictionaries(
                {
                    "stacking": st.sampled_from(["stack", None]),
                    "percentValues": st.booleans(),
                }
            ),
            "sortX": st.booleans(),
            "missingValuesAsZero": st.booleans(),
            "xAxis": st.sampled_from([{}, {"type": "category"}]),
        }
    ),
    st.none() | st.integers(0, 40),
)
def test_typed_columns_are_stacked_as_their_plain_values(table, options, most):
    assert_drawn_alike(table, options, most)


def assert_drawn_alike(table, options, most):
    described, typed = page_data(table)
    plain = {name: list(values) for name, values in typed.items()}
    whole = [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]
    specs = [
        repr(plotly_spec({"options": options}, described, rows, max_points=most))
        for rows in (typed, plain, whole)
    ]
    assert specs[0] == specs[1] == specs[2]
