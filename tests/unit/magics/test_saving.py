"""Definitions of the parameters of a query that a cell saves."""

from __future__ import annotations

import pytest

from watchframe.magics.saving import definition_of


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (5, "number"),
        (5.5, "number"),
        ("-5.5", "number"),
        ("5e3", "text"),
        (True, "text"),
        ("WETH", "text"),
        ("", "text"),
        ("2026-01-02", "date"),
        ("2026-01-02 03:04", "datetime-local"),
        ("2026-01-02 03:04:05", "datetime-with-seconds"),
        ({"start": "2026-01-02", "end": "2026-01-03"}, "date-range"),
        ({"start": "2026-01-02 00:00", "end": "2026-01-03 00:00"}, "datetime-range"),
        (
            {"start": "2026-01-02 00:00:00", "end": "2026-01-03 00:00:00"},
            "datetime-range-with-seconds",
        ),
        (["a", "b"], "enum"),
    ],
)
def test_definition_of_a_value_takes_it(value, type_):
    definition = definition_of("min_amount", value)
    assert (definition.type, definition.default) == (type_, value)
    assert definition.title == "Min amount"


def test_definition_of_a_list_has_items_as_choices():
    definition = definition_of("kinds", ["a", "b"])
    assert definition.enum_options == ("a", "b")
    assert definition.multi is not None
    assert definition.multi.prefix == ""
