"""A query whose every text is an attack: nothing of it becomes markup, here or in a saved file."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from watchframe.demo import DemoServer
from watchframe.demo.catalogue import CATALOGUE
from watchframe.demo.catalogue_types import SavedParameter, SavedQuery

ATTACK = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>\'"&'
HOSTILE = SavedQuery(
    id=900,
    name=f"Name {ATTACK}",
    description=f"Description {ATTACK}",
    text="select '{{ kind }}' as \"<b onmouseover=alert(1)>column</b>\", 1 as n",
    parameters=(
        SavedParameter(
            name="kind",
            type="enum",
            title=f"Title {ATTACK}",
            value="<img src=x onerror=window.attacked=1>",
            enum_options=("<img src=x onerror=window.attacked=1>", "<b>other</b>"),
        ),
        SavedParameter(
            name="note",
            type="text-pattern",
            title="Note",
            value="<i>note</i>",
            regex="<i>.*|<script>window.attacked=1</script>",
        ),
    ),
    tags=(ATTACK,),
)

FAILING = SavedQuery(
    id=901, name="Failing", text="select '<img src=x onerror=window.attacked=1>'::int as n"
)
CHOICES = SavedQuery(
    id=902,
    name="Choices",
    text="select '<img src=x onerror=window.attacked=1> ' || i as name, '<b>' || i as value "
    "from range(30) as numbers(i)",
)
CHOOSING = SavedQuery(
    id=903,
    name="Choosing",
    text="select '{{ many }}' as chosen, 1 as n union all select '<u>x</u>', 2",
    parameters=(
        SavedParameter(name="many", type="query", title="<i>Many</i>", query_id=902, value="<b>3"),
    ),
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    query = replace(HOSTILE, text=HOSTILE.text + ", '{{ note }}' as note")
    catalogue = replace(CATALOGUE, queries=(*CATALOGUE.queries, query, FAILING, CHOICES, CHOOSING))
    with DemoServer(
        state_dir=tmp_path_factory.mktemp("hostile"), events=1000, catalogue=catalogue
    ) as server:
        yield server


def test_texts_of_a_hostile_server_are_shown_as_texts(notebook, hostile):
    notebook.run(
        "from watchframe import Client\n"
        f"enemy = Client({hostile.url!r}, {hostile.user_key!r})\n"
        "search = QueryPicker('#<img', client=enemy)"
    )
    shown = notebook.run("attack = pick(900, client=enemy); attack")
    picker = shown.locator(".wf-picker:not(.wf-twin)").first
    picker.get_by_role("button", name="Run").click()
    cell = picker.locator(".wf-grid tbody td").first
    expect(cell).to_have_text("<img src=x onerror=window.attacked=1>")
    expect(picker.locator(".wf-grid thead th").first).to_contain_text(
        "<b onmouseover=alert(1)>column</b>"
    )
    expect(picker.locator(".wf-title")).to_contain_text(f"Name {ATTACK}")
    picker.get_by_label("Note").fill("wrong")
    expect(picker.get_by_role("alert")).to_contain_text("<script>window.attacked=1</script>")
    for view in ("Chart", "Code", "Table"):
        picker.get_by_role("button", name=view, exact=True).click()
    found = notebook.run("search")
    expect(found.locator(".jp-OutputArea-output").first).to_be_attached()
    for outputs in (shown, found):
        assert outputs.locator("img, script").count() == 0
    assert notebook.page.evaluate("window.attacked") is None


def test_error_of_a_hostile_data_source_is_shown_as_text(notebook, hostile):
    notebook.run(
        f"from watchframe import Client\nenemy = Client({hostile.url!r}, {hostile.user_key!r})"
    )
    picker = notebook.show("pick(901, client=enemy)")
    picker.get_by_role("button", name="Run").click()
    expect(picker.locator(".wf-reason")).to_contain_text("<img src=x onerror=window.attacked=1>")
    assert picker.locator("img, script").count() == 0
    assert notebook.page.evaluate("window.attacked") is None


def test_choices_of_a_hostile_server_shown_as_texts(notebook, hostile):
    notebook.run(
        f"from watchframe import Client\nenemy = Client({hostile.url!r}, {hostile.user_key!r})"
    )
    picker = notebook.show("choosing = pick(903, client=enemy); choosing")
    search = picker.get_by_placeholder("search 30 values")
    search.fill("17")
    options = picker.locator(".wf-options button")
    expect(options).to_have_count(1)  # the kernel has answered: a click now meets the one that fits
    options.click()
    expect(picker.locator(".wf-hint").first).to_contain_text(
        "Chosen: <img src=x onerror=window.attacked=1> 17"
    )
    picker.get_by_role("button", name="Run").click()
    expect(picker.locator(".wf-grid tbody td").first).to_have_text("<b>17")
    picker.get_by_role("button", name="Chart", exact=True).click()
    expect(picker.locator(".main-svg").first).to_contain_text("<b>17")
    picker.get_by_role("button", name="Code", exact=True).click()
    notebook.run("choosing.close()")
    twin = notebook.page.locator(".wf-twin").last
    expect(twin).to_be_visible()
    expect(twin.locator("tbody td").first).to_have_text("<b>17")
    for shown in (picker, twin):
        assert shown.locator("img, script, b, u, i").count() == 0
    assert notebook.page.evaluate("window.attacked") is None
