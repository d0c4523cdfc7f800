"""Where texts of people stand in stored results."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from watchframe.client import Client
from watchframe.decode import decode_query_result
from watchframe.errors import DecodeError, ServerError
from watchframe.manage.body_search import BodySearch, is_in
from watchframe.manage.personal_places import Hit
from watchframe.models import Query

if TYPE_CHECKING:
    import pyarrow as pa

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
