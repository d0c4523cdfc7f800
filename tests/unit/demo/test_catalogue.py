"""The demo's catalogue holds together, and each query's text runs on the demo's data."""

import re
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pystache
import pytest

from watchframe.demo.catalogue import CATALOGUE
from watchframe.demo.catalogue_types import PYTHON_SOURCE
from watchframe.demo.lending import build_lending_database
from watchframe.demo.store import with_auto_limit

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


@pytest.fixture(scope="module")
def lending():
    with duckdb.connect() as connection:
        build_lending_database(connection)
        yield connection


def wire_value(parameter):
    """Give the default as a front end sends it; a dynamic range as the ten days before `NOW`."""
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


def test_ids_when_listed_rise_and_are_never_used_twice():
    ids = [query.id for query in CATALOGUE.queries]
    assert ids == sorted(set(ids))


def test_types_when_all_queries_are_taken_together_are_all_there():
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
def test_default_is_accepted_by_the_server(parameter):
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


def test_quickstart_query_equals_python(lending):
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


def test_labels_that_differ_by_a_space(lending):
    _, spaced = result_of(lending, 10, label="New York")
    _, joined = result_of(lending, 10, label="NewYork")
    assert spaced
    assert joined
    assert spaced != joined


def test_optional_filter_empty_takes_all(lending):
    assert len(result_of(lending, 15, region="")[1]) == 5
    assert [row[0] for row in result_of(lending, 15, region="Asia")[1]] == ["Asia"]


def test_sizes_when_run_are_what_the_descriptions_promise(lending):
    names, rows = result_of(lending, 41)
    assert (len(names), len(rows) > 100_000) == (12, True)
    assert len(result_of(lending, 45)[0]) == 183
    assert len(result_of(lending, 21)[1]) == 5_000
    assert len(result_of(lending, 54)[1]) > 1_000
    names, rows = result_of(lending, 44)
    assert (len(names), rows) == (7, [])


def test_failing_query_names_table_and_line(lending):
    with pytest.raises(duckdb.CatalogException, match=r"borrow_events does not exist[\s\S]+LINE 2"):
        lending.execute(QUERIES[FAILS_AT_ONCE].text)


def test_value_when_it_is_not_a_number_fails_in_the_engine(lending):
    with pytest.raises(duckdb.ConversionException, match="ten"):
        lending.execute(rendered(QUERIES[52], divisor="ten")).fetchall()


def test_slow_query_when_interrupted_stops(lending):
    connection = lending.cursor()
    timer = threading.Timer(0.2, connection.interrupt)
    timer.start()
    with pytest.raises(duckdb.InterruptException):
        connection.execute(rendered(QUERIES[50])).fetchall()
    timer.join()


def test_names_when_odd_come_as_the_query_spells_them(lending):
    names, _ = result_of(lending, 43)
    assert names[:4] == ["dup", "dup", "dup", "dup1"]
    assert {"Sp ace", "it's", 'say "hi" twice', "<b>bold</b>", "métrique 指標"} <= set(names)


@pytest.mark.parametrize(
    ("sql", "run"),
    [
        ("select 1;", "select 1 LIMIT 1000"),
        ("select 1 limit 5", "select 1 limit 5"),
        ("with a as (select 1) select * from a", "with a as (select 1) select * from a"),
        ("-- one\nselect 1", "-- one\nselect 1"),
    ],
)
def test_automatic_limit_is_of_a_select_without_one(sql, run):
    assert with_auto_limit(sql, {"apply_auto_limit": True}) == run
    assert with_auto_limit(sql, {}) == sql
