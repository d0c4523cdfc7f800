"""The demo server reaches nothing of its machine, whatever it is sent, and by whom."""

import time

import pytest
import requests

from watchframe.demo import DemoServer
from watchframe.demo.catalogue_types import PYTHON_SOURCE
from watchframe.demo.server import DUCKDB_SOURCE

SECRET = "the machine's own"


@pytest.fixture(scope="module")
def server():
    with DemoServer(events=10) as found:
        yield found


@pytest.fixture
def files(tmp_path):
    (tmp_path / "secret.csv").write_text(SECRET)
    (tmp_path / "secret.mustache").write_text(SECRET)
    yield tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {"secret.csv", "secret.mustache"}


def run(server, text, source=DUCKDB_SOURCE, **parameters):
    """Run a text as anybody with the key can, and return what the job and its result say."""
    key = {"Authorization": f"Key {server.user_key}"}
    body = {"query": text, "data_source_id": source, "max_age": 0, "parameters": parameters}
    answer = requests.post(f"{server.url}/api/query_results", json=body, headers=key, timeout=60)
    job = answer.json()["job"]
    while job["status"] in (1, 2):
        time.sleep(0.01)
        job = requests.get(f"{server.url}/api/jobs/{job['id']}", headers=key, timeout=60).json()[
            "job"
        ]
    if job["status"] == 4:
        return job["error"]
    path = f"/api/query_results/{job['query_result_id']}.json"
    found = requests.get(server.url + path, headers=key, timeout=60)
    return found.json()["query_result"]["data"]["rows"]


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


@pytest.mark.slow
@pytest.mark.parametrize("text", [*READS, *WRITES, *SETTINGS])
def test_statement_that_reaches_the_machine_fails(server, files, text):
    said = run(server, text.format(files=files))
    assert isinstance(said, str)
    assert said
    assert SECRET not in said
    assert run(server, "select count(*) as n from events") == [{"n": 10}]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("create temp table t as select 1 as a; insert into t values (2); from t", [1, 2]),
        ("begin; create table t as select 3 as a; rollback; select 4 as a", [4]),
        ("with t as (select 5 as a) select a from t", [5]),
        ("select 6 as a, 'query' as query", [6]),
    ],
)
def test_statement_on_tables_works(server, text, rows):
    assert [row["a"] for row in run(server, text)] == rows


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
def test_pivot_shows_rows_where_it_is_a_query(server, text, rows):
    assert run(server, text) == rows


def test_settings_are_bounded(server):
    found = run(server, "select name, value from duckdb_settings()")
    settings = {row["name"]: row["value"] for row in found}
    assert settings["lock_configuration"] == "true"
    assert settings["enable_external_access"] == "false"
    assert settings["memory_limit"] == "1.8 GiB"
    assert settings["max_temp_directory_size"] == "1.8 GiB"
    assert int(settings["threads"]) <= 4
    assert settings["temp_directory"].startswith(str(server.state_dir))


def test_result_larger_than_memory_should_hold_is_an_error(server, monkeypatch):
    monkeypatch.setattr("watchframe.demo.sql_engine.MAX_VALUES", 30_000)
    assert len(run(server, "select range as a, 1 as b from range(15000)")) == 15_000
    assert "more than 30,000 values" in run(server, "select range as a, 1 as b from range(15001)")


def test_nested_values_count(server, monkeypatch):
    monkeypatch.setattr("watchframe.demo.sql_engine.MAX_VALUES", 30_000)
    assert len(run(server, "select range(0, 29999) as a")[0]["a"]) == 29_999
    assert "more than 30,000 values" in run(server, "select range(0, 30001) as a")
    assert "more than 30,000 values" in run(server, "select {'a': [range(0, 30001)]} as a")


@pytest.mark.parametrize(
    "value", ["repeat('x', {n})", "[repeat('x', {n})]", "{{'a': repeat('x', {n})}}"]
)
def test_letters_are_bounded(server, monkeypatch, value):
    monkeypatch.setattr("watchframe.demo.sql_engine.MAX_LETTERS", 30_000)
    assert len(run(server, f"select {value.format(n=10_000)} as a from range(2)")) == 2
    said = run(server, f"select {value.format(n=10_001)} as a from range(3)")
    assert "more than 30,000 letters" in said


def test_query_that_would_run_for_ever_ends(server, monkeypatch):
    monkeypatch.setattr("watchframe.demo.sql_engine.MAX_SECONDS", 0.05)
    said = run(server, "select count(*) as n from range(1000000000000)")
    assert said == "The query took longer than the demo's 0.05 seconds."


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "result = open('{files}/secret.csv')",
        "result = __import__('os')",
        "result = ().__class__",
        "result = '%1000000000d' % 1",
        "result = 'x' * 1000000000",
        "x = 'x'\nfor i in range(64):\n    x += x",
        "x = [1]\nfor i in range(64):\n    x = [x, x]",
        "x = [1]\nfor i in range(64):\n    x = {{'a': x, 'b': x}}",
        "x = 2 ** 4000\ny = x ** 4000",
        "result = {{}}\nx = '"
        + "x" * 1000
        + "'\nfor i in range(1000000000):\n    add_result_row(result, {{'x': x}})",
    ],
)
def test_python_script_reaches_neither_files_nor_much_memory(server, files, text):
    said = run(server, text.format(files=files), source=PYTHON_SOURCE)
    assert isinstance(said, str)
    assert said
    assert SECRET not in said


def test_partial_reads_no_file(server, files):
    assert run(server, "select 7 as a {{> " + f"{files}/secret" + " }}") == [{"a": 7}]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "me.localhost", "[::1]"])
def test_host_of_this_machine_is_answered(server, host):
    port = server.url.rpartition(":")[2]
    headers = {"Authorization": f"Key {server.user_key}", "Host": f"{host}:{port}"}
    found = requests.get(f"{server.url}/api/queries/1", headers=headers, timeout=60)
    assert found.status_code == 200
    headers["Origin"] = f"http://{host}:{port}"
    assert requests.get(f"{server.url}/api/queries/1", headers=headers, timeout=60).ok


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "attacker.example:5000"},
        {"Host": "127.0.0.1.attacker.example"},
        {"Host": "localhost.attacker.example"},
        {"Host": "192.0.2.1"},
        {"Host": "["},
        {"Host": "127.0.0.1 evil"},
        {"Origin": "http://attacker.example"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
    ],
)
def test_page_of_another_site_is_refused(server, headers):
    server.requests.clear()
    given = {"Authorization": f"Key {server.user_key}", **headers}
    for method, path in (("GET", "/api/queries/1"), ("POST", "/api/query_results"), ("GET", "/")):
        answer = requests.request(method, server.url + path, json={}, headers=given, timeout=60)
        assert answer.status_code == 403
        assert "does not answer" in answer.json()["message"]
    assert server.requests == []
