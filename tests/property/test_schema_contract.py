"""A schema takes what it was made of, survives its file, and names every single drift."""

import json

import pyarrow as pa
import pytest
from decode_strategies import results
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from watchframe import Schema
from watchframe.decode import to_frame
from watchframe.decode.exact import decode_exactly
from watchframe.read import ColumnSchema
from watchframe.read.schema_facts import TYPES

NAMES = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
SHARES = st.floats(0, 1)
JSON = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
COLUMNS = st.builds(
    ColumnSchema, type=st.sampled_from(list(TYPES)), nulls=SHARES, is_optional=st.booleans()
)
ORIGINS = st.just({}) | st.fixed_dictionaries(
    {
        "server": NAMES,
        "query": st.integers(),
        "name": NAMES,
        "parameters": st.dictionaries(NAMES, JSON, max_size=3),
    }
)


def decoded(result):
    columns, rows = result
    declared = [
        {"name": name, "friendly_name": name, "type": declared} for name, declared in columns
    ]
    body = {"query_result": {"data": {"columns": declared, "rows": rows}}}
    return decode_exactly(json.dumps(body).encode()).table


@settings(max_examples=examples(150))
@given(results(), st.sampled_from(["numpy_nullable", "pyarrow"]))
def test_schema_takes_the_table_and_the_frame_that_it_was_made_of(result, backend):
    table = decoded(result)
    frame = to_frame(table, dtype_backend=backend)
    of_table, of_frame = Schema.of(table), Schema.of(frame)
    assert of_table.differences(table) == of_frame.differences(frame) == []
    assert of_table.differences(frame) == of_frame.differences(table) == []


@settings(max_examples=examples(100))
@given(
    st.dictionaries(NAMES, COLUMNS, max_size=5),
    st.integers(0, 10),
    st.none() | st.integers(10, 20),
    st.booleans(),
    ORIGINS,
)
def test_schema_survives_its_file(tmp_path_factory, columns, least, most, allows_others, origin):
    schema = Schema(
        columns=columns,
        least_rows=least,
        most_rows=most,
        allows_others=allows_others,
        origin=origin,
    )
    path = tmp_path_factory.mktemp("schema") / "x.schema"
    schema.save(path)
    # A text that looks like a key would be hidden; none of these does.
    again = Schema.read(path)
    if not origin.get("parameters"):
        origin.pop("parameters", None)
    assert again == schema
    assert again.to_toml() == schema.to_toml()


@st.composite
def drifted(draw):
    """A table, another one that differs from it in one thing, and what that is."""
    values = {
        "int": pa.array([1, 2, 3]),
        "text": pa.array(["a", "b", "c"]),
        "flag": pa.array([True, False, True]),
        "list": pa.array([[1], [2], [3]]),
    }
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    kinds = {name: draw(st.sampled_from(list(values))) for name in names}
    table = pa.table([values[kind] for kind in kinds.values()], names=names)
    name = draw(st.sampled_from(names))
    place = names.index(name)
    what = draw(st.sampled_from(["missing", "new", "type", "nulls"]))
    if what == "missing":
        return table, table.remove_column(place) if len(names) > 1 else None, name, what
    if what == "new":
        name = draw(NAMES.filter(lambda new: new not in names))
        return table, table.append_column(name, values["int"]), name, what
    if what == "type":
        other = draw(st.sampled_from([kind for kind in values if kind != kinds[name]]))
        return table, table.set_column(place, name, values[other]), name, what
    some = draw(st.lists(st.booleans(), min_size=3, max_size=3).filter(lambda it: 0 < sum(it) < 3))
    column = pa.array(
        [
            None if is_null else value.as_py()
            for is_null, value in zip(some, values[kinds[name]], strict=True)
        ],
        values[kinds[name]].type,
    )
    return table, table.set_column(place, name, column), name, what


@settings(max_examples=examples(150))
@given(drifted())
def test_each_single_drift_is_named(case):
    table, other, name, what = case
    if other is None:
        return
    found = Schema.of(table).differences(other)
    assert [(item.column, item.what) for item in found] == [(name, what)]
    assert found[0].expected != found[0].found
    # The order of columns does not matter.
    turned = other.select(other.column_names[::-1])
    assert Schema.of(table).differences(turned) == found


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_single_drift_of_the_number_of_rows_is_named(rows):
    schema = Schema(columns={"a": ColumnSchema()}, least_rows=2, most_rows=4)
    found = schema.differences(pa.table({"a": [1] * rows}))
    assert [item.what for item in found] == ["rows"]
