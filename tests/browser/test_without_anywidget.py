"""JupyterLab beside which anywidget's extension is not installed: a picker works all the same."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_notebook

WITHIN = 60_000
#: What JupyterLab shows in place of a widget whose program it does not have.
ERROR = ".jupyter-widgets-error-widget:visible"


@pytest.fixture(scope="module")
def notebook(browser, jupyterlab):
    """A notebook in a browser that cannot load the extension; else one server more would start."""
    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    context.route("**/extensions/anywidget/**", lambda route: route.abort())
    jupyterlab.write("plain.ipynb")
    opened = open_notebook(context, jupyterlab, "plain.ipynb")
    yield opened
    opened.close()
    context.close()


def test_picker_without_anywidget_runs_and_shows_no_error_box(notebook):
    notebook.run("import anywidget\nfrom watchframe import pick")
    # It is as said: an anywidget on its own is an error.
    expect(notebook.run("anywidget.AnyWidget()").locator(ERROR)).to_have_count(1, timeout=WITHIN)
    picker = notebook.show("plain = pick(1); plain")
    picker.get_by_role("button", name="Run").click()
    expect(picker.get_by_role("status")).to_contain_text("rows", timeout=WITHIN)
    expect(picker.locator("tbody tr").first).to_be_visible(timeout=WITHIN)
    picker.get_by_role("button", name="Code", exact=True).click()
    expect(picker.locator("textarea.wf-code, .wf-code").first).to_be_visible()
    expect(picker.locator(ERROR)).to_have_count(0)
    assert notebook.value("len(plain.df) > 0") == "True"
