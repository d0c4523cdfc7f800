"""A box has the quartiles of a column, whiskers and outliers."""

from watchframe.charts import prepare


def box_plot(rows, names="a", **options):
    return prepare(
        {"type": "BOXPLOT", "options": options}, [{"name": name} for name in names], rows
    )


def test_box_has_quartiles_whiskers_and_outliers():
    made = box_plot([{"a": value} for value in [5, 1, 2, 3, 4, 100, -50]])
    assert made["boxes"] == [
        {"name": "a", "quartiles": [1.5, 3, 4.5], "whiskers": [1, 5], "outliers": [-50, 100]}
    ]
    assert made["range"] == [-49.5, 101]


def test_null_is_zero_and_other_texts_are_left_out():
    rows = [{"a": None, "b": "x"}, {"a": "4", "b": "y"}, {"a": True, "b": {}}]
    first, second = box_plot(rows, "ab")["boxes"]
    assert first["quartiles"] == [0.5, 1, 2.5]
    assert second == {"name": "b", "quartiles": [], "whiskers": [], "outliers": []}


def test_labels_are_texts():
    made = box_plot([], xAxisLabel="x", yAxisLabel=3)
    assert (made["x_axis_label"], made["y_axis_label"], made["range"]) == ("x", "3", None)
    assert box_plot([])["y_axis_label"] == ""
