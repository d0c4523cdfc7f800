import pytest

from watchframe.charts import plotly_spec

MAPPING = {"x": "x", "y": "y", "z": "zVal"}


def heatmap(rows, **options):
    columns = [{"name": name} for name in MAPPING]
    saved = {"globalSeriesType": "heatmap", "columnMapping": MAPPING, **options}
    return plotly_spec({"options": saved}, columns, rows)


def cells(*values):
    return [dict(zip("xyz", value, strict=True)) for value in values]


def test_dates_are_texts_that_stand_once_on_an_axis():
    rows = cells(("2024-03-02", "a", 1), ("2024-03-01", "a", 2), ("2024-03-02", "b", 3))
    (trace,) = heatmap(rows)["traces"]
    assert trace["x"] == ["2024-03-01 00:00:00", "2024-03-02 00:00:00"]
    assert trace["z"] == [[2, 1], [0, 3]]


@pytest.mark.parametrize(
    ("y", "kind"),
    [("Mon", "category"), ("2024-03-01", "date"), (5, "linear"), ("5", "linear"), (None, "linear")],
)
def test_axis_has_a_type_that_can_show_its_values(y, kind):
    assert heatmap(cells((1, y, 1)))["layout"]["yaxis"]["type"] == kind


def test_axis_whose_type_was_chosen_keeps_it():
    spec = heatmap(cells((1, "Mon", 1)), yAxis=[{"type": "logarithmic"}])
    assert spec["layout"]["yaxis"]["type"] == "log"


def test_labels_are_a_trace_of_texts_where_a_cell_has_a_number():
    rows = cells((1, 1, 4), (2, 1, 2))
    _, labels = heatmap(rows, showDataLabels=True, colorScheme="Greys")["traces"]
    assert (labels["x"], labels["y"], labels["text"]) == ([1, 2], [1, 1], ["4", "2"])
    assert labels["textfont"] == {"color": ["#333333", "#ffffff"]}
    assert len(heatmap(cells((1, 1, None)), showDataLabels=True)["traces"]) == 1


def test_labels_of_zeros_only_do_not_fail():
    _, labels = heatmap(cells((1, 1, 0)), showDataLabels=True, colorScheme="Greys")["traces"]
    assert labels["textfont"] == {"color": ["#ffffff"]}
