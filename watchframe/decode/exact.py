"""The exact path: right for every JSON document, whatever its columns hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from watchframe.decode.column_plan import (
    chosen_columns,
    column_values,
    is_unicode,
    keys_of,
    parsed,
    whole_columns,
)
from watchframe.decode.column_warnings import mark_columns
from watchframe.decode.damage import error_of, place_of, row_error
from watchframe.decode.data_text import DataText
from watchframe.decode.framing import find_data_text
from watchframe.decode.typing_rules import ColumnDeviation, deviations_of, table_of, typed_column
from watchframe.errors import DecodeError, ProtocolError
from watchframe.models import Column, QueryResultInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedResult:
    """A result as an Arrow table.

    Attributes
    ----------
    table : pyarrow.Table
    info : QueryResultInfo
        What the server says of the result.
    deviations : tuple of ColumnDeviation
        The columns that are not what the server declared.
    """

    table: pa.Table
    info: QueryResultInfo
    deviations: tuple[ColumnDeviation, ...]


def decode_exactly(body: bytes, *, columns: Sequence[str] | None = None) -> DecodedResult:
    """Return the table of a whole body.

    Raises
    ------
    DecodeError
        It is not a result's JSON.
    ArgumentError
        It has no such column.
    """
    result = _result(body)
    data = result.get("data")
    if isinstance(data, str) and (opening := find_data_text(body)) is not None:
        text = DataText(body, opening, ())
        return text.read_by(lambda chunks: decode_exactly(b"".join(chunks), columns=columns))
    if not isinstance(data, dict):
        raise DecodeError("The result has no data.", offset=place_of(body, b"query_result"))
    declared = declared_columns(data, offset=place_of(body, b"columns"))
    rows = _rows(data, body)
    names = [item.name for item in declared]
    shown, values = declared, whole_columns(rows, names) if columns is None else None
    if values is None:
        has_others = columns is None or not set(names).issuperset(columns)
        shown = chosen_columns(
            declared, keys_of(rows) if has_others else (), columns, has_rows=bool(rows)
        )
        values = [column_values(rows, item.name) for item in shown]
    if not all(is_unicode(item.name) for item in shown):
        raise DecodeError(
            "A key in the rows of the result is not Unicode.", offset=place_of(body, b"rows")
        )
    typed = [
        typed_column(item.name, item.type, found) for item, found in zip(shown, values, strict=True)
    ]
    return decoded_result(table_of(typed, len(rows)), declared, result_info(result))


def decoded_result(
    table: pa.Table, declared: Sequence[Column], info: QueryResultInfo
) -> DecodedResult:
    """Return the result of a finished table, its columns marked with what to warn of."""
    marked = mark_columns(table, {column.name for column in declared})
    return DecodedResult(table=marked, info=info, deviations=deviations_of(marked))


def _result(body: bytes) -> dict[str, object]:
    try:
        document = parsed(body)
    except (ValueError, RecursionError) as error:
        raise error_of(body, error) from None
    result = document.get("query_result") if isinstance(document, dict) else None
    if not isinstance(result, dict):
        raise DecodeError("The server's answer is JSON, but not a query result.", offset=0)
    return result


def declared_columns(data: dict[str, object], *, offset: int = 0) -> list[Column]:
    """Return the columns of a result's data; raises DecodeError, with this offset.

    None are declared where there is no list of them. A name that stands there twice is one column:
    a row has one value for it.
    """
    found = data.get("columns")
    if found is None:
        return []
    if not isinstance(found, list):
        raise DecodeError("The result has no list of columns.", offset=offset)
    try:
        columns = [Column.from_json(item) for item in found]
        _ = "".join(f"{item.name}{item.type}" for item in columns).encode()
    except ProtocolError as error:
        raise DecodeError(error.message, offset=offset) from None
    except UnicodeEncodeError:
        raise DecodeError("The name or type of a column is not Unicode.", offset=offset) from None
    by_name: dict[str, Column] = {}
    for item in columns:
        by_name.setdefault(item.name, item)
    return list(by_name.values())


def _rows(data: dict[str, object], body: bytes) -> list[dict[str, object]]:
    rows = data.get("rows")
    if not isinstance(rows, list):
        raise DecodeError("The result has no list of rows.", offset=place_of(body, b"rows"))
    if not set(map(type, rows)) <= {dict} and (error := row_error(body, rows)):
        raise error
    return rows


def result_info(result: dict[str, object]) -> QueryResultInfo:
    """Return what a body says of the result; raises DecodeError."""
    try:
        return QueryResultInfo.from_json(result)
    except ProtocolError as error:
        raise DecodeError(error.message, offset=0) from None
