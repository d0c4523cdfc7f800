"""Where a person's data is on a server, as requests for access or deletion have to find out."""

from __future__ import annotations

import itertools
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import pandas as pd
import pyarrow as pa

from watchframe.client import Client, chosen_client
from watchframe.decode import decode_query_result
from watchframe.display import ProgressLine
from watchframe.errors import ArgumentError, DecodeError, ServerError
from watchframe.models import Dashboard, Query

logger = logging.getLogger(__name__)

_COLUMNS = ("kind", "id", "name", "place", "field", "count", "value", "result_id", "error")
_DTYPES = dict.fromkeys(_COLUMNS, "string") | dict.fromkeys(
    ("id", "count", "value", "result_id"), "Int64"
)

#: Shorter values are in every result.
_SHORTEST = 3

#: Accents as part of a letter, or as characters of their own.
_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
_SHORT_ESCAPES = {"\n": b"\\n", "\t": b"\\t", "\r": b"\\r", "\b": b"\\b", "\f": b"\\f"}


#: The kind, id and name of a query or dashboard, and the fields of a `_Hit`.
_Row = tuple[str, int, str, str, str | None, int | None, int | None, int | None, str | None]


def find_personal_data(
    value: str | Iterable[str],
    *,
    client: Client | None = None,
    queries: Iterable[int] | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Find a person's e-mail address, name or blockchain address on the server.

    The search covers the texts, names, descriptions and tags of saved queries, the defaults of
    their parameters, the latest stored result of each query, and the names, tags, tiles and fixed
    parameters of dashboards. It ignores case and runs nothing. The values are compared on this
    machine: they are not sent to the server, whose logs would keep them, and not logged; the frame
    does not hold them either.

    Parameters
    ----------
    value : str or iterable of str
        One or several, such as all addresses of a person; each has at least three characters.
    client : Client, optional
        By default that of `watchframe.connect`. Only what its key may read is searched.
    queries : iterable of int, optional
        Only these, by their ids, and no dashboards. By default all that the server lists, archived
        ones too; it does not list other people's drafts.
    progress : bool or None
        Whether to show the progress of a call that takes over a second; None shows it where a
        person is watching.

    Returns
    -------
    pandas.DataFrame
        One row per place: kind (``query`` or ``dashboard``), id (Int64), name, place (``text``,
        ``name``, ``description``, ``tags``, ``parameter default``, ``result``; of dashboards also
        ``tile``, ``fixed parameter``), field (the parameter, the result's column, the tile's id),
        count (Int64: lines of the text, rows of the result), value (Int64: which of the values,
        counted from 0), result_id (Int64), error. A result that could not be searched has a row
        with the reason in ``error``, and so has each query with parameters, whose results the
        server does not list.

    Raises
    ------
    ArgumentError
        A value is too short to mean anything, or there is none.
    ServerError
        Any of its kinds, from the lists of queries and dashboards, a dashboard, or a query of
        `queries`.
    """
    values = _checked(value)
    asked = chosen_client(client)
    with ProgressLine("Searching queries", progress=progress) as line:
        rows = [*_in_queries(asked, values, line.counted(_queries(asked, queries)))]
    if queries is None:
        with ProgressLine("Searching dashboards", progress=progress) as line:
            rows += _in_dashboards(asked, values, line.counted(asked.dashboards.list()))
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_DTYPES)


def _checked(value: str | Iterable[str]) -> list[str]:
    values = [item.strip() for item in ([value] if isinstance(value, str) else value)]
    if not values or min(map(len, values)) < _SHORTEST:
        raise ArgumentError(
            f"There is no value, or one of fewer than {_SHORTEST} characters: it would be found "
            "everywhere.",
            hint="Give whole e-mail addresses, names or blockchain addresses.",
        )
    return values


def _in_queries(client: Client, values: Sequence[str], queries: Iterable[Query]) -> Iterator[_Row]:
    search = BodySearch(*values)
    for query in queries:
        for hit in (*_in_query(query, values), *_in_result(client, query, values, search)):
            yield ("query", query.id, query.name, *hit)


def _queries(client: Client, wanted: Iterable[int] | None) -> Iterator[Query]:
    if wanted is not None:
        return (client.queries.get(number) for number in dict.fromkeys(wanted))
    return itertools.chain(client.queries.list(), client.queries.list(is_archived=True))


def _in_dashboards(
    client: Client, values: Sequence[str], dashboards: Iterable[Dashboard]
) -> Iterator[_Row]:
    for listed in dashboards:
        dashboard = client.dashboards.get(listed.id)
        for hit in _in_dashboard(dashboard, values):
            yield ("dashboard", dashboard.id, dashboard.name, *hit)


class _Hit(NamedTuple):
    """A place of a value, or why a result could not be searched: a row of the frame, in part."""

    place: str
    field: str | None = None
    times: int | None = None
    value: int | None = None
    result_id: int | None = None
    error: str | None = None


def _in_query(query: Query, values: Sequence[str]) -> Iterator[_Hit]:
    """Return the places in a query's definition."""
    texts = {"text": query.text, "name": query.name, "description": query.description}
    for number, value in enumerate(values):
        for place, text in texts.items():
            if count := _lines(value, text):
                yield _Hit(place=place, value=number, times=count)
        if count := sum(_is_in(value, tag) for tag in query.tags):
            yield _Hit(place="tags", value=number, times=count)
        for definition in query.parameters:
            parts = [definition.default, list(definition.enum_options)]
            if _is_in_json(value, parts):
                yield _Hit(place="parameter default", value=number, field=definition.name, times=1)


def _in_dashboard(dashboard: Dashboard, values: Sequence[str]) -> Iterator[_Hit]:
    """Return the places in a dashboard and its tiles; their queries are searched separately."""
    for number, value in enumerate(values):
        if count := _lines(value, dashboard.name):
            yield _Hit(place="name", value=number, times=count)
        if count := sum(_is_in(value, tag) for tag in dashboard.tags):
            yield _Hit(place="tags", value=number, times=count)
        for widget in dashboard.widgets:
            if count := _lines(value, widget.text):
                yield _Hit(place="tile", value=number, field=str(widget.id), times=count)
            for name, mapping in widget.parameter_mappings.items():
                if _is_in_json(value, mapping.value):
                    yield _Hit(place="fixed parameter", value=number, field=name, times=1)


def _in_result(
    client: Client, query: Query, values: Sequence[str], search: BodySearch
) -> Iterator[_Hit]:
    """Yield the columns of a query's latest stored result that contain one of the values."""
    number = query.latest_result_id
    if number is None:
        if query.parameters:
            yield _Hit(place="result", error="The server does not list results with parameters.")
        return
    try:
        with client.query_results.open(number, query_id=query.id) as body:
            if not search.occurs_in(body):
                return
        # Only now is it worth decoding; most results contain no value.
        with client.query_results.open(number, query_id=query.id) as body:
            decoded = decode_query_result(body)
            body.require_result(decoded.info)
    except (ServerError, DecodeError) as error:
        logger.debug("The result %d of query %d could not be searched", number, query.id)
        yield _Hit(place="result", result_id=number, error=error.message)
        return
    hits = [
        _Hit(place="result", value=which, field=name, times=rows, result_id=number)
        for which, value in enumerate(values)
        for name in decoded.table.schema.names
        if (rows := _count_in(decoded.table.column(name), value))
    ]
    yield from hits
    # The result also holds its SQL: the value may be only there.
    sql = decoded.info.query_text or ""
    if not hits and not any(_is_in(value, sql) for value in values):
        yield _Hit(place="result", result_id=number, error="The value is in it, but not as text.")


def _count_in(column: pa.ChunkedArray, value: str) -> int:
    return sum(_is_in(value, str(item)) for item in column.to_pylist() if item is not None)


def _lines(value: str, text: str) -> int:
    """Return how many lines contain a value; 1 where it extends over several lines."""
    if not _is_in(value, text):
        return 0
    return sum(_is_in(value, line) for line in text.splitlines()) or 1


def _is_in_json(value: str, found: object) -> bool:
    return any(_is_in(value, text) for text in _texts(found))


def _texts(value: object) -> Iterator[str]:
    """Return the texts in a JSON value."""
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)
    else:
        yield str(value)


def _is_in(value: str, text: str) -> bool:
    """Whether `text` contains `value`, in any case and with accents of either form."""
    return _plain(value) in _plain(text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


class BodySearch:
    """Finds strings in JSON bytes, in every way in which JSON may write them, in any case.

    Parameters
    ----------
    *values : str
        What is searched for; one of them is enough.
    """

    def __init__(self, *values: str) -> None:
        forms = {
            change(unicodedata.normalize(form, value))
            for value in values
            for form in _FORMS
            for change in (str, str.lower, str.upper, str.casefold)
        }
        patterns = [b"".join(_ways(character) for character in form) for form in sorted(forms)]
        self._pattern = re.compile(b"|".join(patterns), re.IGNORECASE)
        # Twelve bytes are the most that a character takes: two escapes.
        self._overlap = 12 * max(len(form) for form in forms)

    def occurs_in(self, chunks: Iterable[bytes]) -> bool:
        """Whether the body contains one; reads no further than that, and keeps one chunk."""
        rest = b""
        for chunk in chunks:
            window = rest + chunk
            if self._pattern.search(window):
                return True
            rest = window[-self._overlap :]
        return False


def _ways(character: str) -> bytes:
    """Return a pattern for the ways in which JSON may write a character, in either case."""
    same = {character, character.lower(), character.upper()}
    ways = {re.escape(item.encode()) for item in same}
    for item in same:
        units = item.encode("utf-16-be")
        pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
        ways.add(b"".join(b"\\\\u" + pair.encode() for pair in pairs))
    ways |= {re.escape(b"\\" + item.encode()) for item in same if item in '"\\/'}
    ways |= {re.escape(short) for item in same if (short := _SHORT_ESCAPES.get(item))}
    return b"(?:" + b"|".join(sorted(ways, reverse=True)) + b")"
