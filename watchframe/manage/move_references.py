"""How queries refer to each other: dropdowns, and the texts that read other queries' results."""

from __future__ import annotations

import re
from dataclasses import replace

from watchframe.manage.move_links import OnTarget
from watchframe.models import ParameterDefinition, Query

#: How a text names another query, by the server's word for its data source.
_IN_TEXT = {
    "results": re.compile(r"(?<![A-Za-z0-9])((?:cached_|param_)?query_)([0-9]+)(?![0-9])"),
    "python": re.compile(r"(?<![A-Za-z0-9])(get_query_result\(\s*)([0-9]+)(?![0-9])"),
}

#: The front end writes a query's own id into its parameters, and anew when it is saved.
_OWN_ID = "parentQueryId"


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
        replace(
            item,
            dropdown_query_id=None
            if item.dropdown_query_id is None
            else on_target(item.dropdown_query_id),
            more={name: value for name, value in item.more.items() if name != _OWN_ID},
        )
        for item in query.parameters
    )
