"""The Mustache tags of a query's text: which parameters it has, and what it becomes with values."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pystache
from pystache.parser import ParsingError

from watchframe.errors import ArgumentError
from watchframe.models import MultiValues, ParameterDefinition
from watchframe.parameters.sql_text import sql_pieces
from watchframe.parameters.values import JSON

#: ``{{ name }}``, ``{{{ name }}}``, the head of a section, a comment, ... A third brace belongs to
#: a tag only where it opens with three: JSON may end right behind a tag.
_TAG = re.compile(
    r"""
    \{\{ \s*
    (?: (?P<comment>!) .*?
      | (?: (?P<brace>\{) | (?P<sign>[#^&/>=]) )? \s* (?P<name>[^{}]*?) \s* (?(brace)\}?)
    )
    \}\}
    """,
    re.DOTALL | re.VERBOSE,
)
#: The kinds of tags that write a value.
VALUES = frozenset({"", "{", "&"})
#: The kinds of tags that name a parameter.
_NAMES = VALUES | {"#"}
_NO_MULTI = MultiValues()
#: Functions, filters and the like: no known server has them, some fork may.
_CALL = re.compile(r"""[()|"']""")
#: Digits of a float that a server on Python 2 (up to version 8) writes.
_DIGITS = 12


class Tag(NamedTuple):
    """A tag of a query's text.

    `kind` is the sign that it begins with: ``""``, ``"{"`` and ``"&"`` write a value, ``"#"`` and
    ``"^"`` open a section, ``"/"`` closes it, ``"!"`` is a comment, ``">"`` takes in another
    template, ``"="`` sets other delimiters. ``text[start:end]`` is the tag itself.
    """

    kind: str
    name: str
    start: int
    end: int


@functools.lru_cache(maxsize=64)  # a read asks several times for the tags of one text
def tags_in(text: str) -> tuple[Tag, ...]:
    """Return the tags in order."""
    return tuple(
        Tag(
            match["comment"] or match["brace"] or match["sign"] or "",
            match["name"] or "",
            *match.span(),
        )
        for match in _TAG.finditer(text)
    )


def parameters_in(text: str) -> dict[str, bool]:
    """Return the names of parameters in order, and whether each is a range.

    A range is used as ``name.start`` and ``name.end``.
    """
    found: dict[str, bool] = {}
    for name in _names_in(text):
        stem, dot, end = name.rpartition(".")
        is_range = bool(dot) and end in ("start", "end")
        key = stem if is_range else name
        found[key] = found.get(key, False) or is_range
    return found


def quotes_around(text: str) -> dict[str, set[str]]:
    """Return the quotes in which each name's tags stand; names outside of quotes are left out."""
    found: dict[str, set[str]] = {}
    for _, piece in sql_pieces(text):
        if piece[0] in "'\"" and "{{" in piece:
            for name in _names_in(piece):
                found.setdefault(name, set()).add(piece[0])
    return found


def render_query(
    text: str, parameters: Mapping[str, JSON], definitions: Sequence[ParameterDefinition]
) -> str:
    """Return the SQL with the values put in: raw, lists joined, as the server does it.

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
    # Without partials of its own, pystache would look for {{> name}} among this machine's files.
    no_partials: dict[str, str] = {}
    renderer = pystache.Renderer(
        escape=lambda value: value, missing_tags="ignore", partials=no_partials
    )
    try:
        return str(renderer.render(_template(text), joined))
    except ParsingError as error:
        raise ArgumentError(f"The query's text is not a template: {error}.") from None


def rendering_doubt(text: str, parameters: Mapping[str, JSON]) -> str | None:
    """Return why some server may render this in another way than `render_query`, or None."""
    return next(_doubts(text, parameters), None)


def _names_in(text: str) -> list[str]:
    return [tag.name for tag in tags_in(text) if tag.kind in _NAMES and tag.name]


@functools.lru_cache(maxsize=64)
def _template(text: str) -> pystache.parser.ParsedTemplate:
    return pystache.parse(text)


def _join(values: Sequence[JSON], multi: MultiValues) -> str:
    return multi.separator.join(f"{multi.prefix}{value}{multi.suffix}" for value in values)


def _doubts(text: str, parameters: Mapping[str, JSON]) -> Iterator[str]:
    for tag in tags_in(text):
        if tag.kind == ">":
            yield f"its text takes in another template, {tag.name!r}"
        if tag.kind == "=":
            yield "its text sets other delimiters than {{ and }}"
        if _CALL.search(tag.name):
            yield f"{tag.name!r} in its text is more than a parameter's name"
        if tag.kind in VALUES and isinstance(parameters.get(tag.name), dict):
            yield f"its text writes out the whole range {tag.name!r}"
    if "{{" in _TAG.sub("", text):
        yield "braces in its text open no tag"
    for name, value in parameters.items():
        if isinstance(value, float) and float(f"{value:.{_DIGITS}g}") != value:
            yield f"old servers write {name!r} with {_DIGITS} digits"
