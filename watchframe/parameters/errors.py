"""The errors of parameters: each names the parameter, the query, and what would have been right."""

from __future__ import annotations

from collections.abc import Mapping

from watchframe.errors import MissingParameterError, ParameterValueError, UnknownParameterError
from watchframe.hints import Hint, Kind
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters.text_syntax import write_value
from watchframe.parameters.types import parameter_type
from watchframe.parameters.values import (
    UnfitValueError,
    did_you_mean,
    nearest,
    short_repr,
    shortened,
)


def unknown_parameter(
    name: object, known: tuple[str, ...], query: Query | None
) -> UnknownParameterError:
    """Return the error that the query (or the SQL, where it is None) has no parameter `name`."""
    suggested = nearest(name, known)
    stem, _, end = str(name).rpartition(".")
    if stem in known and end in ("start", "end"):
        suggested = (stem,)
        hint: str = Hint(Kind.WHOLE_RANGE, name=stem)
    elif known:
        hint = did_you_mean(suggested) or f"It has: {', '.join(known)}."
    else:
        hint = "It has no parameters."
    subject = f"Query {query.id} {query.name!r}" if query else "The SQL"
    return UnknownParameterError(
        f"{subject} has no parameter {name!r}.",
        name=str(name),
        known=known,
        suggestions=suggested,
        query_id=query.id if query else None,
        query_name=query.name if query else None,
        hint=hint,
    )


def missing_value(definition: ParameterDefinition, query: Query) -> MissingParameterError:
    """Return the error that a parameter has neither a value nor a default."""
    return MissingParameterError(
        f"Parameter {definition.name!r} ({definition.type}) of query {query.id} {query.name!r} has "
        "no default: a value is needed.",
        name=definition.name,
        query_id=query.id,
        query_name=query.name,
        hint=Hint(Kind.GIVE_VALUE, name=definition.name, takes=parameter_type(definition).takes),
    )


def undefined_parameter(name: str, query: Query) -> MissingParameterError:
    """Return the error that the text uses a parameter that the query does not define."""
    return MissingParameterError(
        f"The text of query {query.id} {query.name!r} uses the parameter {name!r}, which the query "
        "does not define: the server would refuse it with a value and without.",
        name=name,
        query_id=query.id,
        query_name=query.name,
        hint="Open the query in its editor and save it: that adds the definition.",
    )


def unfit_value(
    definition: ParameterDefinition,
    value: object,
    error: UnfitValueError,
    query: Query,
    *,
    is_default: bool,
) -> ParameterValueError:
    """Return the error that a value or the saved default does not fit."""
    what = "has a saved default that does not fit," if is_default else "cannot be"
    return ParameterValueError(
        Hint(
            Kind.UNFIT_VALUE,
            subject=f"Parameter {definition.name!r} ({definition.type}) of query {query.id} "
            f"{query.name!r}",
            what=what,
            value=_shown(value),
            takes=error.expected,
        ),
        name=definition.name,
        value=value,
        expected=error.expected,
        query_id=query.id,
        query_name=query.name,
        hint=error.hint or ("Give the parameter a value." if is_default else None),
    )


def missing_sql_value(name: str, takes: str) -> MissingParameterError:
    """Return the error that a parameter of ad-hoc SQL has no value."""
    return MissingParameterError(
        f"The SQL's parameter {name!r} has no value.",
        name=name,
        hint=Hint(Kind.GIVE_VALUE, name=name, takes=takes),
    )


def unfit_sql_value(name: str, value: object, error: UnfitValueError) -> ParameterValueError:
    """Return the error that a value cannot be put into ad-hoc SQL."""
    return ParameterValueError(
        Hint(
            Kind.UNFIT_VALUE,
            subject=f"The SQL's parameter {name!r}",
            what="cannot be",
            value=_shown(value),
            takes=error.expected,
        ),
        name=name,
        value=value,
        expected=error.expected,
        hint=error.hint,
    )


def _shown(value: object) -> Hint:
    """Return a value as messages show it: as Python has it, and as it is typed."""
    python = typed = short_repr(value)
    if isinstance(value, Mapping) and set(value) == {"start", "end"}:
        value = (value["start"], value["end"])
    if isinstance(value, list | tuple) and all(isinstance(item, str | int) for item in value):
        typed = shortened(write_value(value))
    return Hint(Kind.VALUE, python=python, typed=typed)
