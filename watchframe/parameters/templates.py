"""The tags and the parameter names in a query's text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pystache
from pystache.parser import ParsingError

from watchframe.errors import ArgumentError
from watchframe.models import MultiValues, ParameterDefinition
from watchframe.parameters.values import JSON

#: A tag of any kind, such as ``{{ name }}``, ``{{{ name }}}`` and the head of a section.
_TAG = re.compile(r"\{\{\s*([{#^&/!>=]?)\s*([^{}]*?)\s*\}?\}\}")
_QUOTED_OR_COMMENT = re.compile(r"""(?P<quote>['"]).*?(?P=quote)|--[^\n]*|/\*.*?\*/""", re.DOTALL)
#: The kinds of tags that name a parameter.
VALUES = frozenset({"", "{", "&", "#"})


def tags_in(text: str) -> list[tuple[str, str]]:
    """Return the tags in order: the sign that tells the kind, and the name."""
    return _TAG.findall(text)


def without_tags(text: str) -> str:
    """Return the text without its tags."""
    return _TAG.sub("", text)


def names_in(text: str) -> list[str]:
    """Return the names in order, each once; a range stands as ``name.start`` and ``name.end``."""
    found = [name for kind, name in tags_in(text) if kind in VALUES and name]
    return list(dict.fromkeys(found))


def quotes_around(text: str) -> dict[str, set[str]]:
    """Return the quotes in which each name's tags stand; names outside of quotes are left out."""
    found: dict[str, set[str]] = {}
    for quoted in _QUOTED_OR_COMMENT.finditer(text):
        if quoted["quote"]:
            for name in names_in(quoted[0]):
                found.setdefault(name, set()).add(quoted["quote"])
    return found


def parameters_in(text: str) -> dict[str, bool]:
    """Give the parameters in order, and whether each is a range."""
    found: dict[str, bool] = {}
    for name in names_in(text):
        stem, dot, end = name.rpartition(".")
        is_range = bool(dot) and end in ("start", "end")
        key = stem if is_range else name
        found[key] = found.get(key, False) or is_range
    return found


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
