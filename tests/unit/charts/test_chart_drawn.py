import pytest

from watchframe.charts import after_drawing, plotly_spec

ROWS = [{"x": "a", "y": 10, "z": -4, "e": 1}, {"x": "b", "y": 20, "z": 4, "e": 2}]
COLUMNS = [{"name": name} for name in ROWS[0]]
MAPPING = {"x": "x", "y": "y", "z": "y"}
SECOND = {"z": {"yAxis": 1}}


def drawn(mapping=MAPPING, **options):
    visualization = {"options": {"columnMapping": mapping, **options}}
    return after_drawing(plotly_spec(visualization, COLUMNS, ROWS), visualization)


@pytest.mark.parametrize(
    ("chosen", "ends", "found"),
    [
        ({}, None, True),
        ({"rangeMin": 5}, [5, None], "max"),
        ({"rangeMax": 5}, [None, 5], "min"),
        ({"rangeMin": 0, "rangeMax": 5.5}, [0, 5.5], False),
        ({"rangeMin": "5"}, None, True),
    ],
)
def test_range_is_what_was_chosen_and_plotly_finds_the_rest(chosen, ends, found):
    axis = drawn(yAxis=[{"type": "linear", **chosen}])["layout"]["yaxis"]
    assert (axis["range"], axis["autorange"]) == (ends, found)


def test_horizontal_chart_has_x_and_y_and_their_axes_and_errors_swapped():
    spec = drawn(
        {"x": "x", "y": "y", "e": "yError"},
        swappedAxes=True,
        yAxis=[{"title": {"text": "n"}, "rangeMin": 0, "rangeMax": 9}],
        xAxis={"type": "category"},
    )
    (trace,) = spec["traces"]
    assert (trace["x"], trace["y"], trace["orientation"]) == ([10, 20], ["a", "b"], "h")
    assert trace["error_x"]["array"] == [1, 2]
    assert "error_y" not in trace
    assert spec["layout"]["xaxis"]["title"] == {"text": "n"}
    assert spec["layout"]["xaxis"]["range"] == [0, 9]
    assert spec["layout"]["yaxis"]["type"] == "category"


def test_horizontal_chart_has_no_second_axis():
    spec = drawn(swappedAxes=True, seriesOptions=SECOND, alignYAxesAtZero=True)
    assert "yaxis2" not in spec["layout"]
    assert [trace["yaxis"] for trace in spec["traces"]] == ["y", "y"]


@pytest.mark.parametrize(
    ("kind", "stacking"), [("column", None), ("column", "stack"), ("line", None), ("area", None)]
)
def test_zeros_of_two_axes_are_at_the_same_height(kind, stacking):
    chosen = {"z": {"yAxis": 1, "type": "line"}}
    layout = drawn(
        globalSeriesType=kind,
        series={"stacking": stacking},
        seriesOptions=chosen,
        alignYAxesAtZero=True,
    )["layout"]
    shares = [
        -low / (high - low) for low, high in (layout[name]["range"] for name in ("yaxis", "yaxis2"))
    ]
    assert shares[0] == pytest.approx(shares[1])
    assert 0 < shares[0] < 1
    for name, low, high in (("yaxis", 0, 20), ("yaxis2", -4, 4)):
        assert layout[name]["range"][0] <= low
        assert layout[name]["range"][1] >= high


def test_zeros_are_not_aligned_on_a_logarithmic_axis_or_without_a_second_one():
    logarithmic = drawn(
        seriesOptions=SECOND, alignYAxesAtZero=True, yAxis=[{"type": "logarithmic"}]
    )
    assert logarithmic["layout"]["yaxis"]["range"] is None
    assert drawn(alignYAxesAtZero=True)["layout"]["yaxis"]["range"] is None


def test_legend_is_beside_below_or_nowhere():
    assert drawn()["layout"]["legend"]["orientation"] == "v"
    below = drawn(legend={"placement": "below", "traceorder": "reversed"})["layout"]["legend"]
    assert (below["orientation"], below["traceorder"]) == ("h", "reversed")
    assert drawn(legend={"enabled": False})["layout"]["legend"] == {"traceorder": "normal"}


def test_spec_is_not_changed():
    visualization = {"options": {"columnMapping": MAPPING, "swappedAxes": True}}
    spec = plotly_spec(visualization, COLUMNS, ROWS)
    after_drawing(spec, visualization)
    assert spec == plotly_spec(visualization, COLUMNS, ROWS)


def test_what_plotly_ignores_is_left_out():
    (box, *_) = drawn(globalSeriesType="box")["traces"]
    assert not box.keys() & {"insidetextfont", "error_y", "mode", "hoverinfo"}
    assert box["marker"] == {"color": "#356AFF", "size": 3}


def test_point_without_an_error_has_no_bar_of_length_0():
    rows = [{"x": 1, "y": 2, "e": None}, {"x": 2, "y": 3, "e": 1}]
    visualization = {"options": {"columnMapping": {"x": "x", "y": "y", "e": "yError"}}}
    (trace,) = after_drawing(plotly_spec(visualization, COLUMNS, rows), visualization)["traces"]
    assert trace["error_y"]["array"] == ["NaN", 1]
    (trace, _) = drawn()["traces"]
    assert trace["error_y"]["array"] == []


def test_bubble_without_a_size_is_a_dot_of_none():
    (bubble, *_) = drawn({"x": "x", "y": "y"}, globalSeriesType="bubble")["traces"]
    assert bubble["marker"]["size"] == [0, 0]
