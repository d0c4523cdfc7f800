"""DuckDB over Arrow tables: closed off, exact, and typed as a decoded result."""

import datetime as dt
import decimal

import pyarrow as pa
import pytest

from watchframe.decode import to_frame
from watchframe.decode.typing_rules import AWARE, ENCODING, INTEGER, JSON, encoding_of
from watchframe.errors import ArgumentError, JobFailedError, JobTimeoutError
from watchframe.http.deadline import Deadline
from watchframe.local.database import run

LARGE = 10**40


def marked(name, texts, encoding):
    return pa.field(name, pa.string(), metadata={ENCODING: encoding}), pa.array(texts)


def table_of(*columns):
    fields, arrays = zip(*columns, strict=True)
    return pa.table(list(arrays), schema=pa.schema(fields))


TABLES = {
    "query_1": table_of(
        marked("amount", [str(LARGE), None, "-5"], INTEGER),
        marked("extra", ['{"x": 1}', "[1]", None], JSON),
        (pa.field("n", pa.int64()), pa.array([3, 1, 2])),
        (pa.field("at", AWARE), pa.array([0, 1, 2], AWARE)),
    )
}


def values(sql):
    found = run(sql, TABLES)
    return found.to_pylist()[0] if found.num_rows == 1 else found.to_pylist()


def test_large_integers_are_summed_exactly():
    found = run("SELECT sum(amount) AS total FROM query_1", TABLES)
    assert encoding_of(found.schema.field("total")) == INTEGER
    assert to_frame(found)["total"].tolist() == [LARGE - 5]


@pytest.mark.parametrize(
    ("expression", "type_", "value"),
    [
        ("CAST(5 AS HUGEINT)", pa.int64(), 5),
        ("CAST(18446744073709551615 AS UBIGINT)", pa.string(), "18446744073709551615"),
        ("CAST(7 AS UTINYINT)", pa.int64(), 7),
        ("CAST('1.50' AS DECIMAL(38, 2))", pa.decimal128(38, 2), decimal.Decimal("1.50")),
        ("CAST(0.5 AS REAL)", pa.float64(), 0.5),
        ("true", pa.bool_(), True),
        ("CAST(NULL AS VARCHAR)", pa.string(), None),
        ("DATE '2026-01-31'", pa.date32(), dt.date(2026, 1, 31)),
        ("TIMESTAMP_NS '2026-01-31 10:00:00.000001'", pa.timestamp("us"), ...),
        ("TIMESTAMPTZ '2026-01-31 10:00:00+02'", AWARE, ...),
        ("TIME '10:00:00'", pa.string(), "10:00:00"),
        ("INTERVAL 3 DAY", pa.string(), "3 days"),
        ("[1, 2]", pa.string(), "[1,2]"),
        ("{'a': [CAST(10 AS BIGNUM)]}", pa.string(), '{"a":[10]}'),
        ("MAP {'a': 1}", pa.string(), '{"a":1}'),
        ("'\\xAB'::BLOB", pa.string(), "ab"),
        ("extra", pa.string(), '{"x": 1}'),
        ("CAST('x' AS ENUM ('x', 'y'))", pa.string(), "x"),
    ],
)
def test_every_type_comes_back_as_a_type_of_a_result(expression, type_, value):
    found = run(f"SELECT {expression} AS c FROM query_1 WHERE n = 3", TABLES)
    assert found.schema.field("c").type == type_
    if value is not ...:
        assert found["c"].to_pylist() == [value]


def test_nested_values_are_marked_as_json():
    found = run("SELECT [1] AS a, extra, 'x' AS t FROM query_1 LIMIT 1", TABLES)
    assert [encoding_of(field) for field in found.schema] == [JSON, JSON, None]
    assert to_frame(found)["extra"].tolist() == [{"x": 1}]


def test_what_would_be_rounded_or_cut_is_refused():
    with pytest.raises(ArgumentError, match="'c' holds decimals within"):
        run("SELECT [1.5] AS c", {})
    with pytest.raises(ArgumentError, match="finer than a microsecond"):
        run("SELECT TIMESTAMP_NS '2026-01-31 10:00:00.000000001' AS c", {})
    with pytest.raises(ArgumentError, match="exact_multiply"):
        run("SELECT amount * 2 FROM query_1", TABLES)


def test_rows_stay_in_their_order_where_columns_are_cast():
    assert values("SELECT CAST(n AS HUGEINT) AS n FROM query_1 ORDER BY n; -- done") == [
        {"n": 1},
        {"n": 2},
        {"n": 3},
    ]


def test_names_that_come_twice_are_renamed_as_the_server_does():
    assert run("SELECT 1 AS a, 2 AS a, [3] AS a", {}).column_names == ["a", "a1", "a2"]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("", "empty"),
        ("-- nothing", "empty"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("ATTACH 'x.db'", "no ATTACH statement"),
        ("SET threads = 1", "no SET statement"),
        ("COPY (SELECT 1) TO 'x.csv'", "no COPY statement"),
        ("CREATE TABLE x AS SELECT 1", "no CREATE statement"),
        ("INSTALL httpfs", "statement"),
        ("SELECT * FROM query('SELECT 1')", "function query"),
        ("SELECT * FROM query /* x */ ('SELECT 1')", "function query"),
        ("FROM query_table('query_1')", "function query_table"),
    ],
)
def test_anything_but_one_select_of_results_is_refused(sql, words):
    with pytest.raises(ArgumentError, match=words):
        run(sql, TABLES)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('pyproject.toml')",
        "SELECT * FROM 'pyproject.toml'",
        "SELECT * FROM read_text('pyproject.toml')",
        "SELECT * FROM glob('*')",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SELECT getenv('HOME')",
    ],
)
def test_no_file_address_or_variable_is_reached(sql):
    with pytest.raises(JobFailedError):
        run(sql, TABLES)


def test_no_variable_of_python_is_a_table():
    secret = pa.table({"a": [1]})
    with pytest.raises(JobFailedError, match="secret"):
        run("SELECT * FROM secret", TABLES)
    assert secret.num_rows == 1


def test_an_error_has_the_place_and_the_columns_that_there_are():
    with pytest.raises(JobFailedError) as caught:
        run("SELECT n,\n  amoun FROM query_1", TABLES)
    assert 'Candidate bindings: "amount"' in caught.value.reason
    assert "LINE 2:" in caught.value.reason
    assert caught.value.sql == "SELECT n,\n  amoun FROM query_1"


def test_the_deadline_stops_a_statement():
    endless = "SELECT sum(a.range * b.range % 7) FROM range(100000000) a, range(100000000) b"
    with pytest.raises(JobTimeoutError):
        run(endless, {}, deadline=Deadline.after(0.2))


def test_a_result_without_columns_says_so():
    with pytest.raises(ArgumentError, match="query_5 has no columns"):
        run("SELECT 1 FROM query_5", {"query_5": pa.table({"a": [1]}).select([])})


def test_only_the_columns_that_are_used_are_cast():
    broken = table_of(
        marked("bad", ["no number"], INTEGER), (pa.field("n", pa.int64()), pa.array([1]))
    )
    assert run("SELECT n FROM query_1", {"query_1": broken}).to_pylist() == [{"n": 1}]
    with pytest.raises(JobFailedError):
        run("SELECT bad FROM query_1", {"query_1": broken})
