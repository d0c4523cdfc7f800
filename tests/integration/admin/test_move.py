"""A workspace moved from one demo server to another, also with interruptions."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from watchframe.admin import move_workspace
from watchframe.client import Client
from watchframe.errors import ArgumentError, AuthenticationError, ServerError
from watchframe.models import ParameterDefinition

pytestmark = pytest.mark.slow

SOURCES = {1: 4, 2: 2, 3: 3, 4: 4}
WRITES = r"POST /api/(queries|visualizations|dashboards|widgets)(/\d+)?$"


@pytest.fixture
def state(tmp_path):
    return tmp_path / "move.json"


@pytest.fixture
def other(other, other_server):
    """A target with a few objects more, so that no id is the same as in the source."""
    for number in range(3):
        query = other.queries.create(f"Already here {number}", "select 1", 1)
        dashboard = other.dashboards.create(f"Already here {number}")
        shown = other.queries.get(query.id).visualizations[0].id
        other.widgets.create(dashboard.id, visualization_id=shown)
    other_server.requests.clear()
    return other


@pytest.fixture
def workspace(client):
    """A dashboard of a query whose dropdown is fed by a newer query, which is in a circle."""
    feed = client.queries.create("Feed", "select 'a' as value", 1, tags=["t"])
    main = client.queries.create(
        "Main",
        "select '{{ p }}' as p",
        1,
        parameters=[
            ParameterDefinition(name="p", type="query", title="P", dropdown_query_id=feed.id)
        ],
        description="d",
        schedule={"interval": 60, "time": None, "day_of_week": None, "until": None},
        options={"apply_auto_limit": True, "ours": 1},
    )
    # The older one needs the newer one as well.
    client.queries.update(
        client.queries.get(feed.id),
        parameters=[
            ParameterDefinition(name="q", type="query", title="Q", dropdown_query_id=main.id)
        ],
        is_draft=False,
    )
    chart = client.visualizations.create(main.id, type="CHART", name="C", options={"x": [1]})
    dashboard = client.dashboards.create("Board")
    mapping = {"name": "p", "type": "static-value", "mapTo": "p", "title": "", "value": "a"}
    client.widgets.create(
        dashboard.id,
        visualization_id=chart.id,
        options={"position": {"col": 1, "row": 2}, "parameterMappings": {"p": mapping}},
    )
    link = f"See [it]({client.server}/queries/{main.id}), not {client.server}/queries/999999"
    client.widgets.create(dashboard.id, text=link, options={"position": {"col": 3, "row": 2}})
    client.dashboards.update(client.dashboards.get(dashboard.id), tags=["x"], is_draft=False)
    return {"feed": feed.id, "main": main.id, "chart": chart.id, "dashboard": dashboard.id}


@pytest.fixture
def move(client, other, workspace, state):
    def run(**options):
        wanted = {"queries": (), "dashboards": [workspace["dashboard"]], "data_sources": SOURCES}
        return move_workspace(client, other, state=state, **(wanted | options))

    return run


def counts(client):
    queries = list(client.queries.list())
    shown = sum(len(client.queries.get(item.id).visualizations) for item in queries)
    dashboards = [client.dashboards.get(item.id) for item in client.dashboards.list()]
    return len(queries), shown, len(dashboards), sum(len(item.widgets) for item in dashboards)


def writes(server):
    return [item for item in server.requests if item.method != "GET"]


def target_id(report, kind, source_id):
    (found,) = report[(report["kind"] == kind) & (report["source_id"] == source_id)]["target_id"]
    return int(found)


def assert_moved(client, other, workspace, report):
    """Everything is on the target, with the target's ids."""
    assert report["error"].isna().all()
    feed, main = (target_id(report, "query", workspace[name]) for name in ("feed", "main"))
    there, here = other.queries.get(main), client.queries.get(workspace["main"])
    assert (there.name, there.text, there.description, there.schedule, there.is_draft) == (
        here.name,
        here.text,
        here.description,
        here.schedule,
        here.is_draft,
    )
    assert there.applies_auto_limit
    assert there.more["options"] == {"ours": 1}
    assert there.data_source_id == 4
    assert there.parameters[0].dropdown_query_id == feed
    circle = other.queries.get(feed)
    assert circle.parameters[0].dropdown_query_id == main
    assert (circle.tags, circle.is_draft) == (("t",), False)
    dashboard = other.dashboards.get(target_id(report, "dashboard", workspace["dashboard"]))
    assert (dashboard.name, dashboard.tags, dashboard.is_draft) == ("Board", ("x",), False)
    chart, text = sorted(dashboard.widgets, key=lambda item: item.options["position"]["col"])
    original = client.dashboards.get(workspace["dashboard"])
    assert [chart.options, text.options] == [item.options for item in original.widgets]
    assert (chart.visualization.name, chart.visualization.options) == ("C", {"x": [1]})
    assert chart.query.id == main
    assert chart.parameter_mappings["p"].value == "a"
    assert f"{other.server}/queries/{main})" in text.text
    assert f"{client.server}/queries/999999" in text.text


def test_move_twice(client, other, server, other_server, workspace, move, state):
    before = counts(other)
    server.requests.clear()
    report = move()
    assert not writes(server)
    assert_moved(client, other, workspace, report)
    assert set(report["action"]) == {"created"}
    assert [after - old for after, old in zip(counts(other), before, strict=True)] == [2, 3, 1, 2]
    other_server.requests.clear()
    kept = state.read_bytes()
    again = move()
    assert set(again["action"]) == {"unchanged"}
    assert not writes(other_server)
    assert state.read_bytes() == kept
    assert server.user_key not in kept.decode()
    assert other_server.user_key not in kept.decode()


def test_move_dry_run(other_server, move, state):
    rehearsed = move(dry_run=True)
    assert not writes(other_server)
    assert not state.exists()
    done = move()
    key = ["kind", "source_id"]
    assert set(map(tuple, rehearsed[key].to_numpy())) == set(map(tuple, done[key].to_numpy()))
    assert set(rehearsed["action"]) == {"would create"}
    assert set(move(dry_run=True)["action"]) == {"unchanged"}


@pytest.mark.parametrize(
    ("fault", "passing"),
    [({"close": True, "status": 500}, 1), ({"cut_after": 0}, 0), ({"cut_after": 0}, 1)],
    ids=["before it is done", "after each is done", "after every second is done"],
)
def test_move_interrupted(client, other, other_server, workspace, move, fault, passing):
    before = counts(other)
    interruptions = 0

    def interrupted():
        other_server.faults.clear()
        if passing:
            other_server.faults.add(WRITES, times=passing)  # these go through unharmed
        other_server.faults.add(WRITES, **fault)
        try:
            move()
        except ServerError as error:
            return error
        return None

    while interruptions < 20 and (error := interrupted()) is not None:
        assert "goes on from there" in error.__notes__[-1]
        interruptions += 1
    assert 4 <= interruptions < 20
    other_server.faults.clear()
    assert_moved(client, other, workspace, move())
    assert [after - old for after, old in zip(counts(other), before, strict=True)] == [2, 3, 1, 2]


MOVING = """
import sys, os
from watchframe import Client
from watchframe.admin import move_workspace
source, source_key, target, target_key, state, dashboard = sys.argv[1:]
with Client(source, source_key) as old, Client(target, target_key) as new:
    move_workspace(old, new, state=state, data_sources={1: 4, 2: 2, 3: 3, 4: 4}, queries=(),
                   dashboards=[int(dashboard)])
"""


@pytest.fixture
def moving(server, other_server, workspace, state):
    """Begins a move in a process of its own."""

    def begin():
        keys = (server.url, server.user_key, other_server.url, other_server.user_key)
        arguments = [*keys, str(state), str(workspace["dashboard"])]
        return subprocess.Popen([sys.executable, "-c", MOVING, *arguments])

    return begin


def test_move_killed(client, other, other_server, workspace, moving, move):
    before = counts(other)
    for _ in range(6):
        other_server.faults.clear()
        other_server.requests.clear()
        # Each process gets one write further; the next one is done, but its answer is late.
        other_server.faults.add(WRITES, times=1)
        other_server.faults.add(WRITES, chunk=1, chunk_delay=60)
        process = moving()
        while len(writes(other_server)) < 2 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.wait()
    other_server.faults.clear()
    assert_moved(client, other, workspace, move())
    assert [after - old for after, old in zip(counts(other), before, strict=True)] == [2, 3, 1, 2]


def test_move_during_another_run(other, other_server, moving, move, state):
    other_server.faults.add(WRITES, delay=60)
    process = moving()
    while not writes(other_server) and process.poll() is None:
        time.sleep(0.01)
    try:
        with pytest.raises(ArgumentError, match="is going on"):
            move()
        assert set(move(dry_run=True)["action"]) == {"would create"}
        assert len(writes(other_server)) == 1
    finally:
        process.kill()
        process.wait()
    other_server.faults.clear()
    assert move()["error"].isna().all()  # what a killed process held is free


def test_move_changes_only(client, other, other_server, workspace, move):
    report = move()
    client.queries.update(client.queries.get(workspace["main"]), text="select 2")
    client.visualizations.update(workspace["chart"], options={"x": [2]})
    dashboard = client.dashboards.get(workspace["dashboard"])
    client.widgets.update(dashboard.widgets[1], text="new")
    client.widgets.delete(dashboard.widgets[0].id)
    client.dashboards.update(client.dashboards.get(dashboard.id), name="Renamed")
    other_server.requests.clear()
    again = move(queries=[workspace["main"]])
    actions = again.set_index(["kind", "source_id"])["action"].to_dict()
    assert actions["query", workspace["main"]] == "updated"
    assert actions["query", workspace["feed"]] == "unchanged"
    assert actions["visualization", workspace["chart"]] == "updated"
    assert actions["dashboard", dashboard.id] == "updated"
    assert actions["widget", dashboard.widgets[0].id] == "removed"
    assert actions["widget", dashboard.widgets[1].id] == "updated"
    assert len(writes(other_server)) == 5
    there = other.dashboards.get(target_id(report, "dashboard", dashboard.id))
    assert there.name == "Renamed"
    assert [item.text for item in there.widgets] == ["new"]
    main = other.queries.get(target_id(report, "query", workspace["main"]))
    assert main.text == "select 2"
    assert main.visualizations[-1].options == {"x": [2]}
    assert set(move()["action"]) == {"unchanged"}


def test_move_conflict(client, other, workspace, move):
    report = move()
    there = target_id(report, "query", workspace["main"])
    other.queries.update(other.queries.get(there), text="select 'theirs'")
    assert set(move()["action"]) == {"unchanged"}  # nothing is to be written
    client.queries.update(client.queries.get(workspace["main"]), text="select 'ours'")
    again = move()
    (line,) = again[again["action"] == "conflict"].itertuples()
    assert line.source_id == workspace["main"]
    assert other.queries.get(there).text == "select 'theirs'"


def test_move_without_data_source(client, other, workspace, move):
    report = move(data_sources={2: 2})
    skipped = report[report["action"] == "skipped"]
    assert set(skipped["kind"]) == {"query", "widget"}
    assert skipped["error"].str.len().min() > 10
    assert "Lending" in " ".join(skipped["error"])
    # With it, the rest comes, and nothing twice.
    assert_moved(client, other, workspace, move())


def test_move_one_refused(client, other, other_server, workspace, move):
    other_server.faults.add("POST /api/widgets", status=400)
    report = move()
    assert report["action"].value_counts().to_dict() == {"created": 7, "failed": 1}
    assert_moved(client, other, workspace, move())


def test_move_everything_twice(client, other, other_server, state):
    queries, shown, dashboards, widgets = counts(client)
    before = counts(other)
    report = move_workspace(client, other, state=state, data_sources=SOURCES)
    assert report["error"].isna().all()
    after = counts(other)
    assert [new - old for new, old in zip(after, before, strict=True)] == [
        queries,
        shown,
        dashboards,
        widgets,
    ]
    other_server.requests.clear()
    again = move_workspace(client, other, state=state, data_sources=SOURCES)
    assert set(again["action"]) == {"unchanged"}
    assert not writes(other_server)


def test_move_query_of_results(client, other, move):
    python = client.queries.create(
        "Reader", "result = get_query_result( 1 )\n# get_query_result(12345)", 2
    )
    report = move(queries=[python.id])
    there = other.queries.get(target_id(report, "query", python.id))
    assert f"get_query_result( {target_id(report, 'query', 1)} )" in there.text
    assert "12345" in there.text
    missing = report[report["source_id"] == 12345]
    assert missing["action"].tolist() == ["skipped"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 1, "source": "http://x"}'])
def test_move_invalid_state_file(move, state, other_server, content):
    state.write_text(content)
    with pytest.raises(ArgumentError, match=r"move\.json"):
        move()
    assert not writes(other_server)
    assert state.read_text() == content


def test_move_state_of_other_servers(client, other, move, state):
    move()
    value = json.loads(state.read_text())
    state.write_text(json.dumps(value | {"target": "https://elsewhere.example"}))
    with pytest.raises(ArgumentError, match="elsewhere"):
        move()


def test_move_invalid_arguments(client, other, other_server, server, move, state):
    server.requests.clear()
    with pytest.raises(ArgumentError, match="same server"):
        move_workspace(client, client, state=state, data_sources=SOURCES)
    with pytest.raises(ArgumentError, match="77"):
        move(data_sources={1: 77})
    assert not writes(server)
    assert not writes(other_server)


def test_move_wrong_key(client, other_server, state):
    with Client(other_server.url, "wrong") as stranger, pytest.raises(AuthenticationError):
        move_workspace(client, stranger, state=state, data_sources=SOURCES)
    assert not state.exists()


@pytest.fixture
def linked(client):
    """Two dashboards and their queries that lead to each other, in every way there is."""
    first = client.queries.create("First", "select 1 as id", 1)
    second = client.queries.create("Second", "select 2 as id", 1)
    boards = [client.dashboards.create(f"Board {number}") for number in (1, 2)]
    tables = [client.queries.get(item.id).visualizations[0] for item in (first, second)]
    widgets = [
        client.widgets.create(board.id, visualization_id=table.id)
        for board, table in zip(boards, tables, strict=True)
    ]
    url, later = client.server, boards[1].id
    client.queries.update(
        client.queries.get(first.id),
        text=f"select '<a href=\"{url}/queries/{second.id}?p_x=' || id, '/queries/{second.id}'",
        description=f"Shown on {url}/dashboards/{later}-board-2, fed by /queries/{second.id}",
    )
    column = {
        "name": "id",
        "linkUrlTemplate": f"/dashboards/{boards[1].id}?p_w{widgets[1].id}_x={{",
    }
    client.visualizations.update(tables[0].id, options={"columns": [column], "kept": [1, None]})
    text = (
        f"[b](/dashboards/{boards[1].id}-board-2) [v]({url}/queries/{second.id}#{tables[1].id}) "
        f"https://else.example/queries/{second.id} and/queries/{second.id} /queries/999999"
    )
    client.widgets.create(boards[0].id, text=text)
    return {
        "query": [first.id, second.id],
        "dashboard": [item.id for item in boards],
        "visualization": [item.id for item in tables],
        "widget": [item.id for item in widgets],
    }


def test_move_rewrites_links(client, other, other_server, linked, move):
    report = move(dashboards=linked["dashboard"])
    assert set(report["action"]) == {"created"}
    there = {
        kind: [target_id(report, kind, number) for number in numbers]
        for kind, numbers in linked.items()
    }
    (first, second), (board, later) = there["query"], there["dashboard"]
    here = linked["query"][1]
    query = other.queries.get(first)
    assert query.text == (
        f"select '<a href=\"{other.server}/queries/{second}?p_x=' || id, '/queries/{here}'"
    )
    assert query.description == (
        f"Shown on {other.server}/dashboards/{later}-board-2, fed by /queries/{second}"
    )
    assert query.visualizations[0].options == {
        "columns": [
            {"name": "id", "linkUrlTemplate": f"/dashboards/{later}?p_w{there['widget'][1]}_x={{"}
        ],
        "kept": [1, None],
    }
    (text,) = [item.text for item in other.dashboards.get(board).widgets if item.text]
    assert text == (
        f"[b](/dashboards/{later}-board-2) "
        f"[v]({other.server}/queries/{second}#{there['visualization'][1]}) "
        f"https://else.example/queries/{here} and/queries/{here} /queries/999999"
    )
    other_server.requests.clear()
    assert set(move(dashboards=linked["dashboard"])["action"]) == {"unchanged"}
    assert not writes(other_server)


def test_move_keeps_unknown_fields(client, other, move):
    sent = {"name": "n", "type": "number", "title": "N", "value": 1, "parentQueryId": 77}
    newer = ParameterDefinition.from_json({**sent, "searchable": True})
    query = client.queries.create("Newer", "select {{ n }}", 1, parameters=[newer])
    assert client.queries.get(query.id).parameters == (newer,)
    there = target_id(move(queries=[query.id]), "query", query.id)
    assert other.queries.get(there).parameters[0].more == {"searchable": True}
