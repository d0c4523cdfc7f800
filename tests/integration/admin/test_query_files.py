"""Queries to files and back, over real HTTP."""

from __future__ import annotations

import resource

import pytest
import yaml

from watchframe.admin import diff_queries, export_queries, import_queries
from watchframe.errors import ArgumentError, ConflictError, WatchframeError
from watchframe.models import ParameterDefinition


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "queries"


@pytest.fixture
def query(client):
    made = client.queries.create(
        "Borrows / by dav: Größe?",
        "select 1 as one,\r\n  '{{ who }}' as who\t-- naïve\n",
        1,
        parameters=[ParameterDefinition(name="who", type="text", title="Who", default="me")],
        description="Said:\n- a: b\n",
        tags=["lending", "daily"],
        schedule={"interval": 3600, "time": None, "day_of_week": None, "until": None},
        options={"apply_auto_limit": True, "ours": {"kept": [1, 2]}},
    )
    return client.queries.get(made.id)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def only(folder, query, suffix):
    return next(folder.glob(f"{query.id}-*{suffix}"))


def edit(folder, query, **fields):
    path = only(folder, query, ".yaml")
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | fields, sort_keys=False))


def test_export_content(client, server, query, folder):
    (done,) = export_queries(folder, client=client, ids=[query.id])
    assert done.action == "written"
    assert sorted(contents(folder)) == [
        f"{query.id}-borrows-by-dav-größe.sql",
        f"{query.id}-borrows-by-dav-größe.yaml",
    ]
    assert only(folder, query, ".sql").read_bytes() == query.text.encode()
    fields = yaml.safe_load(done.path.read_text())
    assert fields == {
        "id": query.id,
        "name": "Borrows / by dav: Größe?",
        "description": "Said:\n- a: b\n",
        "tags": ["lending", "daily"],
        "is_draft": True,
        "data_source": {"id": 1, "name": "Lending", "type": "pg"},
        "parameters": [{"name": "who", "type": "text", "title": "Who", "value": "me"}],
        "schedule": {"interval": 3600, "time": None, "day_of_week": None, "until": None},
        "options": {"apply_auto_limit": True, "ours": {"kept": [1, 2]}},
        "updated_at": query.updated_at.isoformat(),
    }


def test_export_everything_twice(client, server, folder):
    count = client.queries.list().count()
    first = export_queries(folder, client=client)
    assert len(first) == count > 30
    assert {item.action for item in first} == {"written"}
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert len(before) == 2 * count
    assert {item.action for item in export_queries(folder, client=client)} == {"unchanged"}
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    text = b"".join(contents(folder).values()).decode()
    keys = [server.query_key(item.query_id) for item in first]
    assert not [key for key in [*keys, server.user_key] if key in text]
    assert "api_key" not in text


def test_export_renamed_and_archived(client, query, folder):
    gone = client.queries.create("To go", "select 2", 1)
    export_queries(folder, client=client, ids=[query.id, gone.id])
    client.queries.update(query, name="Repays")
    client.queries.archive(gone.id)
    (done,) = export_queries(folder, client=client, ids=[query.id])
    assert (done.action, done.path.name) == ("renamed", f"{query.id}-repays.yaml")
    assert len(contents(folder)) == 4
    done = export_queries(folder, client=client, ids=[query.id], prune=True)
    assert [(item.query_id, item.action) for item in done] == [
        (query.id, "unchanged"),
        (gone.id, "removed"),
    ]
    assert sorted(contents(folder)) == [f"{query.id}-repays.sql", f"{query.id}-repays.yaml"]


def test_export_prune_of_a_selection(client, query, folder):
    export_queries(folder, client=client)
    before = contents(folder)
    done = export_queries(folder, client=client, ids=[query.id], prune=True)
    assert [item.action for item in done] == ["unchanged"]
    assert contents(folder) == before


def test_export_by_tags(client, query, folder):
    done = export_queries(folder, client=client, tags=["daily", "lending"])
    assert [item.query_id for item in done] == [query.id]


def test_export_disk_full(client, query, folder):
    export_queries(folder, client=client, ids=[query.id])
    before = contents(folder)
    client.queries.update(query, text="select 1 -- " + 2000 * "x")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # as if the disk were full
    try:
        with pytest.raises(OSError, match="too large"):
            export_queries(folder, client=client, ids=[query.id])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert contents(folder) == before


def test_import_nothing_edited(client, server, folder):
    export_queries(folder, client=client)
    server.requests.clear()
    assert diff_queries(folder, client) == []
    assert {item.action for item in import_queries(folder, client=client)} == {"unchanged"}
    assert {item.method for item in server.requests} == {"GET"}


@pytest.mark.slow
def test_import_edited_fields(client, server, query, folder):
    export_queries(folder, client=client)
    only(folder, query, ".sql").write_text("select 2 as two\n")
    edit(folder, query, name="Two", tags=["b"], options={"more": 1}, schedule=None)
    (difference,) = diff_queries(folder, client)
    assert difference.kind == "changed"
    assert difference.fields == ("text", "name", "tags", "schedule", "options")
    assert "\n+select 2 as two\n" in difference.diff
    assert "\n-name: 'Borrows / by dav: Größe?'\n+name: Two\n" in difference.diff

    rehearsed = import_queries(folder, client=client, dry_run=True)
    server.requests.clear()
    done = import_queries(folder, client=client)
    assert rehearsed.to_frame()["action"].tolist() == done.to_frame()["action"].tolist()
    (written,) = [item for item in done if item.action == "updated"]
    assert written.path.name == f"{query.id}-two.yaml"
    (request,) = [item for item in server.requests if item.method == "POST"]
    assert "description" not in request.body
    now = client.queries.get(query.id)
    assert (now.text, now.name, now.tags, now.schedule) == (
        "select 2 as two\n",
        "Two",
        ("b",),
        None,
    )
    assert now.parameters == query.parameters
    assert not now.applies_auto_limit
    assert {item.action for item in import_queries(folder, client=client)} == {"unchanged"}


def test_import_conflicts(client, query, folder):
    second = client.queries.create("Second", "select 'second'", 1)
    third = client.queries.create("Third", "select 'third'", 1)
    all_three = [query, second, third]
    export_queries(folder, client=client, ids=[item.id for item in all_three])
    for item in all_three:
        only(folder, item, ".sql").write_text(f"select 'ours {item.id}'")
    for item in (query, third):
        client.queries.update(item, text="select 'theirs'")

    assert [item.kind for item in diff_queries(folder, client)] == [
        "conflict",
        "changed",
        "conflict",
    ]
    with pytest.raises(ExceptionGroup) as raised:
        import_queries(folder, client=client)
    assert [type(error) for error in raised.value.exceptions] == [ConflictError, ConflictError]
    assert f"{second.id} updated" in raised.value.__notes__[0]
    texts = [client.queries.get(item.id).text for item in all_three]
    assert texts == ["select 'theirs'", f"select 'ours {second.id}'", "select 'theirs'"]

    done = import_queries(folder, client=client, ids=[query.id], overwrite=True)
    assert [item.action for item in done] == ["updated"]
    texts = [client.queries.get(item.id).text for item in all_three]
    assert texts == [f"select 'ours {query.id}'", f"select 'ours {second.id}'", "select 'theirs'"]


def test_import_same_edit(client, query, folder):
    export_queries(folder, client=client, ids=[query.id])
    only(folder, query, ".sql").write_text("select 3")
    client.queries.update(query, text="select 3")
    assert [item.action for item in import_queries(folder, client=client)] == ["unchanged"]


@pytest.mark.slow
def test_import_missing_query(client, other, query, folder):
    export_queries(folder, client=client, ids=[query.id])
    with pytest.raises(ExceptionGroup) as raised:
        import_queries(folder, client=other)
    assert isinstance(raised.value.exceptions[0], ArgumentError)
    count = other.queries.list().count()
    import_queries(folder, client=other, create_missing=True, dry_run=True)
    assert other.queries.list().count() == count
    (done,) = import_queries(folder, client=other, create_missing=True)
    there = other.queries.get(done.query_id)
    assert (there.text, there.parameters, there.schedule) == (
        query.text,
        query.parameters,
        query.schedule,
    )
    assert there.more["options"] == query.more["options"]
    assert len(contents(folder)) == 2  # the files have the new id
    assert [item.action for item in import_queries(folder, client=other)] == ["unchanged"]


def test_import_data_source_by_name(client, query, folder):
    export_queries(folder, client=client, ids=[query.id])
    edit(folder, query, data_source={"id": 1, "name": "Lending (DuckDB)", "type": "duckdb"})
    import_queries(folder, client=client)
    assert client.queries.get(query.id).data_source_id == 4
    edit(folder, query, data_source={"id": 1, "name": "Unheard of", "type": "pg"})
    with pytest.raises(ExceptionGroup) as raised:
        import_queries(folder, client=client)
    assert "'Lending (DuckDB)'" in str(raised.value.exceptions[0])


@pytest.mark.slow
@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "id: true one", "name: 5", "parameters: [5]"])
def test_import_invalid_file(client, server, query, folder, text):
    export_queries(folder, client=client, ids=[query.id])
    path = only(folder, query, ".yaml")
    path.write_text(text)
    server.requests.clear()
    with pytest.raises(ArgumentError, match=path.name):
        import_queries(folder, client=client)
    assert not [item for item in server.requests if item.method == "POST"]


def test_import_two_files_of_one_query(client, query, folder):
    (done,) = export_queries(folder, client=client, ids=[query.id])
    for suffix in (".yaml", ".sql"):
        path = done.path.with_suffix(suffix)
        path.with_stem("copy").write_bytes(path.read_bytes())
    with pytest.raises(WatchframeError, match="both query"):
        import_queries(folder, client=client)
