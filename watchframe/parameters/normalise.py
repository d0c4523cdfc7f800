"""From a dict as people write it to exactly what the server takes, every parameter of the query."""

from __future__ import annotations

import difflib
import textwrap
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo

from watchframe.errors import (
    MissingParameterError,
    ParameterValueError,
    ParameterWarning,
    UnknownParameterError,
)
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.json_type import JSON
from watchframe.parameters.page_url import values_of_url
from watchframe.parameters.tags import parameters_in
from watchframe.parameters.values import (
    FALLBACK,
    PARAMETER_TYPES,
    Circumstances,
    UnfitValueError,
)

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
    """Give every parameter of `query` in wire form, in the order of its definition.

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
        Gives the choices of a ``query`` parameter, or None where they are not known.

    Raises
    ------
    UnknownParameterError, MissingParameterError, ParameterValueError
    """
    definitions = {item.name: item for item in _definitions(query)}
    given = {**values_of_url(url_parameters or {}, definitions), **(params or {})}
    for name in given:
        if name not in definitions:
            raise _unknown(name, definitions, query)
    wire: dict[str, JSON] = {}
    for definition in definitions.values():
        value = given.get(definition.name)
        if definition.name not in given:
            value = _default(definition)
            if value is None:
                raise _missing(definition, query)
        options = None
        if definition.type == "query" and dropdown_options is not None:
            options = dropdown_options(definition)
        circumstances = Circumstances(now=now, timezone=timezone, options=options)
        wire[definition.name] = _understood(definition, value, circumstances, query)
    return wire


def _definitions(query: Query) -> list[ParameterDefinition]:
    """Give the saved definitions and, where there are none at all, the names in the text.

    With definitions, the server refuses any other name; without, it takes anything.
    """
    used = parameters_in(query.text)
    if query.parameters:
        return [
            item for item in query.parameters if item.name in used or _default(item) is not None
        ]
    return [
        ParameterDefinition(
            name=name, type="datetime-range-with-seconds" if is_range else "text", title=name
        )
        for name, is_range in used.items()
    ]


def _default(definition: ParameterDefinition) -> object:
    """Give what the front end shows before anybody touches it; None for nothing."""
    value = definition.default
    if value is None or value in ("", []):
        if definition.use_current_datetime and definition.type.startswith("date"):
            return "d_now"
        if definition.type == "enum" and definition.multi is None and definition.enum_options:
            return definition.enum_options[0]
        return None
    return value


def _understood(
    definition: ParameterDefinition, value: object, circumstances: Circumstances, query: Query
) -> JSON:
    type_ = PARAMETER_TYPES.get(definition.type, FALLBACK)
    try:
        wire = type_.understand(value, definition, circumstances)
    except UnfitValueError as error:
        raise ParameterValueError(
            f"Parameter {definition.name!r} ({definition.type}) of {_label(query)} cannot be "
            f"{_shown(value)}: it takes {error.expected}.",
            name=definition.name,
            value=value,
            expected=error.expected,
            query_id=query.id,
            query_name=query.name,
            hint=error.hint,
        ) from None
    _warn_of_quotes(definition, wire)
    return wire


def _warn_of_quotes(definition: ParameterDefinition, wire: JSON) -> None:
    """Warn of values that end the quotes around them: the server escapes nothing."""
    quote = definition.multi.prefix if definition.multi is not None else ""
    if quote and isinstance(wire, list) and any(quote in str(value) for value in wire):
        warnings.warn(
            ParameterWarning(
                f"A value of {definition.name!r} holds {quote}, and the server puts it between "
                f"{quote} without escaping: the SQL will probably be broken."
            ),
            stacklevel=2,
        )


def _unknown(
    name: str, definitions: Mapping[str, ParameterDefinition], query: Query
) -> UnknownParameterError:
    known = tuple(definitions)
    close = tuple(difflib.get_close_matches(name, known, n=3))
    if close:
        hint = f"Did you mean {' or '.join(map(repr, close))}?"
    else:
        hint = f"It has: {', '.join(known)}." if known else "It has no parameters."
    return UnknownParameterError(
        f"{_label(query)} has no parameter {name!r}.",
        name=name,
        known=known,
        suggestions=close,
        query_id=query.id,
        query_name=query.name,
        hint=hint,
    )


def _missing(definition: ParameterDefinition, query: Query) -> MissingParameterError:
    takes = PARAMETER_TYPES.get(definition.type, FALLBACK).takes
    return MissingParameterError(
        f"Parameter {definition.name!r} ({definition.type}) of {_label(query)} has no default, "
        "and no value was given.",
        name=definition.name,
        query_id=query.id,
        query_name=query.name,
        hint=f"Give it {takes}.",
    )


def _label(query: Query) -> str:
    return f"Query {query.id} {query.name!r}"


def _shown(value: object) -> str:
    return textwrap.shorten(repr(value), 60, placeholder="...")
