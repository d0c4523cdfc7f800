"""A dashboard in the notebook: its grid, its controls, its tiles as they come, and when saved."""

from __future__ import annotations

import contextlib

import nbformat
import pytest
from playwright.sync_api import TimeoutError as NotWithin
from playwright.sync_api import expect

from tests.browser.conftest import open_notebook
from tests.browser.test_colours import TRANSITIONS_END, faint_in
from watchframe.client import Client

WITHIN = 60_000
FIGURE = ".js-plotly-plot"
COUNTERS = ("Liquidations", "Liquidated", "Largest", "Accounts")
#: Where the tiles with these titles are, and what of the board stands out of it or is cut off.
TILES = """(root, titles) => titles.map(title => {
    const head = [...root.querySelectorAll('.wf-tile-head')].find(each => each.title === title);
    const {x, y, width, height} = head.closest('.wf-tile').getBoundingClientRect();
    return {x, y, width, height};
})"""
CUT_OFF = """root => {
    const edge = root.getBoundingClientRect().right + 1;
    const isWide = each => each.getBoundingClientRect().right > edge;
    const controls = root.querySelectorAll('input, select, button, .wf-tile');
    const flat = [...root.querySelectorAll('.js-plotly-plot')].filter(
        each => each.getBoundingClientRect().height < 100);
    const tall = [...root.querySelectorAll('.wf-tile:has(.js-plotly-plot)')].filter(
        each => each.scrollHeight > each.clientHeight + 1);
    return [...[...controls].filter(isWide), ...tall, ...flat].map(each => each.className);
}"""

SIDE_BAR = "window.jupyterapp.commands.execute('application:toggle-left-area')"
IS_WHOLE = f"root => ({CUT_OFF})(root).length === 0"


def tile(board, title):
    return board.locator(".wf-tile").filter(has=board.page.get_by_title(title, exact=True))


def is_read(board):
    expect(board.get_by_text("All read in")).to_be_visible(timeout=WITHIN)


@pytest.fixture(scope="module", params=["light", "dark"])
def themed(request, shared_notebooks):
    """The dashboard of liquidations, in a notebook without the side bar."""
    notebook = shared_notebooks.get(request.param, request.param)
    before = notebook.page.viewport_size
    notebook.page.evaluate(SIDE_BAR)
    notebook.run("from watchframe import show_watch_dashboard")
    board = notebook.show("board = show_watch_dashboard('liquidations'); board")
    is_read(board)
    expect(board.locator(FIGURE)).to_have_count(3, timeout=WITHIN)
    yield board
    notebook.clear()
    notebook.page.evaluate(SIDE_BAR)
    notebook.page.set_viewport_size(before)


@pytest.mark.parametrize("width", [1900, 1280, 640, 420])
def test_tiles_stand_on_their_grid_or_below_each_other(themed, width):
    themed.page.set_viewport_size({"width": width, "height": 1600})
    expect(themed.locator(FIGURE)).to_have_count(3, timeout=WITHIN)
    themed.page.wait_for_function(
        "board => board.getBoundingClientRect().width < innerWidth", arg=themed.element_handle()
    )
    places = themed.evaluate(TILES, COUNTERS)
    rows, columns = {round(it["y"]) for it in places}, {round(it["x"]) for it in places}
    expected = (1, 4) if width > 1000 else (4, 1)
    assert (len(rows), len(columns)) == expected
    with contextlib.suppress(NotWithin):  # plotly.js fits each figure a moment after its tile
        themed.page.wait_for_function(IS_WHOLE, arg=themed.element_handle())
    assert themed.evaluate(CUT_OFF) == []
    drawn = themed.locator(FIGURE).filter(has=themed.page.locator(".point, .slice, .js-line"))
    expect(drawn).to_have_count(3, timeout=WITHIN)


def test_what_the_board_says_can_be_read(themed):
    themed.page.set_viewport_size({"width": 1280, "height": 1600})
    themed.page.mouse.move(0, 0)
    themed.page.evaluate(TRANSITIONS_END)
    for part in (".wf-card-head", ".wf-bar-of-controls", ".wf-status", ".wf-tile-head"):
        assert faint_in(themed.locator(part).first) == [], part
    assert faint_in(tile(themed, "Largest liquidations")) == []


def test_values_are_applied_to_the_tiles_that_they_change(notebook, demo):
    notebook.run("from watchframe import show_watch_dashboard")
    board = notebook.show("applied = show_watch_dashboard(3); applied")
    is_read(board)
    price = tile(board, "Price")
    expect(price.locator(".wf-tile-foot")).to_contain_text("INV")
    since = len(demo.requests)
    price.locator("select").select_option(label="WETH (18 decimals)")
    expect(board.get_by_role("button", name="Apply · 1 changed")).to_be_enabled()
    price.get_by_role("button", name="Apply").click()
    expect(price.locator(".wf-tile-foot")).to_contain_text("WETH", timeout=WITHIN)
    is_read(board)
    asked = {request.path for request in demo.requests[since:] if request.method == "POST"}
    assert asked == {"/api/queries/23/results"}
    assert notebook.value("applied['Price'].frame.attrs['watchframe']['parameters']") == (
        "{'market': 'WETH'}"
    )


def test_filter_holds_for_all_tiles_without_the_server(notebook, demo):
    notebook.run("from watchframe import show_watch_dashboard")
    board = notebook.show("filtered = show_watch_dashboard(3); filtered")
    is_read(board)
    shares = tile(board, "Share of each market").locator(".slice")
    before = shares.count()
    assert before > 2
    since = len(demo.requests)
    board.get_by_title("Remove WBTC").click()
    expect(shares).to_have_count(before - 1, timeout=WITHIN)
    assert len(demo.requests) == since


def test_tiles_show_while_others_are_read_or_fail(notebook, demo, tmp_path):
    with Client(demo.url, demo.user_key, cache_dir=tmp_path) as client:
        made = client.dashboards.create("Slow and failing")
        for number in (50, 51, 2):
            first = client.queries.get(number).visualizations[0].id
            client.widgets.create(made.id, visualization_id=first, options={})
    notebook.run("from watchframe import show_watch_dashboard")
    board = notebook.show(f"slow = show_watch_dashboard({made.id}); slow")
    expect(tile(board, "Market totals").locator("tbody tr").first).to_be_visible(timeout=WITHIN)
    expect(tile(board, "Fails at once")).to_contain_text("JobFailedError", timeout=WITHIN)
    expect(board.get_by_text("Read 2 of 3")).to_be_visible()
    assert notebook.value("len(slow['Market totals'].frame)") == "9"
    board.get_by_role("button", name="Stop").click()
    expect(board.get_by_text("Stopped after")).to_be_visible(timeout=WITHIN)
    expect(tile(board, "Market totals").locator("tbody tr").first).to_be_visible()


def test_saved_notebook_shows_the_board_without_its_kernel(context, jupyterlab, demo):
    jupyterlab.write("board-saved.ipynb")
    notebook = open_notebook(context, jupyterlab, "board-saved.ipynb")
    notebook.run("from watchframe import show_watch_dashboard")
    board = notebook.show("show_watch_dashboard('liquidations')")
    is_read(board)
    expect(notebook.page.locator(".wf-twin")).to_be_hidden()
    notebook.save("DecompressionStream")
    notebook.close()
    assert demo.user_key not in nbformat.writes(jupyterlab.read("board-saved.ipynb"))
    page = open_notebook(context, jupyterlab, "board-saved.ipynb").page
    twin = page.locator(".wf-twin")
    expect(twin).to_be_visible(timeout=WITHIN)
    expect(tile(twin, "Liquidated")).to_contain_text("$")
    expect(twin.locator(FIGURE)).to_have_count(3, timeout=WITHIN)
    expect(page.get_by_text("Error displaying widget")).to_be_hidden()
    page.close()
