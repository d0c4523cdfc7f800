"""The controls, driven as the browser drives them: by the values of their ipywidgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import ipywidgets
import msgspec
import pytest

from tests.unit.widgets.conftest import NOW
from watchframe.models import MultiValues, ParameterDefinition
from watchframe.parameters import PARAMETER_TYPES
from watchframe.widgets.choice_controls import (
    MenuControl,
    Option,
    SearchControl,
    SearchManyControl,
    TicksControl,
)
from watchframe.widgets.control_kinds import (
    CONTROL_KINDS,
    TextControl,
    TypedChoiceControl,
    make_control,
)
from watchframe.widgets.date_controls import TimePicker

JANUARY = {"start": "2026-01-01", "end": "2026-01-31"}


def define(type_, default=None, **facts):
    return ParameterDefinition(name="it", type=type_, title="The title", default=default, **facts)


def fields(control, kind):
    """All of a control's widgets of one class, in the order of the screen."""
    found, waiting = [], [control.widget]
    while waiting:
        widget = waiting.pop(0)
        if type(widget) is kind:
            found.append(widget)
        waiting = list(getattr(widget, "children", ())) + waiting
    return found


def below(control):
    return control.widget.children[-1].value


def test_control_kinds_cover_every_parameter_type():
    assert set(CONTROL_KINDS) == set(PARAMETER_TYPES)


def test_unknown_type_gets_a_text_field(checker):
    assert type(make_control(define("colour", "red"), checker)) is TextControl


def test_text_typed_becomes_the_value(checker):
    control = make_control(define("text", "New York"), checker)
    assert control.value == "New York"
    fields(control, ipywidgets.Text)[0].value = "Oslo"
    assert (control.value, control.problem) == ("Oslo", "")


@pytest.mark.parametrize(
    ("name", "text", "words"), [("t", "'{{ t }}'", "holds '"), ("x.y", "{{ x.y }}", "reaches")]
)
def test_text_that_the_query_cannot_take_is_warned_of_once(checker, name, text, words):
    definition = ParameterDefinition(name=name, type="text", title="T")
    checked = replace(checker, query=msgspec.structs.replace(checker.query, text=text))(
        definition, "O'Neil"
    )
    assert checked.warning.count(words) == 1


def test_pattern_mismatch_is_marked(checker):
    control = make_control(define("text-pattern", "0x00", regex="0x[0-9a-f]+"), checker)
    field = fields(control, ipywidgets.Text)[0]
    field.value = "0xzz"
    assert "0x[0-9a-f]+" in control.problem
    assert "wf-wrong" in control.widget._dom_classes
    assert 'role="alert"' in below(control)
    field.value = "0xab"
    assert control.problem == ""
    assert "wf-wrong" not in control.widget._dom_classes


@pytest.mark.parametrize(
    ("typed", "value"),
    [("5", 5), (" -3 ", -3), ("0.25", 0.25), (str(2**200), 2**200), ("1e3", "1e3")],
)
def test_number_typed_keeps_every_digit(checker, typed, value):
    control = make_control(define("number", 1), checker)
    fields(control, ipywidgets.Text)[0].value = typed
    assert control.problem == ""
    assert str(control.value) == str(value) or float(control.value) == float(value)


@pytest.mark.parametrize("typed", ["", "abc", "nan", "1,000", "inf"])
def test_number_that_is_none_is_a_problem(checker, typed):
    control = make_control(define("number", 1), checker)
    fields(control, ipywidgets.Text)[0].value = typed
    assert control.problem


def test_enum_with_few_values_is_a_menu(checker):
    control = make_control(define("enum", "b", enum_options=("a", "b")), checker)
    assert type(control) is MenuControl
    menu = fields(control, ipywidgets.Dropdown)[0]
    assert menu.value == "b"
    menu.value = "a"
    assert control.value == "a"


def test_enum_without_default_takes_the_first_value(checker):
    assert make_control(define("enum", enum_options=("x", "y")), checker).value == "x"


@pytest.mark.parametrize(
    ("default", "options", "value"), [("", ("a", ""), ""), ("", ("a", "b"), "a")]
)
def test_enum_default_is_empty_only_where_that_is_an_option(checker, default, options, value):
    control = make_control(define("enum", default, enum_options=options), checker)
    assert (control.value, control.problem) == (value, "")
    assert fields(control, ipywidgets.Dropdown)[0].value == value


def test_ticks_give_a_list_in_option_order(checker):
    control = make_control(
        define("enum", ["c"], enum_options=("a", "b", "c"), multi=MultiValues()), checker
    )
    assert type(control) is TicksControl
    boxes = fields(control, ipywidgets.Checkbox)
    assert [box.value for box in boxes] == [False, False, True]
    boxes[0].value = True
    assert control.value == ["a", "c"]
    boxes[0].value = boxes[2].value = False
    assert control.problem


def many(count):
    return [Option(name=f"Name {number:04}", value=f"v{number}") for number in range(count)]


def test_dropdown_with_thousands_of_values_is_searched(checker):
    checker.options["it"] = [option.value for option in many(5000)]
    control = make_control(define("query", "v3", dropdown_query_id=9), checker, many(5000))
    assert type(control) is SearchControl
    assert "Name 0003" in below(control)
    fields(control, ipywidgets.Text)[0].value = "4711"
    (found,) = [b for b in fields(control, ipywidgets.Button) if "Name" in b.description]
    assert (found.description, found.tooltip) == ("Name 4711", "The title: Name 4711")
    assert control.value == "v3"
    found.click()
    assert (control.value, control.problem) == ("v4711", "")
    assert found.icon == "check"


def test_search_for_several_keeps_what_was_chosen_before(checker):
    checker.options["it"] = [option.value for option in many(100)]
    control = make_control(
        define("query", ["v1"], dropdown_query_id=9, multi=MultiValues()), checker, many(100)
    )
    assert type(control) is SearchManyControl
    fields(control, ipywidgets.Text)[0].value = "0042"
    box = fields(control, ipywidgets.Checkbox)[0]
    assert box.description == "Name 0042"
    box.value = True
    assert control.value == ["v1", "v42"]
    chips = [b for b in fields(control, ipywidgets.Button) if "✕" in b.description]
    assert [chip.tooltip for chip in chips] == ["Remove Name 0001", "Remove Name 0042"]
    chips[0].click()
    assert control.value == ["v42"]


def test_query_values_that_are_not_known_are_typed(checker):
    control = make_control(define("query", ["a"], multi=MultiValues()), checker)
    assert type(control) is TypedChoiceControl
    field = fields(control, ipywidgets.Text)[0]
    field.value = "x, y"
    assert control.value == ["x", "y"]
    control.set(["a, b", "c"])
    assert field.value == "'a, b', c"
    field.value = "'a, b', c, d"
    assert control.value == ["a, b", "c", "d"]
    field.value = "'a, b"
    assert control.value == ["'a", "b"], "a quote is not closed yet"


def test_date_picked_is_text_in_the_server_format(checker):
    control = make_control(define("date", "2026-01-15"), checker)
    picker = fields(control, ipywidgets.DatePicker)[0]
    assert picker.value == date(2026, 1, 15)
    picker.value = date(2026, 2, 1)
    assert control.value == "2026-02-01"
    picker.value = None
    assert control.problem == "A value is needed."


@pytest.mark.parametrize(
    ("type_", "default", "after"),
    [
        ("datetime-local", "2026-01-15 12:30", "2026-01-15 06:07"),
        ("datetime-with-seconds", "2026-01-15 12:30:36", "2026-01-15 06:07:08"),
    ],
)
def test_time_picked_has_the_precision_of_its_type(checker, type_, default, after):
    control = make_control(define(type_, default), checker)
    assert control.value == default
    fields(control, TimePicker)[0].value = time(6, 7, 8)
    assert control.value == after


def test_dynamic_date_stays_dynamic_and_shows_what_it_means(checker):
    control = make_control(define("date", "2026-01-15"), checker)
    menu, picker = (
        fields(control, ipywidgets.Dropdown)[0],
        fields(control, ipywidgets.DatePicker)[0],
    )
    menu.value = "d_yesterday"
    assert control.value == "d_yesterday"
    assert "2026-11-23" in below(control)
    assert picker.disabled
    menu.value = ""
    assert control.value == "2026-11-23", "back from a dynamic value, its date stays"
    assert not picker.disabled


def test_range_picked_is_a_pair(checker):
    control = make_control(
        define("date-range", {"start": "2026-01-01", "end": "2026-01-31"}), checker
    )
    assert control.value == ("2026-01-01", "2026-01-31")
    fields(control, ipywidgets.DatePicker)[1].value = date(2026, 2, 2)
    assert control.value == ("2026-01-01", "2026-02-02")


def test_range_half_filled_keeps_its_fields(checker):
    control = make_control(define("date-range", JANUARY), checker)
    start, end = fields(control, ipywidgets.DatePicker)
    end.value = None
    assert control.problem == "A value is needed."
    control.recheck()
    assert start.value == date(2026, 1, 1)
    end.value = date(2026, 1, 2)
    assert control.value == ("2026-01-01", "2026-01-02")


def test_dynamic_range_checked_later(checker):
    control = make_control(define("date-range", "d_last_7_days"), checker)
    checker.clock = lambda: NOW + timedelta(days=1)
    control.recheck()
    assert "2026-11-18 to 2026-11-25" in below(control)
    assert fields(control, ipywidgets.DatePicker)[1].value == date(2026, 11, 25)


def test_default_is_shown_beside_another_value(checker):
    control = make_control(define("date-range", JANUARY), checker)
    assert "Default" not in below(control)
    control.set("d_last_7_days")
    assert "Default: 2026-01-01 to 2026-01-31" in below(control)
    number = make_control(define("number", "5"), checker)
    fields(number, ipywidgets.Text)[0].value = "5"
    assert fields(number, ipywidgets.Button)[0].disabled, "it is the default, saved as a text"


def press_enter(field):
    field._handle_custom_msg({"event": "submit"}, [])


def test_enter_in_the_search_chooses_the_first_that_fits(checker):
    checker.options["it"] = [option.value for option in many(5000)]
    one = make_control(define("query", "v3", dropdown_query_id=9), checker, many(5000))
    (field,) = fields(one, ipywidgets.Text)
    press_enter(field)
    assert one.value == "v3", "nothing was typed"
    field.value = "name 471"
    press_enter(field)
    assert one.value == "v471"
    field.value = "no such name"
    press_enter(field)
    assert one.value == "v471"
    assert "Nothing fits" in below(one)

    several = make_control(
        define("query", ["v1"], dropdown_query_id=9, multi=MultiValues()), checker, many(100)
    )
    (field,) = fields(several, ipywidgets.Text)
    field.value = "0042"
    press_enter(field)
    assert several.value == ["v1", "v42"]


def test_click_after_the_list_has_changed(checker):
    """Between the click and its arrival the list may be narrowed: what was clicked counts."""
    checker.options["it"] = [option.value for option in many(5000)]
    one = make_control(define("query", "v3", dropdown_query_id=9), checker, many(5000))
    several = make_control(
        define("query", ["v3"], dropdown_query_id=9, multi=MultiValues()), checker, many(5000)
    )
    (clicked,) = [b for b in fields(one, ipywidgets.Button) if b.description == "Name 0005"]
    (ticked,) = [b for b in fields(several, ipywidgets.Checkbox) if b.description == "Name 0005"]
    for control in (one, several):
        fields(control, ipywidgets.Text)[0].value = "name 47"
    clicked.click()
    ticked.value = True
    assert one.value in {"v3", "v5"}
    assert several.value in (["v3"], ["v3", "v5"])


def test_list_of_thousands_says_how_many_more_there_are(checker):
    checker.options["it"] = [option.value for option in many(5000)]
    control = make_control(define("query", "v3", dropdown_query_id=9), checker, many(5000))
    assert "4,970 more" in below(control)
    fields(control, ipywidgets.Text)[0].value = "0042"
    assert "more" not in below(control)


def test_range_that_ends_before_it_starts_is_a_problem(checker):
    control = make_control(
        define("date-range", {"start": "2026-01-01", "end": "2026-01-31"}), checker
    )
    fields(control, ipywidgets.DatePicker)[1].value = date(2025, 12, 31)
    assert control.problem


def test_range_with_a_dynamic_default_shows_what_it_means(checker):
    control = make_control(define("date-range", "d_last_7_days"), checker)
    assert control.value == "d_last_7_days"
    assert "2026-11-17 to 2026-11-24" in below(control)


def test_reset_goes_back_to_the_saved_default(checker):
    control = make_control(define("text", "New York"), checker)
    button = fields(control, ipywidgets.Button)[0]
    assert button.tooltip == "Reset The title to its default: New York"
    assert button.description == "Reset"
    assert button.disabled
    control.set("Oslo")
    assert not button.disabled
    button.click()
    assert control.value == "New York"


def test_parameter_without_value_and_default(checker):
    assert make_control(define("number"), checker).problem == "A value is needed."


def test_use_current_datetime_means_now(checker):
    control = make_control(define("datetime-with-seconds", use_current_datetime=True), checker)
    assert control.value == "d_now"
    assert "2026-11-24 10:30:05" in below(control)


@pytest.mark.parametrize("type_", ["text", "text-pattern", "query"])
def test_empty_default_is_no_value_as_in_a_read(checker, type_):
    control = make_control(define(type_, "", regex=".*"), checker)
    assert (control.value, control.problem) == (None, "A value is needed.")


def test_cleared_date_is_no_value_though_its_default_is_now(checker):
    control = make_control(define("date", "2026-01-15", use_current_datetime=True), checker)
    fields(control, ipywidgets.DatePicker)[0].value = None
    assert (control.value, control.problem) == (None, "A value is needed.")


def test_options_of_one_name_are_shown_with_their_values(checker):
    same = [Option(name="same", value=str(number)) for number in range(1000)]
    checker.options["it"] = [option.value for option in same]
    control = make_control(define("query", "1", dropdown_query_id=9), checker, same)
    shown = [button.description for button in fields(control, ipywidgets.Button)]
    assert "same (1)" in shown


@pytest.mark.parametrize("type_", sorted(PARAMETER_TYPES))
def test_texts_from_the_server_are_never_markup(checker, type_):
    evil = "<img src=x onerror=alert(1)>"
    definition = ParameterDefinition(
        name="it",
        type=type_,
        title=evil,
        default=evil,
        enum_options=(evil, *map(str, range(30))),
        regex=evil,
        multi=MultiValues() if type_ in {"enum", "query"} else None,
    )
    control = make_control(definition, checker, [Option(name=evil, value=evil)])
    html = [widget.value for widget in fields(control, ipywidgets.HTML)]
    assert not [text for text in html if "<img" in text]
    assert not any(
        getattr(widget, "description_allow_html", False) for widget in all_widgets(control)
    )


def all_widgets(control):
    waiting = [control.widget]
    while waiting:
        widget = waiting.pop()
        waiting.extend(getattr(widget, "children", ()))
        yield widget
