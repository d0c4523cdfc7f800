"""How queries refer to each other: dropdowns, and the texts that read other queries' results."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from watchframe.models import ParameterDefinition, Query

#: How a text names another query, by the server's word for its data source.
_IN_TEXT = {
    "results": re.compile(r"(?<![A-Za-z0-9])((?:cached_|param_)?query_)([0-9]+)(?![0-9])"),
    "python": re.compile(r"(?<![A-Za-z0-9])(get_query_result\(\s*)([0-9]+)(?![0-9])"),
}

#: A query's id on the source -> that on the target; None where it is not there (yet).
OnTarget = Callable[[int], int | None]


def referred_queries(query: Query, source_type: str) -> list[int]:
    """Give the ids of the queries that a query needs, each once."""
    found = [
        item.dropdown_query_id for item in query.parameters if item.dropdown_query_id is not None
    ]
    pattern = _IN_TEXT.get(source_type)
    if pattern is not None:
        found += [int(match[2]) for match in pattern.finditer(query.text)]
    return list(dict.fromkeys(found))


def moved_text(query: Query, source_type: str, on_target: OnTarget) -> str:
    """Give a query's text with the target's ids; an unknown id stays."""
    pattern = _IN_TEXT.get(source_type)
    if pattern is None:
        return query.text

    def renamed(match: re.Match[str]) -> str:
        return f"{match[1]}{on_target(int(match[2])) or match[2]}"

    return pattern.sub(renamed, query.text)


def moved_parameters(query: Query, on_target: OnTarget) -> tuple[ParameterDefinition, ...]:
    """Give a query's parameters with the target's ids; a dropdown of an unknown id has none."""
    return tuple(
        item
        if item.dropdown_query_id is None
        else replace(item, dropdown_query_id=on_target(item.dropdown_query_id))
        for item in query.parameters
    )


def moved_links(text: str, servers: tuple[str, str], on_target: Mapping[str, OnTarget]) -> str:
    """Give a text with links to the source's queries and dashboards turned to the target's.

    Parameters
    ----------
    text : str
    servers : tuple of str
        The URLs of the source and the target.
    on_target : mapping
        By ``queries`` and ``dashboards``.
    """
    source, target = servers

    def turned(match: re.Match[str]) -> str:
        number = on_target[match[1]](int(match[2]))
        return match[0] if number is None else f"{target}/{match[1]}/{number}"

    return re.sub(rf"{re.escape(source)}/(queries|dashboards)/([0-9]+)(?![0-9])", turned, text)
