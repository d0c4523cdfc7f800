"""Take the pictures of the table in `docs/images`: python tests/browser/take_table_pictures.py."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from watchframe.demo import DemoServer

sys.path.insert(0, str(Path(__file__).parent))
from conftest import chromium_path, open_notebook, start_jupyter, stop_jupyter

IMAGES = Path(__file__).parents[2] / "docs" / "images"
TABLE = "show_watch_table(read_watch_query(1), rows_per_page=10, decimals={'amount_raw': 18})"


def use(grid) -> None:
    """Sort and filter, and open the menu of a column."""
    head = grid.locator("th", has=grid.page.get_by_role("button", name="Menu of amount_usd"))
    head.locator(".rt-name").click()
    head.locator(".rt-name").click()
    grid.get_by_role("button", name="Thousands separators").click()
    grid.get_by_role("button", name="Filter by column").click()
    grid.get_by_role("textbox", name="Filter market:").fill("=WETH")
    grid.get_by_role("textbox", name="Filter borrows:").fill(">= 5")
    expect(grid.locator(".rt-found")).to_contain_text("of 180 rows")
    grid.get_by_role("gridcell").nth(2).click()


def main() -> None:
    home = Path(tempfile.mkdtemp())
    with DemoServer(state_dir=home / "demo") as demo, sync_playwright() as playwright:
        environment = {
            "WATCHFRAME_URL": demo.url,
            "WATCHFRAME_API_KEY": demo.user_key,
            "WATCHFRAME_CACHE_DIR": str(home / "cache"),
            "TZ": "UTC",
        }
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        jupyter, process = start_jupyter("jupyterlab", home / "lab", environment)
        for name, theme, width in (
            ("light", "Light", 1500),
            ("dark", "Dark", 1500),
            ("narrow", "Light", 420),
        ):
            jupyter.set_theme(f"JupyterLab {theme}")
            context = browser.new_context(
                viewport={"width": 1500, "height": 1000}, device_scale_factor=1.5, locale="en-GB"
            )
            jupyter.write(f"{name}.ipynb")
            notebook = open_notebook(context, jupyter, f"{name}.ipynb")
            notebook.page.evaluate(
                "window.jupyterapp.commands.execute('application:toggle-left-area')"
            )
            notebook.run("from watchframe import read_watch_query, show_watch_table")
            grid = notebook.run(TABLE).locator(".wf-grid")
            use(grid)
            notebook.page.set_viewport_size({"width": width, "height": 1000})
            notebook.page.wait_for_timeout(700)
            grid.screenshot(path=IMAGES / f"table-{name}.png")
            context.close()
        stop_jupyter(process)
        browser.close()


if __name__ == "__main__":
    main()
