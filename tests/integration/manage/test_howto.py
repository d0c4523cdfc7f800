"""The pages of ``docs/howto`` about a whole server, run from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import watchframe

PAGES = Path(__file__).parents[3] / "docs" / "howto"


@pytest.fixture
def page(server, tmp_path, monkeypatch):
    """Run a page's code in a folder of its own; gives the names that it made."""
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

    with watchframe.connect(server.url, server.user_key):
        yield run


def test_page_on_queries_as_code_when_run_writes_back_and_creates(page, client):
    page("queries-as-code.md")
    assert client.queries.get(1).text.startswith("-- reviewed\n")
    assert client.queries.list(search="Borrows, reviewed").count() == 1


def test_page_on_copies_when_run_makes_two_dashboards(page, client):
    before = client.dashboards.list().count()
    copy = page("dashboards-clone.md")["copy"]
    assert client.dashboards.list().count() == before + 2
    assert not client.dashboards.get(copy.id).is_draft


def test_page_on_table_names_when_run_gives_tables(page):
    assert "events" in set(page("table-names.md")["tables"]["table"])


def test_page_on_personal_data_when_run_finds_what_is_there(page, client):
    query = client.queries.create("A", "select 'anna@example.org'", 1)
    found = page("personal-data.md")
    assert found["hits"]["query_id"].tolist() == [query.id]
    assert len(found["not_searched"]) > 5


def test_page_on_users_when_run_disables_them(page, client):
    people = [client.users.invite(f"P{n}", f"p{n}@example.org") for n in (1, 2)]
    done = page("users-in-bulk.md")["done"]
    assert done["action"].tolist() == ["disabled", "disabled", "not found"]
    assert all(client.users.get(item.id).is_disabled for item in people)


def test_page_on_moving_when_run_moves_everything(page, server, other_server, tmp_path):
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
