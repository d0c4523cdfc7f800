"""From a column's JSON values to an Arrow array: the declared type is a hint, the values decide."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa

from watchframe.decode.deviation import DECLARED, ENCODING, ColumnDeviation, as_metadata

INTEGER, JSON = b"integer", b"json"

#: Beyond this a float64 cannot tell neighbouring integers apart.
EXACT_IN_FLOAT = 2**53
_INT64 = range(-(2**63), 2**63)

NAIVE = pa.timestamp("us")
AWARE = pa.timestamp("us", tz="UTC")

#: A fraction of a second that microseconds cannot hold.
_TOO_FINE = re.compile(r"\.\d{7}")

#: The server's word -> the Arrow type of a column that holds nothing else.
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


def typed_column(name: str, declared: str | None, values: Sequence[object]) -> TypedColumn:
    """Give the column's Arrow array, exact, and its field.

    Parameters
    ----------
    name : str
    declared : str or None
        The server's word; None where it does not know.
    values : sequence
        As `json` reads them: None, bool, int, float, str, list or dict.
    """
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return _plain(name, declared, values, DECLARED_TYPES.get(declared or "", pa.string()))
    fits = _fitting(kinds, declared, values)
    as_declared = DECLARED_TYPES.get(declared or "")
    is_as_declared = (
        (declared == "datetime" and fits == AWARE)
        or (declared == "string" and kinds == {str})
        or (declared != "string" and fits == as_declared)
    )
    deviation = None if is_as_declared else _first_deviation(name, declared, values)
    if fits is None:
        texts = [None if value is None else json.dumps(value) for value in values]
        return _encoded(name, declared, texts, JSON, deviation)
    if fits == pa.string() and kinds == {int}:
        texts = [None if value is None else str(value) for value in values]
        return _encoded(name, declared, texts, INTEGER, deviation)
    return _plain(name, declared, _as_arrow_wants(values, fits), fits, deviation)


def _fitting(
    kinds: set[type], declared: str | None, values: Sequence[object]
) -> pa.DataType | None:
    """Give the one Arrow type that holds every value exactly; None where there is none.

    ``string`` for a column of integers means: their digits.
    """
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int} and declared != "float":
        small = all(value in _INT64 for value in values if value is not None)
        return pa.int64() if small else pa.string()
    if kinds <= {int, float}:
        exact = all(_is_exact_float(value) for value in values if value is not None)
        if exact:
            return pa.float64()
        return pa.string() if kinds == {int} else None
    if kinds == {str}:
        return _text_type(declared, values)
    return None


def _text_type(declared: str | None, values: Sequence[object]) -> pa.DataType | None:
    if not all(_is_unicode(value) for value in values if value is not None):
        return None
    if declared == "date" and all(_is_date(value) for value in values if value is not None):
        return pa.date32()
    if declared == "datetime":
        zones = {_zone_kind(value) for value in values if value is not None}
        if zones == {"naive"}:
            return NAIVE
        if zones == {"aware"}:
            return AWARE
    return pa.string()


def _as_arrow_wants(values: Sequence[object], type_: pa.DataType) -> Sequence[object]:
    if type_ == pa.float64():
        return [None if value is None else float(value) for value in values]  # type: ignore[arg-type]
    if type_ == pa.date32():
        return [None if value is None else date.fromisoformat(str(value)) for value in values]
    if pa.types.is_timestamp(type_):
        moments = [
            None if value is None else datetime.fromisoformat(str(value)) for value in values
        ]
        if type_ == AWARE:
            return [moment and moment.astimezone(UTC) for moment in moments]
        return moments
    return values


def _plain(
    name: str,
    declared: str | None,
    values: Sequence[object],
    type_: pa.DataType,
    deviation: ColumnDeviation | None = None,
) -> TypedColumn:
    return TypedColumn(
        field=pa.field(name, type_, metadata=field_metadata(declared, None, deviation)),
        array=pa.array(values, type_),
        deviation=deviation,
    )


def _encoded(
    name: str,
    declared: str | None,
    texts: Sequence[str | None],
    encoding: bytes,
    deviation: ColumnDeviation | None,
) -> TypedColumn:
    return TypedColumn(
        field=pa.field(name, pa.string(), metadata=field_metadata(declared, encoding, deviation)),
        array=pa.array(texts, pa.string()),
        deviation=deviation,
    )


def field_metadata(
    declared: str | None, encoding: bytes | None, deviation: ColumnDeviation | None
) -> dict[bytes, bytes]:
    """Give the metadata that a column's field carries."""
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


def _is_unicode(value: object) -> bool:
    """Whether it is a text without lone surrogates, which UTF-8 cannot have."""
    try:
        return isinstance(value, str) and (value.isascii() or bool(value.encode()))
    except UnicodeEncodeError:
        return False


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _zone_kind(value: object) -> str:
    """Give ``naive``, ``aware``, or what is neither: no time, or one finer than microseconds."""
    try:
        if _TOO_FINE.search(str(value)):
            return "none"
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            return "naive"
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return "none"
    return "aware"


_OF_TYPE: dict[str, Callable[[object], bool]] = {
    "integer": _is_integer,
    "float": lambda value: _is_number(value) and _is_exact_float(value),
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "datetime": lambda value: isinstance(value, str) and _zone_kind(value) != "none",
    "date": _is_date,
}
