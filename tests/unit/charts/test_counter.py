"""A counter has the value of one row, and a trend if it has a target."""

import pytest

from watchframe.charts import prepare

ROWS = [{"v": 1234567.891, "t": 10, "s": "x"}, {"v": 12.5, "t": None, "s": "y"}, {"v": -3, "t": -3}]


def counter(rows=ROWS, /, name="Viz", **options):
    columns = [{"name": name, "type": None} for name in "vts"]
    given = {"type": "COUNTER", "name": name, "options": {"counterColName": "v", **options}}
    return prepare(given, columns, rows)["counter"]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        *[(1, "1,234,568"), (3, "-3"), (4, "1,234,568"), (5, "13")],
        *[(-1, "-3"), (-3, "1,234,568"), (-4, "-3")],
        *[(0, "1,234,568"), ("2", "13"), (2.9, "13"), ("x", "1,234,568"), (None, "1,234,568")],
    ],
)
def test_row_is_counted_from_either_end_and_wraps(number, value):
    assert counter(rowNumber=number)["counterValue"] == value


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({"stringDecimal": 2}, "1,234,567.89"),
        ({"stringDecimal": 2, "stringDecChar": ",", "stringThouSep": "."}, "1.234.567,89"),
        ({"stringDecimal": "1", "stringThouSep": " "}, "1 234 567.9"),
        ({"stringDecimal": 1.5, "stringThouSep": ""}, "1234567.89"),
        ({"stringDecimal": -1, "stringDecChar": "", "stringThouSep": ""}, "1,234,567.891"),
        ({"stringDecimal": None, "stringThouSep": None}, "1234568"),
        ({"stringPrefix": "$", "stringSuffix": " M"}, "$1,234,568 M"),
        ({"counterColName": "s", "stringPrefix": "$"}, "x"),
        ({"counterColName": "nosuch", "stringPrefix": "$"}, ""),
        ({"counterColName": ""}, ""),
        ({"countRow": True, "stringDecimal": 1}, "3.0"),
    ],
)
def test_value_is_written_by_its_format(options, value):
    assert counter(**options)["counterValue"] == value


def test_value_keeps_all_digits():
    assert counter([{"v": 2**64 + 1}])["counterValue"] == "18,446,744,073,709,551,617"


@pytest.mark.parametrize(
    ("options", "trend"),
    [
        ({"targetColName": "t"}, (True, True, "10")),
        ({"targetColName": "t", "targetRowNumber": 3, "rowNumber": 3}, (True, True, "-3")),
        ({"targetColName": "t", "rowNumber": 3}, (True, False, "10")),
        ({"targetColName": "t", "targetRowNumber": 2}, (False, None, None)),
        ({"targetColName": "s"}, (False, None, "x")),
        ({"targetColName": "v", "formatTargetValue": True}, (True, True, "1,234,568")),
        ({"targetColName": "t", "counterColName": "s"}, (False, None, "10")),
        ({"formatTargetValue": True}, (False, None, "")),
        ({}, (False, None, None)),
    ],
)
def test_trend_is_of_two_numbers(options, trend):
    made = counter(**options)
    assert (made["showTrend"], made.get("trendPositive"), made["targetValue"]) == trend


def test_target_that_a_row_lacks_is_left_out():
    made = counter(targetColName="s", targetRowNumber=3)
    assert "targetValue" not in made
    assert made["targetValueTooltip"] == ""


def test_label_is_the_name_unless_one_is_saved():
    assert counter(name="Volume")["counterLabel"] == "Volume"
    assert counter(name="Volume", counterLabel="V")["counterLabel"] == "V"


def test_rows_are_counted_even_if_there_are_none():
    assert counter([]) == {}
    made = counter([], countRow=True, targetColName="t")
    assert (made["counterValue"], made["showTrend"]) == ("0", False)
