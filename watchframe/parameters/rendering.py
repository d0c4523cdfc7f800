"""The SQL as the server renders it, and whether another SQL is the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pystache
from pystache.parser import ParsingError

from watchframe.errors import ArgumentError
from watchframe.models import MultiValues, ParameterDefinition
from watchframe.parameters.json_type import JSON

_NO_MULTI = MultiValues()
_NO_PARTIALS: dict[str, str] = {}
_LIMIT = " LIMIT 1000"
#: SQL in pieces: quoted texts, comments, the ends of statements, the rest.
_PIECE = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")"""
    r"|(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<end>\s*;\s*)"
    r"|(?P<rest>.)",
    re.DOTALL,
)


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


def is_same_sql(rendered: str, ran: str) -> bool:
    """Whether the server ran `ran` when it was to run `rendered`.

    On its way the SQL may lose what stands behind its last statement (``;``, comments) and white
    space between statements, and gain ``LIMIT 1000``. White space anywhere else must agree.
    """
    wanted, found = _settled(rendered), _settled(ran)
    return found == wanted or found == wanted + _LIMIT


def _join(values: Sequence[JSON], multi: MultiValues) -> str:
    return multi.separator.join(f"{multi.prefix}{value}{multi.suffix}" for value in values)


def _settled(sql: str) -> str:
    pieces = [(match.lastgroup, match[0]) for match in _PIECE.finditer(sql.strip())]
    while pieces and (pieces[-1][0] in ("comment", "end") or pieces[-1][1].isspace()):
        pieces.pop()
    return "".join(";\n" if kind == "end" else piece for kind, piece in pieces)
