"""A flow's nodes are stages by name and place; its links are what goes between them."""

import pytest

from watchframe.charts import prepare


def sankey(rows, names=None, /):
    names = names or [*rows[0]]
    return prepare({"type": "SANKEY"}, [{"name": name} for name in names], rows)


def flows(made):
    names = {node["id"]: node["name"] for node in made["nodes"]}
    return [(names[link["source"]], names[link["target"]], link["value"]) for link in made["links"]]


def test_rows_of_the_same_stages_are_added():
    made = sankey([{"to": "b", "at": "a", "value": 2}, {"to": "b", "at": "a", "value": "3.9"}])
    # Stages are in the order of their columns' names.
    assert flows(made) == [("a", "b", 5), ("b", "Exit", 5)]


def test_a_name_at_another_stage_is_another_node_of_the_same_color():
    made = sankey([{"s1": "home page", "s2": "home screen", "value": 1}])
    first, second, _ = made["nodes"]
    assert (first["name"], second["name"]) == ("home page", "home screen")
    assert first["color"] == second["color"]


def test_who_is_nowhere_exits():
    made = sankey([{"a": None, "b": "x", "c": "", "value": 1}, {"a": "y", "b": None, "value": 2}])
    assert flows(made) == [("Exit", "x", 1), ("x", "", 1), ("y", "Exit", 2)]


def test_at_most_five_stages_are_shown():
    made = sankey([{**{f"s{number}": f"n{number}" for number in range(7)}, "value": 1}])
    assert flows(made)[-1] == ("n4", "Exit", 1)
    assert len(made["links"]) == 5


@pytest.mark.parametrize(
    ("stage", "name"),
    [("7.50 USD", "7.5"), (True, "true"), ("2024-03-01", "1709251200000"), ("page 1", "page 1")],
)
def test_names_are_as_the_page_has_them(stage, name):
    assert sankey([{"a": stage, "b": "x", "value": 1}])["nodes"][0]["name"] == name


@pytest.mark.parametrize(("value", "amount"), [(None, 0), ("x", None), (False, 0), (-2, -2)])
def test_values_that_are_no_numbers_are_zero_or_none(value, amount):
    rows = [{"a": "p", "b": "q", "value": value}, {"a": "p", "b": "q", "value": 0}]
    assert flows(sankey(rows))[0] == ("p", "q", amount)


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([{"a": "p", "b": "q"}], ["a", "b"]),
        ([{"a": "p", "value": "Infinity"}], ["a", "value"]),
        ([{"a": float("inf"), "value": 1}], ["a", "value"]),
    ],
)
def test_rows_without_values_are_not_valid(rows, names):
    made = sankey(rows, names)
    assert made.items() >= {"valid": False, "nodes": [], "links": []}.items()
    # A table takes its place.
    assert len(made["cells"]) == len(rows)
    assert made["note"] == "It needs a column 'value' of numbers: this is a table of its rows."


def test_no_rows_are_no_flow():
    assert sankey([], ["a", "value"]) == {"valid": True, "nodes": [], "links": []}
