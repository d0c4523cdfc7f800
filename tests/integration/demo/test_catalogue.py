"""Every query of the catalogue through the demo server, beside its SQL run without the server.

So a release of DuckDB that says something in another way than the server expects shows here.
"""

import functools
import warnings

import duckdb
import pytest
import requests

from watchframe import read_watch_query
from watchframe.charts import prepare
from watchframe.client import Client
from watchframe.demo import DemoServer
from watchframe.demo.catalogue import CATALOGUE, FORK_CATALOGUE
from watchframe.demo.catalogue_types import PYTHON_SOURCE
from watchframe.demo.lending import build_lending_database
from watchframe.demo.sql_engine import unique_names
from watchframe.errors import ColumnTypeWarning, JobFailedError

EVENTS = 3_000
QUERIES = {query.id: query for query in CATALOGUE.queries}

#: Queries that fail by intent -> what the server says.
FAILING = {
    51: "borrow_events does not exist",
    53: "returned no data",
    62: "the oracle has no price for INV",
}
#: Values of parameters without a default, and of one that would take long.
VALUES = {15: {"region": "Asia"}, 50: {"seconds": 0.1}, 58: {"decimals": "18"}}
VISUALIZATIONS = [(q.id, chart) for q in FORK_CATALOGUE.queries for chart in q.visualizations]
PYTHON_SHAPES = {60: (11, 3), 61: (3, 6)}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with (
        DemoServer(events=EVENTS) as server,
        Client(server.url, server.user_key, cache_dir=folder, timezone="UTC") as found,
    ):
        yield found


@pytest.fixture(scope="module")
def lending():
    with duckdb.connect() as connection:
        build_lending_database(connection, events=EVENTS)
        yield connection


def read(client, query_id):
    """Read a query with its defaults; return the frame and the result as it was sent."""
    values = VALUES.get(query_id, {})
    if query_id == 25:
        accounts = read_watch_query(21, client=client, cache="off")
        values = {"account": accounts.iloc[0, 1]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ColumnTypeWarning)  # some columns are declared wrong
        frame = read_watch_query(query_id, values, client=client, cache="off")
    path = f"/api/query_results/{frame.attrs['watchframe']['query_result_id']}.json"
    key = {"Authorization": f"Key {client.settings.api_key.reveal()}"}
    answer = requests.get(client.server + path, headers=key, timeout=60)
    return frame, answer.json()["query_result"]


@pytest.mark.slow
@pytest.mark.parametrize("query_id", [number for number in QUERIES if number not in FAILING])
def test_query_gives_what_its_sql_gives(client, lending, query_id):
    frame, result = read(client, query_id)
    if QUERIES[query_id].data_source_id == PYTHON_SOURCE:
        assert frame.shape == PYTHON_SHAPES[query_id]
        return
    expected = lending.execute(result["query"])
    names = unique_names([column[0] for column in expected.description])
    assert list(frame.columns) == names
    assert len(frame) == len(expected.fetchall())


@pytest.mark.parametrize("query_id", FAILING)
def test_query_that_fails_by_intent_says_why(client, query_id):
    with pytest.raises(JobFailedError, match=FAILING[query_id]):
        read_watch_query(query_id, client=client, cache="off")


@pytest.fixture(scope="module")
def data_of(tmp_path_factory):
    """Returns a query's columns and rows, as Inverse Watch sends them."""
    folder = tmp_path_factory.mktemp("fork")
    with (
        DemoServer(events=EVENTS, version="fork") as server,
        Client(server.url, server.user_key, cache_dir=folder) as client,
    ):
        yield functools.cache(lambda query_id: read(client, query_id)[1]["data"])


@pytest.mark.slow
@pytest.mark.parametrize(("query_id", "chart"), VISUALIZATIONS)
def test_visualization_shows_the_rows(data_of, query_id, chart):
    columns, rows = (data_of(query_id)[part] for part in ("columns", "rows"))
    saved = {"type": chart.type, "name": chart.name, "options": chart.options}
    shown = prepare(saved, columns, rows)
    assert rows
    assert "note" not in shown
    # What of a small server's rows is not drawn of none at all.
    assert shown != prepare(saved, columns, [])


def test_query_of_wide_prices_has_the_prices(client):
    """A PIVOT, which DuckDB 2 has as a statement of a kind of its own."""
    frame, _ = read(client, 45)
    assert frame.shape == (9, 183)
    prices = read_watch_query(23, {"market": "WETH"}, client=client, cache="off")
    day = prices[prices["day"] == "2026-03-01"]
    wide = frame[frame["market"] == "WETH"]
    assert wide["2026-03-01"].tolist() == day["price_usd"].tolist() != []
