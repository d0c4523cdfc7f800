"""``docs/reference/types.md``, made by decoding an example of each row of the type table.

::

    python -m watchframe.decode.types_page > docs/reference/types.md
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

import pyarrow as pa

from watchframe.decode.exact import decode_exactly
from watchframe.decode.frame import DtypeBackend, to_frame
from watchframe.decode.typing_rules import ENCODING

_HEAD = """\
<!-- Made by `python -m watchframe.decode.types_page`; a test compares. Do not edit. -->

# Types

The server declares a type for each column: a hint, and often a wrong one. The values decide, and
nothing that the server sends is lost, rounded or coerced in silence. A dtype does not depend on
whether nulls are present.

Each row below was made by decoding its examples.

| the server says | values | for example | in Arrow (`output="arrow"`) | `numpy_nullable` (default) | `pyarrow` |
| --- | --- | --- | --- | --- | --- |
"""  # noqa: E501 - a table's row is one line

_TAIL = """
The marks stand in the Arrow field's metadata, under `b"watchframe.encoding"`; the server's word
stands under `b"watchframe.declared"`.

Where values are not of the declared type, a `ColumnTypeWarning` names the column, the type and the
first such row, also when the rows come from the local cache:

```
ColumnTypeWarning: Column 'rate' is declared float, but row 2 holds 1180591620717411303425; every value was kept as the server sent it. dtype={"rate": "float64"} rounds it.
```

Keys of rows that the server does not declare as columns (GraphQL, several events of `evmlogs`,
Python) are columns too: after the declared ones, in the order in which they first appear, typed as
those of which the server says nothing. One `ColumnTypeWarning` names them all; in Arrow
`b"watchframe.undeclared"` stands in their fields' metadata. A column that is declared twice is one.

What the server rounds cannot be brought back: it turns PostgreSQL's `numeric`, the `sum` of `bigint`
and DuckDB's decimals into floats before it sends them. A float from 2^53 on has lost digits that
way, and a `PrecisionWarning` names the column and the first such value:
[Decimals that the server rounds](../howto/token-amounts.md#decimals-that-the-server-rounds).

A datetime is one in ISO 8601, with a fraction of up to six digits after a dot or a comma. With
more digits, or in a year that Python does not have, the column stays text.

How to add, scale and store the large integers: [Work with token amounts](../howto/token-amounts.md).

## Columns without values

A column of nulls, and each column of a result without rows, has the type that it had in the last
rows of the same query which this machine read: a day without events fits the days with some, down
to the zone of its times. That is remembered in the local cache, for each text of the query (an
edited one begins without) and each API key. Where nothing is remembered (a first read, `cache="off"`, results
that the settings keep out of the cache, a cache that was cleared), it is the declared type of the
table above, in which times have no zone and undeclared columns are text.

A result without rows may lack columns: some data sources declare them by their rows. In
`columns=["id"]` it has them all the same: empty, of the remembered type, or else text. Among the
results of a sweep or a split it adds no columns, and it is no conflict.

## Other dtypes

`dtype=` takes any dtype of pandas, and two words of its own:

| `dtype=` | becomes | from |
| --- | --- | --- |
| `{"value": "integer"}` | `Int64` (`int64[pyarrow]`) where all fit 64 bits, else an `object` column of Python `int` | integers, texts of digits, whole floats below 2^53 |
| `{"amount": "decimal(38, 18)"}` | `decimal128(38, 18)[pyarrow]`, up to 76 digits, in both families | integers, texts of numbers, floats below 2^53 by the digits that the server sent |

`parse_dates=` makes times, `datetime64[us]` or, where a zone is known, `datetime64[us, UTC]`:

| `parse_dates=` | parses |
| --- | --- |
| `["at"]` | ISO 8601, all of it with a zone or all of it without |
| `{"day": "%d.%m.%Y"}` | a format of `strptime`; with `%z` it has a zone |
| `{"block_time": "s"}`, also `{"block_time": {"unit": "s"}}` | unix time in `D h m s ms us ns`, as numbers or as digits; always UTC, for unix time is |

Nulls stay null. A value that does not become what is asked for is an `ArgumentError` that names the
column, the first such value and its row, counted from 0: an integer too large for `int8`, 1.5 for
`int64`, a null for a dtype that has none, digits after a decimal's last place, a time finer than a
microsecond. Nothing is cut, and nothing is rounded except by a float dtype:
`{"amount": "float64"}` is the nearest floats.

## In polars

`output="polars"` is a polars DataFrame of the Arrow table: integers beyond 64 bits and JSON text
are `String`, with every digit; times are `Datetime("us")`, with the zone where the column has one;
days are `Date`. polars keeps no metadata, so the provenance is left out.

## Files, and `Table.to_pandas()`

Tables of `output="arrow"` and files of the command line (`-o x.parquet`, `.arrow`, `.feather`)
carry pandas' metadata: `table.to_pandas()`, `pandas.read_parquet(path)` and
`pandas.read_feather(path)` give the dtypes of `numpy_nullable` above, and `dtype_backend="pyarrow"`
those of `pyarrow`. `attrs` come back too; from a `.feather`, and from `to_pandas()`, since pyarrow
22. pandas has no way to restore three things by itself:

| | comes back as | and is restored by |
| --- | --- | --- |
| days | `date32[day][pyarrow]` | `frame["day"] = frame["day"].astype("datetime64[us]")` |
| integers beyond 64 bits | `string` of digits | `frame["n"] = pd.Series([None if pd.isna(n) else int(n) for n in frame["n"]], frame.index, object)` |
| lists, objects, mixed kinds | `string` of JSON | the same, with `json.loads` for `int` |

Or all at once, exactly the frame of the read:

```python
import pyarrow.parquet as pq

from watchframe.decode import to_frame

frame = to_frame(pq.read_table("x.parquet"))
```

A frame's own `to_parquet` keeps every dtype but two. It refuses integers beyond 64 bits, and lists
and objects; [as text](../howto/token-amounts.md#write-to-parquet) they are written. Decimals come
back as `object` of `Decimal`, as the dtype with `pd.read_parquet(path, dtype_backend="pyarrow")`.
An index comes back in numpy's dtypes (`int64` for `Int64`): `reset_index()` before it is written
keeps them.
"""  # noqa: E501 - a message is one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A row of the type table.

    Attributes
    ----------
    declared : str or None
        The server's word; None where it does not know.
    holds : str
        In words, what such a column holds.
    sent : tuple of str
        Some of them, as JSON.
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


def types_page() -> str:
    """Give the whole page, as Markdown."""
    return _HEAD + "".join(_row(example) for example in EXAMPLES) + _TAIL


def _row(example: Example) -> str:
    declared = "nothing" if example.declared is None else example.declared
    table = _decoded(example)
    cells = [
        declared,
        example.holds,
        ", ".join(f"`{_shortened(text)}`" for text in example.sent),
        _arrow_cell(table.schema.field(0)),
        _pandas_cell(table, "numpy_nullable"),
        _pandas_cell(table, "pyarrow"),
    ]
    return f"| {' | '.join(cells)} |\n"


def _decoded(example: Example) -> pa.Table:
    column = {"name": "value", "friendly_name": "value", "type": example.declared}
    rows = ", ".join(f'{{"value": {text}}}' for text in example.sent)
    body = (
        f'{{"query_result": {{"data": {{"columns": [{json.dumps(column)}], "rows": [{rows}]}}}}}}'
    )
    return decode_exactly(body.encode()).table


def _arrow_cell(field: pa.Field) -> str:
    mark = (field.metadata or {}).get(ENCODING)
    return f"`{field.type}`" if mark is None else f"`{field.type}`, marked `{mark.decode()}`"


def _pandas_cell(table: pa.Table, backend: DtypeBackend) -> str:
    column = to_frame(table, dtype_backend=backend)["value"]
    if column.dtype != object:
        return f"`{column.dtype}`"
    kinds = dict.fromkeys(type(value).__name__ for value in column)
    return f"`object` of {', '.join(f'`{kind}`' for kind in kinds)}"


def _shortened(text: str) -> str:
    long = 30
    return text if len(text) <= long else f"{text[:8]}…{text[-4:]}"


if __name__ == "__main__":
    sys.stdout.write(types_page())
