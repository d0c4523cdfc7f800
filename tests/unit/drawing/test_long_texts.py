"""Long texts are short where they would take the plot's place, and whole on hovering."""

import json

import pandas as pd
import pytest

from watchframe.drawing import draw
from watchframe.models import Visualization

LONG = "The quick brown fox jumps over the lazy dog. " * 4
#: They differ only in the middle.
LIKE = LONG.replace("jumps", "leaps")
SHOWN = f"{LONG[:15]}…{LONG[-10:]}"
NEXT = f"{LONG[:15]}… (2)"
ADDRESS = "0x41d5d79431a913c4ae7d69a668ecdfe5ff9dfb68"


def figure(kind="CHART", rows=None, **options):
    frame = pd.DataFrame(rows or {"x": [LONG, LIKE, "c"], "y": [3, 2, 1]})
    drawing = draw(Visualization(id=0, type=kind, options=options), frame)
    return json.loads(drawing.figure.to_json())


def chart(kind, rows=None, roles=("x", "y"), **options):
    mapping = dict(zip(rows or {"x": 0, "y": 0}, roles, strict=True))
    return figure(rows=rows, globalSeriesType=kind, columnMapping=mapping, **options)


def plain(text):
    return text.replace("<br>", " ")


@pytest.mark.parametrize("kind", ["column", "line", "scatter"])
def test_axis_has_short_labels_of_whole_categories(kind):
    found = chart(kind)
    (trace,) = found["data"]
    assert trace["x"] == [LONG, LIKE, "c"]
    assert found["layout"]["xaxis"]["labelalias"] == {LONG: SHOWN, LIKE: NEXT}
    whole = [plain(text) for text in trace["hovertext"]]
    assert whole == [f"{LONG.strip()} 3", f"{LIKE.strip()} 2", "1"]
    assert max(len(line) for text in trace["hovertext"] for line in text.split("<br>")) <= 60


def test_axis_of_lying_columns_has_short_labels():
    found = chart("column", swappedAxes=True)
    assert found["layout"]["yaxis"]["labelalias"][LONG] == SHOWN
    assert plain(found["data"][0]["hovertext"][0]).startswith(LONG.strip())


def test_category_that_plotly_would_read_is_found_by_its_label():
    aliases = chart("column", {"x": [f"<b>{LONG}", "c"], "y": [1, 2]})["layout"]["xaxis"]
    assert aliases["labelalias"] == {f"&lt;b&gt;{LONG}": f"&lt;b&gt;The quick br…{LONG[-10:]}"}


def test_slices_stay_different():
    (trace,) = chart("pie")["data"]
    assert trace["labels"] == [SHOWN, NEXT, "c"]
    assert [plain(text).count("quick") for text in trace["hovertext"]] == [4, 4, 0]


def test_names_in_a_legend_are_short():
    rows = {"x": [1, 2], "y": [3, 4], "k": [ADDRESS, "b"]}
    first, second = chart("line", rows, ("x", "y", "series"))["data"]
    assert (first["name"], second["name"]) == ("0x41d5d79431a91…e5ff9dfb68", "b")
    assert first["hovertext"] == [f"{ADDRESS}<br>3"]
    assert "hovertext" not in second


def test_name_above_a_pie_is_short():
    layout = chart("pie", {"x": ["a"], "y": [3], "k": [LONG]}, ("x", "y", "series"))["layout"]
    assert layout["annotations"][0]["text"] == SHOWN


def test_cells_of_a_heatmap_tell_whole_categories():
    rows = {"x": [LONG, "b"], "y": ["a", LIKE], "z": [1, 2]}
    found = chart("heatmap", rows, ("x", "y", "zVal"))
    trace, layout = found["data"][0], found["layout"]
    assert layout["xaxis"]["labelalias"] == {LONG: SHOWN}
    assert layout["yaxis"]["labelalias"] == {LIKE: NEXT}
    told = [[plain(text).strip() for text in row] for row in trace["hovertext"]]
    columns = [LONG.strip() if x == LONG else "" for x in trace["x"]]
    rows = [LIKE.strip() if y == LIKE else "" for y in trace["y"]]
    assert told == [[f"{row} {column}".strip() for column in columns] for row in rows]


@pytest.mark.parametrize("kind", ["radar", "treemap", "gauge"])
def test_other_charts_have_short_texts(kind):
    found = chart(kind, {"x": [LONG], LONG: [3]})
    shown = json.dumps([found["data"], found["layout"]])
    assert SHOWN.encode("ascii", "backslashreplace").decode() in shown


def test_nodes_of_a_sankey_have_short_labels():
    found = figure("SANKEY", {"a": [LONG], "b": ["end"], "value": [3]})
    node = found["data"][0]["node"]
    assert node["label"] == [SHOWN, "end"]
    assert [plain(text) for text in node["customdata"]] == [LONG.strip(), "end"]


def test_parts_of_a_sunburst_have_short_labels():
    trace = figure("SUNBURST_SEQUENCE", {"a": [LONG], "b": ["end"], "value": [3]})["data"][0]
    assert trace["labels"] == [SHOWN, "end"]
    assert [plain(text) for text in trace["hovertext"]] == [LONG.strip(), ""]
    assert "text" in trace["hoverinfo"]


def test_times_and_short_texts_stay():
    times = pd.date_range("2024-03-01 10:00:00.123456", periods=2)
    for x in (times, ["a", "x" * 26]):
        found = chart("line", {"x": x, "y": [1, 2]})
        assert "labelalias" not in found["layout"]["xaxis"]
        assert "hovertext" not in found["data"][0]
