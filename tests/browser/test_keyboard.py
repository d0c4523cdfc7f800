"""Every kind of parameter set by keyboard alone, key by key, in a notebook that stays as it is.

JupyterLab takes letters and arrow keys for itself wherever the focus is not in a text field: what
is pressed here must change the value, and neither add a cell nor delete one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

WITHIN = 60_000


class Keys:
    """A keyboard, and nothing else."""

    def __init__(self, page) -> None:
        self._keyboard = page.keyboard
        self._page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self._keyboard.press(key)
            self._page.wait_for_timeout(60)

    def type(self, text: str) -> None:
        self._keyboard.type(text, delay=130)  # as people do

    def tab_to(self, picker, wanted: str) -> None:
        """Press Tab until the focus is in the control with this label or title."""
        for _ in range(60):
            self.press("Tab")
            if picker.evaluate(FOCUSED) == wanted:
                return
        raise AssertionError(f"Tab does not lead to {wanted!r}")

    def choose(self, text: str) -> None:
        """Open the menu that has the focus, and choose by the first letters."""
        self.press("Space")
        self.type(text)
        self.press("Enter")


FOCUSED = """root => {
    const field = document.activeElement;
    if (!root.contains(field)) return '';
    const label = [...(field.labels || [])].map(each => each.innerText.trim()).join('');
    return label || field.innerText.trim() || field.title;
}"""


@dataclass
class Case:
    query: int
    first: str
    keys: Callable[[Keys, object], object]
    params: dict[str, object]


def in_field(text):
    return lambda keys, _picker: [keys.press("Control+a"), keys.type(text)]


def swap(new, old, *, drops_last=False):
    """Add a value with Enter and drop another one in the list; Escape closes that."""

    def do(keys, picker):
        keys.type(new)
        expect(picker.locator(".wf-options button").first).to_contain_text(new)
        keys.press("Enter")
        expect(picker.get_by_title(f"Remove {new}")).to_be_visible()
        keys.type(old)
        expect(picker.locator(".wf-options button")).to_have_count(1)
        keys.press("ArrowDown", "Enter")
        expect(picker.get_by_title(f"Remove {old}")).to_have_count(0)
        keys.press("Escape")
        expect(picker.locator(".wf-options button")).to_have_count(0)
        if drops_last:
            keys.press("Control+a", "Backspace", "Backspace")

    return do


def search(text, hits):
    def do(keys, picker):
        keys.type(text)
        expect(picker.locator(".wf-options button")).to_have_count(hits)
        keys.press("Enter")

    return do


def open_panel(keys, picker):
    keys.press("Enter")
    picker.get_by_role("grid").first.wait_for()


def in_panel(start, end):
    def do(keys, picker):
        open_panel(keys, picker)
        for label, text in (("from", start), ("to", end)):
            keys.tab_to(picker, label)
            keys.press("Control+a")
            keys.type(text)
        keys.tab_to(picker, "Done")
        keys.press("Enter")

    return do


PERIOD = "Period: open or shut the calendar"

CASES = {
    "text": Case(10, "Label", in_field("d d a b x"), {"label": "d d a b x"}),
    "text-pattern": Case(11, "Hash begins with", in_field("0x00fe"), {"hash": "0x00fe"}),
    "number": Case(12, "Least value (US dollars)", in_field("30000001"), {"min_usd": 30_000_001}),
    "enum": Case(13, "Kind", lambda keys, _picker: keys.choose("liq"), {"kind": "liquidation"}),
    "enum, several": Case(14, "Decimals", swap("8", "6"), {"decimals": ["8", "18"]}),
    "query": Case(23, "Market", lambda keys, _picker: keys.choose("USDC"), {"market": "USDC"}),
    "query, several": Case(
        24, "Markets", swap("CRV (18", "INV (18", drops_last=True), {"markets": ["CRV"]}
    ),
    "query, thousands": Case(25, "Account", search("whale", 1), {"markets": ["WETH"]}),
    "date": Case(30, "Day", in_field("2026-02-03"), {"day": "2026-02-03"}),
    "datetime-local": Case(
        31, "Since", in_field("2026-03-01 06:07"), {"since": "2026-03-01 06:07"}
    ),
    "datetime-with-seconds": Case(
        32, "Until", in_field("2026-03-01 06:07:08"), {"until": "2026-03-01 06:07:08"}
    ),
    "date-range": Case(
        33, PERIOD, in_panel("2026-02-01", "2026-02-10"), {"period": ["2026-02-01", "2026-02-10"]}
    ),
    "date-range, dynamic": Case(
        33,
        PERIOD,
        lambda keys, picker: [
            open_panel(keys, picker),
            keys.tab_to(picker, "Last 14 days"),
            keys.press("Enter"),
        ],
        {"period": "d_last_14_days"},
    ),
    "datetime-range": Case(
        34,
        PERIOD,
        in_panel("2026-02-01 01:30", "2026-02-01 20:15"),
        {"period": ["2026-02-01 01:30", "2026-02-01 20:15"]},
    ),
    "datetime-range-with-seconds": Case(
        35,
        PERIOD,
        in_panel("2026-02-01 01:30:05", "2026-02-01 03:15:59"),
        {"period": ["2026-02-01 01:30:05", "2026-02-01 03:15:59"]},
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_parameter_set_and_run_by_keyboard(notebook, kind):
    case, page = CASES[kind], notebook.page
    picker = notebook.show(f"typed = pick({case.query}, run=False); typed")
    if kind.startswith("query"):
        picker.get_by_label(case.first, exact=True).and_(
            picker.locator("select, input[type=checkbox], [placeholder^=search]")
        ).wait_for()
    cells = page.evaluate(CELLS)
    keys = Keys(page)
    named = picker.get_by_label(case.first, exact=True).or_(picker.get_by_title(case.first))
    named.first.focus()
    case.keys(keys, picker)
    keys.tab_to(picker, "Run")
    keys.press("Enter")
    expect(picker.get_by_role("status")).to_contain_text("data of", timeout=WITHIN)
    assert page.evaluate(CELLS) == cells, "no key has reached the notebook"
    params = json.loads(notebook.value("__import__('json').dumps(typed.params)"))
    if kind == "query, thousands":
        assert params.pop("account").startswith("0x")
    assert params == case.params
    asked = json.loads(notebook.value("__import__('json').dumps(typed.df.attrs['watchframe'])"))
    assert set(asked["parameters"]) >= set(case.params)


CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(
    cell => cell.model.sharedModel.getSource())"""


def test_code_is_copied_by_keyboard(notebook):
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    picker = notebook.show("pick(13, {'kind': 'repay'})")
    keys = Keys(notebook.page)
    picker.get_by_role("button", name="Code", exact=True).focus()
    keys.press("Space")
    picker.get_by_label("Python code").wait_for()
    keys.press("Tab")
    keys.press("Control+a", "Control+c")
    copied = notebook.page.evaluate("navigator.clipboard.readText()")
    assert 'read_watch_query(13, {"kind": "repay"})' in copied


def test_search_by_keyboard_opens_first_match(notebook):
    output = notebook.run("by_keys = pick(); by_keys").locator(".wf-search")
    keys = Keys(notebook.page)
    output.get_by_label("Search queries").focus()
    keys.type("Events by hour")
    expect(output.locator(".wf-options button").filter(has_text="34 ")).to_have_count(
        1, timeout=WITHIN
    )
    keys.press("Enter")
    expect(output.locator(".wf-title")).to_contain_text("Events by hour", timeout=WITHIN)
