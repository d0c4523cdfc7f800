"""Colors of series are seen on dark pages, and those of the figure are the saved ones."""

import pandas as pd
import pytest

from watchframe.charts.colors import parse_color
from watchframe.drawing import draw
from watchframe.drawing.dark_colors import seen_color, with_seen_colors
from watchframe.drawing.notebook_output import noted_figure, plain_figure
from watchframe.models import Visualization

#: The backgrounds of JupyterLab, and of its dark theme.
LIGHT, DARK = "#ffffff", "#111111"
BLACKS = ["#000000", "#111", "black", "#000080", "rgb(20, 20, 20)", "#440154"]


def contrast(color, background):
    lights = [parse_color(one).luminance + 0.05 for one in (color, background)]
    return max(lights) / min(lights)


@pytest.mark.parametrize("color", BLACKS)
def test_dark_color_is_seen_on_both_pages(color):
    seen = seen_color(color)
    assert contrast(color, DARK) < 1.5
    assert contrast(seen, DARK) > 2
    assert contrast(seen, LIGHT) > 5


@pytest.mark.parametrize("color", ["#ffffff", "#356AFF", "#FF7DE3", "no color", "", "var(--x)"])
def test_other_colors_stay(color):
    assert seen_color(color) == color


def test_darker_colors_stay_darker():
    seen = [seen_color(f"rgb({part}, {part}, {part})") for part in range(0, 120, 10)]
    lights = [parse_color(color).luminance for color in seen]
    assert lights == sorted(lights)
    assert contrast(seen_color("#000000"), seen_color("#494949")) > 1.1  # the palette has both


def test_color_that_one_sees_through_stays_so():
    assert parse_color(seen_color("rgba(0, 0, 0, 0.25)")).alpha == 0.25


def test_texts_keep_the_colors_for_what_is_under_them():
    texts = {"textfont": {"color": ["#000000"]}, "insidetextfont": {"color": "#000000"}}
    assert with_seen_colors(texts) == texts


@pytest.mark.parametrize("kind", ["column", "line", "area", "scatter", "box", "pie", "radar"])
def test_series_in_black_is_seen_where_it_is_shown(kind):
    frame = pd.DataFrame({"x": ["a", "b"], "y": [1, 2]})
    options = {
        "globalSeriesType": kind,
        "columnMapping": {"x": "x", "y": "y"},
        "seriesOptions": {"y": {"color": "#000000", "type": kind}},
        "valuesOptions": {"a": {"color": "#000000"}, "b": {"color": "#000000"}},
    }
    drawing = draw(Visualization(id=0, type="CHART", options=options), frame)
    for figure in (noted_figure(drawing), plain_figure(drawing)):
        assert "#000000" not in str([trace.get("marker", trace["line"]) if kind == "radar"
                                     else trace["marker"] for trace in figure["data"]])  # fmt: skip
    assert "#000000" in drawing.to_json()
