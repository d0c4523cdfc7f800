"""The tabs of a picker: each saved visualization, its filters, the quick chart, and its code."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import expect

from watchframe.client import Client

WITHIN = 60_000
FIGURE = ".js-plotly-plot"


def tab(picker, name):
    return picker.get_by_role("button", name=name, exact=True)


def heights(picker):
    """The points of the first line of the figure, as pixels: they tell one chart from another."""
    return picker.locator(f"{FIGURE} .scatterlayer .js-line").first.get_attribute("d")


def look_at(picker):
    """JupyterLab shows a picture of a figure that comes back, until the mouse is over it."""
    picker.locator(".jp-RenderedPlotly").hover()


@pytest.fixture(scope="module")
def filtered(demo, tmp_path_factory):
    """A query whose chart has a filter of one value, and one of several."""
    text = (
        'select month::date as month, amount, market as "market::filter", '
        'kind as "kind::multi-filter" from (values '
        "('2026-01-01', 1, 'WETH', 'borrow'), ('2026-02-01', 5, 'WETH', 'repay'), "
        "('2026-03-01', 2, 'WETH', 'borrow'), ('2026-01-01', 7, 'INV', 'borrow'), "
        "('2026-02-01', 3, 'INV', 'repay')) as t(month, amount, market, kind)"
    )
    with Client(demo.url, demo.user_key, cache_dir=tmp_path_factory.mktemp("filters")) as client:
        number = client.queries.create("Filtered", text, 1).id
    chart = {
        "type": "CHART",
        "name": "Amounts",
        "query_id": number,
        "options": {
            "globalSeriesType": "column",
            "columnMapping": {"month": "x", "amount": "y"},
            "xAxis": {"type": "datetime"},
            "showDataLabels": True,
        },
    }
    key = {"Authorization": f"Key {demo.user_key}"}
    response = requests.post(
        f"{demo.url}/api/visualizations", json=chart, headers=key, timeout=WITHIN
    )
    response.raise_for_status()
    return number


def test_saved_visualizations_are_drawn_of_the_rows_that_are_shown(notebook, demo):
    picker = notebook.show("seen = pick(13, run=False); seen")
    tab(picker, "Events by month").click()
    expect(picker).to_contain_text("No rows yet.")
    picker.get_by_role("button", name="Run").click()
    expect(picker.locator(FIGURE)).to_have_count(1, timeout=WITHIN)
    line = picker.locator(f"{FIGURE} .scatterlayer .js-line")
    expect(line).to_have_count(1)
    before = heights(picker)
    asked = len(demo.requests)
    tab(picker, "Dollars of the last month").click()
    expect(picker.locator(".wf-drawn")).to_contain_text("$", timeout=WITHIN)
    expect(picker.locator(FIGURE)).to_have_count(0)
    tab(picker, "Events by month").click()
    look_at(picker)
    expect(line).to_have_count(1, timeout=WITHIN)
    assert len(demo.requests) == asked, "the rows are there"
    picker.get_by_label("Kind").select_option("repay")
    picker.get_by_role("button", name="Run").click()
    expect(line).not_to_have_attribute("d", before, timeout=WITHIN)
    tab(picker, "Table").click()
    expect(picker.locator(".wf-grid tbody tr")).to_have_count(10, timeout=WITHIN)


def test_filter_changes_the_drawing_without_the_server(notebook, demo, filtered):
    picker = notebook.show(f"pick({filtered}, run=True)")
    expect(picker.locator(".wf-grid tbody tr")).to_have_count(5, timeout=WITHIN)
    asked = len(demo.requests)
    tab(picker, "Amounts").click()
    texts = picker.locator(f"{FIGURE} .bartext")
    expect(texts).to_have_text(["1", "5", "2"], timeout=WITHIN)
    picker.get_by_label("Market").select_option("INV")
    expect(texts).to_have_text(["7", "3"], timeout=WITHIN)
    picker.get_by_title("Remove repay").click()
    expect(texts).to_have_text(["7"], timeout=WITHIN)
    picker.get_by_title("Remove borrow").click()
    expect(picker.get_by_role("alert")).to_contain_text("A value is needed.")
    picker.get_by_title(re.compile("^Reset Kind")).click()
    expect(texts).to_have_text(["7", "3"], timeout=WITHIN)
    assert len(demo.requests) == asked


def test_quick_chart_is_chosen_in_menus_and_copied_as_code(notebook):
    picker = notebook.show("quick = pick(1, run=True); quick")
    expect(picker.locator(".wf-grid tbody tr").first).to_be_visible(timeout=WITHIN)
    tab(picker, "Chart").click()
    lines = picker.locator(f"{FIGURE} .scatterlayer .js-line")
    expect(lines).to_have_count(2, timeout=WITHIN)
    expect(picker.get_by_label("x", exact=True)).to_have_value("day")
    expect(picker.get_by_label("Series")).to_have_value("market")
    share = picker.get_by_label("Several rows share a point")
    expect(share).to_be_hidden()
    picker.get_by_label("Series").select_option("none")
    expect(lines).to_have_count(1, timeout=WITHIN)
    expect(share).to_have_value("sum")
    expect(picker.locator(".wf-drawing")).to_contain_text("each is the sum of its rows")
    share.select_option("max")
    expect(picker.locator(".wf-drawing")).to_contain_text("each is the max of its rows")
    picker.get_by_label("y", exact=True).fill("borrows")
    picker.get_by_label("y", exact=True).press("Enter")
    expect(lines).to_have_count(2, timeout=WITHIN)
    picker.get_by_label("Kind").select_option("column")
    expect(picker.locator(f"{FIGURE} .barlayer .trace")).to_have_count(2, timeout=WITHIN)
    picker.get_by_role("button", name="Copy as code").click()
    code = picker.get_by_label("Code of the chart")
    expect(code).to_have_value(re.compile(r"\.max\(\)"))
    output = notebook.run(code.input_value())
    expect(output.locator(f"{FIGURE} .barlayer .trace")).to_have_count(2, timeout=WITHIN)


def test_kernel_is_free_while_a_tab_is_drawn(notebook):
    notebook.run(
        "import threading, watchframe.widgets.drawing_tab as tabs\n"
        "may_end, draw = threading.Event(), tabs.draw\n"
        "tabs.draw = lambda *given, **named: may_end.wait(60) and draw(*given, **named)"
    )
    picker = notebook.show("pick(13, run=True)")
    expect(picker.locator(".wf-grid tbody tr").first).to_be_visible(timeout=WITHIN)
    tab(picker, "Events by month").click()
    expect(picker.locator(".wf-drawing")).to_contain_text("Drawing …")
    assert notebook.value("6 * 7") == "42"
    tab(picker, "Table").click()
    expect(picker.locator(".wf-grid tbody tr").first).to_be_visible(timeout=WITHIN)
    tab(picker, "Events by month").click()
    notebook.run("may_end.set(); tabs.draw = draw")
    expect(picker.locator(f"{FIGURE} .scatterlayer .js-line")).to_have_count(1, timeout=WITHIN)
    expect(picker.locator(".wf-drawing")).not_to_contain_text("Drawing …")


def test_tabs_at_400_pixels_scroll_and_their_drawing_fits(notebook):
    picker = notebook.show("pick(1, run=True)")
    expect(picker.locator(".wf-grid tbody tr").first).to_be_visible(timeout=WITHIN)
    picker.evaluate("root => { root.style.width = '400px'; }")
    for name in ("Borrowed a day, in dollars", "Borrows by day", "Chart"):
        tab(picker, name).click()
        expect(picker.locator(f"{FIGURE} .main-svg").first).to_be_visible(timeout=WITHIN)
        expect(picker.locator(".wf-drawing")).not_to_contain_text("Drawing …")
        assert picker.evaluate(TOO_WIDE) == [], name
    edges = picker.locator(".wf-tabs").evaluate(
        "tabs => [tabs.scrollWidth > tabs.clientWidth, tabs.scrollLeft > 0]"
    )
    assert edges == [True, True], "the tabs scroll, and the last one was scrolled to"


#: What of a drawing and the fields above it stands out of the picker.
TOO_WIDE = """root => {
    const edge = root.getBoundingClientRect().right;
    const parts = root.querySelectorAll('.wf-drawing .main-svg, .wf-quick *, .wf-tabs');
    return [...parts].filter(each => each.getBoundingClientRect().right > edge).map(
        each => each.outerHTML.slice(0, 200));
}"""


def test_tab_is_opened_by_keyboard_and_has_its_whole_name(notebook):
    picker = notebook.show("pick(1, run=True)")
    expect(picker.locator(".wf-grid tbody tr").first).to_be_visible(timeout=WITHIN)
    tab(picker, "Table").focus()
    notebook.page.keyboard.press("Tab")
    notebook.page.keyboard.press("Space")
    expect(picker.locator(f"{FIGURE} .main-svg").first).to_be_visible(timeout=WITHIN)
    described = tab(picker, "Borrowed a day, in dollars").get_attribute("title")
    assert described == "Saved with the query: Borrowed a day, in dollars"


def test_counter_is_centered_above_its_label(notebook):
    picker = notebook.show("pick(13)")
    picker.get_by_role("button", name="Run").click()
    tab(picker, "Dollars of the last month").click()
    value = picker.locator(".wf-counter .wf-value")
    expect(value).to_be_visible(timeout=WITHIN)
    middle = """box => {
        const range = document.createRange();
        range.selectNodeContents(box);
        const {left, right} = range.getBoundingClientRect();
        return (left + right) / 2;
    }"""
    label = picker.locator(".wf-counter .wf-caption")
    assert label.evaluate(middle) == pytest.approx(value.evaluate(middle), abs=2)
