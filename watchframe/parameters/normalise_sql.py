"""The parameters of SQL that is not saved: there are no definitions, so the values decide."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date, datetime, tzinfo

from watchframe.errors import MissingParameterError, ParameterValueError, UnknownParameterError
from watchframe.models import ParameterDefinition
from watchframe.parameters.json_type import JSON
from watchframe.parameters.moments import as_moment, as_span, wire_moment
from watchframe.parameters.tags import parameters_in
from watchframe.parameters.values import Circumstances, UnfitValueError, number, plain


def normalise_sql_parameters(
    sql: str, params: Mapping[str, object] | None, *, now: datetime, timezone: tzinfo
) -> dict[str, JSON]:
    """Give a value for every ``{{ name }}`` in `sql`, in wire form.

    Strings and numbers are sent as they are; a date as ``2024-01-31``, a datetime as ``2024-01-31
    13:45:59``; a list is joined with commas by the server. ``{{ name.start }}`` and
    ``{{ name.end }}`` together take a range.

    Raises
    ------
    UnknownParameterError, MissingParameterError, ParameterValueError
    """
    names = parameters_in(sql)
    given = dict(params or {})
    for name in given:
        if name not in names:
            close = tuple(difflib.get_close_matches(name, names, n=3))
            known = ", ".join(names) or "none"
            raise UnknownParameterError(
                f"The SQL has no parameter {name!r}.",
                name=name,
                known=tuple(names),
                suggestions=close,
                hint=f"Did you mean {' or '.join(map(repr, close))}?"
                if close
                else f"It has: {known}.",
            )
    for name in names:
        if name not in given:
            raise MissingParameterError(
                f"The SQL's parameter {name!r} has no value.",
                name=name,
                hint=f"Give it one in params: {{{name!r}: ...}}.",
            )
    at = Circumstances(now=now, timezone=timezone)
    return {
        name: _value(name, given[name], at, is_range=is_range) for name, is_range in names.items()
    }


def _value(name: str, value: object, at: Circumstances, *, is_range: bool) -> JSON:
    try:
        return _range(value, at) if is_range else _single(value, at)
    except (UnfitValueError, ValueError, OverflowError) as error:
        expected = "a start and an end" if is_range else "a string, a number, a date or a list"
        if isinstance(error, UnfitValueError):
            expected = error.expected
        raise ParameterValueError(
            f"The SQL's parameter {name!r} cannot be {value!r}: it takes {expected}.",
            name=name,
            value=value,
            expected=expected,
        ) from None


def _range(value: object, at: Circumstances) -> JSON:
    ends = as_span(value, now=at.now, timezone=at.timezone)
    midnights = all(moment.time() == datetime.min.time() for moment in ends)
    form = "date" if midnights else "datetime-with-seconds"
    start, end = (wire_moment(moment, form) for moment in ends)
    if end < start:
        raise UnfitValueError("an end that is not before the start")
    return {"start": start, "end": end}


def _single(value: object, at: Circumstances) -> JSON:
    value = plain(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        if not value:
            raise UnfitValueError("at least one value")
        return [str(_single(item, at)) for item in value]
    if isinstance(value, date) or hasattr(value, "to_pydatetime"):
        moment = as_moment(value, now=at.now, timezone=at.timezone)
        is_date = not isinstance(value, datetime)
        return wire_moment(moment, "date" if is_date else "datetime-with-seconds")
    return number(value, _UNDEFINED, at)


_UNDEFINED = ParameterDefinition(name="", type="number", title="")
