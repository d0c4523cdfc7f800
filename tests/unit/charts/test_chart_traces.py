"""Traces, their points, stacking and texts, beyond what the golden data hold."""

import math

import numpy as np
import pytest

from watchframe.charts import plotly_spec
from watchframe.charts.typed import Typed

MAPPING = {"x": "x", "y": "y", "s": "series"}


def traces_of(rows, mapping=MAPPING, **options):
    columns = [{"name": name} for name in (rows[0] if rows else {})]
    saved = {"columnMapping": mapping, **options}
    return plotly_spec({"options": saved}, columns, rows)["traces"]


def points(*values, names="a"):
    return [{"x": x, "y": y, "s": name} for (x, y), name in zip(values, names, strict=False)]


@pytest.mark.parametrize(
    ("kind", "x", "y"),
    [
        ("column", [1, 2], [5, 1]),
        ("line", [1, 2], [5, 1]),
        ("area", [1, 2], [5, 1]),
        ("scatter", [1, 1, 2], [2, 3, 1]),
        ("box", [1, 1, 2], [2, 3, 1]),
        ("bar", [1, 1, 2], [2, 3, 1]),
    ],
)
def test_repeated_x_is_summed_where_it_has_one_point(kind, x, y):
    trace = traces_of(points((2, 1), (1, 2), (1, 3), names="aaa"), globalSeriesType=kind)[0]
    assert (trace["x"], trace["y"]) == (x, y)


def test_points_within_a_second_are_not_one_point():
    rows = points(("2024-03-01T10:00:00.250Z", 1), ("2024-03-01T10:00:00.750Z", 2), names="aa")
    trace = traces_of(rows)[0]
    assert trace["x"] == ["2024-03-01 10:00:00.250", "2024-03-01 10:00:00.750"]
    assert trace["y"] == [1, 2]


def test_integers_beyond_doubles_keep_their_digits_in_texts():
    trace = traces_of(points((1, 2**53 + 1)))[0]
    assert trace["y"] == [float(2**53)]
    assert trace["text"] == ["9,007,199,254,740,993"]


def test_numbers_that_numeral_cannot_write_are_written():
    texts = traces_of(points((1, 1e-8), (2, 1e21), names="aa"), numberFormat="0,0.00")[0]["text"]
    assert texts == ["0.00", "1,000,000,000,000,000,000,000.00"]


def test_lines_are_stacked_on_every_x_of_all_series():
    rows = points((1, 1), (3, 3), (2, 10), names="aab")
    lower, upper = traces_of(rows, globalSeriesType="line", series={"stacking": "stack"})
    assert (lower["x"], lower["y"]) == ([1, 2, 3], [1, 0, 3])
    assert (upper["x"], upper["y"]) == ([1, 2, 3], [1, 10, 3])
    assert upper["text"] == ["0", "10", "0"]


def test_missing_point_stays_missing_where_that_was_chosen():
    rows = points((1, 1), (2, None), (2, 5), names="aab")
    lower, upper = traces_of(
        rows, globalSeriesType="area", series={"stacking": "stack"}, missingValuesAsZero=False
    )
    assert (lower["y"], upper["y"]) == ([1, None], [None, 5])
    assert (lower["text"], upper["text"]) == (["1", "0"], ["", "5"])


def test_percents_are_of_what_all_series_have_at_an_x():
    rows = points((1, 1), (1, -3), (2, 0), names="abb")
    first, second = traces_of(rows, series={"percentValues": True})
    assert (first["y"], second["y"]) == ([25], [-75, None])
    assert (first["text"], second["text"]) == (["25% (1)"], ["75% (-3)", "0% (0)"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2**52, 3, 2**62, 5], [[2**52, 3], [float(2**62 + 2**52), 8]]),
        ([2**62, 3, 2**62, -(2**62)], [[float(2**62), 3], [float(2**63), float(3 - 2**62)]]),
        ([math.nan, 3.0, 1.5, math.nan], [[None, 3.0], [1.5, None]]),
        ([1e308, -3.0, 1e308, 1.0], [[1e308, -3.0], [None, -2.0]]),
    ],
)
def test_arrays_are_stacked_exactly(values, expected):
    lower, upper = (Typed(own, np.isnan(own)) for own in np.array(values).reshape(2, 2))
    data = {"x": Typed(np.arange(2)), "a": lower, "b": upper}
    saved = {
        "globalSeriesType": "area",
        "columnMapping": {"x": "x", "a": "y", "b": "y"},
        "series": {"stacking": "stack"},
        "missingValuesAsZero": False,
    }
    columns = [{"name": name} for name in data]
    traces = plotly_spec({"options": saved}, columns, data)["traces"]
    assert [trace["y"] for trace in traces] == expected


def test_points_that_are_added_to_arrays_stand_on_none_of_what_is_no_percent():
    rows = points((1, 0.0), (2, 1.0), (2, 3.0), names="aab")
    columns = [{"name": name} for name in MAPPING]
    data = {name: [row[name] for row in rows] for name in MAPPING}
    data |= {name: Typed(np.array(data[name])) for name in "xy"}
    series = {"stacking": "stack", "percentValues": True}
    saved = {"columnMapping": MAPPING, "globalSeriesType": "area", "series": series}
    traces = plotly_spec({"options": saved}, columns, data)["traces"]
    assert repr([trace["y"] for trace in traces]) == "[[None, 25.0], [0, 100.0]]"


def test_categories_are_the_same_for_all_series_only_where_they_are_sorted():
    rows = points(("b", 1), ("a", 2), names="st")
    axis = {"type": "category"}
    assert [trace["x"] for trace in traces_of(rows, xAxis=axis)] == [["a", "b"]] * 2
    unsorted = traces_of(rows, xAxis=axis, sortX=False)
    assert [trace["x"] for trace in unsorted] == [["b"], ["a"]]
    boxes = traces_of(rows, xAxis=axis, globalSeriesType="box")
    assert [trace["x"] for trace in boxes] == [["b"], ["a"]]


def test_template_is_filled_with_values_of_the_chart_and_of_the_row():
    rows = [{"x": "2024-03-01", "y": 1234.5, "s": "WETH", "e": 2, "z": 3}]
    template = "{{ @@x }}|{{ @@y }}|{{ @@yError }}|{{ @@size }}|{{ @@yPercent }}|{{ s }}|{{ no }}"
    mapping = {**MAPPING, "e": "yError", "z": "size"}
    options = {"textFormat": template, "numberFormat": "0.0", "dateTimeFormat": "DD.MM.YY"}
    assert traces_of(rows, mapping, **options)[0]["text"] == [
        "01.03.24|1234.5|2.0|3.0|{{ @@yPercent }}|WETH|{{ no }}"
    ]


def test_hover_shows_x_and_name_where_the_text_does_not():
    rows = points((1, 1))
    assert traces_of(rows)[0]["hoverinfo"] == "text+x+name"
    assert traces_of(rows, textFormat="{{@@name}}")[0]["hoverinfo"] == "text+x"
    assert traces_of(rows, textFormat="{{ @@x }}")[0]["hoverinfo"] == "text+name"


def test_chart_of_no_text_has_empty_ones():
    assert traces_of(points((1, 1)), textFormat=None)[0]["text"] == [""]


def test_scatter_has_dates_as_y_and_their_texts_as_chosen():
    rows = points((1, "2024-03-01T10:00:00"), (2, None), names="aa")
    trace = traces_of(rows, globalSeriesType="scatter", yAxis=[{"type": "datetime"}])[0]
    assert trace["y"] == ["2024-03-01 10:00:00", 0]
    assert trace["text"] == ["01/03/2024 10:00", None]


def test_bubble_without_a_size_is_none_unless_its_series_has_sizes():
    rows = [{"x": 1, "y": 2, "s": "a", "z": None}, {"x": 2, "y": 2, "s": "a", "z": "4"}]
    mapping = {"x": "x", "y": "y", "z": "size"}
    options = {"globalSeriesType": "bubble", "coefficient": 2}
    assert traces_of(rows, mapping, **options)[0]["marker"]["size"] == [None, 8]
    split = traces_of(rows, {**mapping, "s": "series"}, **options)[0]
    assert split["marker"]["size"] == [0, 8]


def test_bubbles_of_categories_keep_their_sizes():
    rows = [{"x": x, "y": 1, "s": s, "size": size} for x, s, size in ("ab4", "bb5", "bc6")]
    mapping, axis = {**MAPPING, "size": "size"}, {"type": "category"}
    traces = traces_of(rows, mapping, globalSeriesType="bubble", xAxis=axis)
    assert [trace["marker"]["size"] for trace in traces] == [[4, 5], [None, 6]]


def test_series_has_its_own_type_name_color_and_axis():
    chosen = {"a": {"type": "line", "name": "Rate", "color": "#123456", "yAxis": 1}}
    trace = traces_of(points((1, 1)), seriesOptions=chosen, lineShape="hv")[0]
    assert (trace["name"], trace["yaxis"], trace["line"]) == ("Rate", "y2", {"shape": "hv"})
    assert trace["error_y"]["color"] == "#123456"


def test_dates_of_texts_are_read_on_an_axis_of_dates_only():
    rows = points(("2024/3/1", 1))
    assert traces_of(rows)[0]["x"] == ["2024/3/1"]
    assert traces_of(rows, xAxis={"type": "datetime"})[0]["x"] == ["2024-03-01 00:00:00"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("effectScatter", "scatter"), ("pictorialBar", "bar"), ("themeRiver", None)],
)
def test_types_of_inverse_watch_are_drawn_as_the_nearest_one(kind, expected):
    assert traces_of(points((1, 1)), globalSeriesType=kind)[0].get("type") == expected


def test_integers_beside_floats_are_stacked_as_values():
    data = {"x": Typed(np.arange(1)), "a": Typed(np.array([2])), "b": Typed(np.array([0.5]))}
    saved = {"columnMapping": {"x": "x", "a": "y", "b": "y"}, "globalSeriesType": "area"}
    saved["series"] = {"stacking": "stack"}
    columns = [{"name": name} for name in data]
    traces = plotly_spec({"options": saved}, columns, data)["traces"]
    assert [trace["y"] for trace in traces] == [[2], [2.5]]
