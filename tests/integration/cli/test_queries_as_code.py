"""``watchframe export``, ``diff`` and ``import``, in processes of their own."""

from __future__ import annotations

import json

import pytest

from watchframe.client import Client

pytestmark = pytest.mark.slow


@pytest.fixture
def client(own_server):
    with Client(own_server.url, own_server.user_key) as found:
        yield found


def edit(folder, number):
    """Put a line before a query's text in its file."""
    path = next(folder.glob(f"{number}-*.sql"))
    path.write_text("-- reviewed\n" + path.read_text())


def test_export_writes_only_what_changed(run_own, own_server, tmp_path, client):
    first = run_own("export", "queries", "--id", 1, "--id", 2)
    assert first.returncode == 0, first.stderr
    assert [line.split()[:2] for line in first.stdout.splitlines()[2:]] == [
        ["1", "written"],
        ["2", "written"],
    ]
    assert first.stderr == "queries: 2 written\n"
    assert len(list((tmp_path / "queries").glob("*.sql"))) == 2
    client.queries.update(client.queries.get(2), description="edited")
    again = run_own("export", "queries", "--id", 1, "--id", 2, "--json", "-q")
    assert again.stderr == ""
    assert [(item["id"], item["action"]) for item in json.loads(again.stdout)] == [
        (1, "unchanged"),
        (2, "written"),
    ]
    files = "".join(path.read_text() for path in (tmp_path / "queries").iterdir())
    assert own_server.query_key(1) not in files


def test_dry_run_shows_the_diff_and_writes_nothing(run_own, tmp_path, client):
    run_own("export", "queries", "--tag", "tutorial")
    edit(tmp_path / "queries", 1)
    before = client.queries.get(1)
    done = run_own("import", "queries", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "+-- reviewed\n" in done.stdout
    assert done.stderr == "queries: 1 would be updated\n"
    found = json.loads(run_own("import", "queries", "--dry-run", "--json").stdout)
    assert [(item["id"], item["action"], item["fields"]) for item in found] == [
        (1, "would be updated", ["text"])
    ]
    assert client.queries.get(1).text == before.text


def test_diff_exit_code_on_request(run_own, tmp_path):
    run_own("export", "queries", "--tag", "tutorial")
    assert run_own("diff", "queries", "--exit-code").returncode == 0
    edit(tmp_path / "queries", 1)
    assert run_own("diff", "queries").returncode == 0
    done = run_own("diff", "queries", "--exit-code")
    assert done.returncode == 1
    assert done.stdout.startswith("# Borrows by market\n--- server\n+++ 1-borrows-by-market.sql\n")


def test_import_writes_what_differs(run_own, tmp_path, client):
    run_own("export", "queries", "--tag", "tutorial")
    edit(tmp_path / "queries", 1)
    done = run_own("import", "queries")
    assert done.stdout.splitlines()[2].split()[:2] == ["1", "updated"]
    assert client.queries.get(1).text.startswith("-- reviewed\n")
    assert run_own("import", "queries").stderr == "queries: 1 unchanged\n"


def test_import_conflict_is_an_error_after_the_others(run_own, tmp_path, client):
    run_own("export", "queries", "--id", 1, "--id", 2)
    for number in (1, 2):
        edit(tmp_path / "queries", number)
    client.queries.update(client.queries.get(1), text="select 1")
    done = run_own("import", "queries")
    assert done.returncode == 1
    assert "1 of 2 queries could not be imported:" in done.stderr
    assert "Look at watchframe diff" in done.stderr
    assert "give --overwrite" in done.stderr
    assert "Were written: 2 updated." in done.stderr
    assert "Traceback" not in done.stderr
    assert client.queries.get(1).text == "select 1"
    assert client.queries.get(2).text.startswith("-- reviewed\n")
    assert run_own("import", "queries", "--id", 1, "--overwrite").returncode == 0
    assert client.queries.get(1).text.startswith("-- reviewed\n")


def test_import_creates_queries_on_request(run_own, tmp_path, client):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "new.sql").write_text("select 1 as one\n")
    (tmp_path / "new" / "new.yaml").write_text("name: New one\ndata_source: {name: Lending}\n")
    refused = run_own("import", "new")
    assert refused.returncode == 1
    assert "--create-missing makes it a new query" in refused.stderr
    done = run_own("import", "new", "--create-missing", "--json")
    (record,) = json.loads(done.stdout)
    assert record["action"] == "created"
    assert client.queries.get(record["id"]).text == "select 1 as one\n"


def test_import_of_a_folder_that_is_none_is_a_usage_error(run_own):
    done = run_own("import", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
