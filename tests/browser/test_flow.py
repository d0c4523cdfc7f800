"""From the search to the rows, and on with what is copied; what screen readers are told."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from watchframe.client import Client

WITHIN = 60_000


def run_button(picker):
    return picker.get_by_role("button", name="Run")


def copied(notebook, picker, name):
    """Press a button that copies; return what the clipboard holds once it says so."""
    picker.get_by_role("button", name=name).click()
    expect(picker.get_by_role("button", name="Copied")).to_be_focused()
    expect(picker.locator("[aria-live]", has_text="Copied")).to_have_count(1)
    return notebook.page.evaluate("navigator.clipboard.readText()")


@pytest.fixture(scope="module")
def marked(demo, tmp_path_factory):
    """A server with a favorite, a query without description, and one of the key's owner."""
    with Client(demo.url, demo.user_key, cache_dir=tmp_path_factory.mktemp("flow")) as client:
        client.queries.favorite(13)
        client.queries.update(13, description="## Of a *kind*\n\n- with a [page](https://x.org)")
        yield client
        client.queries.unfavorite(13)


def test_rows_of_the_cache_changes_and_copies(notebook, demo, marked, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    notebook.run("pick(13, {'kind': 'borrow'}, run=True).wait()")
    picker = notebook.show("flow = pick(13); flow")
    expect(picker.locator("tbody tr").first).to_be_visible(timeout=WITHIN)
    expect(picker.locator(".wf-about h2")).to_have_text("Of a kind")
    expect(picker.locator(".wf-about li a")).to_have_attribute("href", "https://x.org")
    expect(run_button(picker)).to_have_text("Run")
    picker.get_by_label("Kind").select_option("repay")
    expect(run_button(picker)).to_have_text("Run · 1 changed")
    assert "Changed: Kind" in run_button(picker).get_attribute("title")
    link = copied(notebook, picker, "Copy link")
    assert link == f"{demo.url}/queries/13?p_kind=repay"
    code = copied(notebook, picker, "Copy code")
    assert '{"kind": "repay"}' in code
    picker.get_by_label("Kind").select_option("borrow")
    expect(run_button(picker)).to_have_text("Run")
    picker.get_by_role("button", name="Code", exact=True).click()
    cell = copied(notebook, picker, "Copy cell")
    assert cell.startswith("%%watch 13")


#: What a screen reader is told of a picker around its rows: roles and names, in order.
SPOKEN = """
- link "query 13"
- combobox "Kind"
- button /Reset/ [disabled]
- button /Run$/
- button /Cancel$/ [disabled]
- combobox "Max age"
- checkbox "Run when a value changes"
- status: /60 rows/
- button "Copy link"
- button "Copy code"
- button "Table"
- button "Events by month"
- button "Chart"
- button "Code"
"""
#: Fields and buttons that have no name, or that Tab does not reach; in a grid arrow keys do.
UNSPOKEN = """root => [...root.querySelectorAll('input,select,button,textarea')].filter(field => {
    const label = [...(field.labels || [])].map(each => each.innerText.trim()).join('');
    const name = label || field.title || field.getAttribute('aria-label') || field.innerText;
    return !name.trim() || field.tabIndex < 0 && !field.closest('[role=grid]');
}).map(field => field.outerHTML)"""


def test_screen_reader_is_told_of_every_part(notebook):
    picker = notebook.show("pick(13, {'kind': 'borrow'}, run=True)")
    expect(picker.locator("tbody tr").first).to_be_visible(timeout=WITHIN)
    expect(picker).to_match_aria_snapshot(SPOKEN)
    for tab in ("Events by month", "Chart", "Code"):
        picker.get_by_role("button", name=tab, exact=True).click()
        assert picker.evaluate(UNSPOKEN) == [], tab


def test_search_by_kind_and_tag_and_keyboard(notebook, marked):
    output = notebook.run("chosen = pick(); chosen").locator(".wf-search")
    queries = output.locator(".wf-queries button")
    expect(queries.first).to_be_visible(timeout=WITHIN)
    output.get_by_role("button", name="Favorites").click()
    expect(queries).to_have_count(1, timeout=WITHIN)
    expect(queries).to_contain_text("Admin · updated")
    expect(queries).to_contain_text("Of a *kind*")
    output.get_by_role("button", name="Recent").click()
    expect(queries).to_have_count(10, timeout=WITHIN)
    output.get_by_role("button", name="Mine").click()
    expect(queries.nth(10)).to_be_visible(timeout=WITHIN)
    output.get_by_role("button", name="All", exact=True).click()
    tag = output.get_by_role("button", name="#dropdown", exact=True)
    tag.focus()
    notebook.page.keyboard.press("Enter")
    expect(output.get_by_label("Search queries")).to_have_value("#dropdown")
    expect(queries).to_have_count(3, timeout=WITHIN)
    queries.first.focus()
    notebook.page.keyboard.press("Enter")
    expect(output.locator(".wf-title")).to_be_visible(timeout=WITHIN)
    assert output.evaluate(UNSPOKEN) == []
