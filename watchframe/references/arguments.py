"""Decorators of functions that take a reference: no frame holds the text of an address and its key.

A traceback may show the variables of each frame (``%xmode Verbose``, pytest, Sentry).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from watchframe.errors import ArgumentError, QueryReferenceError
from watchframe.references.dashboards import parse_dashboard_reference
from watchframe.references.queries import QueryReference, parse_reference, parse_references

P = ParamSpec("P")
R = TypeVar("R")


#: Returns the error of arguments that a function cannot be called with, or None.
Refusal = Callable[[Callable[..., Any], Sequence[object], Mapping[str, object]], Exception | None]


def takes_query(function: Callable[P, R], refusal: Refusal | None = None) -> Callable[P, R]:
    """Have a function's argument ``query`` parsed before anything else.

    Parameters
    ----------
    function : callable
    refusal : callable, optional
        Called with the function, its arguments and its keywords; by default `misfit` is.
    """
    return _parsed(function, "query", parse_reference, refusal or misfit)


def takes_queries(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function's argument ``queries``, a list of them, parsed; as `takes_query`."""
    return _parsed(function, "queries", parse_references, misfit)


def takes_query_or_queries(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function's argument ``query``, one or a list of them, parsed; as `takes_query`."""
    return _parsed(function, "query", _one_or_several, misfit)


def _one_or_several(
    query: int | str | QueryReference | list[Any] | tuple[Any, ...],
) -> QueryReference | tuple[QueryReference, ...]:
    try:
        return (
            parse_references(query) if isinstance(query, list | tuple) else parse_reference(query)
        )
    finally:
        del query  # an address may hold a key


def takes_dashboard(function: Callable[P, R], refusal: Refusal | None = None) -> Callable[P, R]:
    """Have a function's argument ``dashboard`` parsed before anything else; as `takes_query`."""
    return _parsed(function, "dashboard", parse_dashboard_reference, refusal or misfit)


def misfit(
    function: Callable[..., Any], args: Sequence[object], kwargs: Mapping[str, object]
) -> TypeError | None:
    """Return the error of a keyword that there is not, or of an argument too many; or None."""
    name, known = function.__qualname__, parameters_of(function)
    places = sum(item.kind is not item.KEYWORD_ONLY for item in known.values())
    if len(args) > places:
        return TypeError(f"{name}() takes {places} positional arguments but {len(args)} were given")
    other = next((word for word in kwargs if word not in known), None)
    if other is not None:
        return TypeError(f"{name}() got an unexpected keyword argument {other!r}")
    return None


@functools.cache
def parameters_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return a function's parameters by name."""
    return inspect.signature(function).parameters


def _parsed(
    function: Callable[P, R], noun: str, parse: Callable[[Any], object], refusal: Refusal
) -> Callable[P, R]:
    parameters = parameters_of(function)
    at, default = list(parameters).index(noun), parameters[noun].default

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            if noun in kwargs:
                if kwargs[noun] is not default:
                    kwargs[noun] = parse(kwargs[noun])
            elif len(args) > at and args[at] is not default:
                args = (*args[:at], parse(args[at]), *args[at + 1 :])  # type: ignore[assignment]
        except (ArgumentError, QueryReferenceError):
            args, kwargs = (), {}  # type: ignore[assignment]
            raise
        error = refusal(function, args, kwargs)
        if error is not None:
            args, kwargs = (), {}  # type: ignore[assignment]
            raise error
        return function(*args, **kwargs)

    return wrapper
