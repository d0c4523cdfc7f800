"""The SQL engine works on the tables of its database and reaches nothing else of the machine."""

import pytest

READS = [
    "select * from read_text('{files}/secret.csv')",
    "select * from read_blob('{files}/secret.csv')",
    "select * from read_csv('{files}/secret.csv')",
    "select * from read_json('{files}/secret.csv')",
    "select * from read_parquet('{files}/secret.csv')",
    "select * from sniff_csv('{files}/secret.csv')",
    "select * from parquet_metadata('{files}/secret.csv')",
    "select * from glob('{files}/*')",
    "from '{files}/secret.csv'",
    "create view v as select * from read_text('{files}/secret.csv'); select * from v",
    "copy events from '{files}/secret.csv'",
    "import database '{files}'",
    "attach '{files}/secret.csv' as other",
    "load '{files}/secret.csv'",
    "from cursor",  # a variable of the server's own code
    "from rows",
]
WRITES = [
    "copy events to '{files}/out.csv'",
    "copy (select 1) to '{files}/out.parquet'",
    "export database '{files}/out'",
    "attach '{files}/out.duckdb' as other",
    "call enable_logging(storage='file', storage_path='{files}/out')",
    "from enable_logging(storage='file', storage_path='{files}/out')",
    "from query('from enable_' || 'logging(storage=''file'', storage_path=''{files}/out'')')",
    "from \"query\" /* */ ('from enable_' || 'logging()')",
    "from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "create persistent secret s (type http)",
    "pragma profiling_output = '{files}/out'",
]
SETTINGS = [
    "set enable_external_access = true",
    "reset lock_configuration",
    "set lock_configuration = false",
    "set memory_limit = '100GB'",
    "pragma memory_limit = '100GB'",
    "set threads = 1000",
    "set temp_directory = '{files}/out'",
    "set log_query_path = '{files}/out'",
    "set python_enable_replacements = true",
    "pragma enable_profiling",
    "install httpfs",
    "load httpfs",
    "update extensions",
    "use temp",
    "detach lending",
    "prepare p as select 1",
    "from pandas_scan(null)",  # DuckDB 1.5 dies of these two
    "from arrow_scan(null, null, null)",
]


@pytest.mark.parametrize("text", [*READS, *WRITES, *SETTINGS])
def test_statement_that_reaches_the_machine_fails(run, fails, text):
    fails(text)
    assert run("select count(*) as n from events") == [{"n": 10}]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("create temp table t as select 1 as a; insert into t values (2); from t", [1, 2]),
        ("begin; create table t as select 3 as a; rollback; select 4 as a", [4]),
        ("with t as (select 5 as a) select a from t", [5]),
        ("select 6 as a, 'query' as query", [6]),
    ],
)
def test_statement_on_tables_works(run, text, rows):
    assert [row["a"] for row in run(text)] == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("pivot (select 'x' as a, 1 as b) on a using sum(b)", [{"x": 1}]),
        ("with p as (pivot (select 'x' as a, 1 as b) on a using sum(b)) from p", [{"x": 1}]),
        (
            "create temp table p as pivot (select 'x' as a, 1 as b) on a using sum(b)",
            "Query completed but it returned no data.",
        ),
    ],
)
def test_pivot_shows_rows_where_it_is_a_query(run, text, rows):
    assert run(text) == rows


def test_settings_are_bounded(server, run):
    found = run("select name, value from duckdb_settings()")
    settings = {row["name"]: row["value"] for row in found}
    assert settings["lock_configuration"] == "true"
    assert settings["enable_external_access"] == "false"
    assert settings["memory_limit"] == "1.8 GiB"
    assert settings["max_temp_directory_size"] == "1.8 GiB"
    assert int(settings["threads"]) <= 4
    assert settings["temp_directory"].startswith(str(server.state_dir))


def test_result_larger_than_memory_should_hold_is_an_error(run, monkeypatch):
    monkeypatch.setattr("watchframe.demo.sql_engine.MAX_VALUES", 30_000)
    assert len(run("select range as a, 1 as b from range(15000)")) == 15_000
    assert "more than 30,000 values" in run("select range as a, 1 as b from range(15001)")


def test_nested_values_count(run, monkeypatch):
    monkeypatch.setattr("watchframe.demo.sql_engine.MAX_VALUES", 30_000)
    assert len(run("select range(0, 29999) as a")[0]["a"]) == 29_999
    assert "more than 30,000 values" in run("select range(0, 30001) as a")
    assert "more than 30,000 values" in run("select {'a': [range(0, 30001)]} as a")


@pytest.mark.parametrize(
    "value", ["repeat('x', {n})", "[repeat('x', {n})]", "{{'a': repeat('x', {n})}}"]
)
def test_letters_are_bounded(run, monkeypatch, value):
    monkeypatch.setattr("watchframe.demo.sql_engine.MAX_LETTERS", 30_000)
    assert len(run(f"select {value.format(n=10_000)} as a from range(2)")) == 2
    said = run(f"select {value.format(n=10_001)} as a from range(3)")
    assert "more than 30,000 letters" in said


def test_query_that_would_run_for_ever_ends(run, monkeypatch):
    monkeypatch.setattr("watchframe.demo.sql_engine.MAX_SECONDS", 0.05)
    said = run("select count(*) as n from range(1000000000000)")
    assert said == "The query took longer than the demo's 0.05 seconds."
