"""The controls, driven as the browser drives them: by the values of their ipywidgets."""

from __future__ import annotations

from dataclasses import replace

import ipywidgets
import msgspec
import pytest

from tests.unit.widgets.conftest import below, define, fields
from watchframe.models import MultiValues, ParameterDefinition
from watchframe.parameters import PARAMETER_TYPES
from watchframe.widgets.choice_controls import MenuControl, Option
from watchframe.widgets.control_kinds import (
    CONTROL_KINDS,
    TextControl,
    TypedChoiceControl,
    make_control,
)
from watchframe.widgets.frontend import FieldEvents


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


def test_pattern_is_told_in_words_and_mismatch_is_marked(checker):
    control = make_control(define("text-pattern", "0x00", regex="0x[0-9a-f]+"), checker)
    assert "Pattern: 0x and 1 or more lowercase hexadecimal digits" in below(control)
    field = fields(control, ipywidgets.Text)[0]
    field.value = "0xzz"
    assert "0x[0-9a-f]+" in control.problem
    assert "wf-wrong" in control.widget._dom_classes
    assert 'role="alert"' in below(control)
    field.value = "0xab"
    assert control.problem == ""
    assert "wf-wrong" not in control.widget._dom_classes
    plain = make_control(define("text-pattern", "b", regex="(?=b).|a"), checker)
    assert "Pattern: (?=b).|a" in below(plain)


@pytest.mark.parametrize(
    ("typed", "value", "sends"),
    [
        ("5", 5, ""),
        (" -3 ", -3, ""),
        ("0.25", 0.25, ""),
        (str(2**200), 2**200, ""),
        ("1e6", 1_000_000, "Sends 1000000"),
        ("1,000", 1000, "Sends 1000"),
        ("9 007 199 254 740 993", 2**53 + 1, "Sends 9007199254740993"),
        ("1_000.5", 1000.5, "Sends 1000.5"),
        ("1e-18", "0.000000000000000001", "Sends 0.000000000000000001"),
    ],
)
def test_number_typed_keeps_every_digit(checker, typed, value, sends):
    control = make_control(define("number"), checker)
    (field,) = fields(control, ipywidgets.Text)
    field.value = typed
    assert (control.value, control.problem) == (value, "")
    assert ("Sends" in below(control)) == bool(sends)
    assert sends in below(control)
    control.recheck()
    assert field.value == typed, "what was typed stays"
    control.set(7)
    assert field.value == "7"


@pytest.mark.parametrize("typed", ["", "abc", "nan", "1,5", "1,00,000", "inf"])
def test_number_that_is_none_is_a_problem(checker, typed):
    control = make_control(define("number", 1), checker)
    (field,) = fields(control, ipywidgets.Text)
    field.value = typed
    assert control.problem.startswith(("It takes a number.", "A value is needed."))
    assert ("1.5" in control.problem) == (typed == "1,5")
    control.reset()
    assert (field.value, control.problem) == ("1", "")


def test_default_is_shown_beside_another_value(checker):
    number = make_control(define("number", "5"), checker)
    assert "Default" not in below(number)
    fields(number, ipywidgets.Text)[0].value = "6"
    assert "Default: 5" in below(number)
    fields(number, ipywidgets.Text)[0].value = "5"
    assert fields(number, ipywidgets.Button)[0].disabled, "it is the default, saved as a text"


def tell(control, event, text=""):
    """What the browser tells of a control's field."""
    (events,) = fields(control, FieldEvents)
    events._handle_custom_msg({"event": event, "text": text}, [])


def test_missing_value_is_neutral_until_somebody_was_there(checker):
    def is_marked(control):
        return "A value is needed" in below(control) and "wf-wrong" in control.widget._dom_classes

    left, run, emptied = (make_control(define("number"), checker) for _ in range(3))
    for control in (left, run, emptied):
        assert control.problem == "A value is needed."
        assert not is_marked(control)
    tell(left, "left")
    run.mark()
    fields(emptied, ipywidgets.Text)[0].value = "5"
    assert not is_marked(emptied)
    fields(emptied, ipywidgets.Text)[0].value = ""
    for control in (left, run, emptied):
        assert is_marked(control)
        control.reset()
        assert not is_marked(control)
    wrong = make_control(define("number", "many"), checker)
    assert "wf-wrong" in wrong.widget._dom_classes, "a default that does not fit is wrong at once"


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


@pytest.mark.parametrize("type_", ["text", "text-pattern", "query"])
def test_empty_default_is_no_value_as_in_a_read(checker, type_):
    control = make_control(define(type_, "", regex=".*"), checker)
    assert (control.value, control.problem) == (None, "A value is needed.")


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
