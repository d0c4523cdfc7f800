"""Several queries under one bar, as a person sees and uses them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

WITHIN = 60_000

#: The left and upper edges of the results, and what of the group stands out of it.
PLACES = """root => [...root.querySelectorAll('.wf-grouped')].map(each => {
    const {left, top} = each.getBoundingClientRect();
    return [Math.round(left), Math.round(top)];
})"""
TOO_WIDE = """root => {
    const edge = root.getBoundingClientRect().right + 1;
    const parts = root.querySelectorAll('.wf-grouped, .wf-title, .wf-form *, .wf-said *');
    return [...parts].filter(each => each.getBoundingClientRect().right > edge).map(
        each => each.outerHTML.slice(0, 200));
}"""


@pytest.fixture
def group(notebook):
    shown = notebook.show("group = pick([1, 33], {'period': ('2026-02-01', '2026-02-04')}); group")
    expect(shown.locator(".wf-grouped")).to_have_count(2)
    yield shown
    notebook.run("group.close()")


def test_values_are_set_once_and_all_queries_run(notebook, group):
    borrows, by_day = (group.locator(".wf-grouped").nth(place) for place in range(2))
    expect(group.locator(".wf-parameter-date-range")).to_have_count(1)
    expect(group.get_by_role("heading", level=4)).to_have_text(["Borrows by market"])
    expect(group.get_by_role("button", name="Run")).to_have_count(1)
    group.get_by_role("button", name="Run").click()
    expect(borrows).to_contain_text("8 rows", timeout=WITHIN)
    expect(by_day).to_contain_text("4 rows", timeout=WITHIN)
    group.get_by_label("Least amount (tokens)").fill("5")
    notebook.run("group.update({'period': ('2026-02-01', '2026-02-03')})")
    run = group.get_by_role("button", name="Run · 2 changed")
    expect(run).to_have_attribute(
        "title", "Run the queries. Changed: Period, Least amount (tokens)"
    )
    run.click()
    expect(by_day).to_contain_text("3 rows", timeout=WITHIN)
    expect(borrows).not_to_contain_text("8 rows", timeout=WITHIN)
    expect(group.get_by_role("button", name=re.compile("Run$"))).to_be_enabled()
    by_day.get_by_role("button", name="Code", exact=True).click()
    expect(by_day.get_by_label("Python code")).to_have_value(re.compile("2026-02-03"))
    assert "read_watch_queries" in notebook.value("group.code")


def test_results_stand_side_by_side_where_there_is_room(group):
    for width, columns in ((1500, 2), (640, 1), (420, 1)):
        group.evaluate("(root, width) => { root.style.width = `${width}px`; }", width)
        (left, top), (other_left, other_top) = group.evaluate(PLACES)
        assert (other_left > left, other_top > top) == (columns == 2, columns == 1), width
        if width != 1500:
            assert group.evaluate(TOO_WIDE) == [], width
    group.evaluate("root => { root.style.width = ''; }")


def test_value_that_a_query_refuses_is_said_and_a_closed_group_leaves_its_rows(notebook):
    notebook.run(
        "from watchframe import connect\n"
        "from watchframe.models import ParameterDefinition\n"
        "made = [connect().queries.create(f'Kinds {v}', \"select '{{ kind }}' as kind\", 1, "
        "parameters=[ParameterDefinition(name='kind', type='enum', title='Sort', default='b', "
        "enum_options=v)]).id for v in (('a', 'b'), ('b', 'c'))]"
    )
    output = notebook.run("kinds = pick(made); kinds")
    shown = output.locator(".wf-group:not(.wf-twin)")
    shown.get_by_role("button", name="Run").click()
    expect(shown.get_by_text("data of")).to_have_count(2, timeout=WITHIN)
    notebook.run("kinds.update({'kind': 'a'})")
    expect(shown.get_by_role("alert")).to_contain_text("It does not fit query")
    shown.get_by_role("button", name="Run").click()
    assert notebook.value("kinds[made[0]].wait(60)['kind'].tolist()") == "['a']"
    notebook.run("kinds.close()")
    twin = output.locator(".wf-twin")
    expect(twin).to_contain_text("frames = read_watch_queries(")
    expect(twin.locator(".wf-title")).to_have_count(2)
