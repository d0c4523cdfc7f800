"""From a dict as people write it to exactly what the server takes, every parameter of the query."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from watchframe.errors import ArgumentError, ParameterWarning
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.definitions import default_of, definitions_of, undefined_names
from watchframe.parameters.json_type import JSON
from watchframe.parameters.page_url import values_of_url
from watchframe.parameters.parameter_types import FALLBACK, PARAMETER_TYPES
from watchframe.parameters.plain import is_nothing, lasting
from watchframe.parameters.refusals import missing, undefined, unfit, unknown
from watchframe.parameters.tags import parameters_in, quotes_around
from watchframe.parameters.understanding import Circumstances, UnfitValueError

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
                _warn(
                    f"A value of {name!r} holds {quote}, and the server puts it between {quote} "
                    "without escaping: the SQL will probably be broken."
                )
                break
    for name in parameters_in(text):
        if "." in name and name in wire:
            _warn(
                f"No value of {name!r} reaches {{{{ {name} }}}}: the server takes the dot for a "
                "path and renders nothing. Give the parameter a name without a dot."
            )


def _warn(message: str) -> None:
    warnings.warn(ParameterWarning(message), stacklevel=4)
