"""Figures of flows and shares: SANKEY, SUNBURST_SEQUENCE, BOXPLOT."""

import json

import pytest

from tests.unit.charts.test_golden import DATA
from watchframe.charts import prepare
from watchframe.drawing.figures import figure_of


def figure(kind, rows, **options):
    columns = [{"name": name} for name in rows[0]]
    prepared = prepare({"type": kind, "options": options}, columns, rows)
    return json.loads(figure_of(kind, prepared).to_json())


def golden(name):
    given = json.loads((DATA / f"{name}.json").read_text())["input"]
    return figure(given["type"], given["rows"], **given["options"])


def flows(trace):
    names, link = trace["node"]["label"], trace["link"]
    places = zip(link["source"], link["target"], link["value"], strict=True)
    return [(names[source], names[target], value) for source, target, value in places]


def test_sankey_has_its_flows_without_exits():
    (trace,) = golden("sankey")["data"]
    assert trace["node"]["label"] == ["home", "search", "buy", "ads", "item", "leave"]
    assert flows(trace) == [
        ("home", "search", 15),
        ("search", "buy", 10),
        ("ads", "item", 7),
        ("item", "buy", 7),
        ("home", "item", 3),
        ("item", "leave", 3),
    ]
    assert trace["node"]["color"][0] == "#1f77b4"
    assert trace["link"]["color"][0] == "rgba(31, 119, 180, 0.25)"


def test_sankey_leaves_out_what_is_no_amount():
    rows = [
        {"a": "x", "b": "y", "value": -4},
        {"a": "x", "b": "z", "value": "none"},
        {"a": "x", "b": "w", "value": 2**80},
    ]
    (trace,) = figure("SANKEY", rows)["data"]
    assert flows(trace) == [("x", "w", float(2**80))]


def test_sunburst_has_what_ends_at_each_stage():
    (trace,) = golden("sunburst-table")["data"]
    slices = zip(trace["ids"], trace["parents"], trace["labels"], trace["values"], strict=True)
    names = {"": ""} | dict(zip(trace["ids"], trace["labels"], strict=True))
    assert [(name, names[parent], value) for _, parent, name, value in slices] == [
        ("home", "", 0),
        ("search", "home", 5),
        ("buy", "search", 10),
        ("item", "home", 0),
        ("leave", "item", 3),
        ("ads", "", 0),
        ("item", "ads", 0),
        ("buy", "item", 7),
    ]
    assert trace.get("branchvalues", "remainder") == "remainder"


def test_sunburst_has_no_negative_slices():
    rows = [{"a": "x", "value": 5}, {"a": "y", "value": -1}]
    (trace,) = figure("SUNBURST_SEQUENCE", rows)["data"]
    assert trace["labels"] == ["x"]


def test_box_plot_has_a_box_for_each_column_with_numbers():
    rows = [{"a": value, "b": "text", "c": value * 2} for value in (1, 2, 3, 4, 5, 100)]
    found = figure("BOXPLOT", rows, xAxisLabel="<market>", yAxisLabel="APR")
    assert [trace["name"] for trace in found["data"]] == ["a", "c"]
    box = found["data"][0]
    assert [box[name] for name in ("q1", "median", "q3")] == [[2.25], [3.5], [4.75]]
    assert [box[name] for name in ("lowerfence", "upperfence", "y")] == [[1], [5], [[100]]]
    assert found["layout"]["xaxis"]["title"]["text"] == "&lt;market&gt;"
    assert found["layout"]["yaxis"]["range"] == pytest.approx([0.99, 202])


def test_box_plot_shows_the_ends_of_all_values():
    # On the page an axis from -4.95 to -1.01 cuts them off.
    found = figure("BOXPLOT", [{"a": value} for value in (-5, -4, -3, -2, -1)])
    lowest, highest = found["layout"]["yaxis"]["range"]
    assert lowest < -5
    assert highest > -1


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("SANKEY", {"a": "x", "b": None, "value": 1}),
        ("SUNBURST_SEQUENCE", {"a": "x", "value": 0}),
        ("BOXPLOT", {"a": "text"}),
    ],
)
def test_figure_of_nothing_says_so(kind, row):
    found = figure(kind, [row])
    assert found["data"] == []
    assert found["layout"]["annotations"][0]["text"] == "No row has a value to draw."
