"""The warnings about a decoded table's columns: wrong types, no type, rounded values.

What they say is found once, when a result is decoded, and kept in the fields' metadata: so the
local cache keeps it, and reads from there cost nothing more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from watchframe.decode.typing_rules import (
    DEVIATION,
    EXACT_IN_FLOAT,
    JSON,
    ColumnDeviation,
    encoding_of,
)
from watchframe.errors import ColumnTypeWarning, PrecisionWarning, WatchframeWarning
from watchframe.reprs.words import first_few

#: Field metadata: there where the rows have the column and the server's list of columns has not.
UNDECLARED = b"watchframe.undeclared"
#: Field metadata: row and value of the first float that has lost digits on the server.
ROUNDED = b"watchframe.rounded"

#: How a float begins among JSON texts: with a digit, and with what no integer has.
_FLOAT = r"^-?[0-9]+[.eE]"
#: A name that SQL takes without quotes.
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
#: Names that a message lists.
_LISTED = 10


def mark_columns(table: pa.Table, declared: Container[str]) -> pa.Table:
    """Return the table with marks on columns that are not `declared`, and on rounded ones."""
    fields = list(table.schema)
    is_marked = False
    for place, field in enumerate(fields):
        marks = {}
        if field.name not in declared and table.num_rows:  # without rows, only asked for
            marks[UNDECLARED] = b"true"
        rounded = _first_rounded(table, place, field)
        if rounded is not None:
            marks[ROUNDED] = json.dumps(rounded).encode()
        if marks:
            fields[place] = field.with_metadata({**(field.metadata or {}), **marks})
            is_marked = True
    return pa.table(table.columns, schema=pa.schema(fields)) if is_marked else table


def undeclared_columns(table: pa.Table) -> frozenset[str]:
    """Return the columns of a decoded table that the server did not declare."""
    return frozenset(field.name for field in table.schema if UNDECLARED in (field.metadata or {}))


def column_warnings(
    table: pa.Table, *, converted: Container[str] = frozenset()
) -> list[WatchframeWarning]:
    """Return the warnings for a decoded table's columns, also where it comes from the cache.

    The declared types of `converted` columns do not matter.
    """
    types: list[WatchframeWarning] = []
    rounded: list[WatchframeWarning] = []
    undeclared = []
    for field in table.schema:
        marks = field.metadata or {}
        if DEVIATION in marks and field.name not in converted:
            deviation = ColumnDeviation(**json.loads(marks[DEVIATION]))
            types.append(ColumnTypeWarning(str(deviation)))
        if UNDECLARED in marks:
            undeclared.append(field.name)
        if ROUNDED in marks:
            words = _rounded_words(field.name, *json.loads(marks[ROUNDED]))
            rounded.append(PrecisionWarning(words))
    if undeclared:
        types.append(ColumnTypeWarning(_undeclared_words(undeclared)))
    return types + rounded


def _undeclared_words(names: Sequence[str]) -> str:
    listed = first_few(names, _LISTED, repr)
    return (
        f"The rows hold keys that the server does not declare as columns: {listed}; every value "
        "was kept, in columns after the declared ones that are typed by what they hold."
    )


def _rounded_words(name: str, row: int, value: float) -> str:
    sql = name if _PLAIN_NAME.fullmatch(name) else '"{}"'.format(name.replace('"', '""'))
    return (
        f"Column {name!r} holds the float {value!r} in row {row}: the server turned decimals "
        "into floats, which lose digits from 2**53 on. To keep all of them, cast it to text in the "
        f'SQL ({sql}::text as {sql}), then read it with dtype={{{name!r}: "integer"}} or '
        f'dtype={{{name!r}: "decimal(38, 18)"}}.'
    )


def _first_rounded(table: pa.Table, number: int, field: pa.Field) -> tuple[int, float] | None:
    """Return row and value of the first float that a rounded integer may be; None without one."""
    if field.type == pa.float64():
        values = table.column(number)
        place = _first_large(values)
        return None if place is None else (place, values[place].as_py())
    if field.type != pa.string() or encoding_of(field) != JSON:
        return None
    # Old servers send whole decimals as integers and only the others as floats, in one column.
    texts = table.column(number)
    is_float = pc.match_substring_regex(texts, _FLOAT).fill_null(False)  # noqa: FBT003 - Arrow's
    floats = texts.filter(is_float).cast(pa.float64())
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
