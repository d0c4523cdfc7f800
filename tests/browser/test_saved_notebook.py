"""A saved notebook with a picker in it, opened where no kernel knows the picker any more."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TOKEN, open_notebook, open_without_kernel

WITHIN = 60_000
#: The label of the rows in the twin, which come with the result.
ROWS = "Rows of the result"


@pytest.fixture(scope="module")
def saved(context, jupyterlab):
    """The notebook as it was saved: its picker ran, then its kernel was shut down."""
    jupyterlab.write("saved.ipynb")
    notebook = open_notebook(context, jupyterlab, "saved.ipynb")
    notebook.run("from watchframe import pick")
    picker = notebook.show("pick(13, {'kind': 'repay'}, run=True)")
    expect(picker.locator(".wf-grid tbody tr")).to_have_count(10, timeout=WITHIN)
    expect(notebook.page.locator(".wf-twin")).to_be_hidden()
    notebook.save(ROWS)
    notebook.close()
    return jupyterlab.read("saved.ipynb")


def check_twin(page):
    twin = page.locator(".wf-twin")
    expect(twin).to_be_visible(timeout=WITHIN)
    expect(twin).to_contain_text("Events of one kind by month")
    expect(twin).to_contain_text("repay")
    expect(twin.locator(".wf-table tbody tr")).to_have_count(10)
    expect(twin).to_contain_text('read_watch_query(13, {"kind": "repay"})')


def test_saved_file_holds_the_twin_but_no_key(saved, demo):
    text = nbformat.writes(saved)
    assert "wf-twin" in text
    assert demo.user_key not in text
    assert demo.query_key(13) not in text


def test_saved_notebook_in_jupyterlab_shows_twin(saved, context, jupyterlab):
    notebook = open_notebook(context, jupyterlab, "saved.ipynb")
    check_twin(notebook.page)
    expect(notebook.page.get_by_text("Error displaying widget")).to_be_hidden()
    notebook.page.close()


def test_saved_notebook_of_somebody_else_shows_twin(saved, context, jupyterlab):
    """JupyterLab does not trust it, so it shows no widget, and cleans the HTML of its styles."""
    strangers = nbformat.from_dict(saved)
    strangers.cells[-1].outputs[-1]["data"]["text/html"] += "<p>changed since</p>"
    jupyterlab.write("strangers.ipynb", notebook=strangers)
    notebook = open_notebook(context, jupyterlab, "strangers.ipynb")
    check_twin(notebook.page)
    notebook.page.close()


def test_saved_notebook_in_notebook_7_shows_twin(saved, context, notebook_7):
    notebook_7.write("saved.ipynb", notebook=nbformat.from_dict(saved))
    page = context.new_page()
    page.goto(f"{notebook_7.url}notebooks/saved.ipynb?token={TOKEN}")
    check_twin(page)
    expect(page.get_by_text("Error displaying widget")).to_be_hidden()
    page.close()


def test_saved_notebook_without_kernel_shows_twin(saved, context, jupyterlab):
    jupyterlab.write("alone.ipynb", notebook=nbformat.from_dict(saved))
    page = open_without_kernel(context, jupyterlab, "alone.ipynb")
    check_twin(page)
    expect(page.get_by_text("Loading widget")).to_be_hidden()
    page.close()


def test_page_reload_keeps_the_living_picker(context, jupyterlab):
    jupyterlab.write("anew.ipynb")
    notebook = open_notebook(context, jupyterlab, "anew.ipynb")
    notebook.run("from watchframe import pick")
    picker = notebook.show("pick(13, {'kind': 'repay'}, run=True)")
    expect(picker.locator(".wf-grid tbody tr")).to_have_count(10, timeout=WITHIN)
    notebook.save(ROWS)
    notebook.page.close()
    page = open_notebook(context, jupyterlab, "anew.ipynb").page
    living = page.locator(".wf-picker:not(.wf-twin)")
    living.get_by_label("Kind").select_option("borrow")
    living.get_by_role("button", name="Run").click()
    expect(living.get_by_role("status")).to_contain_text("rows", timeout=WITHIN)
    expect(page.locator(".wf-twin")).to_be_hidden()
    page.close()


def test_saved_widget_state_shows_controls_as_they_were(context, jupyterlab):
    folder = jupyterlab.settings / "@jupyter-widgets" / "jupyterlab-manager"
    folder.mkdir(parents=True)
    (folder / "plugin.jupyterlab-settings").write_text('{"saveState": true}')
    try:
        jupyterlab.write("state.ipynb")
        notebook = open_notebook(context, jupyterlab, "state.ipynb")
        notebook.run("from watchframe import pick")
        picker = notebook.show("pick(13, {'kind': 'repay'}, run=True)")
        expect(picker.locator(".wf-grid tbody tr")).to_have_count(10, timeout=WITHIN)
        notebook.save(ROWS)
        notebook.save("application/vnd.jupyter.widget-state+json")
        notebook.close()
    finally:
        (folder / "plugin.jupyterlab-settings").unlink()
    assert "widgets" in jupyterlab.read("state.ipynb").metadata
    page = open_notebook(context, jupyterlab, "state.ipynb").page
    dead = page.locator(".wf-picker:not(.wf-twin)")
    expect(dead.locator(".wf-grid tbody tr")).to_have_count(10, timeout=WITHIN)
    expect(dead.get_by_label("Kind")).to_have_value("repay")
    expect(page.locator(".wf-twin")).to_be_hidden()
    page.close()


@pytest.fixture(scope="module")
def drawn(context, jupyterlab):
    """A saved notebook whose picker had a chart in front."""
    jupyterlab.write("drawn.ipynb")
    notebook = open_notebook(context, jupyterlab, "drawn.ipynb")
    notebook.run("from watchframe import pick")
    picker = notebook.show("pick(13, {'kind': 'repay'}, run=True)")
    expect(picker.locator(".wf-grid tbody tr")).to_have_count(10, timeout=WITHIN)
    picker.get_by_role("button", name="Events by month").click()
    expect(picker.locator(LINE)).to_have_count(1, timeout=WITHIN)
    expect(notebook.page.locator(".wf-twin")).to_be_hidden()
    notebook.save("wf-figure")
    notebook.save("wfUnpacks")
    notebook.close()
    return jupyterlab.read("drawn.ipynb")


LINE = ".js-plotly-plot .scatterlayer .js-line"


@pytest.mark.parametrize("place", ["a new kernel", "no kernel", "nbconvert"])
def test_saved_chart_in_front_is_drawn(drawn, context, jupyterlab, tmp_path, place):
    if place == "a new kernel":
        page = open_notebook(context, jupyterlab, "drawn.ipynb").page
    elif place == "no kernel":
        page = open_without_kernel(context, jupyterlab, "drawn.ipynb")
    else:
        exporter = pytest.importorskip("nbconvert").HTMLExporter()
        html, _ = exporter.from_notebook_node(nbformat.from_dict(drawn))
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        page = context.new_page()
        page.route("http*://**", lambda route: route.abort())
        page.goto((tmp_path / "page.html").as_uri())
    expect(page.locator(f".wf-twin {LINE}")).to_have_count(1, timeout=WITHIN)
    expect(page.locator(".wf-twin")).to_contain_text('read_watch_query(13, {"kind": "repay"})')
    page.close()


def test_saved_chart_of_somebody_else_shows_its_rows(drawn, context, jupyterlab):
    """JupyterLab does not trust it, so it runs no script."""
    strangers = nbformat.from_dict(drawn)
    strangers.cells[-1].outputs[-1]["data"]["text/html"] += "<p>changed since</p>"
    jupyterlab.write("drawn-strangers.ipynb", notebook=strangers)
    page = open_notebook(context, jupyterlab, "drawn-strangers.ipynb").page
    twin = page.locator(".wf-twin")
    expect(twin).to_contain_text("the chart is drawn where scripts run", timeout=WITHIN)
    expect(twin.locator(".wf-table tbody tr")).to_have_count(10)
    page.close()


@pytest.fixture(scope="module")
def searched(context, jupyterlab):
    """The name of a saved notebook in which a query was searched for, picked, and run."""
    jupyterlab.write("search.ipynb")
    notebook = open_notebook(context, jupyterlab, "search.ipynb")
    notebook.run("from watchframe import pick")
    output = notebook.run("search = pick(); search").locator(".wf-search")
    output.get_by_label("Search queries").fill("Events of one kind")
    found = output.locator(".wf-options button")
    expect(found).to_have_count(1, timeout=WITHIN)  # the list moves no more: a click meets it
    expect(found).to_contain_text("13 ")
    found.click()
    output.get_by_role("button", name="Run").click()
    expect(output.locator(".wf-grid tbody tr")).to_have_count(10, timeout=WITHIN)
    expect(notebook.page.locator(".wf-twin")).to_be_hidden()
    notebook.save(ROWS)
    notebook.close()
    return "search.ipynb"


@pytest.mark.parametrize("app", ["no kernel", "jupyterlab"])
def test_saved_search_for_a_query_shows_what_was_picked(searched, context, jupyterlab, app):
    if app == "jupyterlab":
        page = open_notebook(context, jupyterlab, searched).page
    else:
        page = open_without_kernel(context, jupyterlab, searched)
    twin = page.locator(".wf-twin")
    expect(twin).to_be_visible(timeout=WITHIN)
    expect(twin).to_contain_text("Events of one kind by month")
    expect(twin.locator(".wf-table tbody tr")).to_have_count(10)
    expect(page.get_by_text("Error displaying widget")).to_be_hidden()
    page.close()


@pytest.mark.parametrize("has_state", [True, False])
def test_saved_notebook_in_nbconvert_shows_twin(saved, context, tmp_path, has_state):
    """Without the network, where the page cannot load the widgets' programs."""
    exporter = pytest.importorskip("nbconvert").HTMLExporter()
    found = nbformat.from_dict(saved)
    if has_state:
        (view,) = [
            output.data["application/vnd.jupyter.widget-view+json"]
            for output in found.cells[-1].outputs
            if "application/vnd.jupyter.widget-view+json" in output.data
        ]
        model = {"model_name": "VBoxModel", "model_module": "@jupyter-widgets/controls"}
        state = {view["model_id"]: {**model, "model_module_version": "2.0.0", "state": {}}}
        content = {"state": state, "version_major": 2, "version_minor": 0}
        found.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": content}
    html, _ = exporter.from_notebook_node(found)
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    page = context.new_page()
    page.route("http*://**", lambda route: route.abort())
    page.goto((tmp_path / "page.html").as_uri())
    check_twin(page)
    page.close()
