"""A picker begins with what a read sends without a value, or refuses for the same reason."""

import warnings
from datetime import UTC, datetime, timedelta

import pytest
from example_counts import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st
from parameter_strategies import DROPDOWN, definitions_with_defaults

from watchframe.errors import ParameterError, ParameterWarning
from watchframe.hints import words_for
from watchframe.models import MultiValues, ParameterDefinition, Query
from watchframe.parameters import normalize_parameters
from watchframe.widgets.choice_controls import Option
from watchframe.widgets.control import Checker
from watchframe.widgets.control_kinds import make_control

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def read(query, params, options, now=NOW):
    """What a read sends, and what it says, in a picker's words, where it refuses to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ParameterWarning)  # quotes in values are tested elsewhere
        try:
            sent = normalize_parameters(
                query, params, now=now, timezone=UTC, dropdown_options=lambda _: options
            )
        except ParameterError as error:
            return None, words_for("picker", error.message).lower()
        return sent, ""


@settings(max_examples=examples(300), deadline=None)
@given(definition=definitions_with_defaults(), is_known=st.booleans())
@example(
    definition=ParameterDefinition(name="p", type="text", title="P", default=""), is_known=True
)
@example(
    definition=ParameterDefinition(name="p", type="date-range", title="P", default="yesterday"),
    is_known=True,
)
@example(
    definition=ParameterDefinition(name="p", type="query", title="P", default=[]), is_known=False
)
@example(
    definition=ParameterDefinition(
        name="p", type="enum", title="P", default=[], enum_options=("a",), multi=MultiValues()
    ),
    is_known=True,
)
def test_picker_begins_with_what_a_read_sends(definition, is_known):
    text = "{{ p.start }}{{ p.end }}" if "range" in definition.type else "{{ p }}"
    query = Query(id=1, name="q", text=text, parameters=(definition,))
    options = DROPDOWN if is_known else None
    checker = Checker(query=query, timezone=UTC, clock=lambda: NOW)
    if options is not None:
        checker.options["p"] = options
    control = make_control(
        definition,
        checker,
        None if options is None else [Option(name=option, value=option) for option in options],
    )
    sent, refusal = read(query, {}, options)
    if sent is not None:
        assert control.problem == ""
        assert read(query, {"p": control.value}, options) == (sent, "")
        if not isinstance(definition.default, dict):  # a dynamic end of a range is a date by now
            later = read(query, {}, options, NOW + timedelta(days=40))
            assert read(query, {"p": control.value}, options, NOW + timedelta(days=40)) == later
    else:
        # Before it asks for a dropdown's values, a read refuses what can be none of them.
        unknown = Checker(query=query, timezone=UTC, clock=lambda: NOW)(definition, control.value)
        problems = [control.problem, unknown.problem if definition.type == "query" else ""]
        assert control.problem
        assert any(problem and problem.lower() in refusal for problem in problems)
    control.close()


@pytest.mark.parametrize("default", ["", []])
def test_enum_with_empty_default_begins_with_first_option(default):
    definition = ParameterDefinition(
        name="p", type="enum", title="P", default=default, enum_options=("a", "b")
    )
    query = Query(id=1, name="q", text="{{ p }}", parameters=(definition,))
    control = make_control(definition, Checker(query=query, timezone=UTC, clock=lambda: NOW))
    assert (control.value, control.problem) == ("a", "")
    assert read(query, {}, None) == ({"p": "a"}, "")
    control.close()
