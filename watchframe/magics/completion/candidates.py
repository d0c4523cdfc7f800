"""What can stand at a cursor, as pairs of the text to insert and a word on what it is."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from watchframe.errors import WatchframeError
from watchframe.magics.completion.cursor import Cursor
from watchframe.magics.completion.server_names import ServerNames
from watchframe.magics.options import OPTIONS
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters import DYNAMIC_DATES, DYNAMIC_RANGES
from watchframe.parameters.written_values import write_value
from watchframe.reference import parse_reference

#: Offered for --max-age and --timeout.
_AGES = {
    "0": "always run it",
    "15m": "15 minutes",
    "1h": "1 hour",
    "1d": "1 day",
    "7d": "7 days",
    "any": "any result will do",
}
_TIMEOUTS = {"30s": "30 seconds", "5m": "5 minutes", "1h": "1 hour", "none": "for ever"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A completion.

    Attributes
    ----------
    text : str
        What takes the fragment's place.
    meaning : str
        What is shown beside it.
    """

    text: str
    meaning: str


def candidates(cursor: Cursor, names: ServerNames, *, deadline: float) -> list[Candidate]:
    """Give what can stand at `cursor`, in the order in which it is to be shown.

    Parameters
    ----------
    cursor : Cursor
    names : ServerNames
        What the server is known to have.
    deadline : float
        The monotonic time until which the server may be waited for.
    """
    if cursor.kind == "option":
        return list(_options(cursor))
    if cursor.kind == "query":
        return list(_queries(cursor.fragment, names, deadline))
    if cursor.kind == "option value":
        return list(_option_values(cursor, names, deadline))
    query = _query(cursor, names, deadline)
    if query is None:
        return []
    found = _parameters if cursor.kind == "parameter" else _values
    return list(found(cursor, query))


def _options(cursor: Cursor) -> Iterator[Candidate]:
    for option in OPTIONS:
        if option.kind == "parameters" or option.name not in cursor.given:
            for flag in option.flags if cursor.fragment else option.flags[-1:]:
                if flag.startswith(cursor.fragment):
                    yield Candidate(text=flag, meaning=option.value or "switch")


def _queries(fragment: str, names: ServerNames, deadline: float) -> Iterator[Candidate]:
    wanted = fragment.strip("'\"").casefold()
    for query_id, name in names.queries(wanted, deadline=deadline):
        if str(query_id).startswith(wanted) or wanted in name.casefold():
            yield Candidate(text=str(query_id), meaning=name)


def _option_values(cursor: Cursor, names: ServerNames, deadline: float) -> Iterator[Candidate]:
    option = cursor.option
    if option is None:
        return
    known: dict[str, str] = dict.fromkeys(option.choices, option.value or "")
    if option.name == "max_age":
        known = _AGES
    elif option.name == "timeout":
        known = _TIMEOUTS
    elif option.name == "source":
        known = dict(names.data_sources(deadline=deadline))
    for value, meaning in known.items():
        if _starts(value, cursor.typed):
            yield Candidate(text=_as_word(value, cursor), meaning=meaning)


def _parameters(cursor: Cursor, query: Query) -> Iterator[Candidate]:
    for definition in query.parameters:
        name = definition.name
        if name not in cursor.given and _starts(name, cursor.typed):
            if cursor.is_body:
                yield Candidate(text=f"{name}: ", meaning=definition.type)
            else:
                yield Candidate(text=f"{_as_word(name, cursor)}=", meaning=definition.type)


def _values(cursor: Cursor, query: Query) -> Iterator[Candidate]:
    definition = next((item for item in query.parameters if item.name == cursor.parameter), None)
    if definition is None:
        return
    for value, meaning in _known_values(definition):
        if _starts(value, cursor.typed):
            written = write_value(value)
            is_plain = cursor.is_body or cursor.is_bracketed
            yield Candidate(
                text=written if is_plain else _as_word(written, cursor),
                meaning=meaning,
            )


def _known_values(definition: ParameterDefinition) -> Iterable[tuple[str, str]]:
    if definition.enum_options:
        return [(value, definition.title) for value in definition.enum_options if value]
    if "range" in definition.type:
        return [(name, item.label) for name, item in DYNAMIC_RANGES.items()]
    return DYNAMIC_DATES.items() if definition.type.startswith("date") else ()


def _query(cursor: Cursor, names: ServerNames, deadline: float) -> Query | None:
    if cursor.query is None:
        return None
    try:
        reference = parse_reference(cursor.query)
    except WatchframeError:
        return None
    return names.query(reference, deadline=deadline)


def _starts(value: str, typed: str) -> bool:
    return value.casefold().startswith(typed.lstrip("'\"").casefold())


def _as_word(value: str, cursor: Cursor) -> str:
    """Return `value` as the word, or the end of the word, that the line reads as `value`."""
    quote = cursor.open_quote or cursor.fragment[:1]
    if quote == "'":
        within = value.replace("'", "'\"'\"'")  # nothing escapes between single quotes
    elif quote == '"':
        within = value.replace("\\", "\\\\").replace('"', '\\"')
    else:
        return shlex.quote(value)
    return f"{within}{quote}" if cursor.open_quote else f"{quote}{within}{quote}"
