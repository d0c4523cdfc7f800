"""Charts that are made in the notebook and saved on the server."""

import inspect
import re

import pytest

from watchframe import WatchQuery, draw_watch_query, read_watch_query, save_chart, watch_query
from watchframe.charts import new_chart
from watchframe.client import Client
from watchframe.demo import DemoServer
from watchframe.errors import AccessDeniedError, ArgumentError, QueryReferenceError
from watchframe.models import ParameterDefinition

#: Queries of the demo server: with parameters, and without.
BORROWS, TOTALS, OLD = 1, 2, 55
#: What a chart is drawn of.
PERIOD = {"period": ("2026-01-01", "2026-01-31"), "markets": ["WETH", "INV"]}


@pytest.fixture(scope="module")
def own_server():
    """A server whose queries these tests give further visualizations."""
    with DemoServer(events=3_000) as server:
        yield server


@pytest.fixture
def site(own_server, tmp_path):
    own_server.requests.clear()
    with Client(own_server.url, own_server.user_key, cache_dir=tmp_path, timezone="UTC") as found:
        yield found


@pytest.fixture
def query(site):
    """A query of the site without any result."""
    text = "select 1 as a_id, 2 as amount, 'x' as market, '2026-01-01'::date as day"
    return site.queries.create(name="Own", text=text, data_source_id=1)


def writes(server):
    return [item for item in server.requests if item.path.startswith("/api/visualizations")]


def test_saved_chart_is_drawn_as_it_was_made(site, own_server):
    q = watch_query(BORROWS, client=site)
    saved = q.save_chart("Dollars", kind="area", y="amount_usd", x="day", series="market")
    assert saved.url == f"{own_server.url}/queries/1#{saved.id}"
    assert "Dollars" in [chart.name for chart in watch_query(BORROWS, client=site).charts]
    drawn = q.draw("dollars", PERIOD)
    assert drawn.visualization.options == saved.options
    frame = q(PERIOD)
    weth = frame[frame["market"] == "WETH"]
    trace = next(trace for trace in drawn.prepared["traces"] if trace["name"] == "WETH")
    assert trace["y"] == weth["amount_usd"].tolist() != []
    assert (trace["fill"], drawn.notes) == ("tozeroy", ())


def test_columns_that_are_not_named_are_those_of_the_latest_result(site):
    read_watch_query(OLD, client=site, cache="off")
    saved = save_chart(OLD, "C", kind="column", client=site)
    assert saved.options["columnMapping"] == {"market": "x", "borrows": "y"}
    assert saved.options["xAxis"]["type"] == "category"
    assert draw_watch_query(OLD, saved.id, client=site).prepared["traces"]


def test_columns_of_a_local_result_do(site, query):
    with pytest.raises(ArgumentError, match="not known, and x= is not given"):
        save_chart(query.id, "C", client=site)
    text = "select '{{ name }}' as name, 2 as amount"
    name = ParameterDefinition(name="name", title="Name", type="text", default="a")
    site.queries.update(query.id, text=text, parameters=[name])
    read_watch_query(query.id, client=site)
    saved = save_chart(query.id, "C", client=site)
    assert saved.options["columnMapping"] == {"name": "x", "amount": "y"}


def test_result_that_the_server_dropped_is_none(site, own_server):
    read_watch_query(TOTALS, client=site, cache="off")
    own_server.faults.add("GET /api/query_results/", status=404)
    saved = save_chart(TOTALS, "Of a dropped result", x="any", y="name", client=site)
    assert saved.options["columnMapping"] == {"any": "x", "name": "y"}


def test_query_without_a_result_takes_names_as_they_are(site, query):
    saved = save_chart(query.id, "C", x="day", y=["amount", "other"], client=site)
    assert saved.options["columnMapping"] == {"day": "x", "amount": "y", "other": "y"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"y": "event"}, "There is no column 'event'. Did you mean 'events'"),
        ({"kind": "lines"}, "kind='lines' is no kind of chart. Did you mean 'line'"),
        ({"name": "Events by market"}, "has a visualization .* already.*replace=True"),
        ({"name": "events BY market"}, "has a visualization 'Events by market' already"),
        ({"name": "Table", "replace": True}, "has a TABLE of the name 'Table'"),
        ({"name": " "}, "The chart has no name"),
        ({"name": 5}, "The chart has no name"),
    ],
)
def test_mistake_is_an_error_before_anything_is_written(site, own_server, asked, said):
    read_watch_query(TOTALS, client=site, cache="off")
    own_server.requests.clear()
    with pytest.raises(ArgumentError) as caught:
        save_chart(TOTALS, **{"name": "New", "client": site, **asked})
    assert re.search(said, f"{caught.value.message} {caught.value.hint}")
    assert writes(own_server) == []


def test_replaced_chart_keeps_its_id(site, query):
    first = save_chart(query.id, "C", x="day", y="amount", client=site)
    own = watch_query(query.id, client=site)
    again = own.save_chart("c", kind="pie", x="market", y="amount", replace=True)
    assert (again.id, again.name) == (first.id, "c")
    (_, only) = site.queries.get(query.id).visualizations
    assert only.options == again.options
    assert only.options["globalSeriesType"] == "pie"
    assert save_chart(query.id, "D", x="day", y="amount", replace=True, client=site).id != first.id


def test_chart_is_drawn_by_name_beside_an_older_definition(site):
    q = watch_query(TOTALS, client=site)
    q.draw("Events by market", max_age="1h")
    q.save_chart("A new one", kind="column", x="market", y="borrows")
    assert q.draw("A new one", max_age="1h").prepared["traces"]
    site.visualizations.update(q.charts[1].id, name="Renamed")
    assert q.draw("Events by market", max_age="1h")  # as it was within the hour
    with pytest.raises(ArgumentError, match="has no visualization 'Nobody saved it'"):
        q.draw("Nobody saved it", max_age="1h")


def test_key_that_may_not_write_is_refused(own_server, tmp_path):
    with (
        Client(own_server.url, own_server.member_key, cache_dir=tmp_path) as member,
        pytest.raises(AccessDeniedError),
    ):
        save_chart(TOTALS, "Mine", x="market", y="events", client=member)


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "column", "x": "day", "y": "amount", "series": "market", "sort": False},
        {"kind": "column", "stacked": True, "percent": True, "x_title": "X", "y_title": "Y"},
        {"y2": "a_id", "y2_title": "Y2", "log": True, "options": {"numberFormat": "$0"}},
        {"kind": "bubble", "size": "a_id"},
        {"kind": "heatmap", "z": "a_id"},
    ],
)
def test_what_is_sent_is_what_the_page_sends(site, own_server, query, asked):
    asked = {"x": "day", "y": "amount", **asked}
    saved = watch_query(query.id, client=site).save_chart("C", **asked)
    expected = new_chart(None, name="C", **asked)
    assert (saved.type, saved.options) == (expected["type"], expected["options"])
    assert len(writes(own_server)) == 1


def test_method_of_a_query_takes_all_arguments_but_the_query_and_its_client():
    method, function = (
        dict(inspect.signature(item).parameters) for item in (WatchQuery.save_chart, save_chart)
    )
    del method["self"], function["query"], function["client"]
    assert list(method.values()) == list(function.values())


def test_query_of_no_name_is_the_usual_error(site):
    with pytest.raises(QueryReferenceError):
        save_chart("no such query", "C", client=site)


def test_misspelled_argument_is_named(site):
    with pytest.raises(TypeError, match="'serie'"):
        save_chart(TOTALS, "C", serie="market", client=site)
