import pytest

from watchframe.charts.chart_options import ChartOptions


def test_nothing_saved_is_the_pages_defaults():
    options = ChartOptions.of_saved({})
    assert (options.kind, options.palette, options.line_shape) == ("column", "Redash", "linear")
    assert options.sort_x
    assert options.missing_as_zero
    assert not options.show_labels
    assert [axis.kind for axis in (options.x_axis, *options.y_axes)] == ["-", "linear", "linear"]
    assert (options.number_format, options.text_format) == ("0,0[.]00000", "")


@pytest.mark.parametrize(
    ("saved", "stacked", "percent"),
    [
        ({"stacking": None}, False, False),
        ({"stacking": "normal", "percentValues": True}, True, False),
        ({"stacking": "percent"}, True, True),
        ({"stacking": "stack", "percentValues": True}, True, True),
        ({"stacking": None, "percentValues": True}, False, True),
    ],
)
def test_stacking_of_any_version_is_read(saved, stacked, percent):
    options = ChartOptions.of_saved({"series": saved})
    assert (options.stacked, options.percent) == (stacked, percent)


@pytest.mark.parametrize("title", ["Sales", {"text": "Sales"}])
def test_title_of_an_axis_is_a_text_or_has_one(title):
    assert ChartOptions.of_saved({"xAxis": {"title": title}}).x_axis.title == "Sales"


@pytest.mark.parametrize("title", [None, "", {}, {"text": ""}, {"text": None}, ["Sales"]])
def test_axis_without_a_title_has_none(title):
    assert ChartOptions.of_saved({"xAxis": {"title": title}}).x_axis.title is None


def test_single_y_axis_leaves_the_second_as_it_is_by_default():
    options = ChartOptions.of_saved({"yAxis": [{"type": "logarithmic", "rangeMin": 1}]})
    first, second = options.y_axes
    assert (first.kind, first.lowest, first.highest) == ("log", 1, None)
    assert (second.kind, second.lowest) == ("linear", None)


def test_what_plotly_does_not_know_counts_as_missing():
    options = ChartOptions.of_saved(
        {
            "lineShape": "zigzag",
            "sizemode": 3,
            "direction": {"type": "up"},
            "legend": {"traceorder": []},
            "xAxis": {"type": "none such", "rangeMin": True},
            "seriesOptions": {"a": {"color": "no color", "yAxis": True}, "b": "none"},
            "valuesOptions": {"x": {"color": "#123456"}, "y": {"color": ""}, "z": None},
        }
    )
    assert (options.line_shape, options.size_mode) == ("linear", "diameter")
    assert (options.pie_direction, options.legend_order) == ("counterclockwise", "normal")
    assert (options.x_axis.kind, options.x_axis.lowest) == ("-", None)
    assert options.series.keys() == {"a"}
    assert options.series["a"].color is None
    assert not options.series["a"].on_second_axis
    assert options.slice_colors == {"x": "#123456"}


def test_color_of_digits_alone_gets_its_sign():
    options = ChartOptions.of_saved({"seriesOptions": {"a": {"color": "fb8d3d"}}})
    assert options.series["a"].color == "#fb8d3d"


def test_columns_without_a_mapping_tell_themselves_what_they_are():
    assert ChartOptions.of_saved({}).column_mapping == {}
    assert ChartOptions.of_saved({"columnMapping": None}).column_mapping is None
    assert ChartOptions.of_saved({"columnMapping": ["x"]}).column_mapping == {}


def test_pies_show_labels_and_others_do_not_unless_it_was_said():
    assert ChartOptions.of_saved({"globalSeriesType": "pie"}).show_labels
    saved = {"globalSeriesType": "pie", "showDataLabels": False}
    assert not ChartOptions.of_saved(saved).show_labels


def test_only_lines_keep_the_second_axis_when_stacked():
    series = {"a": {"yAxis": 1, "type": "line"}, "b": {"yAxis": 1}}
    options = ChartOptions.of_saved({"seriesOptions": series, "series": {"stacking": "stack"}})
    assert [options.is_on_second_axis(name) for name in "abc"] == [True, False, False]
