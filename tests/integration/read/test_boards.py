"""Dashboards, read and drawn, against the demo server."""

import json
from dataclasses import replace

import pandas as pd
import polars as pl
import pytest

from watchframe import Client, read_watch_dashboard
from watchframe.drawing import Drawing
from watchframe.errors import ArgumentError, JobFailedError
from watchframe.models import Dashboard
from watchframe.read import drawn_board
from watchframe.read.board_builder import BoardBuilder
from watchframe.read.options import ReadOptions
from watchframe.references import parse_dashboard_reference

LIQUIDATIONS, ODD = 3, 4


@pytest.fixture
def board_of(client):
    def board_of(dashboard, params=None, *, options=None, **arguments):
        reference = parse_dashboard_reference(dashboard)
        options = options or ReadOptions.resolve(reference, client=client, cache="off")
        return drawn_board(reference, params, options, **arguments)

    return board_of


@pytest.fixture
def made(client):
    """Makes a dashboard of visualizations, each of a query that it makes of SQL."""
    dashboard = client.dashboards.create("Made for a test")
    source = client.queries.get(2).data_source_id
    queries = []

    def make(*charts, filters_enabled=False):
        client.dashboards.update(dashboard.id, filters_enabled=filters_enabled)
        for at, (sql, kind, options) in enumerate(charts):
            query = client.queries.create(f"Made {at}", sql, source)
            queries.append(query.id)
            shown = client.visualizations.create(
                query.id, type=kind, name=f"Shown {at}", options=options
            )
            place = {"col": 0, "row": 5 * at, "sizeX": 12, "sizeY": 5}
            client.widgets.create(
                dashboard.id, visualization_id=shown.id, options={"position": place}
            )
        return dashboard.id

    yield make
    client.dashboards.archive(dashboard.id)
    for number in queries:
        client.queries.archive(number)


def test_board_has_values_figures_and_frames(board_of):
    board = board_of(LIQUIDATIONS, {"period": ("2026-01-01", "2026-03-31")})
    assert board["Liquidations"].value == 380
    assert len(board["Liquidated by day"].figure.data) == 9
    assert list(board.frames) == list(board)
    assert isinstance(board.frames["Price"], pd.DataFrame)
    assert board.errors == {}
    assert board.params["period"] == ("2026-01-01", "2026-03-31")
    assert board.parameters == {"Period": "2026-01-01 to 2026-03-31"}


def test_tiles_come_at_once_and_again_when_they_are_drawn(board_of):
    seen = []
    board = board_of(LIQUIDATIONS, on_tile=seen.append)
    number = len(board.tiles)
    assert [tile.widget.id for tile in seen[:number]] == [it.widget.id for it in board.tiles]
    assert {type(tile.content) for tile in seen[:number]} == {str, type(None)}
    assert sorted(tile.title for tile in seen[number:]) == sorted(board)


def test_tile_tells_its_own_values_and_leads_to_its_page(board_of, demo):
    board = board_of(LIQUIDATIONS, {"w17_rows": 3})
    (tile,) = (tile for tile in board.tiles if tile.title == "Largest liquidations")
    assert tile.parameters == {"Least value (US dollars)": "1000", "Rows": "3"}
    assert tile.url.startswith(f"{demo.url}/queries/102?p_period=2026-01-01--2026-03-31&")
    assert tile.url.endswith(f"#{tile.widget.visualization.id}")
    assert tile.retrieved_at is not None
    assert len(board["Largest liquidations"].frame) == 3


def test_widgets_that_ask_the_same_are_read_once_and_drawn_each(board_of, demo):
    demo.requests.clear()
    board = board_of(LIQUIDATIONS)
    asked = [item.path for item in demo.requests if item.method == "POST"]
    assert sorted(asked) == [f"/api/queries/{number}/results" for number in (100, 101, 102, 23)]
    assert len(board) == 9


def test_failed_widget_shows_its_error_in_its_place(board_of):
    board = board_of(ODD)
    assert list(board.errors) == ["Fails at once"]
    assert "Fails at once" not in board
    assert board.get("Fails at once") is None
    with pytest.raises(JobFailedError):
        board["Fails at once"]
    assert "'Fails at once': JobFailedError" in repr(board)
    with pytest.raises(ExceptionGroup) as caught:
        board_of(ODD, errors="raise")
    assert 'errors="keep"' in caught.value.__notes__[0]


def test_widget_without_its_query_is_not_waited_for():
    chart = {"id": 3, "type": "CHART", "name": "Kept back", "options": {}}
    widget = {"id": 2, "options": {}, "visualization": chart}
    sent = {"id": 1, "slug": "d", "name": "D", "widgets": [widget]}
    (tile,) = BoardBuilder(Dashboard.from_json(sent), []).board().tiles
    assert (tile.title, tile.content) == (
        "Kept back",
        "*This widget needs a data source that your key may not see.*",
    )


def test_unknown_title_names_the_nearest_one(board_of):
    with pytest.raises(KeyError, match=r"has no widget .Prize.\. Did you mean .Price."):
        board_of(LIQUIDATIONS)["Prize"]


def test_hidden_widget_is_neither_read_nor_shown(board_of, demo):
    demo.requests.clear()
    board = board_of(ODD)
    assert "/api/queries/2/results" not in [item.path for item in demo.requests]
    assert not any(tile.widget.options.get("isHidden") for tile in board.tiles)
    assert len(board.tiles) == len(board.dashboard.widgets) - 1


ROWS = 'select * from (values {}) as rows("kind::filter", amount)'
TABLE = ("TABLE", {})


def test_filters_of_each_widget_are_its_own(board_of, made):
    number = made(
        (ROWS.format("('a', 1), ('b', 2)"), *TABLE), (ROWS.format("('b', 3), ('a', 4)"), *TABLE)
    )
    board = board_of(number)
    assert [drawing.filters[0].current for drawing in board.values()] == [["a"], ["b"]]


def test_filters_for_the_whole_dashboard_are_linked(board_of, made):
    seen = []
    number = made(
        (ROWS.format("('a', 1), ('b', 2)"), *TABLE),
        (ROWS.format("('b', 3), ('a', 4)"), *TABLE),
        (ROWS.replace("filter", "multi-filter").format("('b', 5), ('a', 6)"), *TABLE),
        (ROWS.replace("filter", "multi-filter").format("('c', 7)"), *TABLE),
        filters_enabled=True,
    )
    board = board_of(number, on_tile=seen.append)
    first, second, several, others = board.values()
    assert first.filters[0].current == second.filters[0].current == ["a"]
    assert several.filters[0].current == ["b", "a"]
    assert others.filters[0].current == ["c"]
    assert second.prepared["cells"][0][1]["text"] == "4"
    assert seen[-1].content is second


def test_choice_holds_for_all_widgets_that_have_the_filter(board_of, made, client, demo):
    number = made(
        (ROWS.format("('a', 1), ('b', 2)"), *TABLE),
        ("select 7 as amount", *TABLE),
        (ROWS.format("('a', 3)"), *TABLE),
    )
    board = board_of(number, filters={"kind": "b"})
    first, other, without = board.values()
    assert first.prepared["cells"][0][1]["text"] == "2"
    assert other.prepared["total"] == 1
    assert without.notes == ("No row has 'b' in 'kind', which has: 'a'.",)
    html = board.to_html()
    assert html.count("<span>Kind: <b>b</b></span>") == 2
    address = f"{demo.url}/dashboards/{number}-made?kind::filter=b&kinds::filter=b"
    choices = [
        drawing.filters[0].current for drawing in board_of(address).values() if drawing.filters
    ]
    assert choices == [["b"], ["b"]]
    (first, *_) = board_of(f"{address}&kind::filter=a").values()
    assert first.prepared["total"] == 2
    (first, *_) = board_of(address, filters={"kind": "a"}).values()
    assert first.filters[0].current == ["a"]
    (first, *_) = read_watch_dashboard(address, client=client).board.values()
    assert first.filters[0].current == ["b"]
    with pytest.raises(ArgumentError, match="has no filter 'kin'") as caught:
        board_of(number, filters={"kin": "b"})
    assert "'kind'" in caught.value.hint
    with pytest.raises(ArgumentError, match="filters is a str"):
        board_of(number, filters="kind")


def test_chart_of_a_tile_has_fewer_points_and_its_frame_has_all_rows(board_of, made):
    mapping = {"globalSeriesType": "line", "columnMapping": {"x": "x", "y": "y"}}
    number = made(("select range as x, range as y from range(9000)", "CHART", mapping))
    (drawing,) = board_of(number).values()
    assert 0 < len(drawing.figure.data[0].x) <= 4_000
    assert len(drawing.frame) == 9_000


def test_kept_tile_is_not_read_and_is_where_its_widget_is_now(board_of, made, demo):
    number = made((ROWS.format("('a', 1)"), *TABLE))
    (tile,) = board_of(number).tiles
    since, seen = len(demo.requests), []
    elsewhere = replace(tile, place=replace(tile.place, column=6, auto_height=True))
    (kept,) = board_of(number, kept={tile.widget.id: elsewhere}, on_tile=seen.append).tiles
    assert (seen[-1].place.column, kept.place) == (0, tile.place)
    assert kept.content is tile.content
    assert not [item for item in demo.requests[since:] if item.method == "POST"]


def test_frames_show_as_the_board_that_is_drawn_of_them(client, board_of):
    frames = read_watch_dashboard(LIQUIDATIONS, cache="off", client=client)
    assert list(frames.board) == list(frames) == list(board_of(LIQUIDATIONS))
    assert isinstance(frames.board["Price"], Drawing)
    assert frames.board["Price"].frame is frames["Price"]
    html = frames.board.to_html()
    assert html.count('<section class="wf-tile"') == len(frames.board.tiles)
    assert frames._repr_mimebundle_()["text/plain"] == repr(frames)
    assert set(frames._repr_mimebundle_(include={"text/plain"})) == {"text/plain"}


def test_frames_of_polars_are_drawn_too(client):
    frames = read_watch_dashboard(LIQUIDATIONS, output="polars", cache="off", client=client)
    assert isinstance(frames["Price"], pl.DataFrame)
    pandas = read_watch_dashboard(LIQUIDATIONS, cache="off", client=client)
    for title in frames:
        made, expected = frames.board[title].prepared, pandas.board[title].prepared
        for part in ("cells", "traces", "counter"):
            assert made.get(part) == expected.get(part), title


def test_shared_dashboard_is_drawn_without_its_token(demo, tmp_path):
    address = demo.public_url(LIQUIDATIONS)
    reference = parse_dashboard_reference(address)
    with Client(demo.url, "unused", cache_dir=tmp_path) as client:
        options = ReadOptions.resolve(reference, client=client)
        board = drawn_board(reference, None, options)
    assert board["Liquidations"].value > 0
    page = board.to_html()
    told = json.dumps([page, repr(board), [tile.url for tile in board.tiles]])
    assert demo.dashboard_token(LIQUIDATIONS) not in told
    assert "Shared dashboard <b>Liquidations</b>" in page
