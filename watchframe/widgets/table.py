"""A page of a result as an HTML table: every value exact, every text escaped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.typing_rules import ENCODING, INTEGER, JSON
from watchframe.plain_text import html_text

_LONGEST_TEXT = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which column a result is sorted."""

    column: str
    is_descending: bool = False


def encoding(field: pa.Field) -> bytes:
    """Return what a text column stands for: integers, JSON or, if empty, itself."""
    value: bytes = (field.metadata or {}).get(ENCODING, b"")
    return value


def is_number(field: pa.Field) -> bool:
    """Return whether a column holds numbers, also as text."""
    kind = field.type
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or encoding(field) == INTEGER
    )


def row_order(table: pa.Table, order: Order | None) -> Sequence[int] | None:
    """Return the rows' numbers in that order, nulls last; None for the order as they came."""
    if order is None or order.column not in table.column_names:
        return None
    position = table.column_names.index(order.column)
    column = table.column(position)
    if encoding(table.schema.field(position)) == INTEGER:
        return _order_of_integers(column, is_descending=order.is_descending)
    # Arrow puts nulls last by default; the option that says so differs between its versions.
    direction = "descending" if order.is_descending else "ascending"
    indices = pc.sort_indices(pa.table({"key": column}), sort_keys=[("key", direction)])
    rows: Sequence[int] = indices.to_numpy()
    return rows


def _order_of_integers(column: pa.ChunkedArray, *, is_descending: bool) -> list[int]:
    texts = column.to_pylist()
    known = [row for row, text in enumerate(texts) if text is not None]
    known.sort(key=lambda row: int(texts[row]), reverse=is_descending)
    return known + [row for row, text in enumerate(texts) if text is None]


def table_html(
    table: pa.Table, dtypes: Sequence[str], rows: Sequence[int], *, caption: str = ""
) -> str:
    """Return those rows of a table as HTML.

    Parameters
    ----------
    table : pyarrow.Table
    dtypes : sequence of str
        A dtype's name for every column, shown under its name.
    rows : sequence of int
        The numbers of the rows to show, in that order.
    caption : str
        For screen readers.
    """
    fields = list(table.schema)
    head = "".join(
        f'<th scope="col"{_number(field)}>{html_text(field.name)}'
        f'<span class="wf-dtype">{html_text(dtype)}</span></th>'
        for field, dtype in zip(fields, dtypes, strict=True)
    )
    shown = table.take(pa.array(rows, pa.int64()))
    columns = [shown.column(position).to_pylist() for position in range(shown.num_columns)]
    body = "".join(
        "<tr>" + "".join(map(_cell, fields, row)) + "</tr>" for row in zip(*columns, strict=True)
    )
    return (
        f'<div class="wf-scroll"><table class="wf-table" aria-label="{html_text(caption)}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def cell_text(value: object) -> str:
    """Return a value as people read it: exact numbers, ISO dates, no needless digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds" if value.microsecond else "seconds").replace(
            "+00:00", "Z"
        )
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - where repr turns to exponents
    return str(value)


def _cell(field: pa.Field, value: object) -> str:
    if value is None:
        return f'<td class="{"wf-number " if is_number(field) else ""}wf-null">null</td>'
    text = cell_text(_readable(value) if encoding(field) == JSON else value)
    if len(text) <= _LONGEST_TEXT or is_number(field):
        return f"<td{_number(field)}>{html_text(text)}</td>"
    cut = text[:_LONGEST_TEXT]
    return f'<td title="{html_text(text[: 10 * _LONGEST_TEXT])}">{html_text(cut)}…</td>'


def _readable(text: object) -> object:
    """Return a JSON string without its quotes; any other JSON as it is."""
    try:
        value = json.loads(str(text), parse_int=str, parse_float=str)
    except ValueError:
        return text
    return value if isinstance(value, str) else text


def _number(field: pa.Field) -> str:
    return ' class="wf-number"' if is_number(field) else ""
