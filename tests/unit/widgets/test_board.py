from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from ipywidgets.widgets.widget import _instances

from tests.unit.widgets.conftest import WITHIN, until
from watchframe.client import Client
from watchframe.demo import DemoServer
from watchframe.drawing import Drawing
from watchframe.errors import (
    JobCancelledError,
    JobFailedError,
    NotFoundError,
    ParameterError,
    UnknownParameterError,
    WatchframeWarning,
)
from watchframe.read import read_watch_dashboard
from watchframe.references import parse_dashboard_reference
from watchframe.widgets.board import show_watch_dashboard
from watchframe.widgets.control import GUARD
from watchframe.widgets.live_board import BoardReads, LiveBoard


@pytest.fixture
def show(client):
    """Returns a function that shows a dashboard as in a notebook which a person has open."""
    made = []

    def live(dashboard, params=None, **arguments):
        reads = BoardReads(
            reference=parse_dashboard_reference(dashboard), client=client, **arguments
        )
        board = LiveBoard(reads, params, is_live=True)
        made.append(board)
        return board

    yield live
    for board in made:
        board.close()


def saved(client, name, *widgets, **settings):
    """A dashboard of queries' first visualizations, each with its widget's options."""
    made = client.dashboards.create(name)
    for number, options in widgets:
        first = client.queries.get(number).visualizations[0].id
        client.widgets.create(made.id, visualization_id=first, options=options)
    made = client.dashboards.get(made.id)
    return client.dashboards.update(made, **settings) if settings else made


@pytest.fixture(scope="module")
def slow(client):
    """A dashboard with a query that takes a minute unless its value says otherwise."""
    return saved(client, "Slow", (50, {}), (2, {})).id


@pytest.fixture(scope="module")
def filtered(demo, client):
    """A query with a filter of one value, as a counter of its first row that is left."""
    text = "select * from (values ('WETH', 1), ('INV', 7)) as t(\"market::filter\", amount)"
    query = client.queries.create("Amounts of markets", text, 1).id
    other = client.queries.create("Others", text.replace("WETH", "CRV").replace("1", "3"), 1).id
    for number, name in ((query, "Amount"), (other, "Other amount")):
        counter = {
            "type": "COUNTER",
            "name": name,
            "query_id": number,
            "options": {"counterColName": "amount", "rowNumber": 1},
        }
        key = {"Authorization": f"Key {demo.user_key}"}
        requests.post(
            f"{demo.url}/api/visualizations", json=counter, headers=key, timeout=WITHIN
        ).raise_for_status()
    return query, other


def of_counters(client, name, numbers, **settings):
    made = client.dashboards.create(name)
    for number in numbers:
        (counter,) = (
            item for item in client.queries.get(number).visualizations if item.type == "COUNTER"
        )
        client.widgets.create(made.id, visualization_id=counter.id, options={})
    return client.dashboards.update(client.dashboards.get(made.id), **settings).id


def results_asked(demo, since):
    return [
        request.path
        for request in demo.requests[since:]
        if request.method == "POST" and request.path.endswith("/results")
    ]


def test_board_gives_values_figures_and_frames(show):
    board = show("liquidations")
    assert board["Liquidations"].value > 0
    assert len(board["Share of each market"].figure.data) == 1
    assert len(board["Largest liquidations"].frame) > 0
    assert board.wait(WITHIN).errors == {}
    assert (board.status, board.error) == ("done", None)
    assert list(board)[:2] == ["Liquidations", "Liquidated"]
    assert "Price" in board


def test_figure_that_fails_is_an_error_of_its_tile_alone(show, client):
    board, title = show("liquidations"), "Liquidated by day"
    tile = next(it for it in board.wait(WITHIN).tiles if it.title == title)
    tile.content.figure.update_layout(meta=object())  # nothing that JSON has
    assert "is not JSON serializable" in board.to_html()
    assert board.errors == {}
    board._view.show(tile)
    assert list(board.errors) == [title]
    assert "Price" in board
    read = show_watch_dashboard("liquidations", client=client)
    assert "is not JSON serializable" not in read.to_html()


def test_board_and_tile_in_marimo_are_pages_with_their_scripts(show):
    board = show("liquidations")
    for shown in (board, board["Share of each market"]):
        html = shown._display_()._repr_html_()
        assert html.startswith("<!doctype html>")
        assert 'class="wf-figure' in html
        assert "<script>" in html


def test_board_asks_for_the_dashboard_once_and_for_each_query_once(show, demo):
    since = len(demo.requests)
    show(3, cache="off").wait(WITHIN)
    asked = [request.path for request in demo.requests[since:]]
    assert asked.count("/api/dashboards/3") == 1
    assert len(results_asked(demo, since)) == 4


def test_unknown_title_is_told_at_once_with_near_ones(show, slow):
    board = show(slow)
    with pytest.raises(KeyError, match="Did you mean 'Market totals'"):
        board["Market total"]
    assert board.status == "running"


def test_tile_is_there_while_others_are_read(show, slow):
    board = show(slow)
    assert board["Market totals"].frame is not None
    assert board.status == "running"
    with pytest.raises(TimeoutError, match="is still being read after 0 s"):
        board.wait(0)


def test_stopped_board_keeps_what_is_shown(show, slow):
    board = show(slow)
    drawing = board["Market totals"]
    board.stop()
    until(lambda: board.status == "cancelled")
    assert board["Market totals"] is drawing
    (slow_title,) = set(board) - {"Market totals"}
    with pytest.raises(JobCancelledError):
        board[slow_title]
    assert "Stopped after" in board._view.status.value
    assert not board._view.apply_button.disabled


def test_failed_widget_shows_its_error_while_the_others_stand(show):
    board = show("odd-widgets")
    assert list(board.errors) == ["Fails at once"]
    assert board["Events in all"].value == 3000
    with pytest.raises(JobFailedError):
        board["Fails at once"]
    assert board.status == "done"
    assert "1 widget could not be shown: Fails at once" in board._view.status.value
    assert "wf-tile-error" in board.last_state()


def test_stale_copies_are_shown_without_a_warning_at_nobodys_line(tmp_path):
    reference = parse_dashboard_reference("recent-activity")
    settings = {"cache_dir": tmp_path, "max_retries": 0, "stale_if_error": True}
    with (
        DemoServer(state_dir=tmp_path / "demo") as server,
        Client(server.url, server.user_key, **settings) as client,
    ):
        read_watch_dashboard(reference, client=client)
        server.faults.add("POST .*/results", status=502, times=9)
        reads = BoardReads(reference=reference, max_age=0.001, client=client)
        board = LiveBoard(reads, None, is_live=True)
        assert board.wait(WITHIN).errors == {}
        board.close()


def test_errors_are_raised_as_by_a_read_where_asked(show):
    board = show("odd-widgets", errors="raise")
    with pytest.raises(ExceptionGroup, match="1 of 6 reads failed"):
        board.wait(WITHIN)
    assert board["Events in all"].value == 3000


def test_board_of_an_interrupted_cell_is_closed(monkeypatch, client, demo, slow):
    class Interrupted(LiveBoard):
        def wait(self, timeout=None):
            assert self["Market totals"] is not None
            until(demo.running_jobs)
            raise KeyboardInterrupt

    monkeypatch.setattr("watchframe.widgets.board.LiveBoard", Interrupted)
    monkeypatch.setattr("watchframe.widgets.board.ipython_kernel", object)
    monkeypatch.setattr("watchframe.widgets.board.is_interactive", lambda: True)
    with pytest.raises(KeyboardInterrupt):
        show_watch_dashboard(slow, client=client, errors="raise")
    until(lambda: not demo.running_jobs())


def test_traceback_shows_a_board_that_is_not_made(client):
    with pytest.raises(UnknownParameterError) as caught:
        show_watch_dashboard("liquidations", {"color": "red"}, client=client)
    shown = [
        repr(frame.f_locals["self"])
        for frame, _ in traceback.walk_tb(caught.value.__traceback__)
        if isinstance(frame.f_locals.get("self"), LiveBoard)
    ]
    assert shown == ["<LiveBoard>"]


def test_apply_reads_only_what_the_changes_change(show, demo):
    board = show("liquidations")
    before = {title: board[title] for title in board}
    board.wait(WITHIN)
    view = board._view
    button = view.apply_button
    assert (button.description, button.disabled) == ("Apply", True)
    board.update({"w15_market": "USDC"})
    assert (button.description, button.disabled) == ("Apply · 1 changed", False)
    assert button.tooltip.endswith("Changed: Price of")
    (own,) = (it for it in board._form.apply_buttons if it.layout.display == "")
    since = len(demo.requests)
    own.click()
    assert board["Price"] is not before["Price"]
    board.wait(WITHIN)
    assert results_asked(demo, since) == ["/api/queries/23/results"]
    assert [title for title in board if board[title] is not before[title]] == ["Price"]
    assert board.params["w15_market"] == "USDC"
    assert (button.description, button.disabled) == ("Apply", True)
    assert own.layout.display == "none"


def test_shared_value_is_set_for_all(show):
    board = show("liquidations", {"period": ("2026-02-01", "2026-02-28")})
    board.wait(WITHIN)
    assert board.board.parameters == {"Period": "2026-02-01 to 2026-02-28"}
    assert board["Liquidated by day"].frame["day"].min().month == 2


def test_value_that_cannot_be_sent_is_not_applied(show):
    board = show("lending-overview")
    board.wait(WITHIN)
    board.update({"markets": ["DOGE"]})
    assert board._view.apply_button.disabled
    assert "a value has to be corrected" in board._view.status.value
    with pytest.raises(ParameterError, match="Parameter 'markets' of Dashboard 1"):
        board.apply()


def test_refresh_runs_all_queries_again(show, demo):
    board = show("recent-activity")
    board.wait(WITHIN)
    since = len(demo.requests)
    board._view.refresh_button.click()
    board.wait(WITHIN)
    assert len(results_asked(demo, since)) == 2


def test_wait_ends_where_an_observer_raises(show, slow, raised_in_threads):
    board = show(slow)
    board.observe(lambda change: 1 / (change.new == "running"), "status")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(board.wait, WITHIN)
        until(lambda: not waiting.done() and board.status == "running")
        board.stop()
        with pytest.raises(JobCancelledError):
            waiting.result(WITHIN / 2)
    until(lambda: raised_in_threads == [ZeroDivisionError])


def test_filters_of_the_dashboard_hold_for_all_its_tiles(show, client, filtered, demo):
    board = show(of_counters(client, "Linked", filtered, filters_enabled=True))
    board.wait(WITHIN)
    view = board._view
    (control,) = view._linked_bar.controls
    assert control.definition.enum_options == ("WETH", "INV", "CRV")
    assert [view.filters.controls for view in view.tiles.values()] == [[], []]
    since = len(demo.requests)
    control.set("INV")
    until(lambda: [board[title].value for title in board] == [7, 7])
    control.set("CRV")
    until(lambda: [board[title].value for title in board] == [None, 3])
    assert len(demo.requests) == since
    board.apply(refresh=True)
    board.wait(WITHIN)
    assert [board[title].value for title in board] == [None, 3]
    assert view._linked_bar.controls[0].value == "CRV"


def test_filter_with_nothing_ticked_leaves_all_rows(show, client):
    made = client.queries.create(
        "Many markets", 'select range as "market::multi-filter" from range(30)', 1
    )
    board = show(saved(client, "Many", (made.id, {})).id)
    title, *_ = board
    assert board.wait(WITHIN)[title].prepared["total"] == 30
    (view,) = board._view.tiles.values()
    (control,) = view.filters.controls
    control.set(["7"])
    until(lambda: board[title].prepared["total"] == 1)
    control.set([])
    until(lambda: board[title].prepared["total"] == 30)


def test_tile_that_cannot_be_drawn_with_a_filter_tells_why_and_others_go_on(show, client, filtered):
    def fails(**_):
        raise ValueError("No such drawing.")

    board = show(of_counters(client, "Undrawable", filtered, filters_enabled=False))
    drawing = board.wait(WITHIN)["Amount"]
    first, second = board._view.tiles.values()
    broken = Drawing(drawing.visualization, drawing.frame, drawing.prepared, redraw=fails)
    with GUARD:
        first.show(replace(first.tile, content=broken))
    first.filters.controls[0].set("INV")
    until(lambda: "Amount" in board.errors)
    second.filters.controls[0].set("INV")
    until(lambda: board["Other amount"].value == 7)


def test_filter_of_a_tile_holds_for_it_alone_and_is_kept(show, client, filtered):
    board = show(of_counters(client, "Not linked", filtered, filters_enabled=False))
    board.wait(WITHIN)
    first, second = board._view.tiles.values()
    assert board._view._linked_bar.controls == []
    (control,) = first.filters.controls
    control.set("INV")
    until(lambda: board["Amount"].value == 7)
    assert board["Other amount"].value == 3
    board.apply(refresh=True)
    board.wait(WITHIN)
    assert (board["Amount"].value, board["Other amount"].value) == (7, 3)
    assert control is first.filters.controls[0]
    assert second.filters.controls[0].value == "CRV"


def test_filters_that_are_given_are_chosen_in_the_controls(show, client, filtered):
    number = of_counters(client, "Given", filtered, filters_enabled=False)
    board = show(number, filters={"market": "INV"})
    board.wait(WITHIN)
    assert [board[title].value for title in board] == [7, 7]
    chosen = [view.filters.controls[0].value for view in board._view.tiles.values()]
    assert chosen == ["INV", "INV"]


def test_unknown_parameter_leaves_no_widgets_behind(show):
    before = len(_instances)
    with pytest.raises(UnknownParameterError):
        show("liquidations", {"color": "red"})
    with pytest.raises(NotFoundError):
        show("no-such-board")
    assert len(_instances) == before


def test_hidden_widget_is_not_among_the_titles(show):
    board = show("odd-widgets")
    assert set(board) == {*board.wait(WITHIN), *board.errors}


def test_values_are_set_and_read_where_nobody_watches_too(client):
    board = show_watch_dashboard("liquidations", client=client)
    board.update({"w15_market": "WETH"})
    board.apply()
    assert board.params["w15_market"] == "WETH"
    assert board["Price"].provenance["parameters"]["market"] == "WETH"
    with pytest.raises(UnknownParameterError):
        board.update({"color": "red"})


def test_closed_board_keeps_its_values(show):
    board = show("recent-activity")
    drawing = board["Events by month"]
    board.close()
    assert board["Events by month"] is drawing


def test_last_state_is_the_grid_and_its_values(show, demo):
    board = show("liquidations")
    board.wait(WITHIN)
    html = board.last_state()
    assert all(title in html for title in board)
    assert "2026-01-01 to 2026-03-31" in html
    assert demo.user_key not in html


def test_figure_is_as_high_as_its_place(show):
    board = show("liquidations")
    board.wait(WITHIN)
    with GUARD:
        view = next(v for v in board._view.tiles.values() if v.tile.title == "Liquidated by day")
        (output,) = view._output.outputs
    height = output["data"]["application/vnd.plotly.v1+json"]["layout"]["height"]
    assert view.tile.place.height - 80 < height < view.tile.place.height


def test_where_nobody_watches_all_is_read_first(client):
    with pytest.warns(WatchframeWarning, match="could not be shown: 'Fails at once'"):
        board = show_watch_dashboard("odd-widgets", client=client)
    assert (board.status, board.children) == ("done", ())
    assert board["Events in all"].value == 3000
    assert list(board.errors) == ["Fails at once"]
    assert "wf-board" in board.to_html()
    with pytest.raises(ExceptionGroup):
        show_watch_dashboard("odd-widgets", errors="raise", client=client)


def test_page_is_of_what_is_shown(show, tmp_path):
    board = show("recent-activity")
    board.to_html(tmp_path / "board.html")
    assert "Events of the last 30 days" in (tmp_path / "board.html").read_text()
