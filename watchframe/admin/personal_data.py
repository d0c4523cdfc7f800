"""Where a person's data stands on a server: what a request for it, or for its removal, asks."""

from __future__ import annotations

import itertools
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import pyarrow as pa

from watchframe.client import Client, current_client
from watchframe.decode import decode_query_result
from watchframe.display import ProgressLine
from watchframe.errors import ArgumentError, DecodeError, ServerError
from watchframe.models import Dashboard, Query


class BodySearch:
    """Finds texts in JSON, however JSON writes them, in capitals or not.

    Parameters
    ----------
    *values : str
        One of them is enough.
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
        """Whether one stands in the body; no more is read than until there, or kept at once."""
        rest = b""
        for chunk in chunks:
            window = rest + chunk
            if self._pattern.search(window):
                return True
            rest = window[-self._overlap :]
        return False


def is_in(value: str, text: str) -> bool:
    """Whether `value` stands in `text`, in capitals or not, however its accents are written."""
    return _plain(value) in _plain(text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _ways(character: str) -> bytes:
    """Return a pattern for the ways in which JSON may write a character, in either case."""
    same = {character, character.lower(), character.upper()}
    ways = {re.escape(item.encode()) for item in same}
    for item in same:
        units = item.encode("utf-16-be")
        pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
        ways.add(b"".join(b"\\\\u" + pair.encode() for pair in pairs))
    ways |= {re.escape(b"\\" + item.encode()) for item in same if item in '"\\/'}
    ways |= {re.escape(short) for item in same if (short := _SHORT.get(item))}
    return b"(?:" + b"|".join(sorted(ways, reverse=True)) + b")"


#: Accents within a letter, or beside it.
_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
_SHORT = {"\n": b"\\n", "\t": b"\\t", "\r": b"\\r", "\b": b"\\b", "\f": b"\\f"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place, or why one could not be searched.

    Attributes
    ----------
    place : str
        ``text``, ``name``, ``result``, ...
    value : int or None
        Which of the values, counted from 0; None with an error.
    field : str or None
        A column, a parameter, or a tile.
    count : int or None
        Of lines, rows, tags.
    result_id : int or None
    error : str or None
    """

    place: str
    value: int | None = None
    field: str | None = None
    count: int | None = None
    result_id: int | None = None
    error: str | None = None


def in_query(query: Query, values: Sequence[str]) -> Iterator[Hit]:
    """Return the places in a query's definition."""
    texts = {"text": query.text, "name": query.name, "description": query.description}
    for number, value in enumerate(values):
        for place, text in texts.items():
            if count := _lines(value, text):
                yield Hit(place=place, value=number, count=count)
        if count := sum(is_in(value, tag) for tag in query.tags):
            yield Hit(place="tags", value=number, count=count)
        for definition in query.parameters:
            parts = [definition.default, list(definition.enum_options)]
            if _is_in_json(value, parts):
                yield Hit(place="parameter default", value=number, field=definition.name, count=1)


def in_dashboard(dashboard: Dashboard, values: Sequence[str]) -> Iterator[Hit]:
    """Return the places in a dashboard and its tiles; their queries are searched by themselves."""
    for number, value in enumerate(values):
        if count := _lines(value, dashboard.name):
            yield Hit(place="name", value=number, count=count)
        if count := sum(is_in(value, tag) for tag in dashboard.tags):
            yield Hit(place="tags", value=number, count=count)
        for widget in dashboard.widgets:
            if count := _lines(value, widget.text):
                yield Hit(place="tile", value=number, field=str(widget.id), count=count)
            for name, mapping in widget.parameter_mappings.items():
                if _is_in_json(value, mapping.value):
                    yield Hit(place="fixed parameter", value=number, field=name, count=1)


def _lines(value: str, text: str) -> int:
    """Return in how many lines it stands; 1 where it stands in several lines at once."""
    if not is_in(value, text):
        return 0
    return sum(is_in(value, line) for line in text.splitlines()) or 1


def _is_in_json(value: str, found: object) -> bool:
    return any(is_in(value, text) for text in _texts(found))


def _texts(value: object) -> Iterator[str]:
    """Return the texts in a JSON value."""
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)
    else:
        yield str(value)


logger = logging.getLogger(__name__)


def in_result(
    client: Client, query: Query, values: Sequence[str], search: BodySearch
) -> Iterator[Hit]:
    """Yield the columns of a query's latest stored result in which one of the values stands."""
    number = query.latest_result_id
    if number is None:
        if query.parameters:
            yield Hit(place="result", error="The server does not list results with parameters.")
        return
    try:
        with client.query_results.open(number, query_id=query.id) as body:
            if not search.occurs_in(body):
                return
        # Only now is it worth decoding; most results end above, whatever their size.
        with client.query_results.open(number, query_id=query.id) as body:
            decoded = decode_query_result(body)
            body.require_result(decoded.info)
    except (ServerError, DecodeError) as error:
        logger.debug("The result %d of query %d could not be searched", number, query.id)
        yield Hit(place="result", result_id=number, error=error.message)
        return
    hits = [
        Hit(place="result", value=which, field=name, count=rows, result_id=number)
        for which, value in enumerate(values)
        for name in decoded.table.schema.names
        if (rows := _rows_with(decoded.table.column(name), value))
    ]
    yield from hits
    # The result also says which SQL it is of: the value may stand only there.
    sql = decoded.info.query_text or ""
    if not hits and not any(is_in(value, sql) for value in values):
        yield Hit(place="result", result_id=number, error="It is there, but not as a text.")


def _rows_with(column: pa.ChunkedArray, value: str) -> int:
    return sum(is_in(value, str(item)) for item in column.to_pylist() if item is not None)


COLUMNS = ("kind", "id", "name", "place", "field", "count", "value", "result_id", "error")

#: Shorter ones are in every result.
SHORTEST = 3

Found = tuple[str, int, str, Hit]


def find_personal_data(
    value: str | Iterable[str],
    *,
    client: Client | None = None,
    queries: Iterable[int] | None = None,
    progress: bool | None = None,
) -> pd.DataFrame:
    """Tell where a person's e-mail address, name or blockchain address stands on the server.

    Looked at are the texts, names, descriptions and tags of saved queries, the defaults of their
    parameters, the latest stored result of each query, and the names, tags, tiles and fixed
    parameters of dashboards. Capitals do not matter. Nothing is run. The values are compared here:
    they are not sent to the server, in whose logs they would stay, and not logged; the frame does
    not hold them either.

    Parameters
    ----------
    value : str or iterable of str
        One or several, such as all addresses of a person; each of at least three characters.
    client : Client, optional
        By default that of `watchframe.connect`. Only what its key may read is searched.
    queries : iterable of int, optional
        Only these, by their ids, and no dashboards. By default all that the server lists, archived
        ones too; it does not list other people's drafts.
    progress : bool or None
        Whether to show how far it is, where it takes over a second; None shows it where a person is
        watching.

    Returns
    -------
    pandas.DataFrame
        One row per place: kind (``query`` or ``dashboard``), id (Int64), name, place (``text``,
        ``name``, ``description``, ``tags``, ``parameter default``, ``result``; of dashboards also
        ``tile``, ``fixed parameter``), field (the parameter, the result's column, the tile's id),
        count (Int64: lines of the text, rows of the result), value (Int64: which of the values,
        counted from 0), result_id (Int64), error. Where a result could not be searched there is a
        row with the reason in ``error``; so there is for each query with parameters, whose results
        the server does not list.

    Raises
    ------
    ArgumentError
        A value is too short to mean anything, or there is none.
    ServerError
        One of its kinds, from the lists of queries and dashboards, a dashboard, or a query of
        `queries`.
    """
    import pandas as pd  # noqa: PLC0415 - not every job here makes a frame

    values = _values(value)
    asked = client or current_client()
    with ProgressLine("Searching queries", progress=progress) as line:
        found = [*_in_queries(asked, values, line.counted(_queries(asked, queries)))]
    if queries is None:
        with ProgressLine("Searching dashboards", progress=progress) as line:
            found += _in_dashboards(asked, values, line.counted(asked.dashboards.list()))
    rows = [
        (kind, number, name, hit.place, hit.field, hit.count, hit.value, hit.result_id, hit.error)
        for kind, number, name, hit in found
    ]
    numbers = dict.fromkeys(("id", "count", "value", "result_id"), "Int64")
    texts = dict.fromkeys(("kind", "name", "place", "field", "error"), "string")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(numbers | texts)


def _values(value: str | Iterable[str]) -> list[str]:
    given = [value] if isinstance(value, str) else [*value]
    values = [item.strip() for item in given]
    if not values or min(map(len, values)) < SHORTEST:
        raise ArgumentError(
            f"There is no value, or one of fewer than {SHORTEST} characters: it would be found "
            "everywhere.",
            hint="Give whole e-mail addresses, names or blockchain addresses.",
        )
    return values


def _in_queries(client: Client, values: Sequence[str], queries: Iterable[Query]) -> Iterator[Found]:
    search = BodySearch(*values)
    for query in queries:
        for hit in (*in_query(query, values), *in_result(client, query, values, search)):
            yield "query", query.id, query.name, hit


def _queries(client: Client, wanted: Iterable[int] | None) -> Iterator[Query]:
    if wanted is not None:
        return (client.queries.get(number) for number in dict.fromkeys(wanted))
    return itertools.chain(client.queries.list(), client.queries.list(is_archived=True))


def _in_dashboards(
    client: Client, values: Sequence[str], dashboards: Iterable[Dashboard]
) -> Iterator[Found]:
    for listed in dashboards:
        dashboard = client.dashboards.get(listed.id)
        for hit in in_dashboard(dashboard, values):
            yield "dashboard", dashboard.id, dashboard.name, hit
