"""A map's points are in groups that have a color each."""

import pytest

from watchframe.charts import prepare

ROWS = [
    {"lat": 1, "lon": 2, "kind": "b", "n": 1},
    {"lat": 3, "lon": 4, "kind": 10, "n": 2},
    {"lat": 5, "lon": 6, "kind": None, "n": 3},
    {"lat": None, "lon": 6, "kind": "no place", "n": 4},
    {"lat": 7, "kind": "no place", "n": 5},
]


def groups(**options):
    columns = [{"name": name} for name in ROWS[0]]
    return prepare({"type": "MAP", "options": options}, columns, ROWS)["groups"]


@pytest.mark.parametrize("classify", [None, "", "none"])
def test_without_a_column_all_points_are_one_group(classify):
    (group,) = groups(classify=classify, groups={"All": {"color": "#123"}})
    assert (group["name"], group["color"], len(group["points"])) == ("All", "#123", 3)
    assert group["points"][0] == {"lat": 1, "lon": 2, "row": {"kind": "b", "n": 1}}


def test_a_column_makes_groups_integers_first():
    found = groups(classify="kind", groups={"b": {"color": "#ff0000"}, "10": "no colors"})
    assert [(group["name"], group["color"]) for group in found] == [
        ("10", "#1f77b4"),
        ("b", "#ff0000"),
        ("null", "#ff7f0e"),
    ]


def test_a_column_that_is_gone_makes_one_group():
    (group,) = groups(classify="gone")
    assert group["name"] == "undefined"


def test_other_columns_can_be_the_place():
    (group,) = groups(latColName="n", lonColName="kind")
    assert [(point["lat"], point["lon"]) for point in group["points"]] == [
        *[(1, "b"), (2, 10)],
        *[(4, "no place"), (5, "no place")],
    ]


def test_options_have_the_page_s_own_where_one_is_missing():
    saved = {
        "mapTileUrl": "",
        "popup": {"template": "{{ n }}"},
        "tooltip": "yes",
        "bounds": {"x": 1},
    }
    made = prepare({"type": "MAP", "options": saved}, [], [])["options_resolved"]
    assert made["mapTileUrl"].startswith("//{s}.tile")
    assert made["popup"] == {"enabled": True, "template": "{{ n }}"}
    assert made["tooltip"] == {"enabled": False, "template": ""}
    assert made["bounds"] == {"x": 1}
