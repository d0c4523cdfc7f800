"""Take the pictures in `docs/images`, to look at: `python tests/browser/take_pictures.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from watchframe.demo import DemoServer

sys.path.insert(0, str(Path(__file__).parent))
from conftest import chromium_path, open_notebook, start_jupyter, stop_jupyter

IMAGES = Path(__file__).parents[2] / "docs" / "images"


def overview(picker) -> None:
    picker.locator(".wf-grid tbody tr").first.wait_for()


def quick_chart(picker) -> None:
    open_tab(picker, "Chart")


def saved_chart(picker) -> None:
    open_tab(picker, "Borrowed a day, in dollars")


def open_tab(picker, name: str) -> None:
    picker.locator(".wf-grid tbody tr").first.wait_for()
    picker.get_by_role("button", name=name, exact=True).click()
    picker.locator(".js-plotly-plot .main-svg").first.wait_for()


def searching(picker) -> None:
    picker.get_by_placeholder("search 5,000 values").fill("new")
    expect(picker.locator(".wf-options button")).to_have_count(2)
    picker.locator(".wf-options button").first.click()
    picker.get_by_role("button", name="Code", exact=True).click()


def range_panel(picker) -> None:
    picker.get_by_title("Period: open or shut the calendar").click()
    picker.get_by_role("gridcell").first.wait_for()


def dashboard(board) -> None:
    board.page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
    board.page.set_viewport_size({"width": 1240, "height": 2400})
    board.get_by_text("All read in").wait_for()
    for drawn in (".bars .point", ".slice", ".js-line"):
        board.locator(f".wf-tile {drawn}").first.wait_for()
    board.page.wait_for_timeout(2000)


def group(picker) -> None:
    picker.page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
    picker.page.set_viewport_size({"width": 1600, "height": 1300})
    expect(picker.locator(".wf-grid tbody tr").nth(13)).to_be_visible()
    picker.page.wait_for_timeout(1000)


def wrong(picker) -> None:
    picker.get_by_role("alert").first.wait_for()


def failing(picker) -> None:
    picker.locator(".wf-reason").wait_for()


def running(picker) -> None:
    picker.get_by_text("2 s").wait_for()


def table(shown) -> None:
    """Sort and filter, and show thousands separators."""
    grid = shown.locator(".wf-grid")
    head = grid.locator("th", has=shown.page.get_by_role("button", name="Menu of amount_usd"))
    for _ in range(2):
        head.locator(".rt-name").click()
    grid.get_by_role("button", name="Thousands separators").click()
    grid.get_by_role("button", name="Filter by column").click()
    grid.get_by_role("textbox", name="Filter market:").fill("=WETH")
    grid.get_by_role("textbox", name="Filter borrows:").fill(">= 5")
    expect(grid.locator(".rt-found")).to_contain_text("of 180 rows")
    grid.get_by_role("gridcell").nth(2).click()


#: By name: the theme, the cell, and what is done before the picture.
PICTURES = {
    "picker-overview": ("Light", "pick(1, run=True)", overview),
    "picker-dynamic": ("Dark", "pick(38, run=True)", quick_chart),
    "picker-chart": ("Light", "pick(1, run=True)", quick_chart),
    "picker-saved": ("Dark", "pick(1, run=True)", saved_chart),
    "picker-dashboard": ("Light", "show_watch_dashboard('liquidations')", dashboard),
    "picker-range": ("Light", "pick(38)", range_panel),
    "picker-search": ("Light", "pick(25)", searching),
    "picker-wrong": ("Dark", "pick(11, {'hash': '0xzz'})", wrong),
    "picker-group": (
        "Light",
        "pick([1, 33], {'period': ('2026-02-01', '2026-02-07')}, run=True)",
        group,
    ),
    "picker-failing": ("Light", "pick(51, run=True)", failing),
    "picker-running": ("Light", "pick(50, {'seconds': 8}, max_age=0, run=True)", running),
    "table": (
        "Light",
        "show_watch_table(read_watch_query(1), rows_per_page=10, decimals={'amount_raw': 18})",
        table,
    ),
}


def main(wanted: list[str]) -> None:
    home = Path(tempfile.mkdtemp())
    with DemoServer(state_dir=home / "demo") as demo, sync_playwright() as playwright:
        environment = {
            "WATCHFRAME_URL": demo.url,
            "WATCHFRAME_API_KEY": demo.user_key,
            "WATCHFRAME_CACHE_DIR": str(home / "cache"),
            "TZ": "UTC",
        }
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for theme in ("Light", "Dark"):
            jupyter, process = start_jupyter("jupyterlab", home / theme, environment)
            jupyter.set_theme(f"JupyterLab {theme}")
            context = browser.new_context(
                viewport={"width": 1240, "height": 1500}, device_scale_factor=1.5, locale="en-GB"
            )
            jupyter.write("pictures.ipynb")
            notebook = open_notebook(context, jupyter, "pictures.ipynb")
            notebook.run(
                "from watchframe import pick, read_watch_query, show_watch_dashboard, "
                "show_watch_table"
            )
            for name in wanted or PICTURES:
                its_theme, source, prepare = PICTURES[name]
                if its_theme != theme:
                    continue
                picker = notebook.show(source)
                prepare(picker)
                notebook.page.mouse.move(0, 0)
                notebook.page.wait_for_timeout(700)
                picker.screenshot(path=IMAGES / f"{name}-{theme.lower()}.png")
            context.close()
            stop_jupyter(process)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
