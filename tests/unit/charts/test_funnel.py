"""A funnel's steps are in percent of the largest one, and of the one before."""

from datetime import UTC, datetime

import pytest

from watchframe.charts import prepare

ROWS = [
    {"step": "visit", "n": 1000, "ord": 3},
    {"step": "borrow", "n": 200, "ord": 2},
    {"step": "repay", "n": 250, "ord": 1},
]


def funnel(rows=ROWS, /, **options):
    columns = [{"name": name, "type": None} for name in ("step", "n", "ord")]
    saved = {"stepCol": {"colName": "step"}, "valueCol": {"colName": "n"}, **options}
    return prepare({"type": "FUNNEL", "options": saved}, columns, rows)


def steps(made):
    return [step["step"] for step in made["steps"]]


@pytest.mark.parametrize(
    ("options", "order"),
    [
        ({}, ["visit", "repay", "borrow"]),
        ({"autoSort": False}, ["visit", "borrow", "repay"]),
        ({"autoSort": False, "sortKeyCol": {"colName": "ord"}}, ["repay", "borrow", "visit"]),
        (
            {"autoSort": False, "sortKeyCol": {"colName": "ord", "reverse": True}},
            ["visit", "borrow", "repay"],
        ),
        ({"autoSort": False, "sortKeyCol": {"colName": "gone"}}, ["visit", "borrow", "repay"]),
        ({"autoSort": False, "sortKeyCol": {"reverse": True}}, ["repay", "borrow", "visit"]),
        ({"itemsLimit": 1}, ["visit", "repay"]),
        ({"itemsLimit": 2.9}, ["visit", "repay"]),
        ({"itemsLimit": "2"}, ["visit", "repay", "borrow"]),
    ],
)
def test_steps_are_sorted_and_limited(options, order):
    assert steps(funnel(**options)) == order


def test_rows_without_a_key_are_last():
    rows = [
        {"step": "a", "n": 1},
        {"step": "b", "n": 2, "ord": None},
        {"step": "c", "n": 3, "ord": 9},
    ]
    made = funnel(rows, autoSort=False, sortKeyCol={"colName": "ord"})
    assert steps(made) == ["c", "b", "a"]


def test_percentages_are_of_the_largest_and_of_the_one_before():
    made = funnel()
    assert [(step["pctMax"], step["pctPrevious"]) for step in made["steps"]] == [
        (100, 100),
        (25, 25),
        (20, 80),
    ]
    assert made["text"][1] == {"value": "250", "pctMax": "25%", "pctPrevious": "25%"}


def test_percentages_outside_of_the_range_are_its_ends():
    rows = [{"step": "a", "n": 1000}, {"step": "b", "n": 1}, {"step": "c", "n": 1000}]
    options = {"autoSort": False, "percentValuesRange": {"min": 5, "max": 200}}
    assert [text["pctPrevious"] for text in funnel(rows, **options)["text"]] == [
        "100%",
        "<5%",
        ">200%",
    ]


def test_percentages_of_zero_are_none_or_infinite():
    rows = [{"step": "a", "n": 0}, {"step": "b", "n": 5}, {"step": "c", "n": 0}, {"step": "d"}]
    made = funnel(rows, autoSort=False)
    assert [step["pctPrevious"] for step in made["steps"]] == [100, "Infinity", 0, 100]
    assert made["text"][1]["pctPrevious"] == ">1000%"
    assert funnel([{"step": "a", "n": 0}])["steps"][0]["pctMax"] is None


@pytest.mark.parametrize(
    ("value", "number", "text"),
    [
        ("12.5 %", 12.5, "12.50"),
        ("x", 0, "0"),
        (None, 0, "0"),
        (True, 0, "0"),
        (2**60 + 1, 2**60 + 1, "1,152,921,504,606,846,977"),
        ("9" * 400, "Infinity", "Infinity"),
    ],
)
def test_value_is_the_number_that_it_begins_with(value, number, text):
    made = funnel([{"step": "a", "n": value}])
    assert (made["steps"][0]["value"], made["text"][0]["value"]) == (number, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [(datetime(2024, 3, 1, 10, 5, tzinfo=UTC), "01/03/2024 10:05"), (None, ""), (5.0, "5")],
)
def test_step_is_written_as_text(value, text):
    assert steps(funnel([{"step": value, "n": 1}])) == [text]


@pytest.mark.parametrize("name", ["gone", None, ["n"], {"a": 1}])
def test_column_that_is_no_column_makes_no_steps(name):
    made = funnel(valueCol={"colName": name})
    assert (made["steps"], made["text"]) == ([], [])
    assert made["options_resolved"]["valueCol"] == {"colName": None, "displayAs": "Value"}
