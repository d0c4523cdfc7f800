"""The SQL as the server renders it, and where that is not certain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pystache
from pystache.parser import ParsingError

from watchframe.errors import ArgumentError
from watchframe.models import MultiValues, ParameterDefinition
from watchframe.parameters.json_type import JSON
from watchframe.parameters.tags import VALUES, tags_in, without_tags

_NO_MULTI = MultiValues()
_NO_PARTIALS: dict[str, str] = {}
#: Functions, filters and the like: no server is known to have them, some fork may.
_CALL = re.compile(r"""[()|"']""")
#: Digits of a float that a server on Python 2 (up to version 8) writes.
_DIGITS = 12


def render_query(
    text: str, parameters: Mapping[str, JSON], definitions: Sequence[ParameterDefinition]
) -> str:
    """Give the SQL with the values put in: raw, lists joined, as the server does it.

    Parameters
    ----------
    text : str
        The query's text, a Mustache template.
    parameters : mapping
        Values in wire form.
    definitions : sequence of ParameterDefinition
        They say how lists are joined; without one, with commas.

    Raises
    ------
    ArgumentError
        The text is not a template: a section's end does not fit its beginning. The server cannot
        run it either.
    """
    multi = {definition.name: definition.multi or _NO_MULTI for definition in definitions}
    joined = {
        name: _join(value, multi.get(name, _NO_MULTI)) if isinstance(value, list) else value
        for name, value in parameters.items()
    }
    # No partials: a ``{{> name}}`` is never looked for among the files of this machine.
    renderer = pystache.Renderer(
        escape=lambda value: value, missing_tags="ignore", partials=_NO_PARTIALS
    )
    try:
        return str(renderer.render(text, joined))
    except ParsingError as error:
        raise ArgumentError(f"The query's text is not a template: {error}.") from None


def rendering_doubt(text: str, parameters: Mapping[str, JSON]) -> str | None:
    """Return why some server may render this in another way than `render_query`, or None."""
    return next(_doubts(text, parameters), None)


def _doubts(text: str, parameters: Mapping[str, JSON]) -> Iterator[str]:
    for kind, name in tags_in(text):
        if kind == ">":
            yield f"its text takes in another template, {name!r}"
        if kind == "=":
            yield "its text sets other delimiters than {{ and }}"
        if kind != "!" and _CALL.search(name):
            yield f"{name!r} in its text is more than a parameter's name"
        if kind in VALUES and kind != "#" and isinstance(parameters.get(name), dict):
            yield f"its text writes out the whole range {name!r}"
    if "{{" in without_tags(text):
        yield "braces in its text open no tag"
    for name, value in parameters.items():
        if isinstance(value, float) and float(f"{value:.{_DIGITS}g}") != value:
            yield f"old servers write {name!r} with {_DIGITS} digits"


def _join(values: Sequence[JSON], multi: MultiValues) -> str:
    return multi.separator.join(f"{multi.prefix}{value}{multi.suffix}" for value in values)
