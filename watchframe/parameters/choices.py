"""Values of ``enum`` and ``query`` parameters: one of the options, or several."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal

from watchframe.models import ParameterDefinition
from watchframe.parameters.json_type import JSON
from watchframe.parameters.nearest import did_you_mean, nearest
from watchframe.parameters.plain import is_nothing, plain
from watchframe.parameters.texts import sendable
from watchframe.parameters.understanding import Circumstances, UnfitValueError, shown

#: How many options an error lists.
SHOWN = 20


def choice(value: object, definition: ParameterDefinition, at: Circumstances) -> JSON:
    """Give one of the options, or a list of them where several may be chosen.

    Order is kept, and what stands twice is sent once; a set, which has no order, is sorted.
    """
    options = definition.enum_options if definition.type == "enum" else at.options
    if definition.multi is None:
        return _option(value, options)
    chosen = [_one_of_several(item, options) for item in _items(value)]
    if not chosen:
        raise UnfitValueError(
            "at least one value", "An empty list renders to nothing, which is seldom valid SQL."
        )
    if isinstance(value, set | frozenset):
        chosen.sort()
    return list(dict.fromkeys(chosen))


def _items(value: object) -> Iterable[object]:
    """Return the values of whatever holds several; a single one is a list of one."""
    value = plain(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)  # so that an error names the same one each time
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return [value]
    return value


def _one_of_several(value: object, options: Sequence[str] | None) -> str:
    try:
        return _option(value, options)
    except UnfitValueError as error:
        which = f"{shown(value)} does not fit."
        raise UnfitValueError(
            f"a list of values, each {error.expected}",
            f"{which} {error.hint}" if error.hint else which,
        ) from None


def _option(value: object, options: Sequence[str] | None) -> str:
    value = plain(value)
    spellings = [] if is_nothing(value) else _spellings(value)
    if not spellings:
        raise UnfitValueError(_expected(options))
    if options is None:
        return spellings[0]
    for spelling in spellings:
        if spelling in options:
            return spelling
    # An option saved with white space around it (or a carriage return) is sent with it: nothing
    # else is accepted.
    stripped = [option for option in options if option.strip() == spellings[0].strip()]
    if len(stripped) == 1:
        return stripped[0]
    raise UnfitValueError(_expected(options), did_you_mean(nearest(spellings[0], options)))


def _spellings(value: object) -> list[str]:
    """Give the ways in which an author may have written `value`; none for what is not one value."""
    if isinstance(value, str):
        return [sendable(value)]
    if isinstance(value, slice | Iterable):  # a Mapping and bytes are iterable too
        return []
    if isinstance(value, bool):
        return [str(value), str(value).lower()]
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        return [str(value), str(int(value))]
    if isinstance(value, date):
        spellings = [str(value), value.isoformat()]
        if isinstance(value, datetime) and value.time() == time():
            spellings.append(value.date().isoformat())
        return spellings
    return [str(value)]


def _expected(options: Sequence[str] | None) -> str:
    if options is None:
        return "one value of the dropdown"
    if not options:
        return "one value of the list, which is empty"
    known = ", ".join(map(repr, options[:SHOWN]))
    more = len(options) - SHOWN
    return f"one of {known}" + (f" and {more} more" if more > 0 else "")
