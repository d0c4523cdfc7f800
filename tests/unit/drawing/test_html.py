"""Fragments of HTML: counters, cohorts, funnels; in none of all is anything of the data markup."""

import json
import re

import pytest

from tests.shown import cells_of, parsed
from tests.unit.charts.test_golden import DATA
from watchframe.charts import prepare
from watchframe.drawing.html import FRAGMENTS, html_of
from watchframe.widgets.style import style_tag

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\" onmouseover='alert(3)'\u202e"

TAGS = {
    *("all", "div", "span", "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "b"),
    *("details", "summary", "code", "pre", "svg", "text", "title"),
}
ATTRIBUTES = {
    *(
        "class",
        "style",
        "title",
        "scope",
        "colspan",
        "rowspan",
        "tabindex",
        "href",
        "target",
        "rel",
    ),
    *("role", "aria-label", "aria-hidden", "viewBox", "x", "y", "font-size", "text-anchor", "fill"),
    *("dominant-baseline", "textLength", "lengthAdjust", "transform"),
}


def golden(name):
    given = json.loads((DATA / f"{name}.json").read_text())["input"]
    return given["type"], prepare(given, given["columns"], given["rows"])


def drawn(kind, options, rows, types=None):
    columns = [{"name": name, "type": (types or {}).get(name)} for name in rows[0]] if rows else []
    return html_of(kind, prepare({"type": kind, "name": "N", "options": options}, columns, rows))


@pytest.mark.parametrize("kind", FRAGMENTS)
def test_fragment_has_no_markup_of_the_data(kind):
    options = {
        "counterColName": "a",
        "counterLabel": HOSTILE,
        "targetColName": "a",
        "stepCol": {"colName": "a", "displayAs": HOSTILE},
        "valueCol": {"colName": "n"},
        "rows": ["a"],
        "cols": ["b"],
        "column": "a",
        "frequenciesColumn": "n",
        "dateColumn": "d",
        "stageColumn": "n",
        "totalColumn": "n",
        "valueColumn": "n",
        "timeColumnTitle": HOSTILE,
        "stageColumnTitle": HOSTILE,
        "noValuePlaceholder": HOSTILE,
        "columns": [
            {"name": "a", "title": HOSTILE, "description": HOSTILE, "allowHTML": True},
            {"name": "b", "displayAs": "link", "linkUrlTemplate": "javascript:alert(4)//{{ @ }}"},
            {"name": "c", "displayAs": "image", "imageUrlTemplate": "data:text/html,{{ @ }}"},
            {"name": "e", "displayAs": "json"},
        ],
    }
    row = {"a": HOSTILE, "b": HOSTILE, "c": HOSTILE, "d": "2024-03-01", "n": 1}
    row["e"] = json.dumps({HOSTILE: [HOSTILE] * 9})
    html = drawn(kind, options, [row, row])
    assert "\u202e" not in html
    assert "url(" not in html
    for element in parsed(html).iter():
        assert element.tag in TAGS
        assert ATTRIBUTES.issuperset(element.attrib)
        assert element.get("href", "https://").startswith("https://")


def test_counter_is_a_card():
    shown = parsed(html_of(*golden("counter-row-wraps")))
    texts = {part.get("class").split()[-1]: "".join(part.itertext())
             for part in shown.iter("div") if part.get("class")}  # fmt: skip
    assert texts["wf-value"] == "13▼"
    assert texts["wf-target"] == "(1000000)"
    assert texts["wf-caption"] == "Viz"
    value = shown.find(".//div[@title]")
    assert value.get("title") == "12.500"
    assert value.get("aria-label") == "13, below the target"


def test_counter_without_rows_says_so():
    assert "no rows" in "".join(parsed(html_of(*golden("counter-empty"))).itertext())


@pytest.mark.parametrize(("value", "kind"), [(2, "wf-good"), (1, "wf-good"), (0.5, "wf-bad")])
def test_counter_has_the_color_of_its_trend(value, kind):
    options = {"counterColName": "v", "targetColName": "t"}
    assert f'class="wf-counter {kind}"' in drawn("COUNTER", options, [{"v": value, "t": 1}])


def test_counter_of_a_long_text_has_small_letters():
    sizes = [
        float(
            re.search(r'"font-size: ([\d.]+)em', drawn("COUNTER", {"counterColName": "v"}, rows))[1]
        )
        for rows in ([{"v": "x" * length}] for length in (1, 14, 30, 10_000))
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == len(sizes)


@pytest.mark.parametrize("name", ["cohort-simple", "cohort-weekly", "cohort-monthly-10-stages"])
def test_cohort_has_the_texts_and_colors_of_its_cells(name):
    _, prepared = golden(name)
    shown = parsed(html_of("COHORT", prepared))
    head, *rows = cells_of(shown)
    assert head == ["Time", "Users", *prepared["stage_titles"]]
    assert rows == [
        [row["time"], row["people"], *(stage["text"] for stage in row["stages"])]
        for row in prepared["cells"]
    ]
    styles = [cell.get("style") for cell in shown.findall(".//tbody//td[@class='wf-center']")]
    colors = [stage.get("color") for row in prepared["cells"] for stage in row["stages"]]
    assert [style and style.split()[1].strip(";") for style in styles] == colors
    titles = [cell.get("title") for cell in shown.findall(".//tbody//td[@class='wf-center']")]
    assert titles == [hover or None for row in prepared["hovers"] for hover in row]


def test_cohort_that_is_too_large_says_what_is_shown():
    rows = [
        {"date": f"20{year:02}-01-01", "day_number": stage, "total": 9, "value": 3}
        for year in range(90)
        for stage in (1, 70)
    ]
    html = drawn("COHORT", {"timeInterval": "monthly", "mode": "simple"}, rows)
    assert "the first 100 of 1,069 rows, and 60 of 70 stages" in html
    rows = cells_of(parsed(html))
    assert (len(rows), {len(row) for row in rows}) == (101, {62})
    assert len(cells_of(parsed(html))) == 101


def test_funnel_has_bars_as_long_as_their_shares():
    shown = parsed(html_of(*golden("funnel-key")))
    assert cells_of(shown) == [
        ["Steps", "Value", "% Max", "% Previous"],
        ["visit", "1,000", "100%", "100%"],
        ["sign up", "250", "25%", "25%"],
        ["borrow", "250", "25%", "100%"],
        ["repay", "0", "<0.01%", "<0.01%"],
    ]
    bars = [part.get("style") for part in shown.iter("div") if part.get("class") == "wf-step-bar"]
    assert bars == ["width: 100.00%", "width: 25.00%", "width: 25.00%", "width: 0.00%"]


def test_funnel_without_its_columns_says_so():
    assert "no steps" in html_of(*golden("funnel-missing-column"))


@pytest.mark.parametrize(
    "name", ["counter-row-wraps", "funnel-key", "cohort-simple", "table-options"]
)
def test_classes_are_not_those_of_the_pickers_around_it(name):
    html = html_of(*golden(name))
    body = html[html.rindex("</style>") :]
    shown = {kind for found in re.findall(r'class="([^"]*)"', body) for kind in found.split()}
    styled = set(re.findall(r"\.(wf-[a-z-]+)", style_tag()))
    assert shown & styled <= {"wf-null"}  # it is the same there
