"""A table and details show the columns as their options say, whatever the query has by now."""

import pytest

from watchframe.charts import prepare

COLUMNS = [
    {"name": "id", "type": "integer"},
    {"name": "usd", "type": "float"},
    {"name": "at", "type": "datetime"},
    {"name": "name", "type": None},
]


def table(options, rows=(), columns=COLUMNS, kind="TABLE", **given):
    return prepare({"type": kind, "options": options}, columns, rows, **given)


def names(options):
    return [column["name"] for column in table(options)["header"]]


@pytest.mark.parametrize(
    ("saved", "shown"),
    [
        ([], ["id", "usd", "at", "name"]),
        # The order that was saved is of the columns then; only that they were moved counts.
        (["id", "usd"], ["id", "usd", "at", "name"]),
        (["id", "gone", "at"], ["id", "usd", "at", "name"]),
        (["at", "id"], ["at", "id", "usd", "name"]),
        (["gone", "name", "usd"], ["name", "usd", "id", "at"]),
    ],
)
def test_columns_are_in_the_order_that_was_chosen(saved, shown):
    columns = [{"name": name, "order": 9 - place} for place, name in enumerate(saved)]
    assert names({"columns": columns}) == shown


def test_column_that_is_hidden_is_left_out():
    assert names({"columns": [{"name": "usd", "visible": False}]}) == ["id", "at", "name"]


@pytest.mark.parametrize("saved", [None, "id", {"id": 1}, [None, "id", {}, {"name": ["id"]}]])
def test_columns_of_another_shape_are_as_if_none_were_saved(saved):
    assert names({"columns": saved}) == ["id", "usd", "at", "name"]


def test_column_has_what_was_saved_of_it():
    saved = [{"name": "usd", "title": "USD", "alignContent": "center", "numberFormat": "$0.0"}]
    made = table({"columns": saved}, [{"usd": 2.25}])
    assert made["header"][1] == {
        "name": "usd",
        "title": "USD",
        "align": "center",
        "displayAs": "number",
        "description": "",
    }
    assert made["cells"][0][1] == {"text": "$2.3"}


@pytest.mark.parametrize(("kind", "align"), [("TABLE", "right"), ("DETAILS", "left")])
def test_numbers_are_at_the_right_of_a_table_only(kind, align):
    assert table({}, kind=kind)["header"][0]["align"] == align


def test_details_have_no_pages_of_a_table():
    assert table({}, kind="DETAILS")["options_resolved"].keys() == {"columns"}
    assert table({"itemsPerPage": 5})["options_resolved"]["itemsPerPage"] == 5


def test_rows_are_those_that_the_filters_leave():
    columns = [{"name": "market::filter", "type": "string"}]
    rows = [{"market::filter": "a"}, {"market::filter": "b"}]
    made = table({}, rows, columns, filters={"market": "b"})
    assert made["cells"] == [[{"text": "b"}]]
    assert made["header"][0]["title"] == "market"
    assert made["filters"] == [
        {
            "name": "market::filter",
            "friendlyName": "Market",
            "multiple": False,
            "values": ["a", "b"],
            "current": "b",
        }
    ]


def test_filter_without_rows_has_no_value():
    made = table({}, [], [{"name": "m::filter"}, {"name": "n::multi-filter"}])
    assert [item["current"] for item in made["filters"]] == [None, []]
