"""Widgets whose JavaScript a busy page loads later than anywidget waits for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_to_share

# anywidget gives a widget 2000 ms, and takes no message of the kernel afterwards.
NO_TIME = """() => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = milliseconds => {
        if (milliseconds !== 2000) return timeout(milliseconds);
        const controller = new AbortController();
        queueMicrotask(() => controller.abort());
        return controller.signal;
    };
}"""


@pytest.fixture(scope="module")
def notebook(context, jupyterlab):
    opened = open_to_share(context, jupyterlab, "late.ipynb")
    opened.page.evaluate(NO_TIME)
    yield opened
    opened.close()


def test_late_table_follows_the_kernel(notebook):
    output = notebook.run(
        "import pandas as pd; from watchframe import show_watch_table\n"
        "show_watch_table(pd.DataFrame({'n': range(30)}), rows_per_page=10)"
    )
    cells = output.locator("tbody td:nth-child(1)")
    expect(cells.first).to_have_text("0")
    output.get_by_role("button", name="Last page").click()
    expect(cells.first).to_have_text("20")


def test_late_calendar_follows_the_kernel(notebook):
    picker = notebook.show("pick(31, run=False)")
    picker.get_by_title("Since: open or shut the calendar").click()
    expect(picker.get_by_role("gridcell", name="Thursday, 1 January 2026")).to_be_visible()
    picker.get_by_label("Since", exact=True).fill("2026-03-04 12:30")
    expect(picker.get_by_role("gridcell", name="Wednesday, 4 March 2026")).to_be_visible()
