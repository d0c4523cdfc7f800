"""Where rows go: a table, JSON or a file."""

from __future__ import annotations

import json
import math
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Self

import click
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from watchframe.cli.messages import note
from watchframe.config.files import atomic_file, check_writable
from watchframe.decode.typing_rules import INTEGER, JSON, encoding_of
from watchframe.display import provenance_line
from watchframe.plain_text import escaped, plain_text

_SUFFIXES = {
    ".arrow": "arrow",
    ".csv": "csv",
    ".feather": "arrow",
    ".json": "json",
    ".parquet": "parquet",
}
_BINARY = frozenset({"arrow", "parquet"})
#: What a table shows on a terminal.
_ROWS, _WIDEST = 40, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where rows go, and how.

    Attributes
    ----------
    path : pathlib.Path or None
        None for standard output.
    format : str
        ``"table"``, or a format of files.
    rows : int or None
        How many rows a table shows; None for all.
    widest : int or None
        How many signs of a cell a table shows; None for all.
    """

    path: Path | None
    format: str
    rows: int | None = None
    widest: int | None = None

    @classmethod
    def of(
        cls, *, output: str | None, format_: str | None, is_json: bool, rows: int | None
    ) -> Self:
        """Give the destination that the options name.

        Raises
        ------
        click.UsageError
            They do not go together, or no format is known.
        ArgumentError
            The file cannot be made.
        """
        if is_json and format_ not in (None, "json"):
            raise click.UsageError(f"--json and --format {format_} do not go together.")
        named = "json" if is_json else format_
        is_terminal = sys.stdout.isatty()
        if output in (None, "-"):
            chosen = named or ("table" if output is None else "csv")
            if chosen in _BINARY and is_terminal:
                raise click.UsageError(f"{chosen} is not for a terminal: give -o FILE.")
            shown = (_ROWS if is_terminal else None) if rows is None else rows or None
            widest = _WIDEST if is_terminal else None
            return cls(path=None, format=chosen, rows=shown, widest=widest)
        path = Path(str(output)).expanduser()
        chosen = named or _SUFFIXES.get(path.suffix.lower(), "")
        if not chosen:
            known = ", ".join(sorted(_SUFFIXES))
            raise click.UsageError(
                f"The name of {path} tells no format. It ends in {known}, or give --format."
            )
        check_writable(path)
        return cls(path=path, format=chosen, rows=rows or None)

    def write(self, table: pa.Table, *, is_quiet: bool) -> None:
        """Write the rows, and say on standard error what they are."""
        facts = json.loads(table.schema.metadata[b"watchframe"])
        line = provenance_line(table.shape, facts)
        if self.path is None:
            self._write_to(sys.stdout.buffer, table, encoding=sys.stdout.encoding)
            sys.stdout.flush()
        else:
            with atomic_file(self.path) as file:
                self._write_to(file, table, encoding="utf-8")
            line = f"{self.path}: {line}"
        hidden = table.num_rows - self.rows if self.rows and self.format == "table" else 0
        if hidden > 0:
            line += f" ({hidden:,} rows not shown: --rows 0 shows all)"
        if not is_quiet:
            note(line)

    def _write_to(self, file: BinaryIO, table: pa.Table, *, encoding: str) -> None:
        # What knows Arrow is loaded only where rows have come: help and completion are quick.

        if self.format != "table":
            write_table(self.format, table, file)
            return
        shown = table if self.rows is None else table.slice(0, self.rows)
        file.writelines(
            f"{line}\n".encode(encoding, "backslashreplace")
            for line in table_lines(shown, widest=self.widest)
        )


#: Rows turned into Python objects at once.
_ROWS_RECORDS = 10_000


def json_lines(table: pa.Table) -> Iterator[str]:
    """Yield the text of a JSON array of objects, a line per row.

    Dates and times are ISO 8601 text. An integer beyond 64 bits is text with all its digits, which
    most readers of JSON would round; lists and objects are JSON. JSON has no NaN: it becomes null.
    """
    names = table.column_names
    written = [json.loads if encoding_of(field) == JSON else _json_value for field in table.schema]
    separator = "[\n"
    for batch in table.to_batches(max_chunksize=_ROWS_RECORDS):
        columns = [
            list(map(_or_null(write), column.to_pylist()))
            for write, column in zip(written, batch.columns, strict=True)
        ]
        for row in zip(*columns, strict=True):
            text = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
            yield separator + escaped(text)
            separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _or_null(write: Callable[..., object]) -> Callable[[object], object]:
    return lambda value: None if value is None else write(value)


def _json_value(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


_ROWS_FILE_FORMATS = 10_000


def write_csv(table: pa.Table, file: BinaryIO) -> None:
    """Write UTF-8 with a head; texts stand in quotes, so that an empty one is not a null."""
    _add_csv(table.slice(0, 0), file, has_head=True)
    for start in range(0, table.num_rows, _ROWS_FILE_FORMATS):
        _add_csv(table.slice(start, _ROWS_FILE_FORMATS), file, has_head=False)


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


def write_rows(
    names: Sequence[str],
    records: Sequence[Mapping[str, object]],
    *,
    numbers: Collection[str] = (),
) -> None:
    """Write one line per record under the names; `numbers` stand at the right."""
    columns = [[str(record[name]) for record in records] for name in names]
    widest = 60 if sys.stdout.isatty() else None
    is_right = [name in numbers for name in names]
    for line in aligned_lines(names, columns, is_right=is_right, widest=widest):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def write_records(
    names: Sequence[str], records: Sequence[Mapping[str, object]], *, is_json: bool
) -> None:
    """Write records as JSON, or as a table; a table of none is nothing."""
    if is_json:
        sys.stdout.write(json.dumps(list(records), ensure_ascii=False, indent=2) + "\n")
        sys.stdout.flush()
    elif records:
        numbers = [name for name in names if isinstance(records[0][name], int)]
        shown = [
            {name: "" if record[name] is None else record[name] for name in names}
            for record in records
        ]
        write_rows(names, shown, numbers=numbers)


def write_frame(frame: pd.DataFrame, *, is_json: bool) -> None:
    """Write the rows of a report as JSON, or as a table; what is missing is null, or blank."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
    records = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
    write_records(list(map(str, frame.columns)), records, is_json=is_json)


def _plain(value: object) -> object:
    """Give a number as Python's own, which JSON knows."""
    return value.item() if hasattr(value, "item") else value


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
    is_exact = encoding_of(field) == INTEGER
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
