"""The calendar by mouse and keyboard, by the width of the window, and where it cannot be shown."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import open_notebook

BUTTON = "Period: open or shut the calendar"


def day(picker, name):
    return picker.get_by_role("gridcell", name=name)


def test_range_is_clicked_and_taken_by_keys(notebook):
    picker = notebook.show("ranged = pick(33); ranged")
    button = picker.get_by_title(BUTTON)
    button.click()
    calendar = picker.get_by_role("group", name="Period: calendar")
    expect(calendar.get_by_role("grid")).to_have_count(2)
    assert not calendar.evaluate("root => root.scrollWidth > root.clientWidth")
    expect(day(picker, "Thursday, 1 January 2026")).to_have_attribute("aria-selected", "true")

    day(picker, "Friday, 9 January 2026").click()
    day(picker, "Tuesday, 6 January 2026").hover()
    expect(picker.locator(".wf-day-between")).to_have_count(2)
    day(picker, "Tuesday, 6 January 2026").click()
    expect(button).to_contain_text("2026-01-06 \N{EN DASH} 2026-01-09")
    expect(picker.get_by_label("from", exact=True)).to_have_value("2026-01-06")

    picker.get_by_label("to", exact=True).fill("2026-03-31")
    expect(calendar.get_by_role("grid", name="March 2026")).to_be_visible()
    calendar.get_by_role("button", name="Year back").click()
    expect(calendar.get_by_role("grid", name="March 2025")).to_be_visible()
    picker.get_by_label("to", exact=True).fill("2026-02-28")

    day(picker, "Saturday, 28 February 2026").focus()
    cells = notebook.page.locator(".jp-Cell").count()
    for key in ("ArrowRight", "ArrowUp", "PageDown", "Home", "Enter", "Shift+PageUp", "Enter"):
        notebook.page.keyboard.press(key)
    expect(button).to_contain_text("2025-03-16 \N{EN DASH} 2026-03-16")
    expect(day(picker, "Sunday, 16 March 2025")).to_be_focused()
    assert notebook.page.locator(".jp-Cell").count() == cells
    picker.get_by_role("button", name="Done").click()
    expect(button).to_be_focused()
    assert notebook.value("ranged.params") == "{'period': ('2025-03-16', '2026-03-16')}"


def test_day_clicked_shuts_the_calendar(notebook):
    picker = notebook.show("dated = pick(31); dated")
    picker.get_by_title("Since: open or shut the calendar").click()
    expect(picker.get_by_role("grid")).to_have_count(1)
    day(picker, "Friday, 2 January 2026").click()
    expect(picker.get_by_label("Since", exact=True)).to_have_value("2026-01-02 12:30")
    expect(picker.get_by_label("Since", exact=True)).to_be_focused()
    expect(picker.get_by_role("grid")).to_have_count(0)


TWELVE = """
import watchframe
from watchframe.models import ParameterDefinition, MultiValues
client = watchframe.connect()
kinds = ("number", "date-range", "text", "datetime-range-with-seconds", "enum", "date",
         "datetime-with-seconds", "text-pattern", "datetime-range", "enum", "datetime-local",
         "text")
twelve = [
    ParameterDefinition(
        name=f"p{place}", type=kind, title=f"The {place}th parameter" + " of many" * (place % 3),
        enum_options=("a", "b"), multi=MultiValues() if place == 9 else None, regex="[a-z]+",
    )
    for place, kind in enumerate(kinds)
]
made = client.queries.create(
    "Twelve", "select 1 " + " ".join(f"-- {{{{ {item.name} }}}}" for item in twelve), 1,
    parameters=twelve,
)
pick(made.id)
"""


def test_form_fits_into_every_width(notebook):
    page = notebook.page
    before = page.viewport_size
    turn_files = "window.jupyterapp.commands.execute('application:toggle-left-area')"
    page.evaluate(turn_files)
    try:
        picker = notebook.show(TWELVE)
        controls = picker.locator(".wf-control")
        expect(controls).to_have_count(12)
        panel = picker.get_by_title("The 1th parameter of many: open or shut the calendar")
        for width, columns, months in ((1900, 4, 2), (1280, 3, 2), (640, 1, 2), (420, 1, 1)):
            page.set_viewport_size({"width": width, "height": 1600})
            page.wait_for_function(IS_SO_WIDE, arg=width)
            assert len(set(controls.evaluate_all(LEFT))) >= columns, width
            assert controls.evaluate_all(OUTSIDE) == [], width
            panel.click()
            expect(picker.get_by_role("grid")).to_have_count(months)
            assert controls.evaluate_all(OUTSIDE) == [], width
            panel.click()
    finally:
        page.set_viewport_size(before)
        page.evaluate(turn_files)


#: JupyterLab has laid the notebook out for the window.
IS_SO_WIDE = """width => {
    const { left, right } = window.jupyterapp.shell.currentWidget.node.getBoundingClientRect();
    return right <= width && right > width - 80 && left < 80;
}"""

LEFT = "found => found.map(each => Math.round(each.getBoundingClientRect().left))"

#: Labels, fields and buttons of which a part is not to be seen.
OUTSIDE = """found => {
    const picker = found[0].closest('.wf-picker').getBoundingClientRect();
    const parts = found.flatMap(each => [...each.querySelectorAll(
        'label, .wf-label, input, button, select, td')]);
    return parts.filter(part => {
        const place = part.getBoundingClientRect();
        const isHidden = place.width === 0 && place.height === 0;
        const isOut = place.left < picker.left || place.right > picker.right;
        const isCut = part.matches('label, button') && part.scrollWidth > part.clientWidth + 1;
        return !isHidden && (isOut || isCut) && part.checkVisibility();
    }).map(part => part.outerHTML.slice(0, 200));
}"""


def test_range_is_typed_where_there_is_no_anywidget(context, jupyterlab):
    context.route("**/labextensions/anywidget/**", lambda route: route.abort())
    try:
        jupyterlab.write("plain.ipynb")
        opened = open_notebook(context, jupyterlab, "plain.ipynb")
        picker = opened.show("from watchframe import pick\nplain = pick(33)\nplain")
        picker.get_by_title(BUTTON).click()
        picker.get_by_label("from", exact=True).fill("20260102")
        picker.get_by_role("button", name="Done").wait_for()
        expect(picker.locator(".wf-control .wf-hint").first).to_contain_text(
            "Sends 2026-01-02 to 2026-01-31"
        )
        expect(picker.locator(".jupyter-widgets-error-widget:visible")).to_have_count(0)
        picker.get_by_role("button", name="Last week").click()
        assert opened.value("plain.params") == "{'period': 'd_last_week'}"
        opened.close()
    finally:
        context.unroute("**/labextensions/anywidget/**")
