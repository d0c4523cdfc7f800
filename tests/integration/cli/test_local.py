"""``watchframe local``: SQL over results on the command line."""

import json

from watchframe.demo import DemoServer


def test_rows_as_json(run):
    sql = "SELECT market FROM query_2 WHERE market IN ({{ markets }}) ORDER BY 1"
    done = run.process("local", sql, "-p", "markets=[WETH, INV]", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (
        0,
        [{"market": "INV"}, {"market": "WETH"}],
    )
    assert "over query 2 'Market totals'" in done.stderr


def test_an_error_of_duckdb_has_its_words(run):
    done = run.process("local", "SELECT nope FROM query_2")
    assert done.returncode == 1
    assert "Candidate bindings" in done.stderr
    assert "LINE 1: SELECT nope FROM query_2" in done.stderr


def test_saved_query_is_run_locally(run):
    with DemoServer(events=200, version="fork") as server:
        of_the_fork = {"WATCHFRAME_URL": server.url, "WATCHFRAME_API_KEY": server.user_key}
        assert run("query", 2, "--format", "csv", **of_the_fork).returncode == 0
        words = ("query", 81, "-p", "events=2", "--json")
        there = run(*words, **of_the_fork)
        here = run(*words, "--run-locally", **of_the_fork)
    assert json.loads(here.stdout) == json.loads(there.stdout) != []
    assert "over query 2" in here.stderr


def test_saved_query_of_another_source_is_not_run_locally(run):
    done = run("query", 2, "--run-locally")
    assert done.returncode != 0
    assert "Query 2 runs on the data source" in done.stderr
    done = run("query", 2, "--run-locally", "--explain")
    assert "--run-locally and --explain do not go together" in done.stderr
