"""Rows in the formats that other programs read."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from watchframe.command.records import json_lines

_ROWS = 10_000


def write_csv(table: pa.Table, file: BinaryIO) -> None:
    """Write UTF-8 with a head; texts stand in quotes, so that an empty one is not a null."""
    _add_csv(table.slice(0, 0), file, has_head=True)
    for start in range(0, table.num_rows, _ROWS):
        _add_csv(table.slice(start, _ROWS), file, has_head=False)


def write_json(table: pa.Table, file: BinaryIO) -> None:
    """Write an array of objects, a line per row."""
    file.writelines(text.encode() for text in json_lines(table))


def write_parquet(table: pa.Table, file: BinaryIO) -> None:
    """Write Parquet, with the schema's metadata."""
    buffer = pa.BufferOutputStream()  # a pipe does not tell where it stands, which Parquet asks
    pa_parquet.write_table(table, buffer)
    file.write(buffer.getvalue())


def write_arrow(table: pa.Table, file: BinaryIO) -> None:
    """Write Arrow's file format (Feather, version 2)."""
    buffer = pa.BufferOutputStream()
    with pa.ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    file.write(buffer.getvalue())


def write_table(format_: str, table: pa.Table, file: BinaryIO) -> None:
    """Write rows in a format: ``csv``, ``json``, ``parquet`` or ``arrow``."""
    _WRITERS[format_](table, file)


_WRITERS: dict[str, Callable[[pa.Table, BinaryIO], None]] = {
    "csv": write_csv,
    "json": write_json,
    "parquet": write_parquet,
    "arrow": write_arrow,
}


def _add_csv(table: pa.Table, file: BinaryIO, *, has_head: bool) -> None:
    buffer = pa.BufferOutputStream()
    pa_csv.write_csv(table, buffer, pa_csv.WriteOptions(include_header=has_head))
    file.write(buffer.getvalue())
