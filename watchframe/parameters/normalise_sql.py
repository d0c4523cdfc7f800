"""The parameters of SQL that is not saved: there are no definitions, so the values decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from fractions import Fraction

from watchframe.models import ParameterDefinition
from watchframe.parameters.dates import span
from watchframe.parameters.json_type import JSON
from watchframe.parameters.moments import as_moment, as_span, wire_moment
from watchframe.parameters.normalise import lasting_parameters, warn_of_text
from watchframe.parameters.number import number
from watchframe.parameters.plain import is_nothing, plain
from watchframe.parameters.refusals import sql_missing, sql_unfit, unknown
from watchframe.parameters.tags import parameters_in
from watchframe.parameters.texts import sendable
from watchframe.parameters.understanding import Circumstances, UnfitValueError

_EXPECTED = "a string, a number, a date, a datetime, or several of these"
_UNDEFINED = ParameterDefinition(name="", type="number", title="")
_RANGE = ParameterDefinition(name="", type="datetime-range-with-seconds", title="")


def normalise_sql_parameters(
    sql: str, params: Mapping[str, object] | None, *, now: datetime, timezone: tzinfo
) -> dict[str, JSON]:
    """Return a value for every ``{{ name }}`` in `sql`, in wire form, in the order of the text.

    Strings and numbers are sent as they are; a date as ``2024-01-31``, a datetime as ``2024-01-31
    13:45:59``; several values are joined with commas by the server, without quotes. ``{{ name.start
    }}`` and ``{{ name.end }}`` together take a range: dates where both ends are midnights.

    Raises
    ------
    UnknownParameterError
        The SQL has no parameter of that name.
    MissingParameterError
        A parameter has no value.
    ParameterValueError
        A value cannot be put into SQL.
    ArgumentError
        `params` is not a mapping.

    Warns
    -----
    ParameterWarning
        A value holds the quote that stands around it, or cannot reach the SQL.
    """
    names = parameters_in(sql)
    given = lasting_parameters(params)
    for name in given:
        if name not in names:
            raise unknown(name, tuple(names), None)
    for name in names:
        if name not in given:
            raise sql_missing(name)
    at = Circumstances(now=now, timezone=timezone)
    wire = {
        name: _value(name, given[name], at, is_range=is_range) for name, is_range in names.items()
    }
    warn_of_text(sql, wire, ())
    return wire


def _value(name: str, value: object, at: Circumstances, *, is_range: bool) -> JSON:
    try:
        return _range(value, at) if is_range else _single_or_several(value, at)
    except UnfitValueError as error:
        raise sql_unfit(name, value, error) from None


def _range(value: object, at: Circumstances) -> JSON:
    wire = span(value, _RANGE, at)
    ends = as_span(wire, now=at.now, timezone=at.timezone)
    if all(moment.time() == time() for moment in ends):
        start, end = (wire_moment(moment, "date") for moment in ends)
        return {"start": start, "end": end}
    return wire


def _single_or_several(value: object, at: Circumstances) -> JSON:
    value = plain(value)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return _single(value, at)
    items: list[JSON] = [str(_single(item, at)) for item in value]
    if not items:
        raise UnfitValueError("at least one value", "An empty list renders to nothing.")
    return sorted(items, key=str) if isinstance(value, set | frozenset) else items


def _single(value: object, at: Circumstances) -> JSON:
    value = plain(value)
    if is_nothing(value):
        raise UnfitValueError(_EXPECTED, "SQL's own NULL is written in the SQL.")
    if isinstance(value, str):
        return sendable(value)
    if isinstance(value, date):
        moment = as_moment(value, now=at.now, timezone=at.timezone)
        is_time = isinstance(value, datetime)
        return wire_moment(moment, "datetime-with-seconds" if is_time else "date")
    if isinstance(value, int | float | Decimal | Fraction):
        return number(value, _UNDEFINED, at)
    raise UnfitValueError(_EXPECTED)
