"""``watchframe local``: SQL over results on the command line."""

import json


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
