"""``watchframe history`` and ``watchframe query --at``: past results, without a request."""

import csv
import io
import json
from datetime import datetime, timedelta

import pytest

FEW = ("-p", "markets=[WETH]", "-p", "period=2026-01-01..2026-01-05")
HISTORY = {"WATCHFRAME_HISTORY": "30d"}


@pytest.fixture
def twice(run):
    """The few rows, read twice."""
    for _ in range(2):
        assert run("query", 1, *FEW, "--refresh", "-o", "rows.csv", **HISTORY).returncode == 0


def test_history_lists_what_is_kept(run, twice, demo):
    demo.requests.clear()
    listed = json.loads(run("history", 1, *FEW, "--json").stdout)
    assert [record["rows"] for record in listed] == [5, 5]
    moments = [datetime.fromisoformat(record["retrieved_at"]) for record in listed]
    assert moments == sorted(moments, reverse=True)
    assert listed[0]["query_result_id"] > listed[1]["query_result_id"]
    table = run("history", "1", *FEW).stdout.splitlines()
    assert table[0].split()[:3] == ["retrieved_at", "rows", "columns"]
    assert len(table) == 4
    rows = list(csv.DictReader(io.StringIO(run("history", 1, *FEW, "--format", "csv").stdout)))
    assert [row["retrieved_at"] for row in rows] == [record["retrieved_at"] for record in listed]
    assert json.loads(run("history", 1, "-p", "markets=[INV]", "--json").stdout) == []
    assert list(demo.requests) == []


def test_query_at_a_moment_returns_that_result(run, twice, demo):
    newest, oldest = json.loads(run("history", 1, *FEW, "--json").stdout)
    demo.requests.clear()
    done = run("query", 1, *FEW, "--at", oldest["retrieved_at"], "--columns", "day", "-o", "-")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, '"day"')
    assert len(done.stdout.splitlines()) == 6
    before = datetime.fromisoformat(oldest["retrieved_at"]) - timedelta(microseconds=1)
    none = run("query", 1, *FEW, "--at", before.isoformat())
    assert none.returncode != 0
    assert "No result of query 1" in none.stderr
    assert "watchframe history 1. WATCHFRAME_HISTORY=30d keeps" in none.stderr
    assert newest["query_result_id"] != oldest["query_result_id"]
    assert list(demo.requests) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--at", "soon"), "'soon' is no day and no moment"),
        (("--at", "2026-01-01", "--refresh"), "--at and --refresh do not go together"),
        (("--at", "2026-01-01", "--explain"), "--at and --explain do not go together"),
        (("--at", "2026-01-01", "--each", "markets=[WETH]"), "--at and --each do not go together"),
    ],
)
def test_wrong_moment_is_refused(run, twice, words, told):
    done = run("query", 1, *words)
    assert done.returncode != 0
    assert told in done.stderr


def test_query_that_was_never_read_says_so(run):
    done = run("history", 2)
    assert done.returncode != 0
    assert "The local cache does not hold the definition of query 2" in done.stderr


def test_cache_commands_tell_past_results(run, twice):
    facts = json.loads(run("cache", "info", "--json", **HISTORY).stdout)
    assert (facts["results"], facts["past_results"], facts["history_days"]) == (1, 1, 30)
    told = run("cache", "info", **HISTORY).stdout
    assert "past ones   1\n" in told
    assert "kept past   30 days\n" in told
    assert "kept past" not in run("cache", "info").stdout
    lines = run("cache", "list").stdout.splitlines()
    assert lines[0].split()[-1] == "replaced"
    assert len(lines) == 4
    assert "2 entries removed" in run("cache", "clear", "--query", 1).stderr
    assert json.loads(run("history", 1, *FEW, "--json").stdout) == []
