"""From a dict of values to what the server takes: every parameter, those left out by default."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from fractions import Fraction

from watchframe.caller_warnings import warn_caller
from watchframe.errors import ArgumentError, ParameterWarning
from watchframe.hints import Hint, Kind
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.errors import (
    missing_sql_value,
    missing_value,
    undefined_parameter,
    unfit_sql_value,
    unfit_value,
    unknown_parameter,
)
from watchframe.parameters.moments import as_moment, as_span, wire_moment
from watchframe.parameters.page_url import values_of_url
from watchframe.parameters.templates import parameters_in, quotes_around
from watchframe.parameters.types import number, parameter_type, sendable, span
from watchframe.parameters.values import JSON, Context, UnfitValueError, is_null, to_python

DropdownOptions = Callable[[ParameterDefinition], Sequence[str] | None]

_SINGLE_DATES = frozenset({"date", "datetime-local", "datetime-with-seconds"})
_RANGE_OF_TEXT = "datetime-range-with-seconds"


def normalize_parameters(
    query: Query,
    params: Mapping[str, object] | None,
    *,
    url_parameters: Mapping[str, str] | None = None,
    now: datetime,
    timezone: tzinfo,
    dropdown_options: DropdownOptions | None = None,
) -> dict[str, JSON]:
    """Return every parameter of `query` in wire form, in the order of its definition.

    A saved parameter that the text does not use is sent only where a value is given for it. The
    result, given as `params`, comes out unchanged.

    Parameters
    ----------
    query : Query
    params : mapping or None
        The caller's values; they win over `url_parameters`, which win over the saved defaults.
    url_parameters : mapping, optional
        The ``p_`` values of a page's URL as they stand there.
    now : datetime
        Aware; what dynamic dates are counted from.
    timezone : tzinfo
        Where they are counted.
    dropdown_options : callable, optional
        Returns the choices of a ``query`` parameter, or None where they are not known. It is called
        once everything else is known to be good, since it may have to ask the server.

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
    values = {**values_of_url(url_parameters or {}, definitions), **params_dict(params)}
    _check_names(query, values, definitions)
    used = {item.name for item in definitions_of(query, used_only=True)}
    sent = [item for name, item in definitions.items() if name in values or name in used]
    for item in sent:
        if item.name not in values and default_of(item) is None:
            raise missing_value(item, query)

    def wire_of(item: ParameterDefinition, options: Sequence[str] | None = None) -> JSON:
        is_default = item.name not in values
        value = default_of(item) if is_default else values[item.name]
        try:
            return wire_value(value, item, Context(now=now, timezone=timezone, options=options))
        except UnfitValueError as error:
            raise unfit_value(item, value, error, query, is_default=is_default) from None

    # In two rounds: the second may ask the server.
    wire = {item.name: wire_of(item) for item in sent}
    if dropdown_options is not None:
        dropdowns = [item for item in sent if item.type == "query"]
        wire |= {item.name: wire_of(item, dropdown_options(item)) for item in dropdowns}
    for doubt in text_doubts(query.text, wire, sent):
        warn_caller(ParameterWarning(doubt))
    return wire


def _check_names(query: Query, values: Iterable[str], definitions: Mapping[str, object]) -> None:
    for name in values:
        if name not in definitions:
            raise unknown_parameter(name, tuple(definitions), query)
    for name in parameters_in(query.text):
        if name not in definitions:
            # The server misses a value for it, and refuses any value.
            raise undefined_parameter(name, query)


def definitions_of(query: Query, *, used_only: bool = False) -> list[ParameterDefinition]:
    """Return the saved definitions or, where there are none at all, one for each name in the text.

    With definitions, the server refuses any other name; without, it takes anything. With
    `used_only`, only those that the text uses: the front end drops the others. A text that is not
    told, on a shared dashboard, may use all of them.
    """
    names = parameters_in(query.text)
    if query.parameters:
        may_use_all = not (used_only and query.text)
        return [item for item in query.parameters if may_use_all or item.name in names]
    return [
        ParameterDefinition(name=name, type=_RANGE_OF_TEXT if is_range else "text", title=name)
        for name, is_range in names.items()
    ]


def default_of(definition: ParameterDefinition) -> object:
    """Return a parameter's value where none is given, as in the front end; None for nothing.

    It may not fit its own definition, and dynamic names are not resolved.
    """
    value = definition.default
    options = definition.enum_options if definition.type == "enum" else ()
    if value is None or value == [] or (value == "" and "" not in options):
        if definition.use_current_datetime and definition.type in _SINGLE_DATES:
            return "d_now"
        return options[0] if options and definition.multi is None else None
    return value


def wire_value(value: object, definition: ParameterDefinition, context: Context) -> JSON:
    """Return a parameter's value in wire form, or raise UnfitValueError."""
    type_ = parameter_type(definition)
    if is_null(value):
        takes = Hint(Kind.TAKES_VALUE, takes=type_.takes)
        raise UnfitValueError(takes, "Leave the parameter out to have its saved default.")
    return type_.convert(value, definition, context)


def params_dict(params: Mapping[str, object] | None) -> dict[str, object]:
    """Return `params` as a dict that can be read more than once: generators become lists.

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
    return {
        name: list(value) if isinstance(value, Iterator) else value
        for name, value in params.items()
    }


def text_doubts(
    text: str, wire: Mapping[str, JSON], definitions: Iterable[ParameterDefinition]
) -> Iterator[str]:
    """Yield, as sentences, which values the text cannot take: the server escapes nothing.

    Parameters
    ----------
    text : str
        The query's text.
    wire : mapping
        The values in wire form.
    definitions : iterable of ParameterDefinition
        They say which quotes the server puts around the items of lists.
    """
    items_of = {
        name: [str(item) for item in (value if isinstance(value, list) else [value])]
        for name, value in wire.items()
    }
    has_quotes = any("'" in item or '"' in item for items in items_of.values() for item in items)
    around = quotes_around(text) if has_quotes else {}
    prefixes = {item.name: item.multi.prefix for item in definitions if item.multi is not None}
    for name, items in items_of.items():
        for quote in sorted(around.get(name, set()) | {prefixes.get(name, "")} - {""}):
            # A doubled quote is already escaped, as SQL has it.
            if any(quote in item.replace(quote * 2, "") for item in items):
                yield (
                    f"A value of {name!r} holds {quote}, and the server puts it between {quote} "
                    "without escaping: the SQL will probably be broken."
                )
                break
    for name in parameters_in(text):
        if "." in name and name in wire:
            yield (
                f"No value of {name!r} reaches {{{{ {name} }}}}: the server takes the dot for a "
                "path and renders nothing. Give the parameter a name without a dot."
            )


_SQL_TAKES = "a string, a number, a date, a datetime, or several of these"
_SQL_NUMBER = ParameterDefinition(name="", type="number", title="")
_SQL_RANGE = ParameterDefinition(name="", type=_RANGE_OF_TEXT, title="")


def normalize_sql_parameters(
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
    wire = sql_values(names, params, now=now, timezone=timezone)
    for doubt in text_doubts(sql, wire, ()):
        warn_caller(ParameterWarning(doubt))
    return wire


def sql_values(
    names: Mapping[str, bool],
    params: Mapping[str, object] | None,
    *,
    now: datetime,
    timezone: tzinfo,
) -> dict[str, JSON]:
    """Return a value in wire form for each of `names`, which says whether it is a range.

    Raises
    ------
    ArgumentError, ParameterError
        As of `normalize_sql_parameters`.
    """
    values = params_dict(params)
    for name in values:
        if name not in names:
            raise unknown_parameter(name, tuple(names), None)
    for name in names:
        if name not in values:
            raise missing_sql_value(name, _SQL_TAKES)
    context = Context(now=now, timezone=timezone)
    wire: dict[str, JSON] = {}
    for name, is_range in names.items():
        convert = _sql_range if is_range else _sql_value
        try:
            wire[name] = convert(values[name], context)
        except UnfitValueError as error:
            raise unfit_sql_value(name, values[name], error) from None
    return wire


def _sql_range(value: object, context: Context) -> JSON:
    wire = span(value, _SQL_RANGE, context)
    ends = as_span(wire, now=context.now, timezone=context.timezone)
    if all(moment.time() == time() for moment in ends):
        start, end = (wire_moment(moment, "date") for moment in ends)
        return {"start": start, "end": end}
    return wire


def _sql_value(value: object, context: Context) -> JSON:
    value = to_python(value)
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return _sql_item(value, context)
    items: list[JSON] = [str(_sql_item(item, context)) for item in value]
    if not items:
        raise UnfitValueError("at least one value", "An empty list renders to nothing.")
    return sorted(items, key=str) if isinstance(value, set | frozenset) else items


def _sql_item(value: object, context: Context) -> JSON:
    value = to_python(value)
    if is_null(value):
        takes = Hint(Kind.TAKES_VALUE, takes=_SQL_TAKES)
        raise UnfitValueError(takes, "SQL's own NULL is written in the SQL.")
    if isinstance(value, str):
        return sendable(value)
    if isinstance(value, date):
        moment = as_moment(value, now=context.now, timezone=context.timezone)
        is_time = isinstance(value, datetime)
        return wire_moment(moment, "datetime-with-seconds" if is_time else "date")
    if isinstance(value, int | float | Decimal | Fraction):
        return number(value, _SQL_NUMBER, context)
    raise UnfitValueError(_SQL_TAKES)
