"""The pages of ``docs/howto`` about a whole server, run from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import watchframe

PAGES = Path(__file__).parents[3] / "docs" / "howto"


@pytest.fixture
def page(server, tmp_path, monkeypatch):
    """Run a page's code in a folder of its own; returns the names that it defined."""
    monkeypatch.chdir(tmp_path)

    def run(name, replaced=(), **names):
        text = (PAGES / name).read_text()
        for old, new in replaced:
            text = text.replace(old, new)
        cells = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
        assert len(cells) >= 2
        for cell in cells:
            exec(compile(cell, name, "exec"), names)
        return names

    with watchframe.connect(server.url, server.user_key, cache_dir=tmp_path / "cache"):
        yield run


@pytest.mark.slow
def test_page_fresh_results(page, client, server, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    server.requests.clear()
    found = page("fresh-results.md")
    runs = [item for item in server.requests if item.path == "/api/queries/1/results"]
    assert [item.body["max_age"] for item in runs] == [0]  # the second read took the copy
    assert runs[0].body["parameters"]["markets"] == ["WETH", "INV"]
    assert set(found["borrows"]["market"]) <= {"WETH", "INV"}
    assert len(found["events"]) > 0
    assert (tmp_path / "totals.xlsx").stat().st_size > 0
    shown = capsys.readouterr().out
    assert "There was no result within 0.5 s" in shown
    assert "Catalog Error" in shown
    assert server.running_jobs() == []


@pytest.mark.slow
def test_page_refresh_dashboard(page, client, server):
    before = client.queries.get(2).latest_result_id
    server.requests.clear()
    found = page("refresh-dashboard.md")
    assert len(found["frames"]) == 4
    wanted = r"/api/queries/\d+/results"
    runs = [
        item for item in server.requests if item.method == "POST" and re.match(wanted, item.path)
    ]
    assert len(runs) > 8
    assert {item.body["max_age"] for item in runs} == {0}
    shared = [item.body["parameters"] for item in runs if "markets" in item.body["parameters"]]
    assert {"start": "2026-02-01", "end": "2026-02-28"} in [item["period"] for item in shared]
    assert client.queries.get(2).latest_result_id != before


def test_page_catalogue(page, client):
    count = client.queries.list().count()
    found = page("catalogue.md")
    assert found["query"].description == "Checked."
    assert "checked" in client.queries.get(found["newest"].id).tags
    assert found["per_owner"].sum() == count == client.queries.list().count()
    assert 1 in set(found["with_parameters"]["id"])
    assert found["shown"]


@pytest.mark.slow
def test_page_queries_as_code(page, client):
    page("queries-as-code.md")
    assert client.queries.get(1).text.startswith("-- reviewed\n")
    assert client.queries.list(search="Borrows, reviewed").count() == 1


def test_page_dashboards_clone(page, client):
    before = client.dashboards.list().count()
    copy = page("dashboards-clone.md")["copy"]
    assert client.dashboards.list().count() == before + 2
    assert not client.dashboards.get(copy.id).is_draft


def test_page_table_names(page):
    assert "events" in set(page("table-names.md")["tables"]["table"])


def test_page_personal_data(page, client):
    query = client.queries.create("A", "select 'anna@example.org'", 1)
    found = page("personal-data.md")
    assert found["hits"]["id"].tolist() == [query.id]
    assert len(found["not_searched"]) > 5


def test_page_users_in_bulk(page, client):
    people = [client.users.invite(f"P{n}", f"p{n}@example.org") for n in (1, 2)]
    done = page("users-in-bulk.md")["done"]
    assert done["action"].tolist() == ["disabled", "disabled", "not found"]
    assert all(client.users.get(item.id).is_disabled for item in people)


@pytest.mark.slow
def test_page_move_servers(page, server, other_server, tmp_path):
    servers = (
        ("https://old.example.org", server.url),
        ("https://new.example.org", other_server.url),
    )
    found = page(
        "move-servers.md",
        replaced=servers,
        old_key=server.user_key,
        new_key=other_server.user_key,
    )
    assert set(found["report"]["action"]) == {"created"}
    assert (tmp_path / "move.json").exists()
