"""A pivot table groups records, and each of its aggregators is react-pivottable's."""

import pytest

from watchframe.charts import prepare
from watchframe.charts.pivot_aggregators import AGGREGATIONS

ROWS = [
    {"day": "2024-03-01", "market": "WETH", "usd": 100.5, "n": 4, "ok": True},
    {"day": "2024-03-01", "market": "WBTC", "usd": 40, "n": 1, "ok": True},
    {"day": "2024-03-02", "market": "WETH", "usd": 80, "n": None, "ok": False},
    {"day": "2024-03-02T10:30:00", "market": "WETH", "usd": "7 usd", "n": 3, "ok": True},
    {"day": None, "market": "WBTC", "usd": None, "n": 0, "ok": None},
]


def pivot(rows=ROWS, /, types=(("day", "datetime"),), **options):
    names = dict.fromkeys(name for row in rows for name in row)
    columns = [{"name": name, "type": dict(types).get(name)} for name in names]
    return prepare({"type": "PIVOT", "options": options}, columns, rows)


def texts(cells):
    return [cell["text"] for cell in cells]


@pytest.mark.parametrize(
    ("name", "wbtc", "weth", "total"),
    [
        ("Count", "2", "3", "5"),
        ("Count Unique Values", "2", "3", "5"),
        ("List Unique Values", "40, ", "100.5, 80, 7 usd", "100.5, 40, 80, 7 usd, "),
        ("Sum", "40.00", "187.50", "227.50"),
        ("Integer Sum", "40", "188", "228"),
        ("Average", "40.00", "62.50", "56.88"),
        ("Median", "40.00", "80.00", "60.00"),
        ("Sample Variance", "0.00", "2,415.25", "1,736.73"),
        ("Sample Standard Deviation", "0.00", "49.15", "41.67"),
        ("Minimum", "40.00", "7.00", "7.00"),
        ("Maximum", "40.00", "100.50", "100.50"),
        ("First", "0.00", "80.00", "0.00"),
        ("Last", "40.00", "7 usd", "7 usd"),
        ("Sum over Sum", "40.00", "26.79", "28.44"),
        ("Sum as Fraction of Total", "17.6%", "82.4%", "100.0%"),
        ("Sum as Fraction of Rows", "100.0%", "100.0%", "100.0%"),
        ("Sum as Fraction of Columns", "17.6%", "82.4%", "100.0%"),
        ("Count as Fraction of Total", "40.0%", "60.0%", "100.0%"),
        ("Count as Fraction of Rows", "100.0%", "100.0%", "100.0%"),
        ("Count as Fraction of Columns", "40.0%", "60.0%", "100.0%"),
    ],
)
def test_aggregator_makes_a_value_of_each_group(name, wbtc, weth, total):
    made = pivot(rows=["market"], aggregatorName=name, vals=["usd", "n"])
    assert made["row_keys"] == [["WBTC"], ["WETH"]]
    assert texts(made["row_totals"]) == [wbtc, weth]
    assert made["total"]["text"] == total


def test_every_aggregator_is_tested_here():
    cases = test_aggregator_makes_a_value_of_each_group.pytestmark[0].args[1]
    assert {case[0] for case in cases} == set(AGGREGATIONS)


@pytest.mark.parametrize("name", AGGREGATIONS)
def test_aggregator_takes_no_columns_and_no_rows(name):
    assert pivot(rows=["market"], aggregatorName=name)["row_keys"] == [["WBTC"], ["WETH"]]
    made = pivot([], rows=["market"], aggregatorName=name, vals=["usd"])
    assert (made["row_keys"], made["cells"]) == ([], [])


def test_cells_are_of_rows_and_columns():
    made = pivot(rows=["market"], cols=["ok"], vals=["n"], aggregatorName="Sum")
    assert (made["row_names"], made["col_names"]) == (["market"], ["ok"])
    assert made["col_keys"] == [[None], ["false"], ["true"]]
    assert [texts(row) for row in made["cells"]] == [["0.00", "", "1.00"], ["", "0.00", "7.00"]]
    assert texts(made["col_totals"]) == ["0.00", "0.00", "8.00"]


def test_fractions_are_of_a_row_or_column():
    chosen = {"rows": ["market"], "cols": ["ok"], "vals": ["n"]}
    of_rows = pivot(**chosen, aggregatorName="Sum as Fraction of Rows")
    assert [texts(row) for row in of_rows["cells"]] == [
        ["0.0%", "", "100.0%"],
        ["", "0.0%", "100.0%"],
    ]
    of_columns = pivot(**chosen, aggregatorName="Sum as Fraction of Columns")
    assert [texts(row) for row in of_columns["cells"]] == [["", "", "12.5%"], ["", "", "87.5%"]]


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("date", [[None], ["01/03/2024"], ["02/03/2024"]]),
        ("datetime", [[None], ["01/03/2024 00:00"], ["02/03/2024 00:00"], ["02/03/2024 10:30"]]),
    ],
)
def test_dates_are_written_by_their_column_s_type(kind, keys):
    assert pivot(ROWS, types=[("day", kind)], rows=["day"])["row_keys"] == keys


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        ("key_a_to_z", ["2", "9", "10", "a2", "a10"]),
        ("value_a_to_z", ["a10", "9", "a2", "10", "2"]),
        ("value_z_to_a", ["2", "10", "a2", "9", "a10"]),
    ],
)
def test_rows_and_columns_have_an_order(order, keys):
    rows = [
        {"k": key, "v": value}
        for key, value in [("10", 4), ("a10", 1), ("9", 2), ("a2", 3), ("2", 5)]
    ]
    chosen = {"vals": ["v"], "aggregatorName": "Sum"}
    assert pivot(rows, rows=["k"], rowOrder=order, **chosen)["row_keys"] == [[key] for key in keys]
    assert pivot(rows, cols=["k"], colOrder=order, **chosen)["col_keys"] == [[key] for key in keys]


def test_values_that_a_filter_names_are_left_out():
    made = pivot(rows=["market"], valueFilter={"market": {"WBTC": False}, "ok": {"false": True}})
    assert (made["row_keys"], made["total"]["value"]) == ([["WETH"]], 2)


def test_keys_of_the_same_text_are_one():
    made = pivot([{"k": 1}, {"k": "1"}, {"k": ""}, {"k": None}], rows=["k"])
    assert (made["row_keys"], texts(made["row_totals"])) == ([[""], [1]], ["2", "2"])


def test_a_record_without_a_column_is_with_null_as_text():
    assert pivot([{"k": 1}, {"v": 2}], rows=["k"])["row_keys"] == [[1], ["null"]]
    assert (
        pivot([{"k": 1}, {"v": 2}], valueFilter={"k": {"undefined": True}})["total"]["value"] == 1
    )


@pytest.mark.parametrize(
    ("above", "below", "value"),
    [(0, 0, None), (3, 0, "Infinity"), (-3, 0, "-Infinity"), (3, 2, 1.5)],
)
def test_what_is_divided_by_nothing_has_no_text(above, below, value):
    rows = [{"k": "a", "above": above, "below": below}]
    made = pivot(rows, rows=["k"], vals=["above", "below"], aggregatorName="Sum over Sum")
    assert made["total"] == {"value": value, "text": "1.50" if value == 1.5 else ""}


def test_large_integers_keep_their_digits():
    wei = 2**70 + 1
    made = pivot([{"k": "a", "v": wei}] * 2, rows=["k"], vals=["v"], aggregatorName="Integer Sum")
    assert made["total"]["text"] == f"{2 * wei:,}"


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.005, "1.00"), (0.125, "0.13"), (-0.125, "-0.13"), (-0.001, "-0.00"), (1e21, "1e+21")],
)
def test_decimals_are_rounded_as_the_page_rounds(number, text):
    assert pivot([{"v": number}], vals=["v"], aggregatorName="Sum")["total"]["text"] == text


@pytest.mark.parametrize(
    ("renderer", "colors"),
    [
        ("Table Heatmap", [["#ffffff", "#ff9292"], ["#ffdbdb", "#ff0000"]]),
        ("Table Row Heatmap", [["#ffffff", "#ff0000"], ["#ffffff", "#ff0000"]]),
        ("Table Col Heatmap", [["#ffffff", "#ffffff"], ["#ff0000", "#ff0000"]]),
    ],
)
def test_heatmaps_are_red_where_values_are_high(renderer, colors):
    rows = [
        {"r": row, "c": column, "v": value}
        for row, column, value in [("a", "x", 1), ("a", "y", 4), ("b", "x", 2), ("b", "y", 8)]
    ]
    chosen = {"rows": ["r"], "cols": ["c"], "vals": ["v"], "aggregatorName": "Sum"}
    made = pivot(rows, **chosen, rendererName=renderer)
    assert made["colors"] == {
        "cells": colors,
        "row_totals": ["#ffffff", "#ff0000"],
        "col_totals": ["#ffffff", "#ff0000"],
    }
    assert "note" not in made


def test_a_cell_without_records_is_as_light_as_zero():
    rows = [{"r": "a", "c": "x", "v": 5}, {"r": "b", "c": "y", "v": 9}]
    made = pivot(rows, rows=["r"], cols=["c"], rendererName="Table Heatmap")
    assert made["colors"]["cells"] == [["#ff0000", "#ffffff"], ["#ffffff", "#ff0000"]]


def test_heatmap_of_equal_or_other_values_has_no_colors():
    made = pivot(rows=["market"], aggregatorName="Last", vals=["usd"], rendererName="Table Heatmap")
    assert made["colors"]["row_totals"] == [None, None]


@pytest.mark.parametrize(
    ("options", "note"),
    [
        ({"aggregatorName": "Mode"}, "There is no aggregator 'Mode' here: rows are counted."),
        ({"rendererName": "Dot Chart"}, "This is a table in place of 'Dot Chart'."),
    ],
)
def test_what_is_not_known_is_named(options, note):
    made = pivot(rows=["market"], **options)
    assert (made["note"], texts(made["row_totals"])) == (note, ["2", "3"])


def test_a_table_that_is_too_large_is_cut_and_says_so():
    rows = [{"r": number, "c": number % 400} for number in range(1_000)]
    made = pivot(rows, rows=["r"], cols=["c"])
    assert made["note"] == "The first 250 of 1,000 rows and 400 of 400 columns are shown."
    assert len(made["cells"]) == len(made["row_totals"]) == 250
    assert made["total"]["value"] == 1_000
