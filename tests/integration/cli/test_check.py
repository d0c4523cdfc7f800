"""``--expect`` and ``watchframe check``."""

import json

import pytest

from watchframe import Schema, read_watch_sql, read_watch_sweep, watch_query
from watchframe.cli.messages import FAILED, NOT_FOUND, UNREACHABLE, USAGE
from watchframe.demo import DemoServer


@pytest.fixture
def folder(client, tmp_path):
    """A folder with schemas of a query, of SQL and of a sweep, as they were made in Python."""
    place = tmp_path / "schemas"
    (place / "lending").mkdir(parents=True)
    q = watch_query(1, client=client)
    q(markets=["WETH"], period=("2026-01-01", "2026-01-05"))
    q.schema.save(place / "lending" / "borrows.schema")
    sql = read_watch_sql(
        "select '{{ word }}' as x", "Lending", {"word": "a"}, output="arrow", client=client
    )
    Schema.of(sql).save(place / "sql.schema")
    return place


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_all_as_expected(run, folder):
    done = run("check", folder)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[-3:] for line in lines[-2:]] == [
        ["as", "expected", "5"],
        ["as", "expected", "1"],
    ]
    again = run("check", folder, "--offline", "--json")
    assert [item["outcome"] for item in json.loads(again.stdout)] == ["as expected"] * 2


def test_drift_names_both_sides_and_ends_with_1(run, folder):
    edit(folder / "lending" / "borrows.schema", 'type = "date"', 'type = "string"')
    done = run("check", folder, "--json")
    assert done.returncode == FAILED
    first, second = json.loads(done.stdout)
    assert (first["outcome"], first["rows"], second["outcome"]) == ("drift", 5, "as expected")
    expected = {"column": "day", "what": "type", "expected": "string", "found": "date"}
    assert first["differences"] == [expected]
    assert "column 'day': expected string, found date" in done.stderr
    assert "1 of 2 schemas could not be confirmed" in done.stderr
    assert f"edit {folder}/lending/borrows.schema" in done.stderr


def test_what_fails_does_not_end_the_others(run, folder):
    edit(folder / "sql.schema", "Lending", "No such source")
    done = run("check", folder)
    assert done.returncode == FAILED
    assert "as expected" in done.stdout
    assert "No such source" in done.stderr


def test_codes(run, folder, tmp_path):
    assert run("check", tmp_path / "nothing").returncode == USAGE
    (tmp_path / "empty").mkdir()
    done = run("check", tmp_path / "empty")
    assert (done.returncode, ".schema" in done.stderr) == (USAGE, True)
    assert run("check", folder, "--offline").returncode == NOT_FOUND
    (folder / "sql.schema").write_text("[columns")
    done = run("check", folder)
    assert (done.returncode, "is no TOML" in done.stderr) == (USAGE, True)


def test_server_that_is_away(run, tmp_path):
    with DemoServer(events=10) as gone:
        url = gone.url
    text = f'[read]\nserver = "{url}"\nquery = 1\n[columns]\n'
    (tmp_path / "x.schema").write_text(text)
    done = run("check", tmp_path / "x.schema", WATCHFRAME_URL=url)
    assert done.returncode == UNREACHABLE


def test_key_is_not_sent_to_another_server(run, tmp_path, demo):
    with DemoServer(events=10) as other:
        text = f'[read]\nserver = "{other.url}"\nquery = 1\n[columns]\n'
        (tmp_path / "x.schema").write_text(text)
        done = run("check", tmp_path / "x.schema")
        assert done.returncode == FAILED
        assert other.requests == []
        assert "No API key" in done.stderr


def test_sweep_is_not_checked_and_says_so(run, client, tmp_path):
    frame = read_watch_sweep(13, [{"kind": "borrow"}], client=client)
    Schema.of(frame).save(tmp_path / "sweep.schema")
    done = run("check", tmp_path)
    assert (done.returncode, "not checked" in done.stdout) == (0, True)
    assert done.stderr == "1 file of 1 named no query, and was not checked.\n"


def test_expect_of_query_and_sql(run, folder):
    schema = folder / "lending" / "borrows.schema"
    few = ("-p", "markets=[WETH]", "-p", "period=2026-01-01..2026-01-05")
    assert run("query", 1, *few, "--expect", schema).returncode == 0
    edit(schema, "least = 1", "least = 6")
    done = run("query", 1, *few, "--expect", schema, "-o", "rows.csv")
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert "rows: expected at least 6, found 5" in done.stderr
    assert f"Hint: If it is to be so from now on, edit {schema}." in done.stderr
    assert not (folder.parent / "rows.csv").exists()
    done = run("sql", "select 1 as y", "--source", "Lending", "--expect", folder / "sql.schema")
    assert (done.returncode, "column 'y'" in done.stderr) == (FAILED, True)
    done = run("query", 1, "--explain", "--expect", schema)
    assert done.returncode == USAGE


def test_server_that_is_no_address(run, tmp_path):
    (tmp_path / "x.schema").write_text('[read]\nserver = "x y"\nquery = 1\n[columns]\n')
    done = run("check", tmp_path)
    assert (done.returncode, "is not a server's URL" in done.stderr) == (FAILED, True)


def test_explanation_as_json(run):
    done = run("query", 13, "-p", "kind=repay", "--explain", "--json")
    told = json.loads(done.stdout)
    assert (told["parameters"], told["action"]) == ({"kind": "repay"}, "fetch")
    assert run("query", 13, "-p", "kind=repay").returncode == 0
    told = json.loads(run("query", 13, "-p", "kind=repay", "--explain", "--json").stdout)
    assert (told["action"], told["last_run"]["has_same_values"]) == ("use", True)
    done = run("sql", "select 1 as x", "--source", "Lending", "--explain", "--json")
    assert json.loads(done.stdout)["sql"] == "select 1 as x"
