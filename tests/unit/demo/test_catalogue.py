"""The demo's catalogue holds together, and each query's text runs on the demo's data."""

import re
import threading
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import duckdb
import pystache
import pytest

from watchframe.charts.chart_others import OTHERS
from watchframe.charts.chart_traces import KINDS, NEAREST
from watchframe.charts.spec import PREPARED_BY
from watchframe.demo.catalogue import CATALOGUE, FORK_CATALOGUE
from watchframe.demo.catalogue_types import PYTHON_SOURCE
from watchframe.demo.lending import build_lending_database

ROOT = Path(__file__).resolve().parents[3]
QUERIES = {query.id: query for query in CATALOGUE.queries}
SQL_QUERIES = [query for query in CATALOGUE.queries if query.data_source_id != PYTHON_SOURCE]
FAILS_AT_ONCE, UNDEFINED_PARAMETER = 51, 58
RUNNING = [q for q in SQL_QUERIES if q.id not in {FAILS_AT_ONCE, UNDEFINED_PARAMETER}]

PARAMETER_TYPES = {
    "text",
    "text-pattern",
    "number",
    "enum",
    "query",
    "date",
    "datetime-local",
    "datetime-with-seconds",
    "date-range",
    "datetime-range",
    "datetime-range-with-seconds",
}
FORMATS = {
    "date": "%Y-%m-%d",
    "datetime-local": "%Y-%m-%d %H:%M",
    "datetime-with-seconds": "%Y-%m-%d %H:%M:%S",
}
RANGES = {
    "date-range": FORMATS["date"],
    "datetime-range": FORMATS["datetime-local"],
    "datetime-range-with-seconds": FORMATS["datetime-with-seconds"],
}
NOW = datetime(2026, 11, 24, 12, 30, 15)  # noqa: DTZ001 - the data's times have no zone
CHARTS = [(q, chart) for q in CATALOGUE.queries for chart in q.visualizations]
#: The columns that a visualization's options name, by its type.
COLUMNS_OF = {
    "BOXPLOT": lambda options: [],
    "CHART": lambda options: list(options["columnMapping"]),
    "CHOROPLETH": lambda options: [options["keyColumn"], options["valueColumn"]],
    "COHORT": lambda options: [
        options[f"{part}Column"] for part in ("date", "stage", "total", "value")
    ],
    "COUNTER": lambda options: [
        options[name] for name in ("counterColName", "targetColName") if name in options
    ],
    "DETAILS": lambda options: [column["name"] for column in options["columns"]],
    "FUNNEL": lambda options: [
        options[part]["colName"] for part in ("stepCol", "valueCol", "sortKeyCol")
    ],
    "MAP": lambda options: [options[name] for name in ("latColName", "lonColName", "classify")],
    "PIVOT": lambda options: [*options["rows"], *options["cols"], *options["vals"]],
    "SANKEY": lambda options: [],
    "SUNBURST_SEQUENCE": lambda options: [],
    "TABLE": lambda options: [column["name"] for column in options["columns"]],
    "WORD_CLOUD": lambda options: [options["column"], options["frequenciesColumn"]],
}
WIDGETS = [(dashboard, w) for dashboard in CATALOGUE.dashboards for w in dashboard.widgets]
QUERY_WIDGETS = [widget for _, widget in WIDGETS if widget.query_id is not None]
MAPPING_TYPES = {"dashboard-level", "widget-level", "static-value"}


@pytest.fixture(scope="module")
def lending():
    with duckdb.connect() as connection:
        build_lending_database(connection)
        yield connection


def wire_value(parameter):
    """Return the default as a front end sends it; a dynamic range as the ten days before `NOW`."""
    value = parameter.value
    if parameter.type in RANGES and isinstance(value, str):
        start, end = NOW - timedelta(days=10), NOW
        form = RANGES[parameter.type]
        return {"start": start.strftime(form), "end": end.strftime(form)}
    if parameter.type in FORMATS and (value is None or value.startswith("d_")):
        return (NOW - timedelta(days=value == "d_yesterday")).strftime(FORMATS[parameter.type])
    return value


def rendered(query, **values):
    parameters = {p.name: wire_value(p) for p in query.parameters} | values
    for parameter in query.parameters:
        if parameter.multi is not None:
            multi = parameter.multi
            items = [f"{multi.prefix}{item}{multi.suffix}" for item in parameters[parameter.name]]
            parameters[parameter.name] = multi.separator.join(items)
    return pystache.Renderer(escape=lambda text: text).render(query.text, parameters)


def result_of(connection, query_id, **values):
    cursor = connection.execute(rendered(QUERIES[query_id], **values))
    names = [column[0] for column in cursor.description]
    return names, cursor.fetchall()


def test_ids_rise():
    ids = [query.id for query in CATALOGUE.queries]
    assert ids == sorted(set(ids))


def test_parameter_types_are_all_there():
    used = {p.type for query in CATALOGUE.queries for p in query.parameters}
    assert used == PARAMETER_TYPES


@pytest.mark.parametrize("type_", ["enum", "query"])
def test_choices_are_single_and_multiple(type_):
    parameters = [p for q in CATALOGUE.queries for p in q.parameters if p.type == type_]
    assert {parameter.multi is None for parameter in parameters} == {True, False}


@pytest.mark.parametrize("query", CATALOGUE.queries, ids=lambda query: query.name)
def test_definitions_are_the_names_in_the_text(query):
    in_text = {name.split(".")[0] for name in re.findall(r"{{[#/]?\s*([\w.]+)\s*}}", query.text)}
    defined = {parameter.name for parameter in query.parameters}
    assert in_text - defined == ({"decimals"} if query.id == UNDEFINED_PARAMETER else set())
    assert defined - in_text == set()


@pytest.mark.parametrize(
    "parameter",
    [p for query in CATALOGUE.queries for p in query.parameters],
    ids=lambda parameter: f"{parameter.type}-{parameter.name}",
)
def test_default_is_valid(parameter):
    value = wire_value(parameter)
    match parameter.type:
        case "enum":
            chosen = [value] if parameter.multi is None else value
            assert set(chosen) <= set(parameter.enum_options)
        case "text-pattern":
            assert re.fullmatch(parameter.regex, value)
        case "number":
            assert isinstance(value, int | float)
        case "query":
            assert QUERIES[parameter.query_id].parameters == ()
        case "text":
            assert isinstance(value, str)
        case type_ if type_ in RANGES:
            start, end = (datetime.strptime(value[k], RANGES[type_]) for k in ("start", "end"))  # noqa: DTZ007 - no zone on the wire
            assert start <= end
        case type_:
            datetime.strptime(value, FORMATS[type_])  # noqa: DTZ007 - no zone on the wire


@pytest.mark.parametrize(
    "parameter",
    [p for q in CATALOGUE.queries for p in q.parameters if p.type == "query" and p.value],
    ids=lambda parameter: parameter.name,
)
def test_default_of_a_dropdown_is_a_choice(lending, parameter):
    names, rows = result_of(lending, parameter.query_id)
    position = names.index("value") if "value" in names else 0
    choices = {str(row[position]) for row in rows}
    chosen = parameter.value if parameter.multi else [parameter.value]
    assert set(chosen) <= choices


@pytest.mark.parametrize("query", RUNNING, ids=lambda query: query.name)
def test_text_runs_with_the_defaults(lending, query):
    values = {}
    if query.id == 25:
        values["account"] = result_of(lending, 21)[1][0][1]
    if query.id == 50:
        values["seconds"] = 0.1
    # As Arrow: a time with a zone cannot become a Python value without a package more.
    result = lending.sql(rendered(query, **values))
    rows = 0 if result is None else result.to_arrow_table().num_rows
    assert (rows > 0) == (query.id not in {44, 53})


def test_quickstart_has_the_rows_that_python_computes(lending):
    _, rows = result_of(
        lending,
        1,
        markets=["WETH", "INV"],
        period={"start": "2026-01-01", "end": "2026-03-31"},
        min_amount=10,
    )
    expected = {}
    for time, market, raw, amount in lending.execute(
        """
        select block_time, market, amount_raw, amount from events
        where kind = 'borrow' and market in ('WETH', 'INV')
        """
    ).fetchall():
        if date(2026, 1, 1) <= time.date() <= date(2026, 3, 31) and amount >= 10:
            count, total = expected.get((time.date(), market), (0, 0))
            expected[time.date(), market] = (count + 1, total + raw)
    assert {(row[0], row[1]): (row[2], row[4]) for row in rows} == expected
    assert len(rows) > 100


def test_labels_that_differ_by_a_space_have_different_rows(lending):
    _, spaced = result_of(lending, 10, label="New York")
    _, joined = result_of(lending, 10, label="NewYork")
    assert spaced
    assert joined
    assert spaced != joined


def test_optional_filter_takes_all_regions_or_one(lending):
    assert len(result_of(lending, 15, region="")[1]) == 5
    assert [row[0] for row in result_of(lending, 15, region="Asia")[1]] == ["Asia"]


def test_sizes_are_those_of_the_descriptions(lending):
    names, rows = result_of(lending, 41)
    assert (len(names), len(rows) > 100_000) == (12, True)
    assert len(result_of(lending, 45)[0]) == 183
    assert len(result_of(lending, 21)[1]) == 5_000
    assert len(result_of(lending, 54)[1]) > 1_000
    names, rows = result_of(lending, 44)
    assert (len(names), rows) == (7, [])


def test_failing_query_names_the_table_and_the_line(lending):
    with pytest.raises(duckdb.CatalogException, match=r"borrow_events does not exist[\s\S]+LINE 2"):
        lending.execute(QUERIES[FAILS_AT_ONCE].text)


def test_value_that_is_no_number_fails_in_the_engine(lending):
    with pytest.raises(duckdb.ConversionException, match="ten"):
        lending.execute(rendered(QUERIES[52], divisor="ten")).fetchall()


def test_slow_query_can_be_interrupted(lending):
    connection = lending.cursor()
    timer = threading.Timer(0.2, connection.interrupt)
    timer.start()
    with pytest.raises(duckdb.InterruptException):
        connection.execute(rendered(QUERIES[50])).fetchall()
    timer.join()


def test_odd_names_come_as_they_are_spelled(lending):
    names, _ = result_of(lending, 43)
    assert names[:4] == ["dup", "dup", "dup", "dup1"]
    assert {"Sp ace", "it's", 'say "hi" twice', "<b>bold</b>", "métrique 指標"} <= set(names)


@pytest.mark.parametrize(("query", "chart"), CHARTS, ids=lambda item: item.name)
def test_visualization_uses_columns_of_its_query(lending, query, chart):
    columns = {column[0] for column in lending.execute(rendered(query)).description}
    used = COLUMNS_OF[chart.type](chart.options)
    assert set(used) <= columns
    assert used or chart.type in {"BOXPLOT", "SANKEY", "SUNBURST_SEQUENCE"}


def test_visualizations_are_of_every_type():
    shown = [chart for query in FORK_CATALOGUE.queries for chart in query.visualizations]
    assert {chart.type for chart in shown} == set(PREPARED_BY)
    kinds = {chart.options["globalSeriesType"] for chart in shown if chart.type == "CHART"}
    assert kinds == {*KINDS, *OTHERS, "pie", "heatmap"} - NEAREST.keys()


@pytest.mark.parametrize("widget", QUERY_WIDGETS, ids=lambda widget: str(widget.query_id))
def test_widget_maps_each_parameter_of_its_query(widget):
    query = QUERIES[widget.query_id]
    assert set(widget.mappings) == {parameter.name for parameter in query.parameters}
    if widget.visualization is not None:
        assert widget.visualization in {chart.name for chart in query.visualizations}


def test_mappings_are_of_all_types():
    used = {mapping.type for widget in QUERY_WIDGETS for mapping in widget.mappings.values()}
    assert used == MAPPING_TYPES


@pytest.mark.parametrize("dashboard", CATALOGUE.dashboards, ids=lambda d: d.slug)
def test_shared_parameter_is_of_one_type(dashboard):
    types = {}
    for widget in dashboard.widgets:
        for name, mapping in widget.mappings.items():
            if mapping.type == "dashboard-level":
                (parameter,) = (p for p in QUERIES[widget.query_id].parameters if p.name == name)
                types.setdefault(mapping.map_to, set()).add(parameter.type)
    assert types
    assert all(len(of_one_name) == 1 for of_one_name in types.values())


@pytest.mark.parametrize("dashboard", CATALOGUE.dashboards, ids=lambda d: d.slug)
def test_tiles_stay_on_the_grid_and_do_not_overlap(dashboard):
    cells = []
    for widget in dashboard.widgets:
        if widget.position is None:  # the page finds a place for it
            continue
        column, row, width, height = widget.position
        assert 0 <= column < column + width <= 12
        cells.append(
            {(c, r) for c in range(column, column + width) for r in range(row, row + height)}
        )
    assert not any(first & second for first, second in combinations(cells, 2))


def test_shared_period_reaches_two_queries():
    overview = CATALOGUE.dashboards[0]
    followers = [
        widget.query_id
        for widget in overview.widgets
        if any(
            m.map_to == "period" and m.type == "dashboard-level" for m in widget.mappings.values()
        )
    ]
    assert len(followers) >= 2
