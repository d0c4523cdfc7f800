from __future__ import annotations

from datetime import date

import ipywidgets
import pandas as pd
import pyarrow as pa
import pytest

from tests.unit.widgets.conftest import until
from watchframe.decode import to_frame
from watchframe.drawing import draw
from watchframe.widgets.code import chart_code
from watchframe.widgets.control import GUARD
from watchframe.widgets.quick_chart import KINDS, QuickChart, chart_of
from watchframe.widgets.quick_points import MOST_SERIES, Choice, points_of
from watchframe.widgets.tab import Result

DAYS = [date(2026, 1, day) for day in (1, 2, 3, 4)]
SHARED = {"day": DAYS[:2] * 2, "market": ["A"] * 4, "n": [1, 2, 30, 40]}


def result(columns):
    table = pa.table(columns)
    return Result(table=table, frame=pd.DataFrame(), query=7, code="import watchframe\n")


@pytest.fixture
def chart():
    found = QuickChart(lambda: None)
    yield found
    found.close()


def traces(chart):
    """What is drawn: each trace's name, type and points."""
    (output,) = chart._area._output.outputs
    found = output["data"]["application/vnd.plotly.v1+json"]["data"]
    return [(trace.get("name"), trace["type"], list(trace["y"])) for trace in found]


def drawn(chart, expected):
    until(lambda: chart._area._output.outputs and traces(chart) == expected)
    with GUARD:  # under which all of it is shown
        pass


def said(chart, words):
    until(lambda: words in chart._area._words.value)


def test_chart_begins_with_columns_that_make_sense(chart):
    chart.show(result({"day": DAYS[:2] * 2, "market": list("AABB"), "m": range(4), "n": range(4)}))
    drawn(chart, [("A", "scatter", [0, 1]), ("B", "scatter", [2, 3])])
    assert (chart._kind.value, chart._x.value, chart._series.value) == ("line", "day", "market")
    assert chart._y.value == ["n"]
    assert chart._join.layout.display == "none", "each row is a point of its own"


def test_chart_names_what_rows_that_share_a_point_become(chart):
    chart.show(result(SHARED))
    drawn(chart, [("n", "scatter", [31, 42])])
    assert chart._join.layout.display == ""
    assert "4 rows make 2 points: each is the sum of its rows." in chart._area._words.value
    chart._join.value = "mean"
    drawn(chart, [("n", "scatter", [15.5, 21.0])])
    assert "the mean of its rows" in chart._area._words.value


def test_chart_of_another_kind_has_its_choices_for_shared_points(chart):
    chart.show(result(SHARED))
    drawn(chart, [("n", "scatter", [31, 42])])
    assert list(chart._join.options) == [(n, n) for n in ("sum", "mean", "min", "max", "count")]
    chart._kind.value = "scatter"
    drawn(chart, [("n", "scatter", [1, 30, 2, 40])])
    assert chart._join.value == "each"
    chart._kind.value = "column"
    drawn(chart, [("n", "bar", [31, 42])])
    assert chart._join.value == "sum"


def test_chart_of_several_numbers(chart):
    chart.show(result({"day": DAYS, "m": [5, 6, 7, 8], "n": [1, 2, 3, 4]}))
    drawn(chart, [("n", "scatter", [1, 2, 3, 4])])
    chart._y.set(["m", "n"])
    drawn(chart, [("m", "scatter", [5, 6, 7, 8]), ("n", "scatter", [1, 2, 3, 4])])
    chart._series.value = "m"
    drawn(
        chart, [(f"{m}", "scatter", [n]) for m, n in zip((5, 6, 7, 8), (1, 2, 3, 4), strict=True)]
    )
    chart._y.set([])
    said(chart, "No chart. Choose a number to draw.")
    assert chart.static_html("") == ""


def test_chart_keeps_what_a_person_chose_in_the_next_result(chart):
    chart.show(result(SHARED))
    drawn(chart, [("n", "scatter", [31, 42])])
    chart._kind.value = "column"
    chart.show(result({**SHARED, "n": [1, 2, 3, 4]}))
    drawn(chart, [("n", "bar", [4, 6])])
    chart.show(result({"day": DAYS, "other": [1, 2, 3, 4]}))
    drawn(chart, [("other", "scatter", [1, 2, 3, 4])])


def test_chart_that_makes_no_sense_says_why_and_comes_back(chart):
    chart.show(result({"name": ["a", "b"]}))
    said(chart, "No chart. It takes two rows, a number")
    assert chart._choices.layout.display == "none"
    chart.show(result({"name": ["a", "b"], "n": [1, 2]}))
    drawn(chart, [("n", "bar", [1, 2])])
    assert chart._choices.layout.display == ""


@pytest.mark.parametrize("kind", KINDS)
def test_chart_of_each_kind_is_drawn(chart, kind):
    chart.show(result({"market": list("AABB"), "n": [1, 2, 3, 4]}))
    drawn(chart, [("n", "bar", [3, 7])])
    chart._kind.value = kind
    type_ = {"bar": "bar", "column": "bar", "pie": "pie", "box": "box"}.get(kind, "scatter")
    until(lambda: types(chart) == {type_})
    with GUARD:
        assert not chart._area._words.value.startswith("No")


def types(chart):
    (output,) = chart._area._output.outputs
    return {t["type"] for t in output["data"]["application/vnd.plotly.v1+json"]["data"]}


def test_chart_of_a_filter_has_all_its_rows(chart):
    chart.show(result({"market::filter": ["A", "B"], "n": [1, 2]}))
    drawn(chart, [("n", "bar", [1, 2])])


def test_chart_shows_its_code_when_asked(chart):
    chart.show(result(SHARED))
    drawn(chart, [("n", "scatter", [31, 42])])
    assert chart._code.value == ""
    chart._shows_code.value = True
    assert "Code of the chart" in chart._code.value
    assert isinstance(chart._code, ipywidgets.HTML)
    chart._join.value = "max"
    until(lambda: ".max()" in chart._code.value)


BIG = pa.field("n", pa.string(), metadata={b"watchframe.encoding": b"integer"})
NAMES = [f"m{number:02}" for number in range(MOST_SERIES + 5) for _ in "ab"]
CODE_CASES = {
    "rows as they are": ({"day": DAYS, "n": [1, 2, 3, 4]}, {}),
    "sums": (SHARED, {}),
    "means": (SHARED, {"join": "mean"}),
    "counts by series": (SHARED, {"join": "count", "series": "market"}),
    "two numbers": ({**SHARED, "m": [1.5, None, None, 2.5]}, {"y": ("n", "m"), "join": "min"}),
    "missing days": ({"day": [None, *DAYS], "n": range(5)}, {}),
    "missing names": ({"day": ["a", None, None], "n": [1, 2, 3]}, {"kind": "column"}),
    "many series": (
        {"day": DAYS[:2] * (len(NAMES) // 2), "market": NAMES, "n": range(len(NAMES))},
        {"series": "market"},
    ),
    "a filter": ({"day": DAYS, "market::filter": list("ABAB"), "n": range(4)}, {}),
    "a filter as series": (
        {"day": DAYS, "market::filter": list("ABAB"), "n": range(4)},
        {"series": "market::filter"},
    ),
    "a bar": ({"day": list("abca"), "n": [1, 2, 3, 4]}, {"kind": "bar"}),
    "a pie": ({"day": list("abca"), "n": [1, 2, 3, 4]}, {"kind": "pie"}),
    "points": (SHARED, {"kind": "scatter", "join": "each"}),
}


@pytest.mark.parametrize("case", CODE_CASES)
def test_code_draws_the_same_chart(case):
    columns, given = CODE_CASES[case]
    table = pa.table(columns)
    check_code(table, given)


def test_code_of_exact_integers_draws_the_same_chart():
    texts = pa.array([str(2**200), str(2**200 + 1), "5", None])
    table = pa.table([pa.array(DAYS[:2] * 2), texts], schema=pa.schema([("day", pa.date32()), BIG]))
    for join in ("sum", "mean", "min", "max", "count"):
        check_code(table, {"join": join})


def check_code(table, given):
    points = points_of(table, Choice(**{"kind": "line", "x": "day", "y": ("n",), **given}))
    shown = chart_of(points)
    read = Result(
        table=table,
        frame=pd.DataFrame(),
        query=7,
        code="from watchframe import draw_frame\n",
    )
    code = chart_code(read, points, shown.options)
    namespace = {"df": to_frame(table)}
    exec(code.replace("draw_frame(\n", "drawn = draw_frame(\n"), namespace)
    expected = draw(shown, points.table)
    assert namespace["drawn"].prepared["traces"] == expected.prepared["traces"]
    assert namespace["drawn"].prepared["layout"] == expected.prepared["layout"]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, '# watch_query(7).save_chart("Name", kind="line", x="day", y=["n"])'),
        ({"join": "mean"}, "# A chart saved with the query draws its rows"),
    ],
)
def test_code_that_saves_stands_where_the_saved_chart_is_the_same(given, line):
    points = points_of(pa.table(SHARED), Choice(kind="line", x="day", y=("n",), **given))
    assert line in chart_code(result(SHARED), points, chart_of(points).options)
