"""From a body's bytes to a typed table."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa

from watchframe.decode.data_text import DataText
from watchframe.decode.exact import DecodedResult, decode_exactly
from watchframe.decode.framing import find_data_text
from watchframe.decode.streaming import decode_streaming

#: Bytes up to which the exact path is the quickest: plans and workers cost more than they bring.
SMALL = 1 << 20


def decode_query_result(
    chunks: Iterable[bytes],
    *,
    columns: Sequence[str] | None = None,
    on_batch: Callable[[pa.RecordBatch], None] | None = None,
) -> DecodedResult:
    """Return the typed table of a result's body, exact to the last digit.

    Parameters
    ----------
    chunks : iterable of bytes
        The plain body, in pieces of any size.
    columns : sequence of str, optional
        Only these; at least one.
    on_batch : callable, optional
        Called with record batches while the body arrives, all of one schema, in order. They may
        not be the whole table: where a later block changes a column's type, no more batches come,
        and with small bodies none at all. The receiver has to compare their schema and number of
        rows with the table's (`ResultWriter.finish` does).

    Raises
    ------
    DecodeError
        It is not a result.
    ArgumentError
        It has no such column.
    """
    source = iter(chunks)
    start = bytearray()
    for chunk in source:
        start += chunk
        if len(start) > SMALL:
            decode = functools.partial(decode_streaming, columns=columns, on_batch=on_batch)
            opening = find_data_text(bytes(start))
            if opening is not None:
                return DataText(bytes(start), opening, source).read_by(decode)
            return decode(itertools.chain([bytes(start)], source))
    return decode_exactly(bytes(start), columns=columns)
