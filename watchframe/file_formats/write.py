"""Each format of files with rows."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from watchframe.decode.typing_rules import JSON, encoding_of
from watchframe.file_formats.workbook import write_workbook
from watchframe.plain_text import escaped

#: Rows that are turned into Python objects, or into CSV, at once.
_BATCH = 10_000


def write_table(format_: str, table: pa.Table, file: BinaryIO) -> str:
    """Write rows in one of `FILE_FORMATS`; return a remark on how, or an empty text."""
    return _WRITERS[format_](table, file) or ""


def _write_csv(table: pa.Table, file: BinaryIO, *, delimiter: str = ",") -> None:
    """Write UTF-8 with a head; texts stand in quotes, so that an empty one is not a null."""
    for start in range(0, max(table.num_rows, 1), _BATCH):
        options = pa_csv.WriteOptions(include_header=start == 0, delimiter=delimiter)
        buffer = pa.BufferOutputStream()
        pa_csv.write_csv(table.slice(start, _BATCH), buffer, options)
        file.write(buffer.getvalue())


def _write_tsv(table: pa.Table, file: BinaryIO) -> None:
    """Write the same as `_write_csv`, with tabs."""
    _write_csv(table, file, delimiter="\t")


def _write_json(table: pa.Table, file: BinaryIO) -> None:
    """Write an array of objects, a line per row."""
    file.writelines(text.encode() for text in json_lines(table))


def _write_parquet(table: pa.Table, file: BinaryIO) -> None:
    """Write Parquet, with the schema's metadata."""
    buffer = pa.BufferOutputStream()  # Parquet needs positions, which a pipe does not have
    pa_parquet.write_table(table, buffer)
    file.write(buffer.getvalue())


def _write_arrow(table: pa.Table, file: BinaryIO) -> None:
    """Write Arrow's file format (Feather, version 2)."""
    buffer = pa.BufferOutputStream()
    with pa.ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    file.write(buffer.getvalue())


_WRITERS: dict[str, Callable[[pa.Table, BinaryIO], str | None]] = {
    "csv": _write_csv,
    "tsv": _write_tsv,
    "json": _write_json,
    "parquet": _write_parquet,
    "arrow": _write_arrow,
    "xlsx": write_workbook,
}


def json_lines(table: pa.Table) -> Iterator[str]:
    """Yield the text of a JSON array of objects, a line per row.

    Dates and times are ISO 8601 text. An integer beyond 64 bits is text with all its digits, which
    most readers of JSON would round; lists and objects are JSON. JSON has no NaN: it becomes null.
    """
    names = table.column_names
    converters = [
        json.loads if encoding_of(field) == JSON else _json_value for field in table.schema
    ]
    separator = "[\n"
    for batch in table.to_batches(max_chunksize=_BATCH):
        columns = [
            [None if value is None else convert(value) for value in column.to_pylist()]
            for convert, column in zip(converters, batch.columns, strict=True)
        ]
        for row in zip(*columns, strict=True):
            text = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
            yield separator + escaped(text)
            separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _json_value(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
