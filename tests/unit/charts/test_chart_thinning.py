"""What is left out of charts of large results, and what is said of it."""

import pytest

from watchframe.charts import plotly_spec, prepare
from watchframe.charts.chart_thinning import evenly, extremes

DAYS = [{"day": f"2024-01-01T{n // 60:02}:{n % 60:02}:00", "usd": n * 7 % 100} for n in range(1000)]
MAPPING = {"day": "x", "usd": "y", "eth": "y", "market": "series"}


def drawn(rows, most, **options):
    saved = {"columnMapping": MAPPING, "globalSeriesType": "line", **options}
    columns = [{"name": name} for name in rows[0]]
    spec = plotly_spec({"options": saved}, columns, rows, max_points=most)
    return spec["traces"], spec.get("note")


def test_extremes_are_those_of_each_stretch_and_the_ends():
    values = [5, 9, 1, 5, 5, 2, 8, 5]
    assert extremes(values, 6) == [0, 1, 2, 5, 6, 7]
    assert extremes(values, 8) == list(range(8))
    assert extremes([None] * 8, 6) == [0, 4, 7]
    assert extremes([3, None, 4, 1, None, None, None, None, 2], 6) == [0, 2, 3, 8]


def test_even_choice_has_the_ends_too():
    assert evenly([0] * 5 + [9] + [0] * 4 + [-1, 0, 0], 6) == [0, 4, 5, 8, 10, 12]
    assert evenly(["a"] * 9, 5) == [0, 4, 8]


def test_line_keeps_its_shape_and_says_what_is_left_out():
    (trace,), note = drawn(DAYS, 100)
    assert len(trace["x"]) == len(trace["y"]) == len(trace["text"]) == 99
    assert note == "99 of 1,000 points are drawn: the lowest and highest of each stretch."
    assert (trace["x"][0], trace["x"][-1]) == ("2024-01-01 00:00:00", "2024-01-01 16:39:00")
    assert (min(trace["y"]), max(trace["y"])) == (0, 99)


def test_chart_of_few_points_is_as_it_was():
    assert drawn(DAYS, 1000) == drawn(DAYS, None)


def test_small_series_keeps_all_of_its_points():
    rows = [{**row, "market": "few" if n % 100 == 0 else "many"} for n, row in enumerate(DAYS)]
    traces, _ = drawn(rows, 100)
    assert [len(trace["x"]) for trace in traces] == [10, 90]


def test_dots_are_chosen_evenly():
    (trace,), note = drawn(DAYS, 50, globalSeriesType="scatter")
    assert note == "49 of 1,000 points are drawn: evenly chosen ones."
    assert trace["x"][:2] == ["2024-01-01 00:00:00", "2024-01-01 00:21:00"]


@pytest.mark.parametrize("kind", ["area", "column"])
def test_stacked_series_keep_the_same_x_and_their_sums(kind):
    rows = [{**row, "eth": -n % 31} for n, row in enumerate(DAYS)]
    options = {"globalSeriesType": kind, "series": {"stacking": "stack"}}
    traces, note = drawn(rows, 200, **options)
    whole, _ = drawn(rows, None, **options)
    assert traces[0]["x"] == traces[1]["x"]
    assert sum(len(trace["x"]) for trace in traces) <= 200
    assert "of 2,000 points" in note
    for thin, full in zip(traces, whole, strict=True):
        at = dict(zip(full["x"], full["y"], strict=True))
        assert [at[x] for x in thin["x"]] == thin["y"]


def test_columns_over_categories_keep_the_largest():
    rows = [{"day": f"c{n}", "usd": n} for n in range(100)]
    (trace,), note = drawn(rows, 3, globalSeriesType="column")
    assert trace["x"] == ["c97", "c98", "c99"]
    assert note == "3 of 100 points are drawn: those at the 3 largest of 100 x."


def test_each_stacked_series_keeps_its_own_ends():
    usd = [50 + 9 * (n == 33) - 9 * (n == 66) for n in range(100)]
    rows = [{"day": n, "market": "usd", "usd": value} for n, value in enumerate(usd)]
    # The sum of both is the same at each x.
    rows += [{"day": n, "market": "eth", "usd": 50 - usd[n]} for n in range(13, 88)]
    traces, _ = drawn(rows, 20, globalSeriesType="column", series={"stacking": "stack"})
    assert [trace["x"] for trace in traces] == [[0, 13, 33, 66, 87, 99], [13, 33, 66, 87]]


def test_stacked_columns_keep_the_highest_sums():
    values = [0, *[10] * 49, 15, *[10] * 48, 20]
    rows = [{"day": n, "usd": value, "eth": value} for n, value in enumerate(values)]
    options = {"globalSeriesType": "column", "series": {"stacking": "stack"}}
    assert 50 in drawn(rows, 20, **options)[0][0]["x"]


def test_type_of_the_axis_counts_before_that_of_x():
    numbers = [{"day": n, "usd": n % 50} for n in range(100)]
    options = {"globalSeriesType": "column", "xAxis": {"type": "category"}}
    assert drawn(numbers, 4, **options)[1].endswith("those at the 4 largest of 100 x.")
    texts = [{"day": f"c{n}", "usd": n} for n in range(100)]
    options = {"globalSeriesType": "column", "xAxis": {"type": "linear"}}
    assert drawn(texts, 4, **options)[1].endswith("the lowest and highest of each stretch.")


def test_boxes_have_all_points():
    (trace,), note = drawn(DAYS, 10, globalSeriesType="box")
    assert (len(trace["y"]), note) == (1000, None)


def test_pie_keeps_the_largest_slices_with_their_shares():
    rows = [{"day": f"c{n}", "usd": n} for n in range(100)]
    (trace,), note = drawn(rows, 2, globalSeriesType="pie")
    assert (trace["labels"], trace["text"]) == (["c98", "c99"], ["1.98% (98)", "2% (99)"])
    assert note == "2 of 100 slices are drawn: the largest."


def test_heatmap_keeps_the_largest_cells():
    rows = [{"day": x, "usd": y, "z": x * y} for x in range(10) for y in range(10)]
    mapping = {"columnMapping": {"day": "x", "usd": "y", "z": "zVal"}}
    (trace,), note = drawn(rows, 6, globalSeriesType="heatmap", **mapping)
    assert (trace["x"], trace["y"]) == ([8, 9], [7, 8, 9])
    assert trace["z"][2] == [72, 81]
    assert note == "2 of 10 x and 3 of 10 y are drawn: those with the largest cells."


def test_candles_keep_the_highest_and_the_lowest():
    rows = [
        {
            "day": n,
            "open": n,
            "high": n + (500 if n == 5 else 1),
            "low": n - 500 * (n == 40),
            "close": n,
        }
        for n in range(100)
    ]
    prices = {name: name for name in ("open", "high", "low", "close")}
    (trace,), note = drawn(
        rows, 8, globalSeriesType="candlestick", columnMapping={"day": "x", **prices}
    )
    assert {5, 40} <= set(trace["x"])
    assert len(trace["x"]) <= 8
    assert f"{len(trace['x'])} of 100 candles" in note


def test_table_has_its_first_rows_and_tells_how_many_there_are():
    columns = [{"name": "day"}, {"name": "usd"}]
    made = prepare({"type": "TABLE"}, columns, DAYS, max_points=20)
    assert (len(made["cells"]), made["total"]) == (10, 1_000)
    unknown = prepare({"type": "GRAPH"}, columns, DAYS, max_points=20)["note"]
    assert unknown.endswith("this is a table of its rows.")
