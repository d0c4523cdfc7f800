"""Excel workbooks (.xlsx): real dates and booleans, and no number that Excel would round.

Excel's numbers are 64-bit floats. A column with a number that a float cannot hold exactly is
written as text, all of it: a formula over a column of which a part is text is wrong in silence.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.typing_rules import EXACT_IN_FLOAT, INTEGER, encoding_of
from watchframe.errors import WatchframeError

_MOST_ROWS, _MOST_COLUMNS, _LONGEST_TEXT = 1_048_576, 16_384, 32_767
#: Digits of a decimal that a float surely keeps.
_DECIMAL_DIGITS = 15
#: Excel counts days from here. Before March 1900 it has a day that never was.
_EPOCH, _FIRST_DAY = datetime(1899, 12, 30), date(1900, 3, 1)  # noqa: DTZ001 - Excel has no zones
#: Rows that are Python objects at the same time.
_BATCH = 10_000

_ROUNDED = "Text, since Excel would round the numbers"
_EARLY = "Text, since Excel has no dates before March 1900"
_OTHER_TIMES = "Text, since Excel has no such times"
_UTC = "Times in UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A column as a sheet takes it: its values, how a cell of them is written, and a remark."""

    name: str
    values: pa.ChunkedArray
    write: Callable[[Any, int, int, Any, Any], object]  # (sheet, row, column, value, format)
    pattern: str | None = None
    remark: str = ""


def write_workbook(table: pa.Table, file: BinaryIO) -> str:
    """Write a workbook of one sheet, and return what its reader must know of the columns.

    Raises
    ------
    WatchframeError
        A sheet has no room for the rows, the columns or a text; nothing is written.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - only workbooks need it

    columns = [_column(field, table.column(at)) for at, field in enumerate(table.schema)]
    _check_room(table, columns)
    buffer = io.BytesIO()  # xlsxwriter has errors of its own for a file that cannot be written
    with Workbook(buffer, {"constant_memory": True}) as workbook:  # rows go to disk one by one
        sheet = workbook.add_worksheet("Rows")
        sheet.freeze_panes(1, 0)
        bold = workbook.add_format({"bold": True})
        formats = []
        for at, column in enumerate(columns):
            _write_text(sheet, 0, at, column.name, bold)
            formats.append(column.pattern and workbook.add_format({"num_format": column.pattern}))
            sheet.set_column(
                at, at, max(len(column.pattern or ""), min(len(column.name), 40), 8) + 2
            )
        for row, values in enumerate(_rows(columns), 1):
            for at, value in enumerate(values):
                if value is not None:
                    columns[at].write(sheet, row, at, value, formats[at])
    file.write(buffer.getbuffer())
    names: dict[str, list[str]] = {}
    for column in columns:
        names.setdefault(column.remark, []).append(column.name)
    return " ".join(f"{remark}: {', '.join(of)}." for remark, of in names.items() if remark)


def _column(field: pa.Field, values: pa.ChunkedArray) -> _Column:
    kind = field.type
    if pa.types.is_boolean(kind):
        return _Column(name=field.name, values=values, write=_write_boolean)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return _dates(field, values)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        if _is_exact_in_float(values):
            return _Column(name=field.name, values=values, write=_write_number)
        remark = _ROUNDED
    else:
        remark = _ROUNDED if encoding_of(field) == INTEGER else ""
    return _Column(
        name=field.name, values=values.cast(pa.string()), write=_write_text, remark=remark
    )


def _is_exact_in_float(values: pa.ChunkedArray) -> bool:
    if pa.types.is_floating(values.type):
        return True
    if pa.types.is_decimal(values.type):
        return all(_digits(value) <= _DECIMAL_DIGITS for value in values.to_pylist() if value)
    least, most = pc.min_max(values).as_py().values()
    return least is None or (least >= -EXACT_IN_FLOAT and most <= EXACT_IN_FLOAT)


def _digits(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


def _dates(field: pa.Field, values: pa.ChunkedArray) -> _Column:
    """Return days, or times; those with a zone are UTC, as Excel knows no zones."""
    is_day = pa.types.is_date(field.type)
    try:
        plain = values.cast(pa.date32() if is_day else pa.timestamp("us"))
    except pa.ArrowInvalid:  # nanoseconds, and years of five digits
        text = values.cast(pa.string())
        return _Column(name=field.name, values=text, write=_write_text, remark=_OTHER_TIMES)
    first = pc.min(plain).as_py()
    if first is not None and (first if is_day else first.date()) < _FIRST_DAY:
        text = values.cast(pa.string())
        return _Column(name=field.name, values=text, write=_write_text, remark=_EARLY)
    if is_day:
        return _Column(name=field.name, values=plain, write=_write_day, pattern="yyyy-mm-dd")
    has_fractions = pc.any(pc.not_equal(plain, pc.floor_temporal(plain, unit="second"))).as_py()
    return _Column(
        name=field.name,
        values=plain,
        write=_write_time,
        pattern="yyyy-mm-dd hh:mm:ss" + (".000" if has_fractions else ""),
        remark=_UTC if field.type.tz else "",
    )


def _check_room(table: pa.Table, columns: Sequence[_Column]) -> None:
    if table.num_rows >= _MOST_ROWS or table.num_columns > _MOST_COLUMNS:
        said = (
            f"{table.num_rows:,} rows of {table.num_columns:,} columns do not go into a workbook, "
            f"which holds {_MOST_ROWS - 1:,} rows below the names, and {_MOST_COLUMNS:,} columns."
        )
    else:
        said = next(filter(None, map(_too_long, columns)), "")
    if said:
        raise WatchframeError(said, hint="Write a .parquet or a .csv file instead.")


def _too_long(column: _Column) -> str | None:
    """Say which text is longer than a cell takes, if one is; Excel counts UTF-16 units."""
    if column.write is not _write_text:
        return None
    lengths = pc.utf8_length(column.values)
    for row, length in enumerate(lengths.to_pylist()):
        if (length or 0) * 2 > _LONGEST_TEXT:
            units = len(column.values[row].as_py().encode("utf-16-le")) // 2
            if units > _LONGEST_TEXT:
                return (
                    f"Row {row} of column {column.name!r} holds a text of {units:,} characters; a "
                    f"workbook's cell takes {_LONGEST_TEXT:,}."
                )
    return None


def _rows(columns: Sequence[_Column]) -> Iterator[tuple[object, ...]]:
    rows = len(columns[0].values) if columns else 0
    for start in range(0, rows, _BATCH):
        batch = (column.values.slice(start, _BATCH).to_pylist() for column in columns)
        yield from zip(*batch, strict=True)


class _Exact(float):
    """A float that xlsxwriter writes with all its 17 digits; of others it writes 16."""

    __slots__ = ()

    def __format__(self, format_spec: str) -> str:
        return repr(float(self))


def _write_boolean(sheet: Any, row: int, at: int, value: bool, style: object) -> None:  # noqa: FBT001 - one of four alike
    sheet.write_boolean(row, at, value, style)


def _write_number(sheet: Any, row: int, at: int, value: float, style: object) -> None:
    if math.isfinite(value):
        sheet.write_number(row, at, value if isinstance(value, int) else _Exact(value), style)
    else:
        sheet.write_string(row, at, str(value), style)  # a workbook has no such numbers


def _write_day(sheet: Any, row: int, at: int, value: date, style: object) -> None:
    sheet.write_number(row, at, (value - _EPOCH.date()).days, style)


def _write_time(sheet: Any, row: int, at: int, value: datetime, style: object) -> None:
    sheet.write_number(row, at, _Exact((value - _EPOCH) / timedelta(days=1)), style)


def _write_text(sheet: Any, row: int, at: int, value: str, style: object) -> None:
    # Never `write`, which makes formulas, links and numbers of texts.
    if value.startswith("<r>") and value.endswith("</r>"):
        # xlsxwriter takes it for markup of its own, and does not look into parts.
        sheet.write_rich_string(row, at, value[0], value[1], value[2:])
    else:
        sheet.write_string(row, at, value, style)
