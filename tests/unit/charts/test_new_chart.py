"""Charts of columns: what is chosen where nothing was said, and options as the editor has them."""

import json
from pathlib import Path

import pytest

from watchframe.charts import new_chart, plotly_spec, prepare
from watchframe.charts.new_chart import NEW_KINDS, NewChartError

GOLDEN = Path(__file__).parents[2] / "data" / "charts"
COLUMNS = [
    {"name": "loan_id", "type": "integer"},
    {"name": "market", "type": "string"},
    {"name": "day", "type": "date"},
    {"name": "loans", "type": "integer"},
    {"name": "usd", "type": "float"},
    {"name": "kind", "type": "string"},
    {"name": "is_open", "type": "boolean"},
]
ROWS = [
    {
        "loan_id": number,
        "market": "WETH" if number % 2 else "INV",
        "day": f"2026-01-0{1 + number // 2}",
        "loans": number + 1,
        "usd": 10.5 * number,
        "kind": "a" if number < 3 else "b",
        "is_open": number > 1,
    }
    for number in range(6)
]


def mapping(**asked):
    return new_chart(COLUMNS, **asked)["options"]["columnMapping"]


@pytest.mark.parametrize(
    ("kind", "chosen"),
    [
        ("line", {"day": "x", "loans": "y"}),
        ("bar", {"day": "x", "loans": "y"}),
        ("scatter", {"day": "x", "loans": "y"}),
        ("bubble", {"day": "x", "loans": "y", "usd": "size"}),
        ("pie", {"market": "x", "loans": "y"}),
        ("box", {"market": "x", "loans": "y"}),
        ("heatmap", {"day": "x", "market": "y", "loans": "zVal"}),
    ],
)
def test_default_columns(kind, chosen):
    assert mapping(kind=kind) == chosen


@pytest.mark.parametrize(
    ("columns", "kind", "chosen"),
    [
        ("id integer, name string, n float", "column", {"name": "x", "n": "y"}),
        ("year integer, n float", "line", {"year": "x", "n": "y"}),
        ("a integer, b integer, c float", "scatter", {"a": "x", "b": "y"}),
        ("day datetime, account_id integer", "line", {"day": "x", "account_id": "y"}),
        ("n float", "box", {"n": "y"}),
        ("ok boolean, n float", "column", {"ok": "x", "n": "y"}),
        ("m::filter string, name string, n float", "pie", {"name": "x", "n": "y"}),
    ],
)
def test_default_columns_of_other_results(columns, kind, chosen):
    named = [dict(zip(("name", "type"), text.split(), strict=True)) for text in columns.split(", ")]
    assert new_chart(named, kind=kind)["options"]["columnMapping"] == chosen


def test_given_columns_are_not_chosen_again():
    assert mapping(x="market", y=["usd", "loans"]) == {"market": "x", "usd": "y", "loans": "y"}
    assert mapping(series="market", y="usd") == {"day": "x", "usd": "y", "market": "series"}


def test_options_are_those_that_the_editor_has():
    case = json.loads((GOLDEN / "chart-column-minimal.json").read_text("utf-8"))
    asked = {"kind": "column", "x": "market", "y": ["borrows", "repays"]}
    made = new_chart(case["input"]["columns"], **asked)["options"]
    expected = case["output"]["options_resolved"]
    chosen = {"swappedAxes", "series", "seriesOptions", "xAxis"}
    assert made.keys() == expected.keys() | chosen
    assert {name: made[name] for name in made.keys() - chosen} == {
        name: value for name, value in expected.items() if name not in chosen
    }
    assert made["xAxis"] == {"type": "category", "labels": {"enabled": True}}
    assert made["series"] == {**expected["series"], "percentValues": False}
    assert made["seriesOptions"]["repays"] == {
        "zIndex": 1,
        "index": 0,
        "type": "column",
        "yAxis": 0,
    }


@pytest.mark.parametrize("kind", NEW_KINDS)
def test_each_kind_is_drawn(kind):
    made = new_chart(COLUMNS, kind=kind, name="N")
    assert (made["type"], made["name"]) == ("CHART", "N")
    shown = prepare(made, COLUMNS, ROWS)
    assert shown["traces"]
    assert "note" not in shown


def test_axes_are_of_the_columns_types():
    saved = new_chart(COLUMNS, kind="heatmap", x_title="Day")["options"]
    assert saved["xAxis"]["type"] == "datetime"
    assert saved["xAxis"]["title"] == {"text": "Day"}
    assert saved["yAxis"][0] == {"type": "category"}
    assert new_chart(COLUMNS, log=True)["options"]["yAxis"][0] == {"type": "logarithmic"}


def test_second_axis_has_lines_beside_columns():
    made = new_chart(COLUMNS, kind="column", y="usd", y2="loans", y2_title="Loans")
    spec = plotly_spec(made, COLUMNS, ROWS)
    assert [(trace.get("type"), trace["yaxis"]) for trace in spec["traces"]] == [
        ("bar", "y"),
        (None, "y2"),  # lines and scatters have none
    ]
    assert spec["layout"]["yaxis2"]["title"] == {"text": "Loans"}


def test_percents_are_stacked_but_for_lines():
    asked = {"y": "usd", "series": "market", "percent": True}
    area = plotly_spec(new_chart(COLUMNS, kind="area", **asked), COLUMNS, ROWS)
    assert [trace["y"][-1] for trace in area["traces"]] == pytest.approx([100 * 42 / 94.5, 100])
    line = plotly_spec(new_chart(COLUMNS, **asked), COLUMNS, ROWS)
    assert sum(trace["y"][-1] for trace in line["traces"]) == pytest.approx(100)


def test_bar_lies_and_rows_stay_in_order():
    saved = new_chart(COLUMNS, kind="bar", sort=False)["options"]
    assert (saved["globalSeriesType"], saved["swappedAxes"], saved["sortX"]) == (
        "column",
        True,
        False,
    )


def test_further_options_win():
    more = {"numberFormat": "$0,0", "legend": {"enabled": False}}
    saved = new_chart(COLUMNS, options=more)["options"]
    assert saved["numberFormat"] == "$0,0"
    assert saved["legend"] == {"enabled": False, "placement": "auto", "traceorder": "normal"}


def test_unknown_columns_are_taken_as_named():
    saved = new_chart(None, x="a", y="b")["options"]
    assert saved["columnMapping"] == {"a": "x", "b": "y"}
    assert saved["xAxis"]["type"] == "-"
    with pytest.raises(NewChartError, match=r"not known, and y= is not given. Give y="):
        new_chart(None, x="a")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"kind": "lines"}, r"kind='lines' is no kind of chart. Did you mean 'line'\?"),
        ({"kind": ["line"]}, r"kind=\['line'\] is no kind"),
        ({"y": 3}, "3 is no name of a column"),
        ({"x": ["day"]}, r"\['day'\] is no name of a column"),
        ({"options": ["legend"]}, "options is a list"),
        ({"y": "loan"}, r"There is no column 'loan'. Did you mean 'loans'\?"),
        ({"x": "qq"}, "There is no column 'qq'. The columns are 'loan_id', 'market',"),
        ({"x": "day", "y": "day"}, "Column 'day' is asked for twice"),
        ({"series": "market", "y": ["usd", "loans"]}, "draws one column as y"),
        ({"kind": "pie", "stacked": True}, "A pie chart is not stacked"),
        ({"kind": "bar", "y": "usd", "y2": "loans"}, "A bar chart has no second axis"),
        ({"size": "usd"}, r'size= is of bubble charts alone. Give kind="bubble"'),
        ({"z": "usd"}, "z= is of heatmap charts alone"),
        ({"kind": "heatmap", "series": "market"}, "A heatmap has no series"),
        ({"kind": "box", "series": "market", "y": "usd", "x": "kind", "z": "day"}, "z= is of"),
        ({"kind": "bubble", "y": ["usd", "loans", "loan_id"]}, "no column left that size could be"),
    ],
)
def test_impossible_chart_says_what_to_do(asked, said):
    with pytest.raises(NewChartError, match=said):
        new_chart(COLUMNS, **asked)


def test_result_without_a_number_has_no_chart():
    with pytest.raises(NewChartError, match="no column left that y could be"):
        new_chart(COLUMNS[1:3])
