"""Rows as a table for people."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import pyarrow as pa

from watchframe.decode.deviation import ENCODING
from watchframe.decode.typing_rules import INTEGER
from watchframe.plain_text import plain_text

NULL = "null"
_CUT = "..."


def table_lines(table: pa.Table, *, widest: int | None = None) -> Iterator[str]:
    """Give the lines of a table, with a head; numbers stand at the right.

    Parameters
    ----------
    table : pyarrow.Table
    widest : int, optional
        Signs of a cell that are shown at most.
    """
    columns = [_texts(table.column(index)) for index in range(table.num_columns)]
    is_right = [_is_number(field) for field in table.schema]
    yield from aligned_lines(table.column_names, columns, is_right=is_right, widest=widest)


def aligned_lines(
    names: Sequence[str],
    columns: Sequence[Sequence[str]],
    *,
    is_right: Sequence[bool] = (),
    widest: int | None = None,
) -> Iterator[str]:
    """Give the lines of columns of texts under their names."""
    right = list(is_right) or [False] * len(names)
    heads = [_one_line(name, None) for name in names]
    cells = [[_one_line(text, widest) for text in column] for column in columns]
    widths = [max(map(_width, [head, *column])) for head, column in zip(heads, cells, strict=True)]
    yield _line(heads, widths, right)
    yield "  ".join("-" * width for width in widths)
    for row in zip(*cells, strict=True):
        yield _line(row, widths, right)


def _texts(column: pa.ChunkedArray) -> list[str]:
    texts = column.cast(pa.string()).to_pylist()
    return [NULL if text is None else text for text in texts]


def _is_number(field: pa.Field) -> bool:
    is_exact = (field.metadata or {}).get(ENCODING) == INTEGER
    return bool(is_exact or pa.types.is_integer(field.type) or pa.types.is_floating(field.type))


def _one_line(text: str, widest: int | None) -> str:
    text = plain_text(text, keep="")
    if widest is not None and len(text) > widest:
        return text[: widest - len(_CUT)] + _CUT
    return text


def _line(cells: Sequence[str], widths: Sequence[int], is_right: Sequence[bool]) -> str:
    padded = (
        " " * (width - _width(cell)) + cell if right else cell + " " * (width - _width(cell))
        for cell, width, right in zip(cells, widths, is_right, strict=True)
    )
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Give the columns of a terminal that `text` takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )
