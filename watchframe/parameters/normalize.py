"""From a dict as people write it to exactly what the server takes, every parameter of the query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from fractions import Fraction

from watchframe.errors import ArgumentError, ParameterWarning, warn_caller
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.errors import missing, sql_missing, sql_unfit, undefined, unfit, unknown
from watchframe.parameters.moments import as_moment, as_span, wire_moment
from watchframe.parameters.page_url import values_of_url
from watchframe.parameters.templates import parameters_in, quotes_around
from watchframe.parameters.types import FALLBACK, PARAMETER_TYPES, number, sendable, span
from watchframe.parameters.values import (
    JSON,
    Circumstances,
    UnfitValueError,
    is_nothing,
    lasting,
    plain,
)

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


DropdownOptions = Callable[[ParameterDefinition], Sequence[str] | None]


def normalise_parameters(
    query: Query,
    params: Mapping[str, object] | None,
    *,
    url_parameters: Mapping[str, str] | None = None,
    now: datetime,
    timezone: tzinfo,
    dropdown_options: DropdownOptions | None = None,
) -> dict[str, JSON]:
    """Return every parameter of `query` in wire form, in the order of its definition.

    A saved parameter that the text does not use is sent only where a value is given for it. Giving
    back what came out gives the same again.

    Parameters
    ----------
    query : Query
    params : mapping or None
        What the caller gives; wins over `url_parameters`, which win over the saved defaults.
    url_parameters : mapping, optional
        The ``p_`` values of a page's URL as they stand there.
    now : datetime
        Aware; what dynamic dates are counted from.
    timezone : tzinfo
        Where they are told.
    dropdown_options : callable, optional
        Gives the choices of a ``query`` parameter, or None where they are not known. It is called
        once everything else has been found good, since it may have to ask the server.

    Raises
    ------
    UnknownParameterError
        The query has no parameter of that name.
    MissingParameterError
        A parameter has neither a value nor a default, or the text uses one that is not defined.
    ParameterValueError
        A value does not fit its definition.
    ArgumentError
        `params` is not a mapping.

    Warns
    -----
    ParameterWarning
        A value holds the quote that stands around it, or cannot reach the text.
    """
    definitions = {item.name: item for item in definitions_of(query)}
    given = {**values_of_url(url_parameters or {}, definitions), **lasting_parameters(params)}
    for name in given:
        if name not in definitions:
            raise unknown(name, tuple(definitions), query)
    for name in undefined_names(query):
        raise undefined(name, query)
    used = definitions_of(query, used_only=True)
    sent = [item for item in definitions.values() if item.name in given or item in used]
    for item in sent:
        if item.name not in given and default_of(item) is None:
            raise missing(item, query)
    wire = _Wire(query, given, now, timezone)
    # In two rounds: the second may ask the server.
    known = {item.name: wire.of(item) for item in sent}
    if dropdown_options is not None:
        for item in sent:
            if item.type == "query":
                known[item.name] = wire.of(item, dropdown_options(item))
    warn_of_text(query.text, known, sent)
    return known


@dataclass(frozen=True, slots=True)
class _Wire:
    """Gives wire forms, and names query and parameter where there is none."""

    query: Query
    given: Mapping[str, object]
    now: datetime
    timezone: tzinfo

    def of(self, definition: ParameterDefinition, options: Sequence[str] | None = None) -> JSON:
        is_given = definition.name in self.given
        value = self.given[definition.name] if is_given else default_of(definition)
        at = Circumstances(now=self.now, timezone=self.timezone, options=options)
        try:
            return _understood(value, definition, at)
        except UnfitValueError as error:
            raise unfit(definition, value, error, self.query, is_given=is_given) from None


def _understood(value: object, definition: ParameterDefinition, at: Circumstances) -> JSON:
    type_ = PARAMETER_TYPES.get(definition.type, FALLBACK)
    if is_nothing(value):
        raise UnfitValueError(type_.takes, "Leave the parameter out to have its saved default.")
    return type_.understand(value, definition, at)


def lasting_parameters(params: Mapping[str, object] | None) -> dict[str, object]:
    """Give parameters that can be normalised more than once, also where a value is a generator.

    Raises
    ------
    ArgumentError
        `params` is not a mapping.
    """
    if params is None:
        return {}
    if not isinstance(params, Mapping):
        raise ArgumentError(
            f"params is a {type(params).__name__}, not a mapping of names to values.",
            hint='Give a dict, such as {"market": "WETH"}.',
        )
    return lasting(params)


def warn_of_text(
    text: str, wire: Mapping[str, JSON], definitions: Sequence[ParameterDefinition]
) -> None:
    """Warn of values that the text cannot take: the server escapes nothing.

    Parameters
    ----------
    text : str
        The query's text.
    wire : mapping
        The values in wire form.
    definitions : sequence of ParameterDefinition
        They say in which quotes the server puts the items of lists.
    """
    quotes = quotes_around(text)
    of_items = {item.name: item.multi.prefix for item in definitions if item.multi is not None}
    for name, value in wire.items():
        values = value if isinstance(value, list) else [value]
        # A quote that stands twice is already escaped, as SQL has it.
        around = sorted(quotes.get(name, set()) | {of_items.get(name, "")} - {""})
        for quote in around:
            if any(quote in str(item).replace(quote * 2, "") for item in values):
                warn_caller(
                    ParameterWarning(
                        f"A value of {name!r} holds {quote}, and the server puts it between "
                        f"{quote} without escaping: the SQL will probably be broken."
                    )
                )
                break
    for name in parameters_in(text):
        if "." in name and name in wire:
            warn_caller(
                ParameterWarning(
                    f"No value of {name!r} reaches {{{{ {name} }}}}: the server takes the dot for "
                    "a path and renders nothing. Give the parameter a name without a dot."
                )
            )


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
            raise sql_missing(name, _EXPECTED)
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
