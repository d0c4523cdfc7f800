"""The magic in JupyterLab, as a person uses it: run, Tab, and the interrupt button."""

from __future__ import annotations

import re

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.browser.conftest import TOKEN

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = playwright.expect

PATIENT, TAB_AGAIN, RUN_AGAIN = 60_000, 2_000, 4_000  # milliseconds
STDERR = "[data-mime-type='application/vnd.jupyter.stderr']"


@pytest.fixture
def lab(notebook):
    """The notebook, with the magic loaded."""
    notebook.run("%load_ext watchframe")
    return notebook


def type_cell(lab, text):
    """Type into a new cell at the end, as a person does."""
    lab.page.evaluate(
        """async () => {
            const app = window.jupyterapp;
            const notebook = app.shell.currentWidget.content;
            notebook.activeCellIndex = notebook.widgets.length - 1;
            await app.commands.execute('notebook:insert-cell-below');
            await app.commands.execute('notebook:enter-edit-mode');
        }"""
    )
    lab.page.keyboard.type(text)


def press_tab_until(page, item):
    """Press Tab again while the page is not ready for it, or the server slow, as a person would."""
    for _ in range(PATIENT // TAB_AGAIN):
        page.keyboard.press("Tab")
        try:
            item.first.wait_for(timeout=TAB_AGAIN)
        except playwright.TimeoutError:
            continue
        return
    expect(item.first).to_be_visible()


def command(lab, name):
    lab.page.evaluate("name => { window.jupyterapp.commands.execute(name); }", name)


def last_output(lab):
    return lab.page.locator(".jp-Notebook-cell .jp-OutputArea").last


def test_lab_read_shows_line_above_table(lab):
    output = lab.run("%watch 2")
    expect(output.locator("table")).to_be_visible(timeout=PATIENT)
    expect(output).to_contain_text(re.compile(r"9 rows x 9, .*query 2 'Market totals'"))


def test_lab_failed_sql_shows_few_lines(lab):
    output = lab.run("%%watch --source Lending\nselect 1 as a\nform events")
    expect(output).to_contain_text("LINE 2: form events", timeout=PATIENT)
    expect(output).to_contain_text("JobFailedError")
    assert "Traceback" not in output.inner_text()


@pytest.mark.parametrize(
    ("typed", "offered", "meaning"),
    [
        ("%watch 1 -p ", "min_amount=", "number"),
        ("%watch 1 --", "--refresh", "switch"),
        ("%watch 33 -p period=d_last_7", "d_last_7_days", "last 7 days"),
        ("%watch borr", "1", "borrows by market"),
    ],
)
def test_lab_tab_offers_matches(lab, typed, offered, meaning):
    type_cell(lab, typed)
    item = lab.page.locator(".jp-Completer-item", has_text=offered).filter(has_text=meaning)
    press_tab_until(lab.page, item)
    lab.page.keyboard.press("Escape")


def test_lab_tab_shows_whole_query_name(lab):
    type_cell(lab, "%watch borr")
    item = lab.page.locator(".jp-Completer-item", has_text="borrows by market")
    press_tab_until(lab.page, item)
    name = item.first.locator(".jp-Completer-typeExtended")
    assert name.evaluate("node => node.scrollHeight <= node.clientHeight + 1")  # in one line
    lab.page.keyboard.press("Escape")


def test_lab_state_of_a_long_read_is_no_error(lab):
    type_cell(lab, "%watch 50 -p seconds=4 -o slow --refresh")
    command(lab, "notebook:run-cell")
    expect(last_output(lab)).to_contain_text("running on the data source", timeout=PATIENT)
    expect(last_output(lab).locator(STDERR)).to_have_count(0)
    expect(last_output(lab)).to_contain_text("query 50 'Slow'", timeout=PATIENT)
    expect(last_output(lab)).to_contain_text("1 row x 2", timeout=PATIENT)
    expect(last_output(lab)).not_to_contain_text("running")
    lines = last_output(lab).locator(".jp-OutputArea-child")
    heights = lines.evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().height)")
    assert sorted(heights)[:-1] == [0] * (len(heights) - 1)  # nothing is left of the state


def test_lab_interrupt_stops_and_keeps_variable(lab):
    assert lab.value("(df := 'before')") == "before"
    type_cell(lab, "%watch 50 -p seconds=120 -o df --refresh")
    command(lab, "notebook:run-cell")
    expect(last_output(lab)).to_contain_text("running on the data source", timeout=PATIENT)
    command(lab, "notebook:interrupt-kernel")
    expect(last_output(lab)).to_contain_text("Interrupted", timeout=PATIENT)
    assert lab.value("df") == "before"


def test_notebook_7_shows_line_and_completes(context, notebook_7):
    cells = [new_code_cell("%load_ext watchframe"), new_code_cell("%watch 2")]
    cells += [new_code_cell("%watch 1 -p "), new_code_cell('read_watch_query(1, {"')]
    notebook_7.write("magic.ipynb", new_notebook(cells=cells))
    page = context.new_page()
    page.goto(f"{notebook_7.url}notebooks/magic.ipynb?token={TOKEN}")
    output = page.locator(".jp-OutputArea").filter(has_text="query 2 'Market totals'").first
    for _ in range(PATIENT // RUN_AGAIN):  # what is run before the kernel is there is lost
        page.get_by_text("%load_ext watchframe").click(timeout=PATIENT)
        page.keyboard.press("Shift+Enter")
        page.keyboard.press("Shift+Enter")
        try:
            output.wait_for(timeout=RUN_AGAIN)
        except playwright.TimeoutError:
            continue
        break
    expect(output.locator("table")).to_be_visible(timeout=PATIENT)
    page.get_by_text("%watch 1 -p").click()
    page.keyboard.press("End")
    press_tab_until(page, page.locator(".jp-Completer-item", has_text="min_amount="))
    page.keyboard.press("Escape")
    page.get_by_text("read_watch_query(1").click()
    page.keyboard.press("End")
    press_tab_until(page, page.locator(".jp-Completer-item", has_text="min_amount"))
    page.close()
