"""The HTML of tiles and boards, of drawings that are made here."""

import re
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from watchframe.drawing import draw
from watchframe.drawing.board import Board
from watchframe.drawing.board_layout import Place, places
from watchframe.drawing.board_tiles import Tile, board_html, laid_out, tile_figure, tile_html
from watchframe.errors import ArgumentError
from watchframe.models import Dashboard, Query, Visualization, Widget

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = {"globalSeriesType": "line", "columnMapping": {"day": "x", "amount": "y"}}
HOSTILE = "<img src=x onerror=alert(1)>"


def drawing_of(kind, rows=3, *, options=None, title="It", **arguments):
    frame = pd.DataFrame({"day": [f"d{at}" for at in range(rows)], "amount": range(rows)})
    saved = Visualization(id=7, type=kind, name=title, options=options or {})
    return draw(saved, frame, **arguments)


def tile_of(content, *, title="It", kind="TABLE", auto_height=True, text="", **more):
    query = Query(id=5, name="Its query", text="select 1")
    shown = None if text else Visualization(id=7, type=kind, name=title, query=query)
    position = {"col": 0, "row": 0, "sizeX": 12, "sizeY": 8, "autoHeight": auto_height}
    widget = Widget(id=1, visualization=shown, text=text, options={"position": position})
    place = places([widget])[1]
    return Tile(widget=widget, title=title, place=place, content=content, **more)


def test_tile_of_a_chart_has_its_figure_and_notes():
    notes = ["Some points are left out."]
    html = tile_html(tile_of(drawing_of("CHART", options=LINE, notes=notes)), NOW)
    assert '<div class="wf-figure' in html
    assert "--wf-figure-height, 100%" in html
    assert html.index("Some points are left out.") < html.index("wf-figure")
    assert "<span>Its query</span>" in html


def test_figure_of_a_tile_leaves_room_for_title_and_foot():
    figure = tile_figure(drawing_of("CHART", options=LINE), Place(0, 0, 6, 8))
    assert figure["layout"]["height"] == 385 - 62


def test_error_of_a_tile_is_told_with_its_hint():
    error = ArgumentError(f"It failed: {HOSTILE}", hint="Do <that>.")
    html = tile_html(tile_of(error), NOW)
    assert "<b>ArgumentError</b>: It failed: &lt;img src=x onerror=alert(1)&gt;" in html
    assert "Hint: Do &lt;that&gt;." in html


def test_key_in_an_error_is_hidden():
    key = "k" * 40
    html = tile_html(tile_of(OSError(f"https://host/api?api_key={key}")), NOW)
    assert "OSError" in html
    assert key not in html


def test_titles_values_and_texts_are_no_markup():
    tile = tile_of(drawing_of("TABLE"), title=HOSTILE, parameters={HOSTILE: HOSTILE})
    text = tile_of(HOSTILE, text=HOSTILE)
    dashboard = Dashboard(id=1, name=HOSTILE)
    html = board_html(dashboard, [tile, text], parameters={HOSTILE: HOSTILE})
    assert "<img" not in html
    assert html.count("&lt;img src=x") >= 7


def test_text_has_neither_title_nor_foot():
    html = tile_html(tile_of("## Head\n[page](https://host)", text="## Head"), NOW)
    assert "<h2>Head</h2>" in html
    assert 'href="https://host"' in html
    assert "wf-tile-head" not in html
    assert "wf-tile-foot" not in html


def test_restricted_tile_says_so():
    html = tile_html(tile_of("*This may not be seen.*"), NOW)
    assert "<em>This may not be seen.</em>" in html
    assert "wf-tile-head" in html


def test_tile_that_is_read_says_so():
    assert 'role="status">Reading' in tile_html(tile_of(None), NOW)


@pytest.mark.parametrize(("seconds", "told"), [(5, ""), (180, ", 3 min old")])
def test_foot_tells_values_and_age(seconds, told):
    ran = {"retrieved_at": (NOW - timedelta(seconds=seconds)).isoformat()}
    tile = tile_of(drawing_of("TABLE", provenance=ran), parameters={"Market": "WETH"})
    html = tile_html(tile, NOW)
    assert "<span>Market: <b>WETH</b></span>" in html
    assert re.search(rf"<span>2026-03-0[12] \d\d:\d\d UTC{told}</span>", html)


def test_css_of_fragments_is_in_a_board_once():
    tiles = [tile_of(drawing_of("TABLE")) for _ in range(3)]
    html = board_html(Dashboard(id=1, name="Board"), tiles)
    found = re.findall(r"<style>.*?</style>", html, re.DOTALL)
    assert len(found) == len(set(found))
    assert html.count("<table") == 3


def test_board_without_widgets_says_so():
    assert "It has no widgets." in board_html(Dashboard(id=1, name="Empty"), [])


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (drawing_of("TABLE", 3), 5),
        (drawing_of("TABLE", 20), 14),
        (drawing_of("TABLE", 1_000), 17),
        (drawing_of("DETAILS", 3), 4),
        (drawing_of("CHART", options=LINE), 8),
        (ArgumentError("No."), 5),
        (None, 8),
    ],
)
def test_automatic_height_is_that_of_the_content(content, rows):
    (tile,) = laid_out([tile_of(content)])
    assert tile.place.rows == rows
    (fixed,) = laid_out([tile_of(content, auto_height=False)])
    assert fixed.place.rows == 8


def test_board_is_a_mapping_of_what_is_drawn():
    drawn, failed = tile_of(drawing_of("TABLE")), tile_of(ArgumentError("No."), title="Failed")
    board = Board(Dashboard(id=1, name="Board"), [drawn, failed], params={"a": 1})
    assert dict(board) == {"It": drawn.content}
    assert list(board.frames["It"].columns) == ["day", "amount"]
    assert board.errors == {"Failed": failed.content}
    assert "Failed" not in board
    with pytest.raises(ArgumentError):
        board["Failed"]
    with pytest.raises(KeyError, match="Did you mean 'Failed'"):
        board["Faled"]
    assert repr(board).splitlines()[0] == "<Board of 'Board'"
