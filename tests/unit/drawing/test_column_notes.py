"""What is said of columns that a visualization needs and the rows do not have."""

import pandas as pd
import pytest

from watchframe.charts.spec import PREPARED_BY
from watchframe.drawing import draw
from watchframe.models import Visualization

FRAME = pd.DataFrame({"day": ["2024-03-01"], "amount": [3], "market": ["a"]})
THERE = "There are: 'day', 'amount', 'market'."
MAP_Y = (
    'The chart has no column for y: map one in the options, {"columnMapping": {"<column>": "y"}}.'
)
#: Types that draw whatever columns there are.
OF_ANY_COLUMNS = {"BOXPLOT", "DETAILS", "PIVOT", "TABLE"}


def notes(kind, frame=FRAME, **options):
    return list(draw(Visualization(id=0, type=kind, options=options), frame).notes)


@pytest.mark.parametrize("kind", PREPARED_BY)
def test_type_without_its_columns_says_so(kind):
    assert bool(notes(kind)) == (kind not in OF_ANY_COLUMNS)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, MAP_Y),
        ({"columnMapping": {"day": "x"}}, MAP_Y),
        ({"globalSeriesType": "pie", "columnMapping": {"day": "x"}}, MAP_Y),
        ({"columnMapping": {"day": "x", "amount": "y"}}, None),
        ({"globalSeriesType": "pie", "columnMapping": {"amount": "y"}}, None),
        (
            {"globalSeriesType": "heatmap", "columnMapping": {"day": "x", "market": "y"}},
            MAP_Y.replace("y:", "zVal:").replace('"y"', '"zVal"'),
        ),
        (
            {"globalSeriesType": "bubble", "columnMapping": {"day": "x", "amount": "y"}},
            MAP_Y.replace("y:", "size:").replace('"y"', '"size"'),
        ),
        (
            {"columnMapping": {"day": "x", "gone": "y", "left": "series", "off": "unused"}},
            "The chart draws columns that the rows do not have: 'gone', 'left'.",
        ),
    ],
)
def test_chart_says_which_column_it_lacks(options, expected):
    assert notes("CHART", **options) == ([f"{expected} {THERE}"] if expected else [])


def test_chart_takes_roles_from_names_of_columns():
    frame = pd.DataFrame({"day::x": [1], "amount::y": [2]})
    assert notes("CHART", frame, columnMapping=None) == []


@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("MAP", {}, "latColName ('lat'), lonColName ('lon')"),
        ("MAP", {"latColName": "amount", "lonColName": "amount"}, None),
        (
            "MAP",
            {"latColName": "amount", "lonColName": "amount", "classify": "chain"},
            "classify ('chain')",
        ),
        ("FUNNEL", {"stepCol": {"colName": "day"}}, "valueCol.colName"),
        ("COUNTER", {"counterColName": "n"}, "counterColName ('n')"),
        ("COUNTER", {"countRow": True}, None),
        ("COUNTER", {"counterColName": "amount", "targetColName": "t"}, "targetColName ('t')"),
        ("PIVOT", {"rows": ["day", "a"], "vals": ["b"]}, "rows ('a'), vals ('b')"),
        ("WORD_CLOUD", {"column": "market", "frequenciesColumn": "n"}, "frequenciesColumn ('n')"),
    ],
)
def test_options_that_name_no_column_are_told(kind, options, expected):
    told = f"The rows have no column for {expected}: name one in the options. {THERE}"
    assert notes(kind, **options) == ([told] if expected else [])


def test_many_columns_are_not_all_told():
    frame = pd.DataFrame([range(40)], columns=[f"c{place}" for place in range(40)])
    assert notes("COUNTER", frame)[0].endswith("'c11' and 28 more.")
