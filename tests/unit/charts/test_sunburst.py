"""A sunburst's tree has a stage of each sequence at each level."""

import json

from watchframe.charts import prepare


def sunburst(rows):
    names = [*rows[0]] if rows else []
    return prepare({"type": "SUNBURST_SEQUENCE"}, [{"name": name} for name in names], rows)


def outline(node):
    """Return a tree as nested tuples of name, size and children."""
    return (node["name"], node.get("size"), *map(outline, node.get("children", [])))


def test_columns_are_stages_in_the_order_of_their_names():
    rows = [
        {"b": "buy", "a": "home", "value": 3},
        {"b": None, "a": "ads", "value": "2.9"},
        {"b": "buy", "a": "ads", "value": None},
    ]
    exit_and_buy = ("ads", 2, ("<<<Exit>>>", 2), ("buy", 0))
    assert outline(sunburst(rows)["tree"]) == (
        *("root", None),
        ("home", None, ("buy", 3)),
        exit_and_buy,
    )


def test_rows_of_one_stage_each_are_sorted_into_sequences():
    rows = [
        {"sequence": name, "stage": stage, "node": node, "value": value}
        for name, stage, node, value in [
            *[("x", 2, "b", 9), ("x", 1, "a", 9), ("x", 10, "c", 9)],
            *[(7, 1, "a", 4)],
        ]
    ]
    # An integer is first of an object's keys.
    assert outline(sunburst(rows)["tree"]) == (
        *("root", None),
        ("a", 4, ("<<<Exit>>>", 4), ("b", None, ("c", 9))),
    )


def test_the_same_sequence_again_ends_where_the_first_one_does():
    rows = [{"a": "p", "value": 1}, {"a": "p", "value": 2}, {"a": "p", "value": 3}]
    made = sunburst(rows)
    assert outline(made["tree"]) == (
        *("root", None),
        ("p", 1, ("<<<Exit>>>", 2), ("<<<Exit>>>", 3)),
    )
    # The page forgets the first size where a stage has others within.
    assert [cut["value"] for cut in made["slices"]] == [5]


def test_slices_are_drawn_with_parents_and_colors():
    rows = [
        {"a": "p", "b": "q", "value": 6},
        {"a": "p", "b": "p", "value": 3},
        {"a": "q", "b": None, "value": 1},
        {"a": "r", "b": None, "value": 0},
    ]
    assert sunburst(rows)["slices"] == [
        {"id": 0, "parent": None, "name": "p", "value": 9, "color": "#ff7f0e"},
        {"id": 1, "parent": 0, "name": "q", "value": 6, "color": "#2ca02c"},
        {"id": 2, "parent": 0, "name": "p", "value": 3, "color": "#ff7f0e"},
        {"id": 3, "parent": None, "name": "q", "value": 1, "color": "#2ca02c"},
    ]


def test_what_is_too_small_to_see_is_no_slice():
    rows = [{"a": "large", "value": 100_000}, {"a": "small", "value": 79}, {"a": "s", "value": 80}]
    assert [cut["name"] for cut in sunburst(rows)["slices"]] == ["large", "s"]


def test_sizes_that_are_no_numbers_are_none():
    made = sunburst([{"a": "p", "value": "many"}])
    assert outline(made["tree"]) == ("root", None, ("p", None))
    assert made["slices"] == []


def test_moments_are_never_the_same():
    rows = [{"a": "2024-03-01", "b": name, "value": 1} for name in "xy"]
    assert len(sunburst(rows)["tree"]["children"]) == 2


def test_no_rows_are_a_root():
    assert sunburst([]) == {"tree": {"name": "root", "children": []}, "slices": []}


def test_endless_sequences_can_be_written():
    rows = [
        {"sequence": 1, "stage": stage, "node": f"n{stage}", "value": 1} for stage in range(3_000)
    ]
    assert len(json.dumps(sunburst(rows))) < 20_000


def test_a_whole_of_nothing_has_no_slices():
    assert sunburst([{"a": "p", "value": 5}, {"a": "q", "value": -5}])["slices"] == []
