"""Which parameters a query has, and what they are before anybody touches them."""

from __future__ import annotations

from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.tags import parameters_in

_SINGLE_DATES = frozenset({"date", "datetime-local", "datetime-with-seconds"})


def definitions_of(query: Query, *, used_only: bool = False) -> list[ParameterDefinition]:
    """Give the saved definitions and, where there are none at all, the names in the text.

    With definitions, the server refuses any other name; without, it takes anything. With
    `used_only`, those that stand in the text: the others the front end drops.
    """
    names = parameters_in(query.text)
    if query.parameters:
        return [item for item in query.parameters if not used_only or item.name in names]
    return [
        ParameterDefinition(
            name=name, type="datetime-range-with-seconds" if is_range else "text", title=name
        )
        for name, is_range in names.items()
    ]


def undefined_names(query: Query) -> list[str]:
    """Give the names in the text that a query with definitions does not define.

    The server misses a value for them, and refuses any value that it is given.
    """
    if not query.parameters:
        return []
    defined = {item.name for item in query.parameters}
    return [name for name in parameters_in(query.text) if name not in defined]


def default_of(definition: ParameterDefinition) -> object:
    """Give what the front end shows before anybody touches it; None for nothing."""
    value = definition.default
    options = definition.enum_options if definition.type == "enum" else ()
    if value is None or value == [] or (value == "" and "" not in options):
        if definition.use_current_datetime and definition.type in _SINGLE_DATES:
            return "d_now"
        return options[0] if options and definition.multi is None else None
    return value
