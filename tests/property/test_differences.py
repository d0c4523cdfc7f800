"""`diff` agrees with a comparison of Python's values row by row, and applied it gives the other."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from watchframe import diff
from watchframe.decode.typing_rules import typed_column

pytestmark = pytest.mark.slow

LARGE = st.integers(-(2**256), 2**256) | st.integers(-3, 3) | st.sampled_from([2**53 + 1, 2**63])
SMALL = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
FLOATS = st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 1.0, 0.1, 0.5, 2.0**53, 2.0**64])
EXACT = st.decimals(-(10**9), 10**9, places=3) | st.sampled_from([Decimal(1), Decimal("0.5")])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=3) | st.sampled_from(["1", "null", ""])


def midnight(day):
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a naive one is meant


NAIVE = st.datetimes() | st.dates().map(midnight)
AWARE = NAIVE.map(lambda moment: moment.replace(tzinfo=UTC)).filter(
    lambda moment: 1 < moment.year < 9999
)
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=4,
).filter(lambda value: isinstance(value, list | dict))


def marked_table(values):
    typed = typed_column("x", None, values)
    return typed.field, typed.array


def arrow(type_):
    return lambda values: (pa.field("x", type_), pa.array(values, type_))


def series(dtype):
    return lambda values: pd.Series(values, dtype=dtype)


def chunked(values):
    half = len(values) // 2
    parts = [pa.array(values[:half], pa.string()), pa.array(values[half:], pa.string())]
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array(parts)))


#: What a column may hold, with the ways to hold it in frames, and in tables.
KINDS = {
    "large": (LARGE, [series(object)], [marked_table]),
    "small": (
        SMALL,
        [series("Int64"), series(object), series("int64[pyarrow]")],
        [arrow(pa.int64()), marked_table, arrow(pa.decimal128(38, 3))],
    ),
    "floats": (
        FLOATS,
        [series("float64"), series("Float64"), series("double[pyarrow]"), series(object)],
        [arrow(pa.float64())],
    ),
    "decimals": (
        EXACT,
        [series(pd.ArrowDtype(pa.decimal128(38, 5))), series(object)],
        [arrow(pa.decimal128(30, 3)), arrow(pa.decimal256(70, 6))],
    ),
    "texts": (
        TEXTS,
        [series("string"), series(object), series("category"), chunked],
        [
            arrow(pa.string()),
            arrow(pa.large_string()),
            arrow(pa.dictionary(pa.int8(), pa.string())),
        ],
    ),
    "booleans": (st.booleans(), [series("boolean"), series(object)], [arrow(pa.bool_())]),
    "days": (
        st.dates(),
        [series(object), series("date32[pyarrow]")],
        [arrow(pa.date32()), arrow(pa.date64())],
    ),
    "times": (
        NAIVE,
        [series("datetime64[us]"), series("timestamp[us][pyarrow]"), series(object)],
        [arrow(pa.timestamp("us"))],
    ),
    "moments": (
        AWARE,
        [series("datetime64[us, UTC]"), series("datetime64[us, Asia/Tokyo]"), series(object)],
        [arrow(pa.timestamp("us", "UTC"))],
    ),
    "objects": (NESTED | SMALL | TEXTS, [series(object)], [marked_table]),
    "nothing": (st.none(), [series(object), series("Int64")], [arrow(pa.null()), marked_table]),
}


@st.composite
def sides(draw, *, has_keys=True):
    """Two results of the same columns, as frames or tables, and their rows as Python's values."""
    names = ["x", "y"][: draw(st.integers(1, 2))]
    kinds = {name: draw(st.sampled_from(sorted(KINDS))) for name in names}
    pool = {name: draw(st.lists(st.none() | KINDS[kinds[name]][0], min_size=1, max_size=3))
            for name in names}  # fmt: skip
    found = []
    for _ in range(2):
        if draw(st.integers(0, 3)) == 0:  # another kind than that of the other side
            name = draw(st.sampled_from(names))
            kinds = {**kinds, name: draw(st.sampled_from(sorted(KINDS)))}
            values = st.lists(st.none() | KINDS[kinds[name]][0], min_size=1, max_size=3)
            pool = {**pool, name: draw(values)}
        keys = draw(st.lists(st.none() | st.integers(0, 7), max_size=6, unique=has_keys))
        rows = [(key, *(draw(st.sampled_from(pool[name])) for name in names)) for key in keys]
        columns = {name: [row[1 + at] for row in rows] for at, name in enumerate(names)}
        makers = KINDS_OF[draw(st.booleans())]
        holders = {name: draw(st.sampled_from(makers(kinds[name]))) for name in names}
        found.append((held(keys, columns, holders), rows))
    return tuple(found)


KINDS_OF = {True: lambda kind: KINDS[kind][1], False: lambda kind: KINDS[kind][2]}


def held(keys, columns, holders):
    made = {name: holders[name](values) for name, values in columns.items()}
    if all(isinstance(column, pd.Series) for column in made.values()):
        return pd.DataFrame({"key": pd.Series(keys, dtype="Int64"), **made})
    schema = pa.schema([
        pa.field("key", pa.int64()), *(field.with_name(name) for name, (field, _) in made.items())
    ])  # fmt: skip
    arrays = [pa.array(keys, pa.int64()), *(array for _, array in made.values())]
    return pa.table(arrays, schema=schema)


def plain(value):
    """Return a value of a frame as Python's own; None where it is missing."""
    if isinstance(value, list | dict | np.ndarray):
        return value
    if pd.isna(value):
        return None
    value = value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
    return value.item() if isinstance(value, np.generic) else value


def rows_of(frame):
    columns = [map(plain, frame[name].astype(object)) for name in frame.columns]
    return list(zip(*columns, strict=True))


def token(value):
    """Return what two values share where they are equal: written without the code under test."""
    match value:
        case bool() | None:
            return str(value)
        case int() | float() | Decimal():
            is_infinite = isinstance(value, float) and math.isinf(value)
            return ("number", value) if is_infinite else ("number", *value.as_integer_ratio())
        case datetime(tzinfo=None):
            found = ("time", value)
        case datetime():
            found = ("moment", value.astimezone(UTC))
        case date():
            found = ("time", midnight(value))
        case dict():
            found = ("object", frozenset((key, token(item)) for key, item in value.items()))
        case list() | np.ndarray():
            found = ("list", *map(token, value))
        case _:
            found = ("text", value)
    return found


def tokens(rows):
    return [tuple(map(token, row)) for row in rows]


@settings(max_examples=examples(150), deadline=None)
@given(both=sides())
def test_difference_by_key_is_that_of_python_values(both):
    (a, rows_a), (b, rows_b) = both
    found = diff(a, b, on="key")
    old = {row[0]: row[1:] for row in tokens(rows_a)}
    new = {row[0]: row[1:] for row in tokens(rows_b)}
    assert {row[0] for row in tokens(rows_of(found.added))} == new.keys() - old.keys()
    assert {row[0] for row in tokens(rows_of(found.removed))} == old.keys() - new.keys()
    names = list(found.added.columns[1:])
    expected = {
        (key, names[at], old[key][at], new[key][at])
        for key in old.keys() & new.keys()
        for at in range(len(names))
        if old[key][at] != new[key][at]
    }
    got = [
        (token(key), name, token(before), token(after))
        for key, name, before, after in rows_of(found.changed_values)
    ]
    assert set(got) == expected
    assert len(got) == len(expected)
    changed = {key for key, *_ in expected}
    assert len(found.changed) == len(changed)
    assert found.unchanged == len(old.keys() & new.keys()) - len(changed)
    assert bool(found) == bool(old.keys() ^ new.keys() or expected or found.types_changed)


@settings(max_examples=examples(150), deadline=None)
@given(both=sides(), on=st.sampled_from(["key", None]))
def test_applied_to_the_older_rows_it_gives_the_newer(both, on):
    (a, rows_a), (b, rows_b) = both
    found = diff(a, b, on=on)
    made = found.apply(a)
    assert Counter(tokens(rows_of(made))) == Counter(tokens(rows_b))
    again = diff(made, b, on=on)
    assert (len(again.added), len(again.removed), len(again.before)) == (0, 0, 0)
    if on is not None and len(rows_a) != len(made):
        with pytest.raises(ValueError, match="not what was compared"):
            found.apply(made)


@settings(max_examples=examples(80), deadline=None)
@given(both=sides(has_keys=False))
def test_whole_rows_are_counted(both):
    (a, rows_a), (b, rows_b) = both
    found = diff(a, b)
    old, new = Counter(tokens(rows_a)), Counter(tokens(rows_b))
    assert Counter(tokens(rows_of(found.added))) == new - old
    assert Counter(tokens(rows_of(found.removed))) == old - new
    assert found.unchanged == (old & new).total()
    assert not len(found.changed)


@settings(max_examples=examples(80), deadline=None)
@given(both=sides(), on=st.sampled_from(["key", None]), seed=st.integers(0, 99))
def test_nothing_differs_from_the_same_rows_in_another_order(both, on, seed):
    (a, _), _ = both
    order = np.random.default_rng(seed).permutation(len(a))
    other = a.take(pa.array(order)) if isinstance(a, pa.Table) else a.iloc[order]
    found = diff(a, other, on=on)
    assert not found
    assert found.unchanged == len(a)
    assert found.to_frame().empty


@settings(max_examples=examples(80), deadline=None)
@given(both=sides(), on=st.sampled_from(["key", None]))
def test_difference_the_other_way_round_is_the_same(both, on):
    (a, _), (b, _) = both
    there, back = diff(a, b, on=on), diff(b, a, on=on)
    assert Counter(tokens(rows_of(there.added))) == Counter(tokens(rows_of(back.removed)))
    assert Counter(tokens(rows_of(there.removed))) == Counter(tokens(rows_of(back.added)))
    assert Counter(tokens(rows_of(there.before))) == Counter(tokens(rows_of(back.after)))
    assert {name: kinds[::-1] for name, kinds in there.types_changed.items()} == dict(
        back.types_changed
    )
    assert there.unchanged == back.unchanged
    lines = there.to_frame()["change"].value_counts()
    assert lines.get("before", 0) == lines.get("after", 0) == len(there.changed)
    str(there), there._repr_html_(), there.summary
