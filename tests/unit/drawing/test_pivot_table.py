"""Pivot tables as HTML: keys over the cells that they are of, totals, the colors of heat."""

import json

import pytest

from tests.shown import cells_of, parsed
from tests.unit.charts.test_golden import DATA
from watchframe.charts import prepare
from watchframe.drawing.pivot_table import pivot_html

ROWS = [
    {"market": market, "kind": kind, "year": year, "quarter": quarter, "usd": usd}
    for market, kind, year, quarter, usd in [
        ("DAI", "borrow", 2023, "Q1", 1),
        ("DAI", "supply", 2023, "Q2", 2),
        ("WETH", "borrow", 2024, "Q1", 4),
    ]
]


def pivot(records=ROWS, **options):
    options = {"vals": ["usd"], "aggregatorName": "Integer Sum", **options}
    columns = [{"name": name} for name in records[0]]
    return pivot_html(prepare({"type": "PIVOT", "options": options}, columns, records))


def grid(html):
    """Return the texts of a table as people see it: a cell that spans others stands in each."""
    taken = {}
    for line, row in enumerate(parsed(html).iter("tr")):
        column = 0
        for cell in row:
            while (line, column) in taken:
                column += 1
            for down in range(int(cell.get("rowspan", 1))):
                for right in range(int(cell.get("colspan", 1))):
                    assert (line + down, column + right) not in taken
                    taken[line + down, column + right] = "".join(cell.itertext())
    height, width = (max(place[at] for place in taken) + 1 for at in (0, 1))
    assert len(taken) == height * width, "every place is that of one cell"
    return [[taken[line, column] for column in range(width)] for line in range(height)]


def test_pivot_has_keys_over_cells():
    assert grid(pivot(rows=["market", "kind"], cols=["year", "quarter"])) == [
        ["", "", "year", "2023", "2023", "2024", "Totals"],
        ["", "", "quarter", "Q1", "Q2", "Q1", "Totals"],
        ["market", "kind", "", "Q1", "Q2", "Q1", "Totals"],
        ["DAI", "borrow", "borrow", "1", "", "", "1"],
        ["DAI", "supply", "supply", "", "2", "", "2"],
        ["WETH", "borrow", "borrow", "", "", "4", "4"],
        ["Totals", "Totals", "Totals", "1", "2", "4", "7"],
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"rows": ["kind"]},
            [["kind", "Totals"], ["borrow", "5"], ["supply", "2"], ["Totals", "7"]],
        ),
        ({"cols": ["year"]}, [["year", "2023", "2024", "Totals"], ["Totals", "3", "4", "7"]]),
        ({}, [["Totals", "7"]]),
    ],
)
def test_pivot_of_one_direction_or_none(options, expected):
    assert [row for row in grid(pivot(**options)) if row] == expected


def test_pivot_without_its_totals():
    table = {"table": {"rowTotals": False, "colTotals": False}}
    options = {"rows": ["kind"], "cols": ["year"], "rendererOptions": table}
    assert grid(pivot(**options)) == [
        ["", "year", "2023", "2024"],
        ["kind", "", "2023", "2024"],
        ["borrow", "borrow", "1", "4"],
        ["supply", "supply", "2", ""],
    ]


@pytest.mark.parametrize("path", sorted(DATA.glob("pivot-*.json")), ids=lambda path: path.stem)
def test_pivot_has_all_texts(path):
    given = json.loads(path.read_text())["input"]
    prepared = prepare(given, given["columns"], given["rows"])
    shown = grid(pivot_html(prepared))
    width = len(prepared["col_keys"]) + 1
    expected = [
        [cell["text"] for cell in (*row, total)]
        for row, total in zip(prepared["cells"], prepared["row_totals"], strict=True)
    ]
    last = [cell["text"] for cell in (*prepared["col_totals"], prepared["total"])]
    assert [row[-width:] for row in shown[-len(expected) - 1 :]] == [*expected, last]


def test_pivot_is_colored_as_a_heatmap():
    html = pivot(rows=["market"], cols=["year"], rendererName="Table Heatmap")
    cells = [cell for cell in parsed(html).iter("td") if cell.text == "4"]
    assert cells[0].get("style") == "background: #ff0000; color: #000000"


def test_pivot_that_is_too_large_says_what_is_shown():
    records = [{"a": place, "b": place % 70} for place in range(500)]
    html = pivot(records, rows=["a"], cols=["b"])
    assert "the first 100 of 500 rows, and 50 of 70 columns" in html
    assert len(cells_of(parsed(html))) == 103


def test_pivot_tells_screen_readers_what_keys_are_of():
    keys = parsed(pivot(rows=["market"], cols=["year"])).findall(".//th[@scope]")
    assert [(key.get("scope"), key.text) for key in keys] == [
        ("col", "2023"),
        ("col", "2024"),
        ("row", "DAI"),
        ("row", "WETH"),
    ]
