"""All queries of a dashboard at once, against the demo server."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from watchframe import read_watch_dashboard, read_watch_query
from watchframe.errors import (
    ArgumentError,
    CacheMissError,
    ConfigurationError,
    JobFailedError,
    NotFoundError,
    ParameterValueError,
    UnknownParameterError,
    WatchframeWarning,
)
from watchframe.models import Dashboard, ParameterDefinition

TITLES = ["Borrowed a day, in dollars", "Events by day", "Price", "Events by market"]
PERIOD = ("2025-03-01", "2025-03-05")


def posts(demo):
    return [item for item in demo.requests if item.method == "POST"]


def parameters(frames):
    return {title: frame.attrs["watchframe"]["parameters"] for title, frame in frames.items()}


def mapped(type_, map_to, value=None):
    return {"name": map_to, "type": type_, "mapTo": map_to, "title": "", "value": value}


@pytest.fixture
def made(client, demo):
    """Makes a dashboard of (query, mappings) or of texts, and takes it away at the end."""
    dashboard = client.dashboards.create("Made for a test")

    def make(*widgets):
        for item in widgets:
            if isinstance(item, str):
                client.widgets.create(dashboard.id, text=item)
                continue
            query, mappings = item
            table = client.queries.get(query).visualizations[0]
            client.widgets.create(
                dashboard.id,
                visualization_id=table.id,
                options={"parameterMappings": mappings},
            )
        demo.requests.clear()
        return client.dashboards.get(dashboard.id)

    yield make
    client.dashboards.archive(dashboard.id)


def test_every_widget_is_a_frame_as_of_its_query(client):
    frames = read_watch_dashboard(1, client=client)
    assert list(frames) == TITLES
    assert frames.dashboard.name == "Lending overview"
    alone = read_watch_query(23, {"market": "INV"}, client=client)
    pd.testing.assert_frame_equal(frames["Price"], alone)
    assert "'Price': 365 rows" in repr(frames)


def test_slug_that_begins_with_a_number_is_no_id(client):
    dashboard = client.dashboards.create("2023 report")
    try:
        assert dashboard.slug == "2023-report"
        frames = read_watch_dashboard("2023-report", client=client)
        assert frames.dashboard.id == dashboard.id
    finally:
        client.dashboards.archive(dashboard.id)


def test_parameters_left_out_take_what_the_page_takes(client):
    period = {"start": "2026-01-01", "end": "2026-03-31"}
    assert parameters(read_watch_dashboard("lending-overview", client=client)) == {
        TITLES[0]: {"markets": ["WETH", "WBTC"], "period": period, "min_amount": 1},
        TITLES[1]: {"period": period},  # its own default is January: the first widget's counts
        TITLES[2]: {"market": "INV"},
        TITLES[3]: {},
    }


def test_widgets_come_by_row_and_share_the_first_default(client, made):
    """As on the page: the server sends them in the order in which they were made."""
    shared = {"period": mapped("dashboard-level", "period")}
    dashboard = made((38, shared), (33, shared), (2, {}))
    places = [(1, 0), (0, 3), (0, 0)]
    for widget, (row, column) in zip(dashboard.widgets, places, strict=True):
        position = {"row": row, "col": column, "sizeX": 3, "sizeY": 3}
        client.widgets.update(widget, options={"position": position})
    found = parameters(read_watch_dashboard(dashboard.id, client=client))
    default = client.queries.get(33).parameters[0].default
    titles = [client.queries.get(number).name for number in (2, 33, 38)]
    assert list(found) == titles
    assert [found[title] for title in titles] == [{}, {"period": default}, {"period": default}]


def test_global_parameter_of_an_old_dashboard_is_shared(client, made):
    sent = {"name": "kind", "type": "text-pattern", "regex": ".*", "value": "borrow"}
    first, second = (
        client.queries.create(
            f"Old {number}",
            f"select '{{{{ kind }}}}' as kind, {number} as n",
            1,
            parameters=[ParameterDefinition.from_json({**sent, "global": True})],
        )
        for number in (1, 2)
    )
    dashboard = made((first.id, {}), (second.id, {}))
    found = parameters(read_watch_dashboard(dashboard.id, {"kind": "repay"}, client=client))
    assert found == {"Old 1": {"kind": "repay"}, "Old 2": {"kind": "repay"}}


def test_shared_parameter_reaches_all_widgets_that_have_it(client):
    frames = read_watch_dashboard(1, {"period": PERIOD, "markets": ["INV"]}, client=client)
    found = parameters(frames)
    assert found[TITLES[0]]["period"] == found[TITLES[1]]["period"]
    assert found[TITLES[1]]["period"] == {"start": PERIOD[0], "end": PERIOD[1]}
    assert found[TITLES[0]]["markets"] == ["INV"]
    assert set(frames[TITLES[0]]["market"]) <= {"INV"}


def test_shared_parameter_has_its_dashboard_name(client):
    frames = read_watch_dashboard(2, {"days": PERIOD}, client=client)
    assert parameters(frames) == {
        "Events of the last 30 days": {"period": {"start": PERIOD[0], "end": PERIOD[1]}},
        "Events by month": {"kind": "liquidation"},
    }


def test_widget_parameter_has_the_page_name_or_its_own(client):
    widget = next(item for item in client.dashboards.get(1).widgets if item.title == "Price")
    for name in (f"w{widget.id}_market", "market"):
        frames = read_watch_dashboard(1, {name: "WETH"}, client=client)
        assert parameters(frames)["Price"] == {"market": "WETH"}
    with pytest.raises(ArgumentError, match="two names"):
        read_watch_dashboard(1, {f"w{widget.id}_market": "WETH", "market": "INV"}, client=client)


def test_page_url_values_are_taken_and_given_ones_win(client, demo):
    url = f"{demo.url}/dashboards/1-x?p_markets=%5B%22INV%22%5D&p_w4_market=WETH"
    assert parameters(read_watch_dashboard(url, client=client))["Price"] == {"market": "WETH"}
    found = parameters(read_watch_dashboard(url, {"market": "WBTC"}, client=client))
    assert found["Price"] == {"market": "WBTC"}
    assert found[TITLES[0]]["markets"] == ["INV"]


@pytest.mark.parametrize("name", ["min_amount", "w2_min_amount"])
def test_fixed_value_cannot_be_overridden(client, demo, name):
    with pytest.raises(ParameterValueError, match="fixes the parameter 'min_amount'") as caught:
        read_watch_dashboard(1, {name: 5}, client=client)
    assert caught.value.expected == "1"
    assert posts(demo) == []


def test_unknown_parameter_is_refused_before_anything_runs(client, demo):
    with pytest.raises(UnknownParameterError) as caught:
        read_watch_dashboard(1, {"perido": PERIOD}, client=client)
    assert caught.value.suggestions == ("period",)
    assert caught.value.known == ("markets", "period", "w4_market")
    with pytest.raises(ArgumentError, match="params is a list"):
        read_watch_dashboard(1, ["WETH"], client=client)
    assert posts(demo) == []


def test_widgets_of_one_query_with_the_same_values_run_once(client, demo, made):
    kind = {"kind": mapped("dashboard-level", "kind")}
    fixed = {"kind": mapped("static-value", "kind", "repay")}
    dashboard = made((13, kind), (13, fixed), (13, kind), "# Only words", (13, {}))
    frames = read_watch_dashboard(
        dashboard.id, {"kind": "repay"}, cache="off", max_age=0, client=client
    )
    name = "Events of one kind by month"
    assert list(frames) == [name, f"{name} (2)", f"{name} (3)", f"{name} (4)"]
    ran = sorted(item.body["parameters"]["kind"] for item in posts(demo))
    assert ran == ["borrow", "repay"]
    frames[name].iloc[:, 1] = 0
    assert frames[f"{name} (2)"].iloc[:, 1].sum() > 0


def test_name_that_several_widgets_have_is_not_guessed(client, made):
    dashboard = made((13, {}), (13, {}))
    first, second = dashboard.widgets
    with pytest.raises(UnknownParameterError, match="2 widgets have one") as caught:
        read_watch_dashboard(dashboard.id, {"kind": "repay"}, client=client)
    assert caught.value.suggestions == (f"w{first.id}_kind", f"w{second.id}_kind")
    frames = read_watch_dashboard(dashboard.id, {f"w{second.id}_kind": "repay"}, client=client)
    assert [found["kind"] for found in parameters(frames).values()] == ["borrow", "repay"]


def test_dashboard_errors_are_raised_after_the_rest(client, made):
    wrong = {"kind": mapped("static-value", "kind", "nothing")}
    dashboard = made((51, {}), (13, wrong), (2, {}))
    with pytest.raises(ExceptionGroup, match="2 of 3 reads failed") as caught:
        read_watch_dashboard(dashboard.id, concurrency=1, client=client)
    failed, unfit = caught.value.exceptions
    assert isinstance(failed, JobFailedError)
    assert isinstance(unfit, ParameterValueError)
    assert "'Fails at once', query 51" in failed.__notes__[0]
    assert "'Events of one kind by month', query 13" in unfit.__notes__[0]
    assert 'errors="keep"' in caught.value.__notes__[0]
    assert len(read_watch_query(2, cache="only", client=client)) > 0


def test_widgets_beside_a_failing_one_can_be_kept(client, made):
    dashboard = made((51, {}), (2, {}))
    with pytest.warns(WatchframeWarning, match="could not be read.*'Fails at once'"):
        frames = read_watch_dashboard(dashboard.id, errors="keep", cache="off", client=client)
    (good,) = frames
    assert len(frames[good]) > 0
    assert isinstance(frames.errors["Fails at once"], JobFailedError)
    assert "'Fails at once': JobFailedError" in repr(frames)
    assert "JobFailedError" in frames.board.to_html()
    with pytest.raises(ArgumentError, match="errors is 'ignore'"):
        read_watch_dashboard(dashboard.id, errors="ignore", client=client)


def test_dashboard_as_arrow_and_polars_has_the_same_rows(client):
    pandas = read_watch_dashboard(1, client=client)
    arrow = read_watch_dashboard(1, output="arrow", client=client)
    frames = read_watch_dashboard(1, output="polars", client=client)
    assert all(isinstance(table, pa.Table) for table in arrow.values())
    assert all(isinstance(frame, pl.DataFrame) for frame in frames.values())
    assert frames["Price"]["price_usd"].to_list() == [
        None if price is pd.NA else price for price in pandas["Price"]["price_usd"]
    ]
    for found in (arrow, frames):
        assert repr(found) == repr(pandas)
        assert "/queries/23?p_market=INV" in found.board.to_html()
    with pytest.raises(ArgumentError, match="dtype is for pandas alone"):
        read_watch_dashboard(1, output="arrow", dtype={"day": "string"}, client=client)


def test_second_read_of_fresh_copies_needs_no_request(client, demo):
    first = read_watch_dashboard(1, client=client)
    demo.requests.clear()
    for again in (
        read_watch_dashboard(1, max_age="1h", client=client),
        read_watch_dashboard(1, cache="only", client=client),
    ):
        assert list(again) == list(first)
        pd.testing.assert_frame_equal(again["Price"], first["Price"])
    assert demo.requests == []
    with pytest.raises(CacheMissError, match="dashboard 2"):
        read_watch_dashboard(2, cache="only", client=client)


def test_what_is_not_a_dashboard_of_this_server_is_refused(client, demo):
    with pytest.raises(NotFoundError):
        read_watch_dashboard(999, client=client)
    with pytest.raises(ArgumentError):
        read_watch_dashboard("https://host/queries/1", client=client)
    read_watch_dashboard(1, client=client)
    with pytest.raises(ConfigurationError):
        read_watch_dashboard("https://other.example.org/dashboards/1", cache="only", client=client)


def test_columns_are_converted_in_each_widget_that_has_them(client):
    plain = read_watch_dashboard(1, client=client)
    assert {"day" in frame.columns for frame in plain.values()} == {True, False}
    frames = read_watch_dashboard(
        1, dtype={"price_usd": "decimal(38, 18)", "source": "category"}, client=client
    )
    price = frames["Price"].dtypes
    assert str(price["price_usd"]) == "decimal128(38, 18)[pyarrow]"
    assert str(price["source"]) == "category"
    for title in TITLES[:2]:
        pd.testing.assert_frame_equal(frames[title], plain[title])
    for dates in ("day", ["day"], {"day": "ISO8601"}):
        frames = read_watch_dashboard(1, parse_dates=dates, client=client)
        assert frames["Price"]["day"].dtype.kind == "M"
    frames = read_watch_dashboard(1, parse_dates={"price_usd": "s"}, client=client)
    assert frames["Price"]["price_usd"].dtype.kind == "M"
    frames = read_watch_dashboard(1, dtype="string", client=client)
    assert {str(dtype) for frame in frames.values() for dtype in frame.dtypes} == {"string"}


def test_column_that_no_widget_has_is_an_error(client):
    with pytest.raises(ArgumentError, match="No widget has a column 'price_us'") as caught:
        read_watch_dashboard(1, dtype={"price_us": "Float64"}, client=client)
    assert "'price_usd'" in caught.value.hint


def test_parameter_as_a_keyword_is_told_with_the_dict(client):
    with pytest.raises(ArgumentError, match="no argument 'market'") as caught:
        read_watch_dashboard("Lending overview", market="WETH", client=client)
    assert "read_watch_dashboard('Lending overview', {'market': 'WETH'})" in caught.value.hint


def test_dashboard_of_texts_alone_is_empty(client, made):
    dashboard = made("# Title", "words")
    assert dict(read_watch_dashboard(dashboard.id, client=client)) == {}


def test_widgets_that_the_key_may_not_see_are_told_of(client, made, demo, monkeypatch):
    dashboard = made((2, {}))
    get = client.dashboards.get

    def restricted(key, **given):
        found = get(key, **given)
        hidden = {"id": 900, "width": 1, "restricted": True}
        widgets = [*(widget.to_json() for widget in found.widgets), hidden]
        return Dashboard.from_json({**found.to_json(), "widgets": widgets})

    monkeypatch.setattr(client.dashboards, "get", restricted)
    with pytest.warns(
        WatchframeWarning, match="without 1 widget that this key may not see"
    ) as caught:
        frames = read_watch_dashboard(dashboard.id, client=client)
    assert caught[0].filename == __file__
    assert list(frames) == ["Market totals"]
