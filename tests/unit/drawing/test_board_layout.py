"""Where tiles are, held to what the page's own layout (react-grid-layout 0.18.2) makes of them."""

import json
import math
from pathlib import Path

import pytest

from watchframe.drawing.board_layout import Place, places
from watchframe.models import Visualization, Widget

LAYOUTS = Path(__file__).parents[2] / "data" / "dashboards" / "layouts.json"


def widget(number, kind="CHART", *, is_hidden=False, **position):
    shown = Visualization(id=1, type=kind, name="It") if kind else None
    options = {"position": position, "isHidden": is_hidden}
    return Widget(id=number, visualization=shown, options=options)


@pytest.mark.parametrize("layout", json.loads(LAYOUTS.read_text("utf-8")))
def test_places_are_those_of_the_page(layout):
    widgets = [widget(it["id"], it["type"], **it["position"]) for it in layout["widgets"]]
    measured = {int(number): rows for number, rows in layout["heights"].items()}
    for heights, expected in ((None, layout["places"]), (measured, layout["with_heights"])):
        found = places(widgets, heights)
        corners = {
            str(number): [place.column, place.row, place.columns, place.rows]
            for number, place in found.items()
        }
        assert corners == expected


def test_places_are_in_the_order_of_the_page():
    right = widget(1, col=6, row=0, sizeX=6, sizeY=4)
    below = widget(2, col=0, row=4, sizeX=12, sizeY=4)
    left = widget(3, col=0, row=0, sizeX=6, sizeY=4)
    assert list(places([right, below, left])) == [3, 1, 2]


def test_grid_of_six_columns_is_one_of_twelve():
    halves = [widget(1, col=0, row=0, sizeX=3, sizeY=8), widget(2, col=3, row=0, sizeX=3, sizeY=8)]
    assert places(halves) == {1: Place(0, 0, 6, 8), 2: Place(6, 0, 6, 8)}


def test_hidden_widget_has_no_place():
    shown = widget(2, col=0, row=8, sizeX=12, sizeY=4)
    assert places([widget(1, is_hidden=True, col=0, row=0, sizeX=12, sizeY=8), shown]) == {
        2: Place(0, 0, 12, 4)
    }


@pytest.mark.parametrize(
    "position",
    [
        {},
        {"col": None, "row": None},
        {"col": "0", "row": "x", "sizeX": "6", "sizeY": []},
        {"col": math.nan, "row": math.nan, "sizeX": math.inf, "sizeY": math.nan},
        {"col": True, "row": False, "sizeX": {}, "sizeY": True},
    ],
)
def test_garbage_goes_below_the_others(position):
    found = places([widget(1, "COUNTER", **position), widget(2, col=0, row=3, sizeX=12, sizeY=4)])
    assert (found[1].column, found[1].row) == (0, 4)
    assert found[1].rows == 5


@pytest.mark.parametrize("position", ["above", None, [1, 2]])
def test_position_that_is_none_is_a_missing_one(position):
    odd = Widget(id=1, text="Text", options={"position": position})
    assert places([odd]) == {1: Place(0, 0, 6, 3)}


def test_large_numbers_stay_within_the_grid():
    found = places([widget(1, col=10**30, row=10**30, sizeX=10**30, sizeY=10**30)])
    assert found == {1: Place(0, 0, 12, 1_000)}


def test_height_of_a_place_is_in_pixels():
    assert Place(0, 0, 6, 8).height == 385


def test_huge_tile_makes_no_other_one_huge():
    huge = widget(1, col=0, row=0, sizeX=10**30, sizeY=10**30)
    unknown = widget(2, col=0, row=1, sizeX=6, sizeY=0)
    assert [place.rows for place in places([huge, unknown]).values()] == [1_000, 1_000]
