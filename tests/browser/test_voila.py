"""Voilà: a notebook shown as a page, with a picker and a dashboard that live."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TOKEN

WITHIN = 90_000  # a kernel starts, and runs the notebook


@pytest.fixture(scope="module")
def page(context, jupyterlab):
    """The page of a notebook, by Voilà's extension of the server that is there anyway."""
    pytest.importorskip("voila", reason="Voilà is not installed: pip install voila")
    cells = (
        "from watchframe import pick, show_watch_dashboard\npick(13, {'kind': 'repay'})",
        "show_watch_dashboard('liquidations')",
    )
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    jupyterlab.write("page.ipynb", notebook)
    opened = context.new_page()
    opened.goto(f"{jupyterlab.url}voila/render/page.ipynb?token={TOKEN}", timeout=WITHIN)
    yield opened
    opened.close()


def test_voila_shows_a_live_picker_and_a_live_board(page):
    picker = page.locator(".wf-picker:not(.wf-twin)").first
    picker.get_by_role("button", name="Run").click(timeout=WITHIN)
    expect(picker.get_by_role("status")).to_contain_text("rows", timeout=WITHIN)
    expect(picker.locator("tbody tr").nth(9)).to_be_visible()
    board = page.locator(".wf-picker:has(.wf-board):not(.wf-twin)")
    expect(board.get_by_text("All read in")).to_be_visible(timeout=WITHIN)
    expect(board.locator(".js-plotly-plot").first).to_be_visible(timeout=WITHIN)
    expect(page.locator(".wf-twin:visible")).to_have_count(0)
