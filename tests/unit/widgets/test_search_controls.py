"""The controls with a search field, driven as the browser drives them."""

from __future__ import annotations

from types import SimpleNamespace

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from tests.unit.widgets.conftest import below, define, fields, until
from watchframe import pick
from watchframe.models import MultiValues
from watchframe.widgets.choice_controls import Option
from watchframe.widgets.control import Checked
from watchframe.widgets.control_kinds import make_control
from watchframe.widgets.frontend import FieldEvents
from watchframe.widgets.search_controls import SearchControl, SeveralControl


def make(checker, count, default, *, several=False):
    options = [Option(name=f"Name {number:04}", value=f"v{number}") for number in range(count)]
    checker.options["it"] = [option.value for option in options]
    multi = MultiValues() if several else None
    definition = define("query", default, dropdown_query_id=9, multi=multi)
    return make_control(definition, checker, options)


@pytest.fixture
def one(checker):
    return make(checker, 5000, "v3")


@pytest.fixture
def several(checker):
    return make(checker, 100, ["v1"], several=True)


def search(control, text):
    (field,) = fields(control, ipywidgets.Text)
    field.value = text


def press_enter(control):
    (field,) = fields(control, ipywidgets.Text)
    field._handle_custom_msg({"event": "submit"}, [])


def tell(control, event, text=""):
    (events,) = fields(control, FieldEvents)
    events._handle_custom_msg({"event": event, "text": text}, [])


def button(control, words):
    """The button that says this, or whose tooltip begins so."""
    found = fields(control, ipywidgets.Button)
    (fitting,) = [it for it in found if words == it.description or it.tooltip.startswith(words)]
    return fitting


def listed(control):
    return [it.description for it in control._list.widget.children]


def chips(control):
    return [it.description for it in control._chip_place.children]


def test_one_of_thousands_is_searched(one):
    assert type(one) is SearchControl
    assert (chips(one), listed(one)) == (["Name 0003"], [])
    assert "Chosen: Name 0003 = v3" in below(one)
    search(one, "4711")
    found = button(one, "Name 4711")
    assert (listed(one), found.tooltip) == (["Name 4711"], "The title: Name 4711")
    assert one.value == "v3"
    found.click()
    assert (one.value, one.problem) == ("v4711", "")
    assert (chips(one), listed(one)) == (["Name 4711"], []), "it is chosen: the list closes"
    assert fields(one, ipywidgets.Text)[0].value == ""


def test_list_is_opened_and_closed(one):
    button(one, "Show the values").click()
    assert len(listed(one)) == 30
    assert "4,970 more" in below(one)
    assert button(one, "The title: Name 0003, chosen").icon == "check"
    button(one, "Hide the values").click()
    assert listed(one) == []
    assert "more" not in below(one)
    press_enter(one)
    assert len(listed(one)) == 30, "Enter in the empty field"
    assert one.value == "v3"
    tell(one, "escape")
    assert listed(one) == []
    tell(one, "open")
    assert len(listed(one)) == 30


def test_enter_takes_the_first_that_fits(one, several):
    search(one, "name 471")
    press_enter(one)
    assert one.value == "v471"
    search(one, "no such name")
    press_enter(one)
    assert one.value == "v471"
    assert "Nothing fits" in below(one)

    search(several, "0042")
    press_enter(several)
    assert several.value == ["v1", "v42"]
    assert fields(several, ipywidgets.Text)[0].value == ""
    tell(several, "enter", "0043")
    assert several.value == ["v1", "v42", "v43"], "the text that the browser took out of the field"


def test_several_are_chosen_in_a_list_that_stays_open(several):
    assert type(several) is SeveralControl
    search(several, "004")
    assert len(listed(several)) == 11
    button(several, "Name 0042").click()
    button(several, "Name 0041").click()
    assert several.value == ["v1", "v41", "v42"], "in the order of the options"
    assert chips(several) == ["Name 0001 ✕", "Name 0041 ✕", "Name 0042 ✕"]
    assert button(several, "Name 0042").icon == "check"
    button(several, "Name 0042").click()
    button(several, "Remove Name 0001").click()
    assert several.value == ["v41"]
    button(several, "All 11 found").click()
    assert len(several.value) == 11
    button(several, "None").click()
    assert several.value == []
    assert several.problem
    assert "wf-wrong" in several.widget._dom_classes
    search(several, "")
    assert "70 more" in below(several)
    assert button(several, "All 100").layout.display == ""


def test_all_of_thousands_cannot_be_chosen(checker):
    many = make(checker, 5000, ["v1"], several=True)
    search(many, "name")
    assert many._all_button.layout.display == "none"
    search(many, "name 471")
    assert (many._all_button.layout.display, many._all_button.description) == ("", "All 15 found")


def test_backspace_drops_the_last(several):
    several.set(["v1", "v2", "v3"])
    tell(several, "backspace")
    assert several.value == ["v1", "v2"]


@pytest.mark.parametrize("text", ["v5, Name 0007,DOGE", "v5\nname 0007\r\nDOGE\n", "V5;v7\tDOGE"])
def test_list_that_is_pasted_chooses_all_that_are_values(several, text):
    tell(several, "paste", text)
    assert several.value == ["v1", "v5", "v7"]
    assert "Not among the values: DOGE." in below(several)
    search(several, "x")
    assert "DOGE" not in below(several)


def test_pasted_text_that_is_no_value_is_told_in_short(several):
    tell(several, "paste", "x" * 100_000)
    assert "Not among the values: xxx" in below(several)
    assert len(below(several)) < 200


def test_list_that_is_typed_is_taken_with_enter(several):
    search(several, "v5, v7")
    press_enter(several)
    assert several.value == ["v1", "v5", "v7"]


def test_values_with_commas_are_pasted_in_lines_or_quotes(checker):
    definition = define("enum", enum_options=("a, b", "a", "b", "c, d"), multi=MultiValues())
    control = make_control(definition, checker)
    tell(control, "paste", "a, b\n'c, d'")
    assert control.value == ["a, b", "c, d"]


def test_chosen_beyond_the_first_have_a_chip_when_asked_for(checker):
    many = make(checker, 100, [f"v{number}" for number in range(49)], several=True)
    assert len(chips(many)) == 13
    assert chips(many)[-1] == "and 37 more"
    button(many, "and 37 more").click()
    assert len(chips(many)) == 49


def test_default_chosen_again_has_its_order(checker):
    control = make(checker, 9, ["v5", "v2"], several=True)
    tell(control, "backspace")
    tell(control, "paste", "v2,v8")
    assert control.value == ["v2", "v5", "v8"]
    button(control, "Remove Name 0008").click()
    button(control, "Remove Name 0002").click()
    tell(control, "paste", "v2,v2")
    assert control.value == ["v5", "v2"]
    assert button(control, "Reset").disabled


def test_click_after_the_list_has_changed(one, several):
    """Between the click and its arrival the list may be narrowed: what was clicked counts."""
    for control in (one, several):
        search(control, "name 000")
        clicked = button(control, "Name 0005")
        search(control, "name 47")
        clicked.click()
    assert one.value in {"v3", "v5"}
    assert several.value in (["v1"], ["v1", "v5"])


def test_options_of_one_name_are_shown_with_their_values(checker):
    same = [Option(name="same", value=str(number)) for number in range(1000)]
    checker.options["it"] = [option.value for option in same]
    control = make_control(define("query", "1", dropdown_query_id=9), checker, same)
    tell(control, "open")
    assert "same (1)" in listed(control)


def test_long_names_are_whole_in_tooltips(checker):
    name = "a name that is longer than a chip should be"
    definition = define("enum", [name], enum_options=(name, "b"), multi=MultiValues())
    control = make_control(definition, lambda _, value: Checked(wire=value))
    assert chips(control) == ["a name that is longer t… ✕"]
    assert button(control, f"Remove {name}")


def test_run_says_which_values_are_needed_and_marks_them(client):
    picker = pick(25, client=client)  # its account has no default
    until(lambda: type(picker.controls["account"]) is SearchControl)
    whole = SimpleNamespace(widget=picker)
    (run,) = [it for it in fields(whole, ipywidgets.Button) if it.description == "Run"]
    said = "A value is needed: Account."
    assert any(said in it.value for it in fields(whole, ipywidgets.HTML))
    assert (picker.status, list(picker.problems), run.disabled) == ("invalid", ["account"], False)
    account = picker.controls["account"]
    assert "wf-wrong" not in account.widget._dom_classes
    run.click()
    assert "wf-wrong" in account.widget._dom_classes
    assert picker.status == "invalid"
    picker.update({"markets": ["no such market"]})
    assert run.disabled
    picker.close()


def test_closed_control_leaves_no_widget(checker):
    before = set(_instances)
    for chosen in (1, 30):  # with and without a button for more chips
        values = [f"v{number}" for number in range(chosen)]
        control = make(checker, 60, values, several=True)
        search(control, "name 00")
        search(control, "name 001")
        tell(control, "backspace")
        control.close()
    assert set(_instances) - before == set()
