"""Where a person's data stands on a server: what a request for it, or for its removal, asks."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchframe.client import Client, current_client
from watchframe.decode import decode_query_result
from watchframe.errors import ArgumentError, DecodeError, ServerError
from watchframe.manage.body_search import BodySearch, is_in
from watchframe.models import Query

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

logger = logging.getLogger(__name__)

COLUMNS = ("query_id", "query_name", "place", "field", "count", "result_id", "error")

#: Shorter ones are in every result.
SHORTEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """`field` is a column, a parameter or an attribute; `count` of lines or rows."""

    place: str
    field: str | None = None
    count: int | None = None
    result_id: int | None = None
    error: str | None = None


def find_personal_data(
    value: str, *, client: Client | None = None, queries: Iterable[int] | None = None
) -> pd.DataFrame:
    """Tell where a person's e-mail address, name or blockchain address stands on the server.

    Looked at are the texts, names and descriptions of saved queries, the defaults of their
    parameters, and the latest stored result of each query. Capitals do not matter. Nothing is run.
    The value is compared here: it is not sent to the server, in whose logs it would stay, and not
    logged; the frame does not hold it either.

    Parameters
    ----------
    value : str
        At least three characters.
    client : Client, optional
        By default that of `watchframe.connect`. Only what its key may read is searched.
    queries : iterable of int, optional
        Only these, by their ids. By default all that the server lists, archived ones too; it does
        not list other people's drafts.

    Returns
    -------
    pandas.DataFrame
        One row per place: query_id (Int64), query_name, place (``text``, ``name``,
        ``description``, ``parameter default``, ``result``), field (the parameter or the result's
        column), count (Int64: lines of the text, rows of the result), result_id (Int64), error.
        Where a result could not be searched there is a row with the reason in ``error``; so
        there is for each query with parameters, whose results the server does not list.

    Raises
    ------
    ArgumentError
        The value is too short to mean anything.
    ServerError
        One of its kinds, from the list of queries or a query of `queries`.
    """
    import pandas as pd  # noqa: PLC0415 - not every job here makes a frame

    wanted = value.strip()
    if len(wanted) < SHORTEST:
        raise ArgumentError(
            f"The value has fewer than {SHORTEST} characters: it would be found everywhere.",
            hint="Give a whole e-mail address, name or blockchain address.",
        )
    asked = client or current_client()
    found = (
        itertools.chain(asked.queries.list(), asked.queries.list(is_archived=True))
        if queries is None
        else (asked.queries.get(number) for number in dict.fromkeys(queries))
    )
    search = BodySearch(wanted)
    rows = [
        (query.id, query.name, hit.place, hit.field, hit.count, hit.result_id, hit.error)
        for query in found
        for hit in (*_in_definition(query, wanted), *_in_result(asked, query, wanted, search))
    ]
    numbers = dict.fromkeys(("query_id", "count", "result_id"), "Int64")
    texts = dict.fromkeys(("query_name", "place", "field", "error"), "string")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(numbers | texts)


def _in_definition(query: Query, value: str) -> Iterator[_Hit]:
    for place, text in (
        ("text", query.text),
        ("name", query.name),
        ("description", query.description),
    ):
        if is_in(value, text):
            lines = sum(is_in(value, line) for line in text.splitlines())
            yield _Hit(place=place, count=lines or 1)
    for definition in query.parameters:
        parts = (definition.default, list(definition.enum_options))
        if any(is_in(value, text) for part in parts for text in _texts(part)):
            yield _Hit(place="parameter default", field=definition.name, count=1)


def _texts(value: object) -> Iterator[str]:
    """Give the texts in a JSON value."""
    if isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)
    else:
        yield str(value)


def _in_result(client: Client, query: Query, value: str, search: BodySearch) -> Iterator[_Hit]:
    if query.latest_result_id is None:
        if query.parameters:
            yield _Hit(place="result", error="The server does not list results with parameters.")
        return
    number = query.latest_result_id
    try:
        with client.query_results.open(number, query_id=query.id) as body:
            if not search.occurs_in(body):
                return
        # Only now is it worth decoding; most results end above, whatever their size.
        with client.query_results.open(number, query_id=query.id) as body:
            decoded = decode_query_result(body)
    except (ServerError, DecodeError) as error:
        words = error.message
        logger.debug("The result %d of query %d could not be searched", number, query.id)
        yield _Hit(place="result", result_id=number, error=words)
        return
    counts = {
        name: _rows_with(decoded.table.column(name), value) for name in decoded.table.schema.names
    }
    for name, rows in counts.items():
        if rows:
            yield _Hit(place="result", field=name, count=rows, result_id=number)
    # The result also says which SQL it is of: the value may stand only there.
    if not any(counts.values()) and not is_in(value, decoded.info.query_text or ""):
        yield _Hit(place="result", result_id=number, error="It is there, but not as a text.")


def _rows_with(column: pa.ChunkedArray, value: str) -> int:
    return sum(is_in(value, str(item)) for item in column.to_pylist() if item is not None)
