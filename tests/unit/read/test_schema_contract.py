"""What a schema takes, what it calls a drift, and the file that it lies in."""

import datetime as dt
import decimal
import pickle

import pandas as pd
import pyarrow as pa
import pytest

from watchframe import Schema
from watchframe.decode.exact import decode_exactly
from watchframe.errors import ArgumentError, SchemaDriftError
from watchframe.read import ColumnSchema, SchemaDifference

NOON = dt.datetime(2026, 1, 1, 12)  # noqa: DTZ001 - without a zone


def decoded(columns, rows):
    """The table of a result with these declared columns."""
    declared = ", ".join(
        f'{{"name": "{name}", "friendly_name": "{name}", "type": "{type_}"}}'
        for name, type_ in columns.items()
    )
    data = f'{{"columns": [{declared}], "rows": [{rows}]}}'
    return decode_exactly(f'{{"query_result": {{"data": {data}}}}}'.encode()).table


def of_columns(least_rows=0, most_rows=None, **columns):
    given = {name: ColumnSchema(type=word) for name, word in columns.items()}
    return Schema(columns=given, least_rows=least_rows, most_rows=most_rows)


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (pa.table({"a": [1]}), "integer"),
        (pa.table({"a": pa.array([1], pa.uint64())}), "integer"),
        (pa.table({"a": [1.5]}), "float"),
        (pa.table({"a": [True]}), "boolean"),
        (pa.table({"a": ["x"]}), "string"),
        (pa.table({"a": pa.array(["x"]).dictionary_encode()}), "string"),
        (pa.table({"a": [decimal.Decimal("1.5")]}), "decimal"),
        (pa.table({"a": [dt.date(2026, 1, 1)]}), "date"),
        (pa.table({"a": [NOON]}), "datetime"),
        (pa.table({"a": pa.array([0], pa.timestamp("us", "UTC"))}), "datetime with zone"),
        (pa.table({"a": [[1]]}), "json"),
        (pa.table({"a": pa.nulls(2)}), "any"),
        (decoded({"a": "integer"}, f'{{"a": {2**70}}}'), "integer"),
        (decoded({"a": "string"}, '{"a": [1]}'), "json"),
        (pd.DataFrame({"a": pd.array([1], "Int64")}), "integer"),
        (pd.DataFrame({"a": [2**70]}), "integer"),
        (pd.DataFrame({"a": [1.5]}), "float"),
        (pd.DataFrame({"a": pd.array([True], "boolean")}), "boolean"),
        (pd.DataFrame({"a": ["x"]}), "string"),
        (pd.DataFrame({"a": pd.Categorical(["x"])}), "string"),
        (pd.DataFrame({"a": pd.Series(["x"], dtype=object)}), "string"),
        (pd.DataFrame({"a": [dt.date(2026, 1, 1)]}), "date"),
        (pd.DataFrame({"a": [decimal.Decimal("1.5")]}), "decimal"),
        (pd.DataFrame({"a": [pd.Timestamp(2026, 1, 1, 5)]}), "datetime"),
        (pd.DataFrame({"a": [pd.Timestamp(2026, 1, 1, tz="UTC")]}), "datetime with zone"),
        (pd.DataFrame({"a": [{"b": 1}, 5]}), "json"),
        (pd.DataFrame({"a": pd.array([1], "int64[pyarrow]")}), "integer"),
        (pd.DataFrame({"a": [None, None]}), "any"),
        (pd.DataFrame({"b": [1]}, index=pd.Index(["x"], name="a")), "string"),
    ],
)
def test_type_of_each_kind_of_column(rows, word):
    assert Schema.of(rows).columns["a"].type == word


@pytest.mark.parametrize(
    ("expected", "column", "is_taken"),
    [
        ("integer", pa.array([1]), True),
        ("integer", pa.array([1.0]), False),
        ("int64", pa.array([1]), True),
        ("float", pa.array([1]), True),
        ("float", pa.array(["1"]), False),
        ("decimal", pa.array([1]), True),
        ("date", pa.array([NOON]), False),
        ("datetime", pa.array([dt.date(2026, 1, 1)]), True),
        ("datetime", pa.array([0], pa.timestamp("us", "UTC")), False),
        ("datetime with zone", pa.array([NOON]), False),
        ("string", pa.nulls(1), True),
        ("any", pa.array([[1]]), True),
    ],
)
def test_types_are_compared_by_meaning(expected, column, is_taken):
    found = of_columns(a=expected).differences(pa.table({"a": column}))
    assert [item.what for item in found] == ([] if is_taken else ["type"])


def test_column_that_grew_beyond_64_bits_is_a_drift_of_int64_alone():
    wide = decoded({"a": "integer"}, f'{{"a": {2**70}}}')
    assert of_columns(a="integer").differences(wide) == []
    expected = SchemaDifference("a", "type", "int64", "integer beyond 64 bits")
    assert of_columns(a="int64").differences(wide) == [expected]
    assert [item.found for item in of_columns(a="float").differences(wide)] == [expected.found]


def test_days_are_times_to_pandas():
    days = pd.DataFrame({"a": [pd.Timestamp(2026, 1, 1)]})
    times = pd.DataFrame({"a": [pd.Timestamp(2026, 1, 1, 5)]})
    assert of_columns(a="date").differences(days) == []
    assert [item.what for item in of_columns(a="date").differences(times)] == ["type"]


def test_each_drift_names_the_column_and_both_sides():
    schema = Schema(
        columns={
            "amount": ColumnSchema(type="integer", nulls=0),
            "day": ColumnSchema(type="date"),
            "market": ColumnSchema(type="string", nulls=0.25),
        },
        least_rows=4,
        most_rows=5,
    )
    table = pa.table({"amount": ["1", "2", None], "market": ["a", None, "b"], "note": ["", "", ""]})
    with pytest.raises(SchemaDriftError) as caught:
        schema.check(table, "The result of query 42")
    error = caught.value
    assert error.message == (
        "The result of query 42 is not as its schema says:\n"
        "  column 'amount': expected integer, found string\n"
        "  column 'amount': expected no nulls, found 1 of 3 null\n"
        "  column 'day': expected date, and the result has no such column\n"
        "  column 'market': expected at most 0.25 of the values null, found 1 of 3 null\n"
        "  column 'note': found string, and the schema has no such column\n"
        "  rows: expected at least 4 and at most 5, found 3"
    )
    assert error.columns == ("amount", "day", "market", "note")
    assert error.differences[2] == SchemaDifference("day", "missing", "date", "no such column")
    again = pickle.loads(pickle.dumps(error))
    assert (again.message, again.differences) == (error.message, error.differences)


def test_message_of_many_differences_names_the_first():
    table = pa.table({f"c{number:02}": [1] for number in range(25)})
    with pytest.raises(SchemaDriftError, match="and 5 more differences") as caught:
        of_columns().check(table)
    assert len(caught.value.columns) == 25


def test_rows_that_are_none_have_no_types_and_no_nulls():
    schema = Schema.of(pa.table({"a": [1], "b": ["x"]}))
    found = schema.differences(pa.table({"a": pa.array([], pa.string())}))
    assert [str(item) for item in found] == ["rows: expected at least 1, found 0"]


def test_other_and_optional_columns_may_differ():
    schema = Schema(
        columns={"a": ColumnSchema(is_optional=True), "b": ColumnSchema()}, allows_others=True
    )
    assert schema.differences(pa.table({"b": [1], "c": [1]})) == []
    assert [item.what for item in schema.differences(pa.table({"a": [1]}))] == ["missing"]


@pytest.mark.parametrize(
    ("nulls", "rows", "room"),
    [(0, 10, 0), (1, 10, 0.2), (1, 1000, 0.06), (7, 10, 1), (10, 10, 1), (0, 0, 1)],
)
def test_room_for_nulls(nulls, rows, room):
    column = pa.array([None] * nulls + [1] * (rows - nulls), pa.int64())
    assert Schema.of(pa.table({"a": column})).columns["a"].nulls == room


def test_share_of_nulls_is_compared_as_it_is_written():
    table = pa.table({"a": [None] * 29 + [1] * 71})
    assert 0.29 * 100 < 29  # what multiplying would compare
    at_most = Schema(columns={"a": ColumnSchema(nulls=0.29)})
    assert at_most.differences(table) == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([1], "A list has no schema"),
        (pd.DataFrame([[1]]), "The column 0 has no text as its name"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "Two columns are called 'a'"),
        (pa.table({"a": pa.array([1], pa.duration("s"))}), "'a' is of the type duration"),
        (pd.DataFrame({"a": pd.to_timedelta([1])}), "'a' is of the type timedelta64"),
    ],
)
def test_what_has_no_schema(rows, words):
    with pytest.raises(ArgumentError, match=words):
        Schema.of(rows)


# The file


def test_file_is_sorted_and_says_what_may_be_written(tmp_path):
    frame = pd.DataFrame({"b c": [1, None], "a": ["x", "y"]})
    frame.attrs["watchframe"] = {
        "server": "https://watch.example",
        "query_id": 42,
        "query_name": "Borrows\nby market",
        "parameters": {"period": {"start": "2026-01-01", "end": "d_now"}, "kind": ["a"], "n": None},
    }
    path = tmp_path / "borrows.schema"
    Schema.of(frame).save(path)
    lines = path.read_text().splitlines()
    assert lines[0] == "# What a result of query 42 'Borrows\\nby market' has to be like."
    values = [line for line in lines if line and not line.startswith("#")]
    assert values == [
        "version = 1",
        "other_columns = false",
        "[read]",
        'server = "https://watch.example"',
        "query = 42",
        'name = "Borrows\\nby market"',
        "[read.parameters]",
        'kind = ["a"]',
        'period = { start = "2026-01-01", end = "d_now" }',
        "[rows]",
        "least = 1",
        "[columns]",
        'a     = { type = "string", nulls = 0 }',
        '"b c" = { type = "float", nulls = 1 }',
    ]
    again = Schema.read(path)
    assert again.columns == Schema.of(frame).columns
    assert again.path == str(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("columns = {}\nversion = 2", "is of version 2"),
        ("version = true\ncolumns = {}", "is of version True"),
        ("version = 1", "columns is missing"),
        ("columns = 3", "columns is no table"),
        ("column = {}", "column means nothing; it may be columns"),
        ("[columns]\na = 3", "columns.a is no table"),
        ('[columns]\na = { type = "integr" }', "columns.a.type is 'integr'; it may be 'integer'"),
        ('[columns]\na = { type = "?" }', "it may be one of boolean, integer"),
        ('[columns]\n"a b" = { null = 0 }', 'columns."a b".null means nothing; it may be nulls'),
        ("[columns]\na = { nulls = 2 }", "nulls is no share from 0 to 1"),
        ("[columns]\na = { nulls = nan }", "nulls is no share from 0 to 1"),
        ("[columns]\na = { nulls = true }", "nulls is not a share"),
        ("[columns]\na = { optional = 1 }", "optional is not true or false"),
        ("[rows]\nleast = 1.5\n[columns]", "rows.least is not a number of rows"),
        ("[rows]\nleast = -1\n[columns]", "rows.least is less than 0"),
        ("[rows]\nleast = 3\nmost = 2\n[columns]", "rows.most is less than rows.least"),
        ('[read]\nquery = "x"\n[columns]', "read.query is not a query's id"),
        ("[columns", "is no TOML"),
        ("a = " + "[" * 5000, "is no TOML"),
        ("a = " + "1" * 5000, "is no TOML"),
    ],
)
def test_file_that_means_nothing_is_an_error_that_names_the_place(tmp_path, text, words):
    path = tmp_path / "x.schema"
    path.write_text(text)
    with pytest.raises(ArgumentError) as caught:
        Schema.read(path)
    assert words in caught.value.message
    assert str(path) in caught.value.message


def test_file_that_cannot_be_read(tmp_path):
    with pytest.raises(ArgumentError, match="There is no schema file") as caught:
        Schema.read(tmp_path / "x.schema")
    assert "schema.save(" in caught.value.hint
    with pytest.raises(ArgumentError, match="cannot be read"):
        Schema.read(tmp_path)
    (tmp_path / "x.schema").write_bytes(b"\xff")
    with pytest.raises(ArgumentError, match="no UTF-8"):
        Schema.read(tmp_path / "x.schema")


def test_save_needs_a_folder(tmp_path):
    with pytest.raises(ArgumentError, match="There is no folder"):
        of_columns().save(tmp_path / "no" / "x.schema")
    assert list(tmp_path.iterdir()) == []


def test_no_key_is_written(tmp_path):
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["watchframe"] = {
        "server": "https://watch.example",
        "sql": "select 'https://watch.example/api/queries/1/results.json?api_key=hunter2secret'",
        "data_source": "Lending",
    }
    Schema.of(frame).save(tmp_path / "x.schema")
    assert "hunter2secret" not in (tmp_path / "x.schema").read_text()
    assert Schema.read(tmp_path / "x.schema").label == "ad-hoc SQL on 'Lending'"
