"""What a picker does beside giving rows: cancel, complain, stay dynamic, share, search, survive."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_pickers import EVERY_TYPE, wait_for_options

WITHIN = 60_000


def run_button(picker):
    return picker.get_by_role("button", name="Run")


def status(picker):
    return picker.locator(".wf-status").first


def open_calendar(picker):
    picker.get_by_title("Period: open or shut the calendar").click()


def test_slow_query_time_free_kernel_and_cancel(notebook, demo):
    picker = notebook.show("slow = pick(50, {'seconds': 25}); slow")
    run_button(picker).click()
    expect(status(picker)).to_contain_text("Running on the data source", timeout=WITHIN)
    expect(status(picker)).to_contain_text("2 s", timeout=WITHIN)
    assert notebook.value("6 * 7") == "42", "the kernel answers while the query runs"
    picker.get_by_role("button", name="Cancel").click()
    expect(status(picker)).to_contain_text("Cancelled", timeout=WITHIN)
    assert notebook.value("slow.status") == "cancelled"
    deleted = [request for request in demo.requests if request.method == "DELETE"]
    assert deleted, "the job was cancelled on the server as well"
    expect(run_button(picker)).to_be_enabled()


def test_invalid_value_marked_and_blocks_run(notebook):
    picker = notebook.show("pick(11)")
    field = picker.get_by_label("Hash begins with")
    expect(run_button(picker)).to_be_enabled()
    field.fill("zz")
    expect(picker.get_by_role("alert")).to_contain_text("0x[0-9a-f]{4,64}")
    expect(run_button(picker)).to_be_disabled()
    field.fill("0x00ff")
    expect(run_button(picker)).to_be_enabled()
    expect(picker.get_by_role("alert")).to_have_count(0)


def test_range_that_ends_before_it_starts_is_marked(notebook):
    picker = notebook.show("pick(33)")
    open_calendar(picker)
    picker.get_by_label("to", exact=True).fill("2025-01-01")
    expect(picker.get_by_role("alert")).to_be_visible()
    expect(run_button(picker)).to_be_disabled()
    picker.get_by_title("Reset Period").click()
    expect(picker.get_by_label("to", exact=True)).to_have_value("2026-01-31")
    expect(run_button(picker)).to_be_enabled()


def test_failing_query_shows_the_data_sources_own_words(notebook):
    picker = notebook.show("failing = pick(51); failing")
    run_button(picker).click()
    expect(picker.get_by_role("alert")).to_contain_text("The data source says", timeout=WITHIN)
    expect(picker.locator(".wf-reason")).to_contain_text("borrow_events")
    assert notebook.value("(failing.status, type(failing.error).__name__)") == (
        "('failed', 'JobFailedError')"
    )


def test_dynamic_range_shows_its_present_dates(notebook):
    picker = notebook.show("dynamic = pick(33, run=False); dynamic")
    open_calendar(picker)
    picker.get_by_role("button", name="Last 7 days").click()
    expect(picker.locator(".wf-range")).to_contain_text("Last 7 days · ")
    start = picker.locator(".wf-range").inner_text().split()[-3]
    run_button(picker).click()
    expect(status(picker)).to_contain_text("rows", timeout=WITHIN)
    assert notebook.value("dynamic.params") == "{'period': 'd_last_7_days'}"
    assert notebook.value("dynamic.df.attrs['watchframe']['parameters']['period']['start']") == (
        start
    )
    picker.get_by_role("button", name="Code", exact=True).click()
    expect(picker.get_by_label("Python code")).to_have_value(
        re.compile(r'\{"period": "d_last_7_days"\}')
    )


def test_linked_pickers_share_what_is_set_in_either(notebook):
    notebook.run("one, two = pick(33), pick(38); link = link_pickers(one, two)")
    first, second = notebook.show("one"), notebook.show("two")
    open_calendar(first)
    first.get_by_label("from", exact=True).fill("2026-01-03")
    expect(second.locator(".wf-range")).to_contain_text("2026-01-03")
    open_calendar(second)
    second.get_by_role("button", name="Last month").click()
    expect(first.locator(".wf-range")).to_contain_text("Last month")
    assert notebook.value("(link.names, one.params == two.params)") == "(('period',), True)"


def test_run_on_change_without_a_button(notebook):
    picker = notebook.show("eager = pick(13, run_on_change=True); eager")
    picker.get_by_label("Kind").select_option("repay")
    expect(picker.locator(".wf-grid tbody tr").first).to_be_visible(timeout=WITHIN)
    # The rows may still be those of the default, which runs first.
    kind = "eager.df.attrs['watchframe']['parameters']"
    notebook.run(f"import time\nwhile {kind} != {{'kind': 'repay'}}: time.sleep(0.05)")
    assert notebook.value(kind) == "{'kind': 'repay'}"


def test_second_run_from_the_local_cache_says_so(notebook):
    picker = notebook.show("pick(13, max_age='1h')")
    expect(picker.get_by_label("Max age")).to_have_value("1 hour")
    run_button(picker).click()
    expect(status(picker)).to_contain_text("rows", timeout=WITHIN)
    run_button(picker).click()
    expect(status(picker)).to_contain_text("from the local cache", timeout=WITHIN)


def test_await_result_gives_the_frame_of_a_cell_that_runs(notebook):
    notebook.run("waited = pick(13)")
    assert int(notebook.value("len(await waited.result())")) > 10


def test_query_is_found_by_name_and_tag_and_then_picked(notebook):
    output = notebook.run("found = pick(); found").locator(".wf-search")
    search = output.get_by_label("Search queries")
    search.fill("dropdown #dropdown")
    queries = output.locator(".wf-options button")
    expect(queries).to_have_count(3, timeout=WITHIN)
    search.fill("Events by hour")
    expect(queries).to_have_count(1, timeout=WITHIN)  # the list moves no more: a click meets it
    expect(queries).to_contain_text("34 ")
    queries.click()
    expect(output.locator(".wf-title")).to_contain_text("Events by hour", timeout=WITHIN)
    assert notebook.value("found.picker.query.id") == "34"


def test_every_control_has_a_name_and_keyboard_focus(notebook):
    picker = notebook.show("pick(1, run=True)")
    expect(picker.locator(".wf-grid tbody tr").first).to_be_visible(timeout=WITHIN)
    nameless = picker.evaluate(
        """root => [...root.querySelectorAll('input, select, button, textarea')].filter(field => {
            const label = [...(field.labels || [])].map(each => each.innerText.trim()).join('');
            return !(label || field.title || field.getAttribute('aria-label')
                || field.innerText.trim());
        }).map(field => field.outerHTML)"""
    )
    assert nameless == []
    unreachable = picker.evaluate(
        """root => [...root.querySelectorAll('input, select, button, textarea')]
            .filter(field => field.tabIndex < 0 && !field.closest('.wf-grid [role=grid]'))
            .map(field => field.outerHTML)"""
    )
    assert unreachable == []
    picker.get_by_label("Least amount (tokens)").focus()
    notebook.page.keyboard.type("5")
    expect(picker.get_by_title("Reset Least amount (tokens) to its default")).to_be_enabled()
    for _ in range(2):
        notebook.page.keyboard.press("Tab")
    focused = notebook.page.evaluate("document.activeElement.innerText")
    assert "Run" in focused, "from the last field, two steps lead by its reset button to Run"


@pytest.mark.parametrize("width", [700])
def test_picker_in_a_narrow_window_is_not_wider_than_it(notebook, width):
    picker = notebook.show("pick(34, run=True)")
    expect(picker.locator(".wf-grid tbody tr").first).to_be_visible(timeout=WITHIN)
    before = notebook.page.viewport_size
    notebook.page.set_viewport_size({"width": width, "height": 900})
    try:
        overflow = picker.evaluate("root => root.scrollWidth - root.clientWidth")
    finally:
        notebook.page.set_viewport_size(before)
    assert overflow <= 1


#: The control for several of many values, which no query of the demo has.
SEVERAL_OF_MANY = """
from watchframe.models import MultiValues, ParameterDefinition
from watchframe.widgets.control import Checked
from watchframe.widgets.control_kinds import make_control
values = tuple(f"value {number}, which is longer than a narrow window" for number in range(50))
definition = ParameterDefinition(
    name="many", type="enum", title="Many", enum_options=values, multi=MultiValues()
)
many = make_control(definition, lambda _, value: Checked(wire=value))
many.set(list(values[:3]))
picker = pick(14)
picker.children = [*picker.children, many.widget]
picker
"""
NARROW = 300
#: What of the controls stands out of the picker, is cut off, or is too small to be used.
CUT = """(root, width) => {
    root.style.width = `${width}px`;
    const edges = root.getBoundingClientRect();
    return [...root.querySelectorAll('.wf-control *')].filter(each => {
        const box = each.getBoundingClientRect();
        if (!box.width) return false;
        const isField = each.matches('select, input:not([type=checkbox])');
        return box.left < edges.left || box.right > edges.right
            || each.clientWidth && each.scrollWidth > each.clientWidth + 1
            || isField && box.width < 80;
    }).map(each => each.outerHTML);
}"""


@pytest.mark.parametrize("type_", [*EVERY_TYPE, "enum, several of many"])
def test_control_in_a_narrow_output_is_whole(notebook, type_):
    if type_ in EVERY_TYPE:
        picker = notebook.show(f"pick({EVERY_TYPE[type_].query})")
        wait_for_options(picker, type_)
    else:
        picker = notebook.show(SEVERAL_OF_MANY)
    if "thousands" in type_:
        picker.locator(".wf-search-field input").first.click()
        picker.locator(".wf-options button").first.wait_for()
    if "of many" in type_:
        picker.locator(".wf-chip").nth(2).wait_for()
    picker.get_by_title(re.compile("^Reset ")).last.wait_for()
    assert picker.evaluate(CUT, NARROW) == []
