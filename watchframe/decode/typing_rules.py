"""From a column's JSON values to an Arrow array: the declared type is a hint, the values decide."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

#: Field metadata: how a text column encodes what Arrow has no type for.
ENCODING = b"watchframe.encoding"
#: Field metadata: the type that the server declared.
DECLARED = b"watchframe.declared"
#: Field metadata: the first row that is not of that type.
DEVIATION = b"watchframe.deviation"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDeviation:
    """A column's first value that is not of the declared type.

    Attributes
    ----------
    column : str
    declared : str
        The declared type.
    row : int
        Counted from 0.
    value : str
        The value as JSON, shortened.
    """

    column: str
    declared: str
    row: int
    value: str

    def __str__(self) -> str:
        return (
            f"Column {self.column!r} is declared {self.declared}, but row {self.row} holds "
            f"{self.value}; every value was kept as the server sent it.{self._hint}"
        )

    @property
    def _hint(self) -> str:
        """Which argument of a read converts such values, if one does."""
        name = json.dumps(self.column, ensure_ascii=False)
        is_time = self.declared in ("datetime", "date")
        number = re.match(r"-?\d+(\.\d+)?", self.value)
        text = re.fullmatch(r'"-?\d+(\.\d+)?"?', self.value)  # without its quote, where shortened
        if text is not None and not is_time:
            found = "decimal(38, 18)" if text[1] else "integer"
        elif number is not None and is_time:
            return f' parse_dates={{{name}: "s"}} converts unix seconds.'
        elif self.value.startswith('"') and is_time:
            return f' parse_dates={{{name}: "%d.%m.%Y"}} converts texts of one format.'
        elif number is not None and self.declared == "float":
            return f' dtype={{{name}: "float64"}} rounds it.'
        elif self.declared == "string" and self.value[0] not in "[{":
            found = "string"
        else:
            return ""
        return f' dtype={{{name}: "{found}"}} converts it.'


def deviations_of(table: pa.Table) -> tuple[ColumnDeviation, ...]:
    """Return the deviations that a decoded table carries in its fields' metadata."""
    marked = [(field.metadata or {}).get(DEVIATION) for field in table.schema]
    return tuple(ColumnDeviation(**json.loads(text)) for text in marked if text is not None)


def as_metadata(deviation: ColumnDeviation) -> dict[bytes, bytes]:
    """Return the field metadata that `deviations_of` reads."""
    return {DEVIATION: json.dumps(asdict(deviation)).encode()}


INTEGER, JSON = b"integer", b"json"

#: Beyond this a float64 cannot tell neighbouring integers apart.
EXACT_IN_FLOAT = 2**53

NAIVE = pa.timestamp("us")
AWARE = pa.timestamp("us", tz="UTC")
_TEXT = pa.string()
#: The first and the last that Python's `date` and `datetime` know, since 1970.
_DAYS = (-719_162, 2_932_896)
MICROSECONDS = (-62_135_596_800_000_000, 253_402_300_799_999_999)

#: What of ISO 8601 is read as a time. `datetime.fromisoformat` takes more and reads it wrongly: it
#: drops digits after the sixth of a fraction and any letter between date and time (a digit too),
#: and takes fractions of an hour or a minute for those of a second.
_ISO_TIME = re.compile(
    r"\d{4}(-?\d\d-?\d\d|-?W\d\d(-?\d)?)"
    r"([Tt ]\d\d(:?\d\d(:?\d\d([.,]\d{1,6})?)?)?"
    r" ?(Z|[+-]\d\d(:?\d\d(:?\d\d([.,]\d{1,6})?)?)?)?)?",
    re.ASCII,
)

#: Declared type -> the Arrow type of a column that holds nothing else.
DECLARED_TYPES = {
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "datetime": NAIVE,
    "date": pa.date32(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedColumn:
    """A column's values as Arrow has them, with the field that says how they are to be read."""

    field: pa.Field
    array: pa.Array
    deviation: ColumnDeviation | None = None


def table_of(columns: Sequence[TypedColumn], rows: int) -> pa.Table:
    """Return the table of these columns, which has so many rows even without any column."""
    if not columns:
        return pa.table({"none": pa.nulls(rows)}).select([])
    return pa.table(
        [column.array for column in columns],
        schema=pa.schema([column.field for column in columns]),
    )


def typed_column(name: str, declared: str | None, values: Sequence[object]) -> TypedColumn:
    """Return the column's Arrow array, exact, and its field.

    Parameters
    ----------
    name : str
    declared : str or None
        The declared type; None where the server does not know it.
    values : sequence
        As `json` reads them: None, bool, int, float, str, list or dict.
    """
    kinds = set(map(type, values)) - {type(None)}
    array, encoding = _exact_array(kinds, declared, values)
    deviation = None
    if kinds and not _is_as_declared(kinds, declared, array.type, encoding):
        deviation = _first_deviation(name, declared, values)
    metadata = field_metadata(declared, encoding, deviation)
    return TypedColumn(
        field=pa.field(name, array.type, metadata=metadata), array=array, deviation=deviation
    )


def _exact_array(
    kinds: set[type], declared: str | None, values: Sequence[object]
) -> tuple[pa.Array, bytes | None]:
    """Return the values in the Arrow type that holds all exactly, and how texts encode them."""
    if not kinds:
        return pa.nulls(len(values), DECLARED_TYPES.get(declared or "", pa.string())), None
    array = None
    if kinds == {bool}:
        array = pa.array(values, pa.bool_())
    elif kinds == {int} and declared != "float":
        array = _if_possible(values, pa.int64())
    elif kinds <= {int, float}:
        array = _floats(kinds, values)
    elif kinds == {str}:
        array = _texts(declared, values)
    if array is not None:
        return array, None
    if kinds == {int}:
        return _digits(values), INTEGER
    texts = [None if value is None else json.dumps(value) for value in values]
    return pa.array(texts, _TEXT), JSON


def _is_as_declared(
    kinds: set[type], declared: str | None, found: pa.DataType, encoding: bytes | None
) -> bool:
    if declared == "string":
        return kinds == {str} and encoding is None
    if declared == "datetime" and found == AWARE:
        return True
    return encoding is None and found == DECLARED_TYPES.get(declared or "")


def _if_possible(values: Sequence[object], type_: pa.DataType) -> pa.Array | None:
    """Return the values as this type; None where it cannot hold them."""
    try:
        return pa.array(values, type_)
    except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
        return None


def _digits(values: Sequence[object]) -> pa.Array:
    """Return integers of any size as texts."""
    # Written as one text and cut again: to make a text of each takes half as long again.
    listed = pa.scalar(repr(list(values))[1:-1], pa.large_string())
    texts = pc.split_pattern(listed, ", ").values.cast(_TEXT)
    return pc.if_else(pc.equal(texts, "None"), None, texts)


def _floats(kinds: set[type], values: Sequence[object]) -> pa.Array | None:
    if kinds == {float}:
        return pa.array(values, pa.float64())
    largest = max(abs(value) for value in values if isinstance(value, int))
    if largest > EXACT_IN_FLOAT:
        return None
    floats = [None if value is None else float(value) for value in values]  # type: ignore[arg-type]
    return pa.array(floats, pa.float64())


def _texts(declared: str | None, values: Sequence[object]) -> pa.Array | None:
    texts = _if_possible(values, _TEXT)  # lone surrogates are no Unicode
    if texts is None:
        return None
    found = None
    if declared == "date":
        found = _times_if_possible(texts, pa.date32())
    elif declared == "datetime":
        found = _times_if_possible(texts, NAIVE)
        found = _times_if_possible(texts, AWARE) if found is None else found
        found = _unusual_times(values) if found is None else found
    return texts if found is None else found


def _times_if_possible(texts: pa.Array, type_: pa.DataType) -> pa.Array | None:
    try:
        return times_of_texts(texts, type_)
    except pa.ArrowInvalid:
        return None


def times_of_texts(texts: pa.Array, type_: pa.DataType, **options: object) -> pa.Array:
    """Return dates or times by their ISO 8601 texts.

    Parameters
    ----------
    texts : pyarrow.Array
        Of strings.
    type_ : pyarrow.DataType
        ``date32``, or a timestamp in microseconds.
    **options : object
        For `pyarrow.Array.cast`.

    Raises
    ------
    pyarrow.ArrowInvalid
        One is no time, has a zone where the type has none or none where it has one, is finer than
        a microsecond, or in no year that Python knows (1 to 9999).
    """
    times = texts.cast(type_, **options)
    ends = pc.min_max(times.cast(pa.int32() if type_ == pa.date32() else pa.int64()))
    first, last = _DAYS if type_ == pa.date32() else MICROSECONDS
    if ends["min"].is_valid and not first <= ends["min"].as_py() <= ends["max"].as_py() <= last:
        raise pa.ArrowInvalid("A time is in no year from 1 to 9999.")
    return times


def _unusual_times(values: Sequence[object]) -> pa.Array | None:
    """Return times in what else ISO 8601 allows and Arrow does not know; None where one is none."""
    moments = [None if value is None else _moment(str(value)) for value in values]
    zones = {
        "none" if moment is None else "naive" if moment.tzinfo is None else "aware"
        for moment, value in zip(moments, values, strict=True)
        if value is not None
    }
    if zones == {"naive"}:
        return pa.array(moments, NAIVE)
    return pa.array(moments, AWARE) if zones == {"aware"} else None


def _moment(text: str) -> datetime | None:
    """Return the moment, in UTC if it has a zone; None where it is none, or loses anything."""
    if _ISO_TIME.fullmatch(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def encoding_of(field: pa.Field) -> bytes | None:
    """Return how a column's texts encode its values: `INTEGER`, `JSON`, or None for plain ones."""
    return (field.metadata or {}).get(ENCODING)


def declared_type(field: pa.Field) -> str:
    """Return the type that the server declared for a column; empty where it declared none."""
    declared: bytes = (field.metadata or {}).get(DECLARED, b"")
    return declared.decode()


def values_as_sent(field: pa.Field, array: pa.ChunkedArray) -> list[object]:
    """Return a column's values as the server sent them."""
    values: list[Any] = array.to_pylist()
    if encoding_of(field) in (INTEGER, JSON):
        return [None if text is None else json.loads(text) for text in values]
    if pa.types.is_temporal(field.type):
        return [None if moment is None else moment.isoformat() for moment in values]
    return values


def field_metadata(
    declared: str | None, encoding: bytes | None, deviation: ColumnDeviation | None
) -> dict[bytes, bytes]:
    """Return the metadata that a column's field carries."""
    metadata = {DECLARED: (declared or "").encode()}
    if encoding is not None:
        metadata[ENCODING] = encoding
    if deviation is not None:
        metadata |= as_metadata(deviation)
    return metadata


def _first_deviation(
    name: str, declared: str | None, values: Sequence[object]
) -> ColumnDeviation | None:
    is_of_type = _OF_TYPE.get(declared or "")
    if is_of_type is None or declared is None:
        return None
    for row, value in enumerate(values):
        if value is not None and not is_of_type(value):
            return ColumnDeviation(
                column=name, declared=declared, row=row, value=json.dumps(value)[:60]
            )
    return None


def _is_exact_float(value: object) -> bool:
    return isinstance(value, float) or (isinstance(value, int) and abs(value) <= EXACT_IN_FLOAT)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


_OF_TYPE: dict[str, Callable[[object], bool]] = {
    "integer": _is_integer,
    "float": lambda value: _is_number(value) and _is_exact_float(value),
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "datetime": lambda value: isinstance(value, str) and _moment(value) is not None,
    "date": _is_date,
}
