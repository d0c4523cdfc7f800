"""The demo's charts and dashboards name only what their queries have."""

from itertools import combinations

import duckdb
import pytest

from watchframe.demo.catalogue import CATALOGUE
from watchframe.demo.lending import build_lending_database

QUERIES = {query.id: query for query in CATALOGUE.queries}
CHARTS = [(q, chart) for q in CATALOGUE.queries for chart in q.visualizations]
WIDGETS = [(dashboard, w) for dashboard in CATALOGUE.dashboards for w in dashboard.widgets]
QUERY_WIDGETS = [widget for _, widget in WIDGETS if widget.query_id is not None]
MAPPING_TYPES = {"dashboard-level", "widget-level", "static-value"}


@pytest.fixture(scope="module")
def lending():
    with duckdb.connect() as connection:
        build_lending_database(connection, events=1_000)
        yield connection


@pytest.mark.parametrize(("query", "chart"), CHARTS, ids=lambda item: item.name)
def test_chart_uses_columns_of_its_query(lending, query, chart):
    text = query.text
    for tag in ("{{ markets }}", "{{ period.start }}", "{{ period.end }}"):
        text = text.replace(tag, "'2026-01-01'" if "markets" in tag else "2026-01-01")
    text = text.replace("{{ min_amount }}", "1").replace("{{ kind }}", "x")
    columns = {column[0] for column in lending.execute(text).description}
    mapping = chart.options["columnMapping"]
    assert set(mapping) <= columns
    assert sorted(mapping.values()) in (["x", "y"], ["series", "x", "y"])


@pytest.mark.parametrize("widget", QUERY_WIDGETS, ids=lambda widget: str(widget.query_id))
def test_widget_maps_each_parameter_of_its_query(widget):
    query = QUERIES[widget.query_id]
    assert set(widget.mappings) == {parameter.name for parameter in query.parameters}
    if widget.visualization is not None:
        assert widget.visualization in {chart.name for chart in query.visualizations}


def test_mappings_of_all_dashboards_cover_all_types():
    used = {mapping.type for widget in QUERY_WIDGETS for mapping in widget.mappings.values()}
    assert used == MAPPING_TYPES


@pytest.mark.parametrize("dashboard", CATALOGUE.dashboards, ids=lambda d: d.slug)
def test_parameter_when_shared_by_widgets_is_of_one_type(dashboard):
    types = {}
    for widget in dashboard.widgets:
        for name, mapping in widget.mappings.items():
            if mapping.type == "dashboard-level":
                (parameter,) = (p for p in QUERIES[widget.query_id].parameters if p.name == name)
                types.setdefault(mapping.map_to, set()).add(parameter.type)
    assert types
    assert all(len(of_one_name) == 1 for of_one_name in types.values())


@pytest.mark.parametrize("dashboard", CATALOGUE.dashboards, ids=lambda d: d.slug)
def test_tiles_when_laid_out_do_not_overlap_and_stay_on_the_grid(dashboard):
    cells = []
    for widget in dashboard.widgets:
        column, row, width, height = widget.position
        assert 0 <= column < column + width <= 6
        cells.append(
            {(c, r) for c in range(column, column + width) for r in range(row, row + height)}
        )
    assert not any(first & second for first, second in combinations(cells, 2))


def test_shared_period_when_followed_reaches_two_queries():
    overview = CATALOGUE.dashboards[0]
    followers = [
        widget.query_id
        for widget in overview.widgets
        if any(
            m.map_to == "period" and m.type == "dashboard-level" for m in widget.mappings.values()
        )
    ]
    assert len(followers) >= 2
