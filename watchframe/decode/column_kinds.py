"""The types of columns without values, as the last rows of the same query had them.

A column of nulls, and every column of a result without rows, has no values to decide its type. What
is remembered of the query says whether its times have a zone, and which columns the result lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from watchframe.decode.column_names import check_names
from watchframe.decode.deviation import DECLARED
from watchframe.decode.plan import ENCODINGS, FINAL, Kind, kind_of
from watchframe.decode.typing_rules import field_metadata


def column_kinds(table: pa.Table) -> dict[str, str]:
    """Return the kind of each column that has values, as words that JSON can hold."""
    return {
        field.name: kind_of(field)
        for field, column in zip(table.schema, table.columns, strict=True)
        if column.null_count < len(column)
    }


def with_kinds(table: pa.Table, kinds: Mapping[str, str]) -> pa.Table:
    """Return the table, its columns without values of these kinds; unknown kinds are ignored."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        kind = kinds.get(field.name)
        # The same object where nothing changes: frames of small tables are found by it.
        if column.null_count == len(column) and kind in FINAL and kind != kind_of(field):
            old = field.metadata or {}
            new = _field(field.name, kinds, old.get(DECLARED, b"").decode())
            # The marks of what is to be warned of stay.
            new = new.with_metadata({**old, **(new.metadata or {})})
            table = table.set_column(place, new, _nulls(len(column), new.type))
    return table


def with_absent(table: pa.Table, names: Sequence[str], kinds: Mapping[str, str]) -> pa.Table:
    """Return the table with those of `names` that it lacks, if it has no rows.

    They are of these kinds, and texts where that is not known.

    Raises
    ------
    ArgumentError
        It has rows, and lacks one of `names`.
    """
    if table.num_rows:
        check_names(table.column_names, names)
        return table
    for name in names:
        if name not in table.column_names:
            new = _field(name, kinds, "")
            table = table.append_column(new, _nulls(0, new.type))
    return table


def _field(name: str, kinds: Mapping[str, str], declared: str) -> pa.Field:
    kind: Kind = next((known for known in FINAL if known == kinds.get(name)), "string")
    metadata = field_metadata(declared, ENCODINGS.get(kind), None)
    return pa.field(name, FINAL[kind], metadata=metadata)


def _nulls(length: int, type_: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(length, type_)])
