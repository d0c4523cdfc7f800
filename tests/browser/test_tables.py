"""The table of a result in a real JupyterLab: its order, filters, copies, files, keys and looks."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_notebook, open_to_share
from tests.browser.test_colours import faint_in

WITHIN = 60_000
#: All of these are one number to a float; every tenth is null.
AMOUNTS = [None if row % 10 == 9 else 2**200 + row * 37 % 100 for row in range(100)]
#: The rows by amount: nulls last.
ORDER = sorted(range(100), key=lambda row: (AMOUNTS[row] is None, AMOUNTS[row] or 0))
HASH = "0x" + "12ab" * 16
ATTACK = "<img src=x onerror=window.attacked=1>"
ROWS = f"""
import pandas as pd
from watchframe import show_watch_table
rows = pd.DataFrame({{
    "block": range(100),
    "amount": [None if row % 10 == 9 else 2**200 + row * 37 % 100 for row in range(100)],
    "day": pd.date_range("2026-01-01", periods=100),
    "market": ["WETH", "INV", None, "", "a, \\"b\\""] * 20,
    "hash": ["{HASH}"] * 100,
    "page": ["https://example.org/tx/1", "javascript:alert(1)"] * 50,
    "{ATTACK}": ["{ATTACK}"] * 100,
}})
"""
MILLION = """
import pyarrow as pa
from watchframe.decode.typing_rules import ENCODING, INTEGER
digits = [str(2**200 + row * 7919 % 1_000_003) for row in range(10**6)]
field = pa.field("n", pa.string(), metadata={ENCODING: INTEGER})
show_watch_table(pa.table([digits], schema=pa.schema([field])), rows_per_page=10)
"""


@pytest.fixture(scope="module")
def notebook(context, jupyterlab):
    """A notebook of this file's own: its window changes."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = open_to_share(context, jupyterlab, "tables.ipynb")
    opened.run(ROWS)
    yield opened
    opened.close()


class Table:
    """The grid in a cell's output."""

    def __init__(self, output) -> None:
        self.root = output.locator(".wf-grid").first
        self.page = output.page
        expect(self.root.get_by_role("grid")).to_be_visible(timeout=WITHIN)

    def button(self, name, **options):
        return self.root.get_by_role("button", name=name, **options)

    def head(self, name):
        return self.root.locator("th", has=self.page.get_by_role("button", name=f"Menu of {name}"))

    def filter(self, name):
        return self.root.get_by_role("textbox", name=f"Filter {name}:")

    def sort(self, name, *keys) -> None:
        self.head(name).locator(".rt-name").click(modifiers=keys)

    def column(self, place):
        return self.root.locator(f"tbody td:nth-child({place})")

    def says(self, text) -> None:
        expect(self.root.locator(".rt-where")).to_have_text(text, timeout=WITHIN)

    def clipboard(self) -> str:
        return self.page.evaluate("navigator.clipboard.readText()")

    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.innerText")


@pytest.fixture
def table(notebook):
    return Table(notebook.run("show_watch_table(rows, rows_per_page=10)"))


def test_table_sorts_filters_and_pages_all_rows_exactly(notebook, table):
    table.says("rows 1 to 10 of 100")
    table.sort("amount")
    expect(table.head("amount")).to_have_attribute("aria-sort", "ascending")
    expect(table.column(2)).to_have_text([str(AMOUNTS[row]) for row in ORDER[:10]])
    table.sort("amount")
    expect(table.column(2)).to_have_text([str(AMOUNTS[row]) for row in ORDER[89:79:-1]])
    table.button("Last page").click()
    table.says("rows 91 to 100 of 100")
    expect(table.column(2)).to_have_text(["null"] * 10)
    table.sort("amount")
    expect(table.head("amount")).to_have_attribute("aria-sort", "none")
    table.sort("market")
    table.sort("block", "Shift")
    table.sort("block", "Shift")
    expect(table.column(1)).to_have_text([str(block) for block in range(98, 48, -5)])
    expect(table.column(4)).to_have_text(["empty"] * 10)

    table.button("Filter by column").click()
    table.filter("block").fill(">= 20")
    table.filter("market").fill("!null")
    expect(table.root.locator(".rt-found")).to_have_text("64 of 100 rows", timeout=WITHIN)
    table.filter("day").fill("soon")
    expect(table.filter("day")).to_have_attribute("aria-invalid", "true")
    expect(table.head("day").locator(".rt-problem")).not_to_be_empty(timeout=WITHIN)
    expect(table.root.locator(".rt-found")).to_have_text("64 of 100 rows")
    table.root.get_by_label("Search all columns").fill("2026-02-1")
    table.says("rows 1 to 8 of 8")
    table.button("Clear search and filters").click()
    table.says("rows 1 to 10 of 100")
    expect(table.filter("day")).to_have_value("")
    table.root.get_by_label("Rows per page").select_option("100")
    table.says("rows 1 to 100 of 100")
    expect(table.root.locator("tbody tr")).to_have_count(100)


def test_table_copies_and_saves_all_rows(notebook, table, tmp_path):
    table.sort("amount")
    expect(table.column(1).first).to_have_text("0")
    table.button("Copy the rows").click()
    expect(table.root.locator(".rt-note")).to_contain_text("100 rows", timeout=WITHIN)
    copied = list(csv.reader(io.StringIO(table.clipboard()), delimiter="\t"))
    assert [row[0] for row in copied] == ["block", *map(str, ORDER)]
    assert [row[1] for row in copied[1:91]] == [str(AMOUNTS[row]) for row in ORDER[:90]]

    table.root.get_by_label("Search all columns").fill("INV")
    table.says("rows 1 to 10 of 20")
    files = {name: save(table, name, tmp_path) for name in ("CSV", "Excel", "Parquet")}
    written = list(csv.DictReader(io.StringIO(files["CSV"].read_text(encoding="utf-8-sig"))))
    assert [int(row["block"]) for row in written] == ORDER
    assert [row["amount"] for row in written] == [
        "" if AMOUNTS[row] is None else str(AMOUNTS[row]) for row in ORDER
    ]
    sheet = openpyxl.load_workbook(files["Excel"]).worksheets[0]
    assert [row[0] for row in sheet.values] == ["block", *ORDER]
    assert [row[1] for row in sheet.values][1:91] == [str(AMOUNTS[row]) for row in ORDER[:90]]
    assert pq.read_table(files["Parquet"])["block"].to_pylist() == ORDER
    table.button("Download the rows").click()
    table.root.get_by_label("The 20 rows found").check()
    found = save(table, "Parquet", tmp_path, is_open=True)
    assert pq.read_table(found)["block"].to_pylist() == [row for row in ORDER if row % 5 == 1]


def save(table, name: str, folder: Path, *, is_open: bool = False) -> Path:
    """Download all rows; give the file."""
    if not is_open:
        table.button("Download the rows").click()
        table.root.get_by_label("All 100 rows").check()
    with table.page.expect_download() as started:
        table.button(f"Download as {name}").click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def test_table_is_used_by_keyboard_alone(notebook, table):
    page, keys = table.page, table.page.keyboard
    count = "window.jupyterapp.shell.currentWidget.content.widgets.length"
    cells = page.evaluate(count)
    table.root.get_by_label("Search all columns").focus()
    for _ in ("Filter", "1,000", "Columns", "Copy", "Download", "the grid"):
        keys.press("Tab")
    expect(table.head("block")).to_be_focused()
    keys.press("ArrowRight")
    keys.press("Enter")
    keys.press("Enter")
    expect(table.head("amount")).to_have_attribute("aria-sort", "descending")
    second, first = ORDER[88:90]
    expect(table.column(2).first).to_have_text(str(AMOUNTS[first]))
    for key in ("ArrowDown", "d", "d", "a", "b", "x", "0", "0"):
        keys.press(key)
    assert page.evaluate(count) == cells, "JupyterLab took a key"
    assert table.focused() == str(AMOUNTS[first])
    keys.press("Control+c")
    expect(table.root.locator(".rt-note")).to_have_text("Copied.")
    assert table.clipboard() == str(AMOUNTS[first])
    for key in ("Shift+ArrowDown", "Shift+ArrowLeft", "Control+c"):
        keys.press(key)
    expect(table.root.locator(".rt-note")).to_have_text("2 rows of 2 columns copied.")
    assert table.clipboard() == f"{first}\t{AMOUNTS[first]}\n{second}\t{AMOUNTS[second]}"
    keys.press("PageDown")
    table.says("rows 11 to 20 of 100")
    keys.press("Control+End")
    keys.press("ArrowDown")
    table.says("rows 21 to 30 of 100")
    expect(table.column(7).first).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Tab")
    expect(table.column(7).first).to_be_focused()

    keys.press("Home")
    keys.press("ArrowRight")
    keys.press("Alt+ArrowDown")
    expect(table.button("Sort ascending")).to_be_focused()
    table.root.get_by_label("Decimals of the token").fill("60")
    keys.press("Enter")
    expect(table.column(2).first).to_have_text("1.606938…")
    digits = str(AMOUNTS[ORDER[69]])
    expect(table.column(2).first).to_have_attribute("title", f"{digits[0]}.{digits[1:]}")
    expect(table.column(2).first).to_be_focused()
    keys.press("Alt+ArrowDown")
    keys.press("Escape")
    expect(table.root.get_by_role("dialog")).to_have_count(0)
    expect(table.column(2).first).to_be_focused()
    assert page.evaluate(count) == cells, "JupyterLab took a key"


def test_table_texts_of_a_server_stay_texts(notebook, table):
    links = table.root.get_by_role("link")
    expect(links).to_have_count(5)
    expect(links.first).to_have_attribute("href", "https://example.org/tx/1")
    expect(links.first).to_have_attribute("rel", "noopener noreferrer")
    expect(table.column(6).nth(1)).to_have_text("javascript:alert(1)")
    expect(table.column(7).first).to_have_text(ATTACK)
    expect(table.root.locator("img")).to_have_count(0)
    table.button("Show and hide columns").click()
    table.root.get_by_label(ATTACK, exact=True).uncheck()
    expect(table.root.locator("thead th")).to_have_count(7)
    table.page.keyboard.press("Escape")
    expect(table.column(5).first).to_have_text("0x12ab…12ab")
    table.column(5).first.get_by_role("button", name="Copy").click()
    expect(table.root.locator(".rt-note")).to_have_text("Copied.")
    assert table.clipboard() == HASH
    assert table.page.evaluate("window.attacked") is None


def test_table_sorts_a_million_rows_and_says_so_meanwhile(notebook):
    table = Table(notebook.run(MILLION))
    table.says("rows 1 to 10 of 1,000,000")
    table.root.evaluate(
        """root => {
            root.said = [];
            const busy = root.querySelector('.rt-busy');
            new MutationObserver(() => root.said.push(busy.textContent)).observe(
                busy, { childList: true, characterData: true, subtree: true });
        }"""
    )
    table.sort("n")
    expect(table.column(1)).to_have_text([str(2**200 + step) for step in range(10)], timeout=WITHIN)
    expect(table.root.locator(".rt-busy")).to_be_empty()
    assert table.root.evaluate("root => root.said[0]") == "Sorting …"
    cells = table.root.locator("td").count()
    assert cells < 100, "the browser holds the page and no more"


def test_table_fits_its_place_and_can_be_read(themed_notebook):
    themed_notebook.run(ROWS)
    table = Table(themed_notebook.run("show_watch_table(rows, rows_per_page=10)"))
    page = table.page
    page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
    table.button("Filter by column").click()
    table.filter("day").fill("soon")
    expect(table.head("day").locator(".rt-problem")).not_to_be_empty(timeout=WITHIN)
    try:
        for width in (1900, 1280, 640, 420):
            page.set_viewport_size({"width": width, "height": 1600})
            table.root.scroll_into_view_if_needed()
            expect(table.root).to_be_visible()
            assert table.root.evaluate(CLIPPED) == [], width
        table.button("Download the rows").click()
        assert faint_in(table.root) == []
        box = table.root.get_by_role("dialog").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 420
        page.keyboard.press("Escape")
    finally:
        page.set_viewport_size({"width": 1280, "height": 1600})
        page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
        page.evaluate("window.jupyterapp.commands.execute('notebook:clear-cell-output')")


#: What of the bars sticks out at the side: the rows alone scroll.
CLIPPED = """root => [
    ...root.querySelectorAll(".rt-bar *, .rt-foot *, .rt-scroll"),
].filter(each => {
    const [box, place] = [each.getBoundingClientRect(), root.getBoundingClientRect()];
    return each.checkVisibility() && (box.left < place.left - 1 || box.right > place.right + 1);
}).map(each => each.outerHTML)"""


def test_table_shows_plain_rows_where_the_front_end_has_no_anywidget(context, jupyterlab):
    jupyterlab.write("plain.ipynb")
    context.route("**/extensions/anywidget/**", lambda route: route.abort())
    try:
        opened = open_notebook(context, jupyterlab, "plain.ipynb")
    finally:
        context.unroute("**/extensions/anywidget/**")
    opened.run(ROWS)
    output = opened.run("show_watch_table(rows)")
    plain = output.locator(".wf-plain-rows")
    expect(plain.get_by_role("row")).to_have_count(26, timeout=WITHIN)
    expect(plain).to_contain_text("pip install anywidget")
    error = output.locator(".jupyter-widgets-error-widget")
    expect(error).to_be_attached()
    expect(error).to_be_hidden()
    opened.close()
