"""A dashboard copied on a demo server."""

from __future__ import annotations

import pytest

from watchframe.admin import clone_dashboard
from watchframe.errors import ArgumentError, ServerError


@pytest.fixture
def dashboard(client):
    """A dashboard with a chart twice, a text, and every kind of parameter mapping."""
    query = client.queries.get(1)
    chart = client.visualizations.create(
        query.id, type="CHART", name="Totals", description="d", options={"series": {"a": [1]}}
    )
    made = client.dashboards.create("All kinds")
    table = query.visualizations[0].id
    names = [item.name for item in query.parameters]
    for number, (shown, type_) in enumerate(
        [(chart.id, "dashboard-level"), (chart.id, "static-value"), (table, "widget-level")]
    ):
        mappings = {
            name: {"name": name, "type": type_, "mapTo": f"to_{name}", "title": "T", "value": 5}
            for name in names
        }
        position = {"col": number, "row": 0, "sizeX": 1, "sizeY": 3}
        client.widgets.create(
            made.id,
            visualization_id=shown,
            options={"position": position, "parameterMappings": mappings, "isHidden": False},
        )
    client.widgets.create(made.id, text="# Note", options={"position": {"col": 5, "row": 0}})
    made = client.dashboards.get(made.id)
    client.dashboards.update(
        made,
        tags=["a", "b"],
        options={"globalParamOrder": names[::-1]},
        is_draft=False,
        filters_enabled=True,
    )
    return client.dashboards.get(made.id)


def shape(dashboard):
    """What a copy has in common with its original."""
    return (
        dashboard.tags,
        dashboard.options,
        dashboard.layout,
        dashboard.filters_enabled,
        [
            (item.text, item.options, item.width, item.parameter_mappings)
            + (
                ()
                if item.visualization is None
                else (item.visualization.type, item.visualization.name, item.visualization.options)
            )
            for item in dashboard.widgets
        ],
    )


def test_clone_with_queries(client, dashboard):
    copy = clone_dashboard(dashboard.id, client=client)
    assert copy.name == "Copy of All kinds"
    assert shape(copy) == shape(dashboard)
    (forked,) = {item.query.id for item in copy.widgets if item.query}
    assert forked != 1
    fork, original = client.queries.get(forked), client.queries.get(1)
    assert (fork.text, fork.parameters) == (original.text, original.parameters)
    assert len(fork.visualizations) == len(original.visualizations)
    client.queries.update(fork, text="select 1")
    assert client.queries.get(1).text == original.text
    shown = [item.visualization.id for item in copy.widgets if item.visualization]
    assert len(set(shown)) == 2  # the chart that is there twice was copied once
    assert client.dashboards.get(dashboard.id) == dashboard


def test_clone_without_queries(client, dashboard):
    count = client.queries.list().count()
    copy = clone_dashboard(dashboard, "Mine", with_queries=False, client=client)
    assert copy.name == "Mine"
    assert shape(copy) == shape(dashboard)
    assert [item.visualization for item in copy.widgets] == [
        item.visualization for item in dashboard.widgets
    ]
    assert client.queries.list().count() == count


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", ["POST /api/queries/1/fork", "POST /api/dashboards$", "POST /api/widgets"]
)
def test_clone_failure_archives_copies(client, server, dashboard, path):
    queries = [item.id for item in client.queries.list()]
    dashboards = [item.id for item in client.dashboards.list()]
    server.faults.add(path, status=500)
    with pytest.raises(ServerError) as raised:
        clone_dashboard(dashboard.id, client=client)
    assert "archived again" in raised.value.__notes__[0]
    assert [item.id for item in client.queries.list()] == queries
    assert [item.id for item in client.dashboards.list()] == dashboards


def test_clone_hidden_tile(client, server, dashboard):
    answer = b'{"id": 7, "name": "D", "slug": "d", "widgets": [{"id": 1, "restricted": true}]}'
    headers = {"Content-Type": "application/json"}
    server.faults.add("GET /api/dashboards/7", status=200, body=answer, headers=headers)
    server.requests.clear()
    with pytest.raises(ArgumentError):
        clone_dashboard(7, client=client)
    assert {item.method for item in server.requests} == {"GET"}


def test_shared_dashboard_is_not_copied(client):
    with pytest.raises(ArgumentError, match="does not tell its id"):
        clone_dashboard(client.dashboards.share(1), client=client)
