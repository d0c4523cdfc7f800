"""``watchframe query`` and ``watchframe sql``: the rows, and where they go."""

from __future__ import annotations

import io
import json
import stat
from datetime import datetime, time

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from watchframe import Client, explain_watch_query, read_watch_query
from watchframe.file_formats import workbook

FEW = ("-p", "markets=[WETH]", "-p", "period=2026-01-01..2026-01-05")
UNLIMITED = str(2**256 - 1)


@pytest.fixture
def table(client):
    """What the library gives for the query that the tests run."""
    params = {"markets": ["WETH"], "period": ("2026-01-01", "2026-01-05")}
    return read_watch_query(1, params, client=client, output="arrow")


def test_query_to_parquet_as_in_the_library(run, table, tmp_path):
    done = run.process("query", 1, *FEW, "-o", "rows.parquet")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("rows.parquet: 5 rows x 9, ")
    found = pa_parquet.read_table(tmp_path / "rows.parquet")
    assert found.equals(table)
    facts = json.loads(found.schema.metadata[b"watchframe"])
    assert facts["parameters"]["period"] == {"start": "2026-01-01", "end": "2026-01-05"}


@pytest.mark.parametrize("query", [1, 42, 43])
@pytest.mark.parametrize("name", ["rows.parquet", "rows.arrow", "rows.feather"])
def test_query_in_a_file_is_the_librarys_frame_to_pandas(invoke, client, tmp_path, query, name):
    assert invoke("query", query, "-o", name).exit_code == 0
    frame = read_watch_query(query, client=client)
    read = pd.read_parquet if name.endswith("parquet") else pd.read_feather
    found = read(tmp_path / name)
    facts = frame.attrs["watchframe"]
    if name.endswith("parquet") or int(pa.__version__.split(".")[0]) >= 22:
        assert found.attrs["watchframe"]["query_id"] == query
        assert found.attrs["watchframe"].keys() == facts.keys()
    texts = [column for column in frame if frame[column].dtype == object]
    days = [column for column in found if found[column].dtype == "date32[day][pyarrow]"]
    assert all(found[column].dtype == "string" for column in texts)
    assert all(frame[column].dtype == "datetime64[us]" for column in days)
    same = [column for column in frame if column not in (*texts, *days)]
    assert same
    pd.testing.assert_frame_equal(found[same], frame[same])


@pytest.mark.parametrize("name", ["rows.arrow", "rows.feather"])
def test_query_to_arrow_as_in_the_library(invoke, table, tmp_path, name):
    assert invoke("query", 1, *FEW, "-o", name).exit_code == 0
    with pa.ipc.open_file(tmp_path / name) as reader:
        assert reader.read_all().equals(table)


def test_query_columns_in_their_order(invoke):
    result = invoke("query", 1, *FEW, "--columns", "market,day", "--columns", "borrows", "-o", "-")
    assert result.stdout.splitlines()[0] == '"market","day","borrows"'
    refused = invoke("query", 1, *FEW, "--columns", "markt")
    assert refused.exit_code == 2
    assert "no column 'markt'" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["csv", "tsv", "json", "table", "parquet", "arrow", "xlsx"])
def test_query_integers_beyond_64_bits(run, format_):
    done = run.process("query", 40, "-q", "-o", "-", "--format", format_, text=False)
    assert (done.returncode, done.stderr) == (0, b"")
    if format_ == "parquet":
        values = pa_parquet.read_table(io.BytesIO(done.stdout)).to_pylist()
    elif format_ == "arrow":
        values = pa.ipc.open_file(io.BytesIO(done.stdout)).read_all().to_pylist()
    elif format_ == "xlsx":
        values = pd.read_excel(io.BytesIO(done.stdout), dtype=str).to_dict(orient="records")
    else:
        assert UNLIMITED in done.stdout.decode()
        return
    assert UNLIMITED in {value for row in values for value in row.values()}


def test_query_to_workbook_as_in_the_library(invoke, table, tmp_path):
    result = invoke("query", 1, *FEW, "-o", "rows.xlsx")
    assert result.exit_code == 0, result.stderr
    assert "\nText, since Excel would round the numbers: amount_raw.\n" in result.stderr
    sheet = openpyxl.load_workbook(tmp_path / "rows.xlsx").active
    head, *rows = sheet.iter_rows(values_only=True)
    assert list(head) == table.column_names
    days = [datetime.combine(day, time()) for day in table["day"].to_pylist()]
    columns = {name: table[name].to_pylist() for name in table.column_names} | {"day": days}
    assert rows == list(zip(*columns.values(), strict=True))
    assert "Excel" not in invoke("query", 40, "-q", "-o", "rows.xlsx").stderr


def test_query_too_large_for_workbook_keeps_old_file(invoke, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "_MOST_ROWS", 5)
    (tmp_path / "rows.xlsx").write_text("old")
    result = invoke("query", 1, *FEW, "-o", "rows.xlsx")
    assert (result.exit_code, result.stdout) == (1, "")
    assert ".parquet or a .csv" in result.stderr
    assert (tmp_path / "rows.xlsx").read_text() == "old"


def test_query_to_tsv_and_back(invoke, table, tmp_path):
    assert invoke("query", 1, *FEW, "-o", "rows.tsv").exit_code == 0
    found = pd.read_csv(tmp_path / "rows.tsv", sep="\t")
    assert found["amount_usd"].tolist() == table["amount_usd"].to_pylist()


def test_query_to_json_with_nested_values(invoke):
    records = json.loads(invoke("query", 47, "--json").stdout)
    assert len(records) == 9
    assert {type(value) for record in records for value in record.values()} >= {list, dict, str}


def test_query_column_types_to_csv_and_back(invoke, client):
    expected = read_watch_query(42, client=client, output="arrow")
    text = invoke("query", 42, "-o", "-").stdout
    found = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert list(found.columns) == expected.column_names
    assert len(found) == expected.num_rows


def test_query_table_on_stdout_origin_on_stderr(invoke):
    result = invoke("query", 1, *FEW, "--rows", 2)
    lines = result.stdout.splitlines()
    assert lines[0].split()[:3] == ["day", "market", "borrows"]
    assert len(lines) == 4
    assert "5 rows x 9" in result.stderr
    assert "(3 rows not shown: --rows 0 shows all)" in result.stderr
    assert len(invoke("query", 1, *FEW).stdout.splitlines()) == 7
    assert invoke("query", 1, *FEW, "-q").stderr == ""


def test_query_terminal_codes_shown_as_text(invoke):
    statement = "select 'a' || chr(27) || '[2Jb' as x"
    assert "a\\x1b[2Jb" in invoke("sql", statement, "-s", "Lending").stdout
    record = json.loads(invoke("sql", statement, "-s", "Lending", "--json").stdout)
    assert record == [{"x": "a\x1b[2Jb"}]
    turned = invoke("sql", "select chr(155) || chr(8238) as x", "-s", "Lending", "--json").stdout
    assert r"\u009b\u202e" in turned
    assert json.loads(turned) == [{"x": "\x9b\u202e"}]


def test_query_parameters_of_a_page_url(invoke, demo):
    page = f"{demo.url}/queries/1?p_markets=%5B%22INV%22%5D&p_period=2026-01-01--2026-01-02"
    records = json.loads(invoke("query", page, "--json", "-p", "min_amount=0").stdout)
    assert {record["market"] for record in records} == {"INV"}


def test_query_young_copy_without_a_request(invoke, demo):
    assert invoke("query", 49).exit_code == 0
    demo.requests.clear()
    assert "from the local cache" in invoke("query", 49, "--max-age", "1h").stderr
    assert "from the local cache" in invoke("query", 49, "--offline").stderr
    assert demo.requests == []
    assert "run just now" in invoke("query", 49, "--max-age", "0").stderr


def test_query_truncated_result_warns_on_stderr(invoke):
    result = invoke("query", 54, "--json", "-q")
    assert len(json.loads(result.stdout)) == 1000
    assert result.stderr.startswith("Warning: ")


@pytest.mark.slow
def test_output_replaces_file_and_keeps_mode(run, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("old")
    path.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    assert run("query", 49, "-o", "link.csv").returncode == 0
    assert link.is_symlink()
    assert path.read_text().splitlines()[0] == '"events"'
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.slow
@pytest.mark.parametrize("words", [("query", 51), ("query", 50, "--timeout", "0.5")])
def test_output_of_failed_query_keeps_old_file(run, tmp_path, words):
    path = tmp_path / "rows.csv"
    path.write_text("old")
    assert run(*words, "-o", "rows.csv").returncode != 0
    assert path.read_text() == "old"
    assert {item.name for item in tmp_path.iterdir()} <= {"rows.csv", "results"}


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("no/such/rows.csv", "There is no folder"),
        ("rows.xls", "tells no format"),
        (".", "is a directory"),
    ],
)
def test_output_unwritable_refused_before_any_run(invoke, demo, output, words):
    result = invoke("query", 1, "-o", output)
    assert result.exit_code == 2
    assert words in result.stderr
    assert demo.requests == []


def test_sql_on_stdin_with_parameters(invoke):
    result = invoke(
        "sql",
        "-",
        "-s",
        "Lending",
        "-p",
        "name='a, b'",
        "--json",
        input="select '{{ name }}' as name",
    )
    assert json.loads(result.stdout) == [{"name": "a, b"}]


def test_sql_failure_shows_words_and_marks_line(invoke):
    result = invoke("sql", "select 1\nform events", "-s", "Lending")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "LINE 2: form events" in result.stderr


def test_query_that_fails_marks_its_line(invoke):
    result = invoke("query", 51)
    assert "LINE 2: from borrow_events" in result.stderr


def test_sql_unknown_data_source_names_known_ones(invoke):
    result = invoke("sql", "select 1", "-s", "Landing")
    assert result.exit_code == 2
    assert "'Lending' (" in result.stderr


def test_query_under_its_own_key_runs(run, demo):
    done = run("query", 1, *FEW, "--json", WATCHFRAME_API_KEY=demo.query_key(1))
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 5
    with Client(demo.url, demo.user_key) as client:
        assert client.queries.get(1).name in done.stderr


def test_explain_prints_the_plan_and_executes_nothing(invoke, client, demo):
    sent = ("query", 13, "-p", "kind=repay")
    explained = invoke(*sent, "--explain", "--max-age", "1h")
    plan = explain_watch_query(13, {"kind": "repay"}, max_age="1h", client=client)
    lines = str(plan).splitlines()
    said = explained.stdout.splitlines()
    assert [line for line in said if not line.startswith("local cache")] == [
        line
        for line in lines
        if not line.startswith("local cache")  # it names a key of its own
    ]
    assert "no result under" in explained.stdout
    assert not any(item.path.endswith("/results") for item in demo.requests)
    assert invoke(*sent, "-q").exit_code == 0
    assert "takes the local copy" in invoke(*sent, "--explain", "--max-age", "1h").stdout


def test_explain_of_sql_shows_it_as_the_server_renders_it(invoke):
    sent = ("sql", "select '{{ kind }}' as kind", "-s", "Lending", "-p", "kind=repay", "--explain")
    shown = invoke(*sent).stdout
    assert "ad-hoc SQL on 'Lending'" in shown
    assert "select 'repay' as kind" in shown


def test_explain_is_of_one_read(invoke):
    result = invoke("query", 13, "--each", "kind=[borrow, repay]", "--explain")
    assert result.exit_code == 2
    assert "--explain is of one read" in result.stderr


def test_query_and_show_take_a_name(invoke):
    done = invoke("query", "market TOTALS", "--json")
    assert json.loads(done.stdout) == json.loads(invoke("query", 2, "--json").stdout)
    assert json.loads(invoke("show", "Market totals", "--json").stdout)["id"] == 2


@pytest.mark.parametrize("between", ["..", "--", " to "])
def test_range_in_every_spelling_is_a_text_where_one_is_wanted(invoke, between):
    typed = f"2026-01-01{between}2026-01-03"
    statement = "select '{{ note }}' as note, '{{ day.start }}' as first"
    words = ("-s", "Lending", "-p", f"note={typed}", "-p", f"day={typed}", "--json")
    assert json.loads(invoke("sql", statement, *words).stdout) == [
        {"note": typed, "first": "2026-01-01"}
    ]
    assert len(json.loads(invoke("query", 33, "-p", f"period={typed}", "--json").stdout)) == 3
