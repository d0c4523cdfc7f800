"""Figures of charts: all of the page's spec is in them, and nothing of the data is markup."""

import json
import re

import pytest
from plotly.graph_objs.layout import Legend

from tests.unit.charts.test_golden import DATA
from watchframe.charts import after_drawing, prepare
from watchframe.drawing.figures import figure_of, figure_values
from watchframe.drawing.long_texts import LONGEST

CHARTS = sorted(DATA.glob("chart-*.json"))
#: What a figure has otherwise than the page's: it is as wide as its place.
OF_ITS_PLACE = {"width", "autosize", "template"}
#: The page has its legend there when it is narrow.
BELOW = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 0,
    "yanchor": "bottom",
    "yref": "container",
}
MAXHEIGHT = {"maxheight": 0.25}
if hasattr(Legend, "maxheight"):  # of an older plotly, a figure leaves it out
    BELOW |= MAXHEIGHT
HOSTILE = "<img src=x onerror=alert(1)><a href='javascript:alert(2)'>$x$ & y</a>"


def prepared(given):
    found = prepare(given, given["columns"], given["rows"], filters=given.get("filters"))
    return after_drawing(found, given)


def without_nothing(value):
    """Return a spec without what is None or empty: plotly writes none of it."""
    if isinstance(value, dict):
        found = {name: without_nothing(item) for name, item in value.items()}
        return {name: item for name, item in found.items() if item not in (None, {})}
    return value


@pytest.mark.parametrize("path", CHARTS, ids=lambda path: path.stem)
def test_figure_has_all_of_the_chart(path):
    spec = prepared(json.loads(path.read_text())["input"])
    figure = json.loads(figure_of("CHART", spec).to_json())
    traces = [without_nothing(trace) for trace in spec["traces"]]
    for trace in traces:
        trace.setdefault("type", "scatter")
        if isinstance(trace.get("text"), list):
            trace["text"] = [text and str(text) for text in trace["text"]]
    if path.stem.startswith("chart-heatmap"):  # other colors: a test of their own
        for trace in (*traces[1:], *figure["data"][1:]):
            trace.pop("textfont")
    for trace, drawn in zip(traces, figure["data"], strict=True):
        if len(trace.get("name", "")) > LONGEST:  # short, and whole on hovering: a test of its own
            trace["name"], trace["hovertext"] = drawn["name"], drawn["hovertext"]
    assert figure["data"] == traces
    layout = {name: item for name, item in figure["layout"].items() if name not in OF_ITS_PLACE}
    expected = without_nothing(spec["layout"])
    expected["legend"] |= BELOW
    if "yaxis2" in expected:
        expected["yaxis2"]["tickmode"] = "auto"
    for axis in (expected.get("xaxis", {}), expected.get("yaxis", {})):
        if None in axis.get("range", ()):
            (lowest, _) = axis.pop("range")
            axis |= {"autorange": True, "autorangeoptions": {"minallowed": lowest}}
    assert layout == {name: expected[name] for name in expected.keys() - OF_ITS_PLACE}
    assert figure["layout"]["autosize"]


@pytest.mark.parametrize("path", CHARTS, ids=lambda path: path.stem)
def test_plain_values_are_those_of_the_figure(path):
    spec = prepared(json.loads(path.read_text())["input"])
    figure = json.loads(figure_of("CHART", spec).to_json())
    values = json.loads(json.dumps(figure_values("CHART", spec), allow_nan=False))
    assert values["layout"].pop("template")
    del figure["layout"]["template"]
    figure["layout"].get("legend", {}).update(MAXHEIGHT)
    for trace in values["data"]:
        if isinstance(trace.get("text"), list):  # plotly writes numbers as texts, too
            trace["text"] = [text and str(text) for text in trace["text"]]
    assert without_nothing(values) == without_nothing(figure)


@pytest.mark.parametrize("kind", ["line", "column", "pie", "scatter", "heatmap", "box", "treemap"])
def test_texts_of_the_data_are_no_markup(kind):
    rows = [{"x": HOSTILE, "y": 1, "k": HOSTILE}, {"x": "b", "y": 2, "k": "c"}]
    roles = {"x": "x", "y": "y", "k": "y" if kind == "heatmap" else "series"}
    given = {
        "type": "CHART",
        "columns": [{"name": name, "type": None} for name in roles],
        "rows": rows,
        "options": {
            "globalSeriesType": kind,
            "columnMapping": roles,
            "xAxis": {"type": "category", "title": {"text": HOSTILE}},
            "seriesOptions": {HOSTILE: {"name": HOSTILE, "type": kind}},
            "textFormat": "{{ @@x }} {{ @@name }} {{ k }}",
            "showDataLabels": True,
        },
    }
    written = figure_of("CHART", prepared(given)).to_json()
    shown = re.findall(r'"([^"\\]*(?:\\.[^"\\]*)*)"', written)
    assert any("&lt;img" in text for text in shown)
    ours = [text.replace("<br>", "") for text in shown]  # the lines of a long text
    assert not [text for text in ours if "<" in text or re.search(r"\$.*\$", text)]


def test_values_that_plotly_does_not_know_are_left_out():
    spec = {
        "traces": [
            {"type": "scatter", "x": [1], "y": [2**70], "unknown": 1, "mode": "sideways"},
            {"type": "no such trace", "x": [1], "y": [1]},
        ],
        "layout": {"xaxis": {"type": "spiral", "title": {"text": "x"}}, "unknown": {"a": 1}},
    }
    figure = json.loads(figure_of("CHART", spec).to_json())
    assert figure["data"][0] == {"type": "scatter", "x": [1], "y": [2.0**70]}
    assert figure["layout"]["xaxis"] == {"title": {"text": "x"}}


def test_axis_with_one_end_keeps_it():
    # plotly.js forgets such a range when it makes room for labels: seen in Chromium.
    spec = {
        "traces": [],
        "layout": {
            "xaxis": {"range": [None, 3], "autorange": "min"},
            "yaxis": {"range": [0, 0], "autorange": False},
            "yaxis2": {"range": [0, None], "autorange": "max"},
        },
    }
    layout = json.loads(figure_of("CHART", spec).to_json())["layout"]
    assert layout["xaxis"] == {"autorange": True, "autorangeoptions": {"maxallowed": 3}}
    assert layout["yaxis"] == {"autorange": False, "range": [0, 0]}
    assert layout["yaxis2"]["autorangeoptions"] == {"minallowed": 0}


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("RdBu", ["#ffffff", "#000000", "#000000", "#ffffff"]),
        (None, ["#000000"] * 4),
    ],
)
def test_labels_of_a_heatmap_are_read_on_its_cells(scheme, expected):
    # The page takes the lowest cell, which is dark blue, for one in the middle of the scale.
    given = {
        "type": "CHART",
        "columns": [{"name": name, "type": None} for name in "xyz"],
        "rows": [{"x": z, "y": 1, "z": z} for z in (55, 78, 80, 100)],
        "options": {
            "globalSeriesType": "heatmap",
            "columnMapping": {"x": "x", "y": "y", "z": "zVal"},
            "colorScheme": scheme,
            "showDataLabels": True,
        },
    }
    colors = figure_of("CHART", prepared(given)).data[1].textfont.color
    assert list(colors) == expected


def test_background_is_clear():
    layout = figure_of("CHART", {"traces": [], "layout": {}}).layout.template.layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.modebar.bgcolor == layout.paper_bgcolor
