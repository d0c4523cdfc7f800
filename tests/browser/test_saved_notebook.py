"""A saved notebook with a picker in it, opened where no kernel knows the picker any more."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TOKEN, open_notebook, start_jupyter, stop_jupyter

WITHIN = 30_000


@pytest.fixture(scope="module")
def saved(context, jupyterlab):
    """The notebook as it was saved: its picker ran, then its kernel was shut down."""
    jupyterlab.write("saved.ipynb")
    notebook = open_notebook(context, jupyterlab, "saved.ipynb")
    notebook.run("from watchframe import pick")
    picker = notebook.show("pick(13, {'kind': 'repay'}, run=True)")
    expect(picker.locator("tbody tr")).to_have_count(10, timeout=WITHIN)
    expect(notebook.page.locator(".wf-twin")).to_be_hidden()
    notebook.page.wait_for_function(
        "document.querySelector('.wf-twin').innerText.length > 0"
        " || document.querySelector('.wf-twin').textContent.includes('repay')"
    )
    notebook.page.wait_for_timeout(500)
    notebook.save()
    notebook.page.wait_for_timeout(1500)
    notebook.page.evaluate("window.jupyterapp.commands.execute('kernelmenu:shutdown')")
    notebook.page.close()
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


def test_saved_notebook_when_opened_in_jupyterlab_shows_the_twin_and_no_error(
    saved, context, jupyterlab
):
    notebook = open_notebook(context, jupyterlab, "saved.ipynb")
    check_twin(notebook.page)
    expect(notebook.page.get_by_text("Error displaying widget")).to_be_hidden()
    notebook.page.close()


def test_saved_notebook_from_somebody_else_shows_the_twin_too(saved, context, jupyterlab):
    """JupyterLab does not trust it, so it shows no widget, and cleans the HTML of its styles."""
    strangers = nbformat.from_dict(saved)
    strangers.cells[-1].outputs[-1]["data"]["text/html"] += "<p>changed since</p>"
    jupyterlab.write("strangers.ipynb", notebook=strangers)
    notebook = open_notebook(context, jupyterlab, "strangers.ipynb")
    check_twin(notebook.page)
    notebook.page.close()


def test_saved_notebook_when_opened_in_notebook_7_shows_the_twin_and_no_error(
    saved, context, kernel_environment, tmp_path
):
    jupyter, process = start_jupyter("notebook", tmp_path, kernel_environment)
    try:
        jupyter.write("saved.ipynb", notebook=nbformat.from_dict(saved))
        page = context.new_page()
        page.goto(f"{jupyter.url}notebooks/saved.ipynb?token={TOKEN}")
        check_twin(page)
        expect(page.get_by_text("Error displaying widget")).to_be_hidden()
        page.close()
    finally:
        stop_jupyter(process)
