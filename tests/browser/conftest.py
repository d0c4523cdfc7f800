"""A real JupyterLab with a real kernel, driven by a real browser, against the demo server.

One server of each kind and one browser serve the whole session. `Notebook.run` appends a cell to an
open notebook, runs it, and gives its outputs as a Playwright locator: what a person would see.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from watchframe.demo import DemoServer

SERVER_STARTS_WITHIN = 90
SHOWS_WITHIN = 60_000  # milliseconds; generous, as the machine may be busy
RUNS_WITHIN = 120_000  # a cell, whose end is lost where the page loses its kernel
TOKEN = "only-for-this-test-run"


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            # Playwright's and the notebook's packages are not ours to keep free of warnings.
            item.add_marker(pytest.mark.filterwarnings("default"))


def chromium_path() -> str | None:
    return os.environ.get("WATCHFRAME_TEST_BROWSER") or shutil.which("chromium")


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install playwright"
    )
    chromium = chromium_path()
    if chromium is None:
        pytest.skip("no browser found: apt-get install chromium, or set WATCHFRAME_TEST_BROWSER")
    playwright.expect.set_options(timeout=SHOWS_WITHIN)
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    with DemoServer(state_dir=tmp_path_factory.mktemp("demo")) as server:
        yield server


@dataclass
class Jupyter:
    """A running Jupyter server: where it is, and the folder that it shows."""

    url: str
    folder: Path
    settings: Path

    def write(self, name: str, notebook=None) -> str:
        found = notebook or nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
        found.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        (self.folder / name).write_text(nbformat.writes(found))
        return name

    def read(self, name: str):
        return nbformat.read(self.folder / name, as_version=4)

    def set_theme(self, theme: str) -> None:
        folder = self.settings / "@jupyterlab" / "apputils-extension"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
        (folder / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))


def start_jupyter(app: str, home: Path, environment: dict[str, str]) -> tuple[Jupyter, object]:
    folder = home / "notebooks"
    folder.mkdir(parents=True)
    log = os.open(home / "log", os.O_WRONLY | os.O_CREAT)
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            app,
            "--no-browser",
            "--allow-root",
            "--ServerApp.port=0",
            f"--ServerApp.root_dir={folder}",
            f"--IdentityProvider.token={TOKEN}",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=None",
        ],
        env={
            **os.environ,
            "HOME": str(home),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "IPYTHONDIR": str(home / "ipython"),
            **environment,
        },
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    os.close(log)
    deadline = time.monotonic() + SERVER_STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        for found in (home / "runtime").glob("jpserver-*.json"):
            try:
                url = json.loads(found.read_text())["url"]
            except (json.JSONDecodeError, KeyError):
                continue  # it is being written
            jupyter = Jupyter(url=url, folder=folder, settings=home / "settings")
            jupyter.set_theme("JupyterLab Light")
            return jupyter, process
        time.sleep(0.1)
    process.kill()
    raise AssertionError(f"{app} did not start: {(home / 'log').read_text()[-2000:]}")


def stop_jupyter(process) -> None:
    """End a server; one that waits for its kernels too long is not waited for."""
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def kernel_environment(demo, tmp_path_factory):
    return {
        "WATCHFRAME_URL": demo.url,
        "WATCHFRAME_API_KEY": demo.user_key,
        "WATCHFRAME_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
        "TZ": "UTC",
    }


@pytest.fixture(scope="session")
def jupyterlab(browser, kernel_environment, tmp_path_factory) -> Iterator[Jupyter]:
    jupyter, process = start_jupyter(
        "jupyterlab", tmp_path_factory.mktemp("lab"), kernel_environment
    )
    yield jupyter
    stop_jupyter(process)


@pytest.fixture(scope="session")
def notebook_7(kernel_environment, tmp_path_factory) -> Iterator[Jupyter]:
    jupyter, process = start_jupyter(
        "notebook", tmp_path_factory.mktemp("notebook-7"), kernel_environment
    )
    yield jupyter
    stop_jupyter(process)


def evaluate(page, function: str, argument=None, within: float = RUNS_WITHIN):
    """Return what an asynchronous function in the page ends with, or fail within milliseconds.

    Playwright's own `evaluate` waits without an end for a page that does not answer.
    """
    called = f"async argument => ({{ value: await ({function})(argument) }})"
    return page.wait_for_function(called, arg=argument, timeout=within).json_value()["value"]


def command(page, name: str) -> None:
    """Do what a command of JupyterLab's menus does."""
    evaluate(page, "async name => { await window.jupyterapp.commands.execute(name); }", name)


class Notebook:
    """A notebook that is open in the browser."""

    def __init__(self, page, jupyter: Jupyter, name: str) -> None:
        self.page = page
        self.jupyter = jupyter
        self.name = name
        #: A cell did not end: the page or its kernel takes no more.
        self.is_lost = False

    def run(self, source: str):
        """Append a cell, run it, and give the locator of what it shows once it has finished."""
        self.is_lost = True
        index = evaluate(
            self.page,
            """async source => {
                const app = window.jupyterapp;
                const panel = app.shell.currentWidget;
                await panel.sessionContext.ready;
                const notebook = panel.content;
                notebook.activeCellIndex = notebook.widgets.length - 1;
                await app.commands.execute('notebook:insert-cell-below');
                notebook.activeCell.model.sharedModel.setSource(source);
                const index = notebook.activeCellIndex;
                await app.commands.execute('notebook:run-cell');
                return index;
            }""",
            source,
        )
        self.is_lost = False
        return self.page.locator(f'.jp-Cell[data-windowed-list-index="{index}"] .jp-OutputArea')

    def show(self, source: str):
        """Run a cell that ends in a picker; give the locator of the living picker."""
        return self.run(source).locator(".wf-picker:not(.wf-twin)").first

    def value(self, expression: str) -> str:
        """Return what the kernel says that an expression is, as text."""
        output = self.run(f"print({expression})")
        text = output.locator(".jp-OutputArea-output pre").first
        text.wait_for(timeout=SHOWS_WITHIN)
        return text.inner_text().strip()

    def save(self, holds: str, times: int = 1) -> None:
        """Save until the file holds this: what the kernel has sent may still be on its way."""
        deadline = time.monotonic() + SHOWS_WITHIN / 1000
        while (self.jupyter.folder / self.name).read_text().count(holds) < times:
            assert time.monotonic() < deadline, f"{holds!r} is not in the saved notebook"
            command(self.page, "docmanager:save")

    def clear(self) -> None:
        """Remove all cells but the first: a page is the slower, the more pickers are on it."""
        evaluate(
            self.page,
            """async () => {
                const model = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
                model.deleteCellRange(1, model.cells.length);
            }""",
        )

    def close(self) -> None:
        """Shut the kernel down, and close the page."""
        command(self.page, "kernelmenu:shutdown")
        self.page.close()

    def screenshot(self, path: Path, locator) -> None:
        locator.scroll_into_view_if_needed()
        locator.screenshot(path=path)


OPEN = """() => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    return Boolean(panel?.sessionContext?.isReady && panel.content?.widgets?.length);
}"""


def open_notebook(context, jupyter: Jupyter, name: str, *, kernel: bool = True) -> Notebook:
    page = context.new_page()
    page.set_default_timeout(SHOWS_WITHIN)
    page.goto(f"{jupyter.url}lab/tree/{name}?token={TOKEN}&reset")
    page.wait_for_function(OPEN, timeout=SERVER_STARTS_WITHIN * 1000)  # a kernel starts
    return Notebook(page, jupyter, name)


def open_without_kernel(context, jupyter, name):
    """Open a notebook as *No Kernel* in the menu of kernels does."""
    page = context.new_page()
    page.goto(f"{jupyter.url}lab/workspaces/{name.partition('.')[0]}?token={TOKEN}")
    page.wait_for_function("() => Boolean(window.jupyterapp?.shell)", timeout=RUNS_WITHIN)
    evaluate(
        page,
        """async path => {
            await window.jupyterapp.restored;
            const kernelPreference = { shouldStart: false, canStart: false };
            await window.jupyterapp.commands.execute('docmanager:open', { path, kernelPreference });
        }""",
        name,
    )
    return page


@pytest.fixture(scope="session")
def context(browser):
    opened = browser.new_context(viewport={"width": 1280, "height": 1600})
    yield opened
    opened.close()


class SharedNotebooks:
    """Notebooks that stay open from test to test, as opening one takes seconds."""

    def __init__(self, context, jupyterlab: Jupyter) -> None:
        self.context = context
        self.jupyterlab = jupyterlab
        self.opened: dict[str, Notebook] = {}

    def get(self, name: str, theme: str = "light") -> Notebook:
        """Return the notebook of a name; one whose page or kernel a test lost is opened again."""
        found = self.opened.get(name)
        if found is None or found.is_lost or found.page.is_closed():
            if found is not None:
                found.page.close()
            found = open_to_share(self.context, self.jupyterlab, f"{name}.ipynb", theme)
            self.opened[name] = found
        return found


def open_to_share(context, jupyterlab: Jupyter, name: str, theme: str = "light") -> Notebook:
    """Open a new notebook in a theme, and import there what most tests use."""
    jupyterlab.write(name)
    jupyterlab.set_theme(f"JupyterLab {theme.title()}")
    try:
        opened = open_notebook(context, jupyterlab, name)
    finally:
        jupyterlab.set_theme("JupyterLab Light")
    is_light = opened.page.evaluate("document.body.dataset.jpThemeLight")
    assert is_light == ("true" if theme == "light" else "false")
    opened.run(
        "from watchframe import ParameterPicker, QueryPicker, draw_watch_query, link_pickers, pick"
    )
    return opened


@pytest.fixture(scope="session")
def shared_notebooks(context, jupyterlab) -> Iterator[SharedNotebooks]:
    shared = SharedNotebooks(context, jupyterlab)
    yield shared
    for opened in shared.opened.values():
        opened.page.close()


@pytest.fixture
def notebook(shared_notebooks) -> Iterator[Notebook]:
    """The notebook that most tests share, in which each runs cells of its own."""
    found = shared_notebooks.get("shared")
    yield found
    found.clear()


@pytest.fixture(params=["light", "dark"])
def themed_notebook(request, shared_notebooks) -> Iterator[Notebook]:
    """One in each theme."""
    found = shared_notebooks.get(request.param, request.param)
    yield found
    found.clear()


@pytest.fixture
def dark_notebook(shared_notebooks) -> Iterator[Notebook]:
    found = shared_notebooks.get("dark", "dark")
    yield found
    found.clear()
