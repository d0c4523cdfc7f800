"""Take the README's picture, `docs/images/frame.png`: a typed frame in JupyterLab."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from watchframe.demo import DemoServer

sys.path.insert(0, str(Path(__file__).parent))
from conftest import chromium_path, open_notebook, start_jupyter, stop_jupyter

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "frame.png"
READ = """\
from watchframe import read_watch_query

borrows = read_watch_query(
    1,
    {"markets": ["WETH", "INV"], "period": ("2026-01-01", "2026-03-31"), "min_amount": 10},
    max_age="1d",
)
borrows.drop(columns="largest_tx").head(4)"""
DTYPES = """\
borrows.dtypes"""


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
        context = browser.new_context(
            viewport={"width": 1180, "height": 900}, device_scale_factor=1.5
        )
        jupyter.write("frame.ipynb")
        notebook = open_notebook(context, jupyter, "frame.ipynb")
        notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
        notebook.run(READ).locator("table").wait_for()
        notebook.run(DTYPES).locator("pre").first.wait_for()
        cells = notebook.page.locator(".jp-Notebook .jp-Cell")
        first, last = cells.nth(1).bounding_box(), cells.nth(2).bounding_box()
        notebook.page.mouse.move(0, 0)
        notebook.page.screenshot(
            path=PICTURE,
            clip={
                "x": first["x"],
                "y": first["y"],
                "width": first["width"],
                "height": last["y"] + last["height"] - first["y"],
            },
        )
        stop_jupyter(process)
        browser.close()


if __name__ == "__main__":
    main()
