"""What is to be said of a decoded table's columns: wrong types, no type, rounded values."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.deviation import ENCODING, deviations_of, undeclared_columns
from watchframe.decode.typing_rules import EXACT_IN_FLOAT, JSON
from watchframe.errors import ColumnTypeWarning, PrecisionWarning, WatchframeWarning

#: How a float begins among JSON texts: with a digit, and with what no integer has.
_FLOAT = r"^-?[0-9]+[.eE]"
#: A name that SQL takes without quotes.
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
#: Names that a message lists.
_LISTED = 10


def column_warnings(table: pa.Table) -> list[WatchframeWarning]:
    """Return the warnings for a decoded table's columns, also where it comes from the cache."""
    found: list[WatchframeWarning] = [
        ColumnTypeWarning(str(deviation)) for deviation in deviations_of(table)
    ]
    if undeclared := undeclared_columns(table):
        found.append(ColumnTypeWarning(_undeclared_words(undeclared)))
    for field, values in zip(table.schema, table.columns, strict=True):
        rounded = _first_rounded(field, values)
        if rounded is not None:
            found.append(PrecisionWarning(_rounded_words(field.name, *rounded)))
    return found


def _undeclared_words(names: Sequence[str]) -> str:
    listed = ", ".join(map(repr, names[:_LISTED]))
    more = len(names) - _LISTED
    listed += f" and {more:,} more" if more > 0 else ""
    return (
        f"The rows hold keys that the server does not declare as columns: {listed}; every value "
        "was kept, in columns behind the declared ones that are typed by what they hold."
    )


def _rounded_words(name: str, row: int, value: float) -> str:
    sql = name if _PLAIN_NAME.fullmatch(name) else '"{}"'.format(name.replace('"', '""'))
    return (
        f"Column {name!r} holds the float {value!r} in row {row}: the server has made floats of "
        "decimals, and from 2**53 on that loses digits. For all of them cast it to text in the "
        f'SQL ({sql}::text as {sql}), then read it with dtype={{{name!r}: "integer"}} or '
        f'dtype={{{name!r}: "decimal(38, 18)"}}.'
    )


def _first_rounded(field: pa.Field, values: pa.ChunkedArray) -> tuple[int, float] | None:
    """Return row and value of the first float that a rounded integer may be; None without one."""
    if field.type == pa.float64():
        place = _first_large(values)
        return None if place is None else (place, values[place].as_py())
    if (field.metadata or {}).get(ENCODING) != JSON:
        return None
    # Old servers send whole decimals as integers and only the others as floats, in one column.
    is_float = pc.match_substring_regex(values, _FLOAT).fill_null(False)  # noqa: FBT003 - Arrow's
    floats = values.filter(is_float).cast(pa.float64())
    place = _first_large(floats)
    if place is None:
        return None
    return pc.indices_nonzero(is_float)[place].as_py(), floats[place].as_py()


def _first_large(floats: pa.ChunkedArray) -> int | None:
    """Return where the first finite value from 2**53 on stands; None without one."""
    ends = pc.min_max(floats)  # in one pass without a copy: most columns have no such value
    low, high = ends["min"].as_py(), ends["max"].as_py()
    if low is None or max(-low, high) < EXACT_IN_FLOAT:
        return None
    is_large = pc.and_(
        pc.greater_equal(pc.abs(floats), float(EXACT_IN_FLOAT)), pc.is_finite(floats)
    )
    place: int = pc.index(is_large, True).as_py()
    return None if place < 0 else place
