"""The errors of parameters: each names the parameter, the query, and what would have been right."""

from __future__ import annotations

from watchframe.errors import MissingParameterError, ParameterValueError, UnknownParameterError
from watchframe.hints import Hint, Kind
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.types import FALLBACK, PARAMETER_TYPES
from watchframe.parameters.values import UnfitValueError, did_you_mean, nearest, shown


def unknown(name: object, known: tuple[str, ...], query: Query | None) -> UnknownParameterError:
    """Say that the query (or the SQL, where it is None) has no parameter `name`."""
    close = nearest(name, known)
    stem, _, end = str(name).rpartition(".")
    if stem in known and end in ("start", "end"):
        close = (stem,)
        hint: str = Hint(Kind.WHOLE_RANGE, name=stem)
    elif known:
        hint = did_you_mean(close) or f"It has: {', '.join(known)}."
    else:
        hint = "It has no parameters."
    return UnknownParameterError(
        f"{_capitalised(_label(query))} has no parameter {name!r}.",
        name=str(name),
        known=known,
        suggestions=close,
        query_id=query.id if query else None,
        query_name=query.name if query else None,
        hint=hint,
    )


def missing(definition: ParameterDefinition, query: Query) -> MissingParameterError:
    """Say that a parameter has neither a value nor a default."""
    takes = PARAMETER_TYPES.get(definition.type, FALLBACK).takes
    return MissingParameterError(
        f"Parameter {definition.name!r} ({definition.type}) of {_label(query)} has no default, "
        "and no value was given.",
        name=definition.name,
        query_id=query.id,
        query_name=query.name,
        hint=Hint(Kind.GIVE_VALUE, name=definition.name, takes=takes),
    )


def undefined(name: str, query: Query) -> MissingParameterError:
    """Say that the text uses a parameter that the query does not define."""
    return MissingParameterError(
        f"The text of {_label(query)} uses the parameter {name!r}, which the query does not "
        "define: the server would refuse it with a value and without.",
        name=name,
        query_id=query.id,
        query_name=query.name,
        hint="Open the query in its editor and save it: that adds the definition.",
    )


def unfit(
    definition: ParameterDefinition,
    value: object,
    error: UnfitValueError,
    query: Query,
    *,
    is_given: bool,
) -> ParameterValueError:
    """Say that a value (or, where it was not given, the saved default) does not fit."""
    what = "cannot be" if is_given else "has a saved default that does not fit,"
    return ParameterValueError(
        f"Parameter {definition.name!r} ({definition.type}) of {_label(query)} {what} "
        f"{shown(value)}: it takes {error.expected}.",
        name=definition.name,
        value=value,
        expected=error.expected,
        query_id=query.id,
        query_name=query.name,
        hint=error.hint if is_given or error.hint else "Give the parameter a value.",
    )


def sql_missing(name: str, takes: str) -> MissingParameterError:
    """Say that a parameter of ad-hoc SQL has no value."""
    return MissingParameterError(
        f"The SQL's parameter {name!r} has no value.",
        name=name,
        hint=Hint(Kind.GIVE_VALUE, name=name, takes=takes),
    )


def sql_unfit(name: str, value: object, error: UnfitValueError) -> ParameterValueError:
    """Say that a value cannot be put into ad-hoc SQL."""
    return ParameterValueError(
        f"The SQL's parameter {name!r} cannot be {shown(value)}: it takes {error.expected}.",
        name=name,
        value=value,
        expected=error.expected,
        hint=error.hint,
    )


def _label(query: Query | None) -> str:
    return f"query {query.id} {query.name!r}" if query else "the SQL"


def _capitalised(label: str) -> str:
    return label[0].upper() + label[1:]
