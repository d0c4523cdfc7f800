"""Files with rows, as `write_table` and others write them, read as tables."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from watchframe.decode.column_plan import column_values, keys_of
from watchframe.decode.typing_rules import (
    INTEGER,
    JSON,
    encoding_of,
    table_of,
    typed_column,
)
from watchframe.errors import ArgumentError

_DIGITS = re.compile(r"-?[0-9]+")
#: Formats that say of no column, or not of every one, which type it has.
UNTYPED = frozenset({"csv", "tsv", "json"})
_READABLE = "Parquet, Arrow, CSV, TSV and JSON are read."


def read_table(format_: str, path: Path) -> pa.Table:
    """Return the rows of a file.

    All columns of CSV and TSV are texts; `with_types_of` gives them types. An empty cell is null,
    and ``""`` an empty text.

    Parameters
    ----------
    format_ : str
        One of `write_table`, but for ``"xlsx"``.
    path : pathlib.Path

    Raises
    ------
    ArgumentError
        There is no such file, it is not in this format, or the format is not read.
    """
    reader = _READERS.get(format_)
    if reader is None:
        raise ArgumentError(f"{path}: a file of the format {format_} is not read.", hint=_READABLE)
    if not path.is_file():
        raise ArgumentError(f"There is no file {path}.", hint="Check its name and its folder.")
    try:
        return reader(path)
    except (pa.ArrowException, ValueError, RecursionError, csv.Error) as error:
        reason = str(error).splitlines()[0]
        raise ArgumentError(
            f"{path} cannot be read as {format_}: {reason}",
            hint="Its ending says which format it has. " + _READABLE,
        ) from None


def with_types_of(table: pa.Table, typed: pa.Table) -> pa.Table:
    """Return a table with its texts in the types that the columns of another table have.

    A column of which a text does not spell a value of that type stays as it is.
    """
    for place, field in enumerate(table.schema):
        found = typed.schema.get_field_index(field.name)
        if found < 0 or encoding_of(field) is not None or not pa.types.is_string(field.type):
            continue
        target = typed.schema.field(found)
        values = _as_type(table.column(place), target)
        if values is not None:
            table = table.set_column(place, target.with_type(values.type), values)
    return table


def _as_type(texts: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray | None:
    """Return texts as values of a type; None where one spells none."""
    encoding = encoding_of(field)
    if encoding == INTEGER:
        known = texts.unique().drop_null().to_pylist()
        return texts if all(map(_DIGITS.fullmatch, known)) else None
    try:
        if encoding == JSON:
            for text in texts.unique().drop_null().to_pylist():
                json.loads(text)
        type_ = field.type
        return texts.cast(type_.value_type if pa.types.is_dictionary(type_) else type_)
    except (pa.ArrowException, ValueError, RecursionError):
        return None


def _read_csv(path: Path, *, delimiter: str = ",") -> pa.Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next(csv.reader(file, delimiter=delimiter), [])
    if not names:
        raise ValueError("it is empty.")
    convert = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    parse = pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    return pa_csv.read_csv(path, parse_options=parse, convert_options=convert)


def _read_tsv(path: Path) -> pa.Table:
    return _read_csv(path, delimiter="\t")


def _read_json(path: Path) -> pa.Table:
    rows = json.loads(path.read_bytes())
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("it is no array of objects.")
    columns = [typed_column(name, None, column_values(rows, name)) for name in keys_of(rows)]
    return table_of(columns, len(rows))


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow.parquet as pa_parquet  # noqa: PLC0415 - takes long to load

    # As one file: a folder's name may look like a column of a partition.
    return pa_parquet.ParquetFile(path).read()


def _read_arrow(path: Path) -> pa.Table:
    import pyarrow.feather as pa_feather  # noqa: PLC0415 - takes long to load

    return pa_feather.read_table(path)


_READERS: dict[str, Callable[[Path], pa.Table]] = {
    "csv": _read_csv,
    "tsv": _read_tsv,
    "json": _read_json,
    "parquet": _read_parquet,
    "arrow": _read_arrow,
}
