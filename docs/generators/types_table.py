"""The table of types: an example of each row, decoded."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pyarrow as pa

from generators.tables import table
from watchframe.decode import DtypeBackend, to_frame
from watchframe.decode.exact import decode_exactly
from watchframe.decode.typing_rules import ENCODING

_HEADINGS = (
    "the server says",
    "values",
    "for example",
    'in Arrow (`output="arrow"`)',
    "`numpy_nullable` (default)",
    "`pyarrow`",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A row of the type table.

    Attributes
    ----------
    declared : str or None
        The server's word; None where it declares none.
    holds : str
        What such a column holds, in words.
    sent : tuple of str
        Some of its values, as JSON.
    """

    declared: str | None
    holds: str
    sent: tuple[str, ...]


EXAMPLES = (
    Example(declared="integer", holds="all fit 64 bits", sent=("-1", "9223372036854775807")),
    Example(declared="integer", holds="any larger (uint256)", sent=("1", str(2**256 - 1))),
    Example(declared="float", holds="numbers", sent=("0.1", "2")),
    Example(
        declared="float", holds="any integer beyond 2^53", sent=("0.1", "1180591620717411303425")
    ),
    Example(declared="boolean", holds="true and false", sent=("true", "false")),
    Example(declared="string", holds="texts", sent=('"0x9f"', '"New York"')),
    Example(declared="datetime", holds="no zone", sent=('"2024-01-01T00:00:37.123"',)),
    Example(
        declared="datetime",
        holds="`Z` or an offset",
        sent=('"2024-01-01T00:00:37Z"', '"2024-01-01T05:30:37+05:30"'),
    ),
    Example(
        declared="datetime",
        holds="some with, some without a zone",
        sent=('"2024-01-01T00:00:37"', '"2024-01-01T00:00:37Z"'),
    ),
    Example(declared="date", holds="days", sent=('"2024-01-02"',)),
    Example(declared=None, holds="integers", sent=("1", "2")),
    Example(declared=None, holds="integers, any larger than 64 bits", sent=("1", str(2**64))),
    Example(declared=None, holds="numbers", sent=("1", "0.5")),
    Example(declared=None, holds="true and false", sent=("true",)),
    Example(
        declared=None,
        holds="texts, whatever they say",
        sent=('"2024-01-02"', '"4:05:06"', '"0x9f"'),
    ),
    Example(declared=None, holds="nothing but nulls", sent=("null",)),
    Example(declared="integer", holds="nothing but nulls", sent=("null",)),
    Example(declared="integer", holds="numbers with a fraction", sent=("1", "1.5")),
    Example(declared="integer", holds="texts", sent=('"abc"',)),
    Example(declared="string", holds="true and false", sent=("true", "false")),
    Example(declared="string", holds="arrays, objects", sent=("[1, 2]", '{"a": 1}')),
    Example(declared="string", holds="of several kinds", sent=('"a"', "5", "[true]")),
)


def _types() -> str:
    return table(_HEADINGS, map(_row, EXAMPLES))


def _row(example: Example) -> tuple[str, ...]:
    decoded = _decoded(example)
    return (
        example.declared or "nothing",
        example.holds,
        ", ".join(f"`{_shortened(text)}`" for text in example.sent),
        _arrow_cell(decoded.schema.field(0)),
        _pandas_cell(decoded, "numpy_nullable"),
        _pandas_cell(decoded, "pyarrow"),
    )


def _decoded(example: Example) -> pa.Table:
    column = {"name": "value", "friendly_name": "value", "type": example.declared}
    rows = ", ".join(f'{{"value": {text}}}' for text in example.sent)
    data = f'{{"columns": [{json.dumps(column)}], "rows": [{rows}]}}'
    return decode_exactly(f'{{"query_result": {{"data": {data}}}}}'.encode()).table


def _arrow_cell(field: pa.Field) -> str:
    mark = (field.metadata or {}).get(ENCODING)
    return f"`{field.type}`" if mark is None else f"`{field.type}`, marked `{mark.decode()}`"


def _pandas_cell(decoded: pa.Table, backend: DtypeBackend) -> str:
    column = to_frame(decoded, dtype_backend=backend)["value"]
    if column.dtype != object:
        return f"`{column.dtype}`"
    kinds = dict.fromkeys(type(value).__name__ for value in column)
    return f"`object` of {', '.join(f'`{kind}`' for kind in kinds)}"


def _shortened(text: str) -> str:
    long = 30
    return text if len(text) <= long else f"{text[:8]}…{text[-4:]}"


PARTS = {"types": _types}
