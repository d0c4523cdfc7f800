"""Rows of an Arrow table as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime

import pyarrow as pa

from watchframe.decode.deviation import ENCODING
from watchframe.decode.typing_rules import JSON
from watchframe.plain_text import escaped

#: Rows turned into Python objects at once.
_ROWS = 10_000


def json_lines(table: pa.Table) -> Iterator[str]:
    """Yield the text of a JSON array of objects, a line per row.

    Dates and times are ISO 8601 text. An integer beyond 64 bits is text with all its digits, which
    most readers of JSON would round; lists and objects are JSON. JSON has no NaN: it becomes null.
    """
    names = table.column_names
    written = [
        json.loads if (field.metadata or {}).get(ENCODING) == JSON else _json_value
        for field in table.schema
    ]
    separator = "[\n"
    for batch in table.to_batches(max_chunksize=_ROWS):
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
