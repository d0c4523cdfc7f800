"""From a body's bytes to a typed table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa

from watchframe.decode.exact import DecodedResult, decode_exactly


def decode_query_result(
    chunks: Iterable[bytes],
    *,
    columns: Sequence[str] | None = None,
    on_batch: Callable[[pa.RecordBatch], None] | None = None,
) -> DecodedResult:
    """Give the typed table of a result's body, exact to the last digit.

    Parameters
    ----------
    chunks : iterable of bytes
        The plain body, in pieces of any size.
    columns : sequence of str, optional
        Only these.
    on_batch : callable, optional
        Given each record batch.

    Raises
    ------
    DecodeError
        It is not a result.
    """
    decoded = decode_exactly(b"".join(chunks), columns=columns)
    if on_batch is not None:
        for batch in decoded.table.to_batches():
            on_batch(batch)
    return decoded
