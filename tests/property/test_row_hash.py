"""The hash of rows depends on what they say, and on nothing else."""

import itertools
import math
import struct

import hypothesis.strategies as st
import pyarrow as pa
from example_counts import examples
from hypothesis import assume, given, settings

from watchframe.decode.row_hash import row_hash

ROWS = 7

FLOATS = st.one_of(
    st.none(), st.sampled_from([0.0, -0.0, math.nan, math.inf]), st.floats(allow_nan=False)
)
KINDS = {
    pa.int64(): st.none() | st.integers(-(2**63), 2**63 - 1),
    pa.float64(): FLOATS,
    pa.bool_(): st.none() | st.booleans(),
    pa.string(): st.none() | st.text(max_size=4),
    pa.large_binary(): st.none() | st.binary(max_size=4),
    pa.date32(): st.none() | st.dates(),
    pa.timestamp("us", "UTC"): st.none() | st.integers(0, 2**40),
    pa.decimal128(20, 2): st.none() | st.decimals(-1000, 1000, places=2),
    pa.list_(pa.int32()): st.none() | st.lists(st.none() | st.integers(0, 9), max_size=3),
    pa.struct({"a": pa.string()}): st.none()
    | st.fixed_dictionaries({"a": st.none() | st.text(max_size=2)}),
    pa.null(): st.none(),
}


@st.composite
def columns(draw):
    """A column of any of the types, with a name that another one may have too."""
    type_ = draw(st.sampled_from(list(KINDS)))
    values = draw(st.lists(KINDS[type_], min_size=ROWS, max_size=ROWS))
    markers = draw(st.sampled_from([None, {b"watchframe.encoding": b"json"}]))
    return pa.field(draw(st.sampled_from("ab")), type_, metadata=markers), pa.array(values, type_)


@st.composite
def tables(draw):
    """A table of up to three columns."""
    found = draw(st.lists(columns(), min_size=1, max_size=3))
    return pa.Table.from_arrays(
        [array for _, array in found], schema=pa.schema([field for field, _ in found])
    )


def in_pieces(table, cuts):
    """Return the table in chunks, each a slice of a longer array."""
    places = [0, *sorted(cuts), table.num_rows]
    padded = pa.concat_tables([table, table]).combine_chunks()
    parts = [padded.slice(start, end - start) for start, end in itertools.pairwise(places)]
    return pa.concat_tables([part for part in parts if part.num_rows])


@settings(max_examples=examples(150))
@given(tables(), st.lists(st.integers(0, ROWS), max_size=4))
def test_chunks_and_slices_do_not_count(table, cuts):
    assert row_hash(in_pieces(table, cuts)) == row_hash(table)


@settings(max_examples=examples(100))
@given(st.lists(st.none() | st.text(max_size=3), min_size=1, max_size=20), st.data())
def test_dictionaries_and_runs_do_not_count(values, data):
    plain = pa.array(values, pa.string())
    # A dictionary with words that no row has, and with a null of its own.
    words = pa.array([*data.draw(st.permutations([*{*values} - {None}])), "unused", None])
    places = [
        len(words) - 1 if value is None else words.to_pylist().index(value) for value in values
    ]
    encoded = pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), words)
    runs = pa.compute.run_end_encode(plain)
    hashes = {row_hash(pa.table({"a": array})) for array in (plain, encoded, runs)}
    assert hashes == {row_hash(pa.table({"a": plain.dictionary_encode()}))}


@settings(max_examples=examples(100))
@given(st.lists(st.booleans(), min_size=1, max_size=20), st.data())
def test_what_lies_under_a_null_does_not_count(is_null, data):
    def with_bits(under):
        bits = pa.array([under if null else 5 for null in is_null], pa.int64())
        mask = pa.array([not null for null in is_null]).buffers()[1]
        return pa.table(
            {"a": pa.Array.from_buffers(pa.int64(), len(is_null), [mask, bits.buffers()[1]])}
        )

    under = data.draw(st.integers(-(2**63), 2**63 - 1))
    assert row_hash(with_bits(under)) == row_hash(with_bits(0))


def bits_of(value):
    """Return a value so that equal ones are the same to the bit."""
    return struct.pack("<d", value) if isinstance(value, float) else repr(value)


@settings(max_examples=examples(150))
@given(tables(), st.data())
def test_one_other_value_is_another_hash(table, data):
    place = data.draw(st.integers(0, table.num_columns - 1))
    row = data.draw(st.integers(0, ROWS - 1))
    field = table.schema.field(place)
    values = table.column(place).to_pylist()
    other = data.draw(KINDS[field.type])
    changed = pa.array([*values[:row], other, *values[row + 1 :]], field.type)
    assume(bits_of(changed[row].as_py()) != bits_of(values[row]))
    assert row_hash(table.set_column(place, field, changed)) != row_hash(table)


@settings(max_examples=examples(80))
@given(tables(), st.data())
def test_names_types_markers_and_order_count(table, data):
    place = data.draw(st.integers(0, table.num_columns - 1))
    field, column = table.schema.field(place), table.column(place)
    others = [
        table.set_column(place, field.with_name(f"{field.name}2"), column),
        table.set_column(place, field.with_metadata({b"other": b"1"}), column),
        table.append_column(field, column),
        table.slice(1),
        table.slice(0, ROWS - 1),
    ]
    if field.type == pa.string():
        others.append(table.set_column(place, field.name, column.cast(pa.large_string())))
    reverse = table.take(list(reversed(range(ROWS))))
    if [bits_of(v) for v in map(str, reverse.to_pylist())] != [
        bits_of(v) for v in map(str, table.to_pylist())
    ]:
        others.append(reverse)
    assert row_hash(table) not in {row_hash(other) for other in others}


def test_lists_that_only_end_elsewhere_differ():
    one, other = ([[1], [2, 3]], [[1, 2], [3]])
    assert row_hash(pa.table({"a": one})) != row_hash(pa.table({"a": other}))
    assert row_hash(pa.table({"a": ["ab", "c"]})) != row_hash(pa.table({"a": ["a", "bc"]}))


def test_the_first_null_may_come_late():
    table = pa.table({"a": pa.array([*range(600_000), None])})
    parts = [table.slice(0, 1), table.slice(1, 550_000), table.slice(550_001)]
    assert row_hash(pa.concat_tables(parts)) == row_hash(table)


def test_rows_without_columns_are_counted():
    rows = {n: pa.table({"none": pa.nulls(n)}).select([]) for n in (2, 3)}
    assert row_hash(rows[2]) != row_hash(rows[3])


def test_the_provenance_does_not_count():
    table = pa.table({"a": [1]})
    assert row_hash(table.replace_schema_metadata({b"watchframe": b"{}"})) == row_hash(table)


def test_this_hash_stays_what_it_is():
    # Locks hold it for years: another value needs another HASH_VERSION and LOCK_VERSION.
    table = pa.table({"day": ["2024-03-01", None], "amount": pa.array([1.5, -0.0])})
    assert row_hash(table) == (
        "sha256:117606dfb85d1ed8438e5413d1b6ad341cb2704d43b64bb63593e969e362a687"
    )
