"""A person's data, searched on a demo server."""

from __future__ import annotations

import io
import json
import logging

import pytest

from watchframe.admin import find_personal_data
from watchframe.admin.personal_data import BodySearch
from watchframe.errors import ArgumentError, NotFoundError
from watchframe.models import ParameterDefinition

ADDRESS = "Anna.Müller+x@example.org"


@pytest.fixture
def log():
    """Everything that any logger says."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield said
    root.removeHandler(handler)
    root.setLevel(level)


def run(client, query):
    client.run_query(query.id, {}, max_age=0).close()


def places(frame):
    columns = (frame["id"], frame["place"], frame["field"].fillna(""), frame["count"])
    return set(zip(*columns, strict=True))


def test_data_in_queries(client, server, log):
    text = client.queries.create("A", f"select 1 -- {ADDRESS.upper()}\n, '{ADDRESS}' as mail", 1)
    default = client.queries.create(
        f"Of {ADDRESS}",
        "select '{{ who }}'",
        1,
        description=f"Ask {ADDRESS}",
        parameters=[ParameterDefinition(name="who", type="text", title="", default=ADDRESS)],
    )
    result = client.queries.create(
        "B",
        "select 'anna.m' || chr(252) || 'ller+x@' || lower('EXAMPLE.ORG') as mail, n, 'x' as other "
        "from generate_series(1, 3) as g(n)",
        1,
    )
    run(client, text)
    run(client, result)
    server.requests.clear()
    found = find_personal_data(f" {ADDRESS} ", client=client)
    hits = found[found["error"].isna()]
    assert places(hits) == {
        (text.id, "text", "", 2),
        (text.id, "result", "mail", 1),
        (default.id, "name", "", 1),
        (default.id, "description", "", 1),
        (default.id, "parameter default", "who", 1),
        (result.id, "result", "mail", 3),
    }
    (not_searched,) = found.loc[found["id"] == default.id, "error"].dropna()
    assert "parameters" in not_searched
    # The value goes nowhere.
    assert "ller+x" not in log.getvalue()
    assert not [item for item in server.requests if "ller" in f"{item.path}{item.query}"]
    assert {item.method for item in server.requests} == {"GET"}
    assert "ller+x" not in found.drop(columns="name").to_csv()


@pytest.mark.slow
def test_data_search_shows_progress(client, server, capsys):
    server.faults.add("GET /api/queries/1$", delay=1.5)
    find_personal_data(ADDRESS, client=client, queries=[1, 2], progress=True)
    assert "Searching queries: 0 [" in capsys.readouterr().err
    server.faults.add("GET /api/queries/1$", delay=1.5)
    find_personal_data(ADDRESS, client=client, queries=[1, 2])
    assert capsys.readouterr().err == ""


def test_data_several_values(client):
    query = client.queries.create(
        "Two", "select 'anna@x.org' as a, 'b' as b", 1, tags=["of Bert Y"]
    )
    run(client, query)
    found = find_personal_data(["Bert Y", "ANNA@x.org"], client=client, queries=[query.id])
    assert set(zip(found["place"], found["value"], strict=True)) == {
        ("tags", 0),
        ("text", 1),
        ("result", 1),
    }
    assert set(found["kind"]) == {"query"}


def test_data_on_dashboards(client):
    query = client.queries.create(
        "Plain",
        "select '{{ who }}'",
        1,
        parameters=[ParameterDefinition(name="who", type="text", title="", default="x")],
    )
    shown = client.queries.get(query.id).visualizations[0]
    board = client.dashboards.create(f"About {ADDRESS}")
    client.dashboards.update(board.id, tags=[ADDRESS.lower(), "other"])
    text = client.widgets.create(board.id, text=f"# Who\n{ADDRESS}\nand {ADDRESS}")
    fixed = {"name": "who", "type": "static-value", "mapTo": "who", "value": ADDRESS}
    client.widgets.create(
        board.id, visualization_id=shown.id, options={"parameterMappings": {"who": fixed}}
    )
    found = find_personal_data(ADDRESS, client=client)
    hits = found[found["kind"] == "dashboard"]
    assert set(hits["id"]) == {board.id}
    assert places(hits) == {
        (board.id, "name", "", 1),
        (board.id, "tags", "", 1),
        (board.id, "tile", str(text.id), 2),
        (board.id, "fixed parameter", "who", 1),
    }


@pytest.mark.slow
def test_data_at_the_end_of_a_large_result(client, server):
    sql = (
        "select n, case when n = 60000 then '0xAbC' else '0xdef' end || '1234567890' as a "
        "from range(1, 60001) as r(n)"
    )
    query = client.queries.create("Large", sql, 4)
    run(client, query)
    server.requests.clear()
    found = find_personal_data("0xABC1234567890", client=client, queries=[query.id])
    assert places(found) == {(query.id, "result", "a", 1)}
    server.requests.clear()
    assert find_personal_data("0x999999999", client=client, queries=[query.id]).empty
    assert len([item for item in server.requests if "results" in item.path]) == 1


def test_data_in_unreadable_result(client, server):
    first = client.queries.create("A", f"select '{ADDRESS}' as a", 1)
    second = client.queries.create("B", f"select '{ADDRESS}' as b", 1)
    run(client, first)
    run(client, second)
    server.faults.add(rf"GET /api/queries/{first.id}/results/", status=500)
    found = find_personal_data(ADDRESS, client=client, queries=[first.id, second.id])
    results = found[found["place"] == "result"].set_index("id")
    assert results.loc[first.id, "error"]
    assert results.loc[second.id, "field"] == "b"


def test_data_in_archived_query(client):
    who = ParameterDefinition(name="w", type="enum", title="", default=["x", 'say "hi" to me'])
    query = client.queries.create("A", "select '{{ w }}'", 1, parameters=[who])
    client.queries.archive(query.id)
    found = find_personal_data('"HI" to', client=client)
    assert places(found[found["error"].isna()]) == {(query.id, "parameter default", "w", 1)}


def test_data_not_found(client):
    empty = find_personal_data("nobody@example.org", client=client, queries=[1])
    assert str(empty.dtypes["count"]) == "Int64"
    assert empty[empty["error"].isna()].empty


@pytest.mark.slow
@pytest.mark.parametrize("value", ["", "  ", " ab ", [], ["anna@example.org", "ab"]])
def test_data_value_too_short(client, server, value):
    with pytest.raises(ArgumentError):
        find_personal_data(value, client=client)
    assert not server.requests


def test_data_missing_query(client):
    with pytest.raises(NotFoundError) as raised:
        find_personal_data(ADDRESS, client=client, queries=[10**6])
    assert "ller" not in str(raised.value)


@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize("value", ["Müller", "straße 5", 'q"uote\\', "tab\there", "😀 joy", "Łódź"])
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_search_every_spelling(value, is_ascii, size):
    for written in (value, value.upper(), value.lower()):
        body = json.dumps({"a": f"before {written} after"}, ensure_ascii=is_ascii).encode()
        chunks = [body[at : at + size] for at in range(0, len(body), size)]
        assert BodySearch(value).occurs_in(chunks)
        assert not BodySearch(f"{value}!").occurs_in(chunks)
