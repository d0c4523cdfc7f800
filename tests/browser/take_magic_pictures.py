"""Take the pictures of the magic in `docs/images`: `python tests/browser/take_magic_pictures.py`.

Each is of the cells of one scene in JupyterLab, in light and in dark. Names of scenes as arguments
take only those.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import sync_playwright

from watchframe.demo import DemoServer

sys.path.insert(0, str(Path(__file__).parent))
from conftest import Notebook, chromium_path, open_notebook, start_jupyter, stop_jupyter

IMAGES = Path(__file__).parents[2] / "docs" / "images"

TYPE = """async text => {
    const app = window.jupyterapp;
    const notebook = app.shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.length - 1;
    await app.commands.execute('notebook:insert-cell-below');
    await app.commands.execute('notebook:enter-edit-mode');
    notebook.activeCell.model.sharedModel.setSource(text);
    const editor = notebook.activeCell.editor;
    const lines = text.split('\\n');
    editor.setCursorPosition({line: lines.length - 1, column: lines.at(-1).length});
    return notebook.activeCellIndex;
}"""


def result(notebook: Notebook) -> int:
    notebook.run(
        "%%watch 1 -o borrows --max-age 1h\n"
        "markets: [WETH, INV]\n"
        "period: 2026-01-01 to 2026-03-31\n"
        "min_amount: 10"
    )
    notebook.run(
        "%%watch --source Lending -p kind=repay\n"
        "select market, count(*) as events, round(sum(amount_usd), 2) as amount_usd\n"
        "from events\n"
        "where kind = '{{ kind }}'\n"
        "group by market order by amount_usd desc limit 4"
    ).locator("table").wait_for()
    return 2


def error(notebook: Notebook) -> int:
    notebook.run(
        "%%watch --source Lending\nselect market, count(*) as events\nform events\ngroup by market"
    ).locator("pre").first.wait_for()
    notebook.run("%watch 1 -p market=[WETH, INV]").locator("pre").first.wait_for()
    return 2


def progress(notebook: Notebook) -> int:
    notebook.page.evaluate(TYPE, "%watch 50 -p seconds=20 -o slow --refresh")
    notebook.page.keyboard.press("Control+Enter")
    notebook.page.get_by_text("running on the data source").first.wait_for()
    notebook.page.wait_for_timeout(2500)
    return 1


def completion(notebook: Notebook) -> int:
    notebook.page.evaluate(TYPE, "%watch event")
    items = notebook.page.locator(".jp-Completer-item")
    for _ in range(10):  # where the kernel is not ready yet, Tab again
        notebook.page.keyboard.press("Tab")
        notebook.page.wait_for_timeout(1500)
        if items.count():
            break
    items.first.wait_for()
    return 1


#: A scene: what it does, how many cells at the end it is of, and how much below them belongs to it.
SCENES: dict[str, tuple[Callable[[Notebook], int], int]] = {
    "result": (result, 0),
    "error": (error, 0),
    "completion": (completion, 270),
    "progress": (progress, 0),
}


def picture(notebook: Notebook, path: Path, count: int, below: int) -> None:
    cells = notebook.page.locator(".jp-Notebook .jp-Cell")
    total = cells.count()
    notebook.page.mouse.move(0, 0)
    notebook.page.wait_for_timeout(500)
    first = cells.nth(total - count).bounding_box()
    last = cells.nth(total - 1).bounding_box()
    clip = {
        "x": first["x"],
        "y": first["y"],
        "width": first["width"],
        "height": last["y"] + last["height"] + below - first["y"],
    }
    notebook.page.screenshot(path=path, clip=clip)


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
                viewport={"width": 1100, "height": 1000}, device_scale_factor=1.5
            )
            for name in wanted or SCENES:
                scene, below = SCENES[name]
                jupyter.write(f"{name}.ipynb")
                notebook = open_notebook(context, jupyter, f"{name}.ipynb")
                notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
                notebook.run("%load_ext watchframe")
                count = scene(notebook)
                picture(notebook, IMAGES / f"magic-{name}-{theme.lower()}.png", count, below)
                notebook.page.close()
            context.close()
            stop_jupyter(process)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
