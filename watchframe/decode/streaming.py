"""The fast path: a body decoded block by block beside its download.

The reading thread cuts the rows into blocks; two workers turn blocks into Arrow arrays; nothing
outlives the call. The body also goes to a temporary file, so that whatever the fast path cannot
settle is read again from there, exactly, and never asked for a second time.
"""

from __future__ import annotations

import io
import itertools
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import IO, Any, ParamSpec, TypeVar

import pyarrow as pa

from watchframe.decode.block import BlockDecoder, exact_rows
from watchframe.decode.exact import (
    DecodedResult,
    declared_columns,
    decode_exactly,
    decoded_result,
    result_info,
)
from watchframe.decode.framing import Separator, find_head, find_tail
from watchframe.decode.plan import ColumnPlan, plan_column
from watchframe.decode.settle import Block, found_plans, learned_plan, settled_table
from watchframe.models import Column

OnBatch = Callable[[pa.RecordBatch], None]
P = ParamSpec("P")
T = TypeVar("T")

#: Bytes of rows that are decoded at once.
BLOCK_SIZE = 1 << 20
#: Bytes within which the head must end.
MAX_HEAD = 16 << 20
#: Rows from which the plans are made.
SAMPLE_ROWS = 50
WORKERS = 2
#: Blocks that wait or are worked on.
IN_FLIGHT = 3


class _NotFramedError(Exception):
    """The body is not as servers write it, or damaged: the exact path is to judge."""


def decode_streaming(
    chunks: Iterable[bytes],
    *,
    columns: Sequence[str] | None = None,
    on_batch: OnBatch | None = None,
    block_size: int = BLOCK_SIZE,
) -> DecodedResult:
    """Give the table of a body, decoding beside its arrival; as `decode_query_result`."""
    with tempfile.TemporaryFile(prefix="watchframe-body-") as spool:
        source = _Spooled(chunks, spool)
        try:
            with ThreadPoolExecutor(WORKERS, "watchframe-decode") as pool:
                return _Stream(source, pool, columns, on_batch, block_size).decode()
        except _NotFramedError:
            source.exhaust()
            spool.seek(0)
            return decode_exactly(spool.read(), columns=columns)


def decode_at_once(body: bytes, *, columns: Sequence[str] | None = None) -> DecodedResult:
    """Give the table of a whole body of few blocks, in this thread and in memory."""
    source = _Spooled([body], io.BytesIO())
    try:
        return _Stream(source, _InThisThread(), columns, None, BLOCK_SIZE).decode()
    except _NotFramedError:
        return decode_exactly(body, columns=columns)


class _InThisThread(Executor):
    """Does what it is given at once."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


class _Spooled:
    """A body that leaves a copy of itself in a file."""

    def __init__(self, chunks: Iterable[bytes], spool: IO[bytes]) -> None:
        self._chunks = iter(chunks)
        self.spool = spool

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.spool.write(chunk)
            yield chunk

    def read(self, start: int, end: int) -> bytes:
        """Give a part of what has passed."""
        here = self.spool.tell()
        self.spool.seek(start)
        part = self.spool.read(end - start)
        self.spool.seek(here)
        return part

    def exhaust(self) -> None:
        """Put the rest into the file."""
        for _ in self:
            pass
        self.spool.flush()


class _Stream:
    def __init__(
        self,
        source: _Spooled,
        pool: Executor,
        wanted: Sequence[str] | None,
        on_batch: OnBatch | None,
        block_size: int,
    ) -> None:
        self._source = source
        self._pool = pool
        self._wanted = wanted
        self._on_batch = on_batch
        self._block_size = block_size
        self._blocks: list[Block] = []
        self._waiting: deque[tuple[Block, Future[list[pa.Array] | None]]] = deque()
        self._buffer = bytearray()
        self._offset = 0  # of the buffer's first byte in the body
        self._rows = 0

    def decode(self) -> DecodedResult:
        chunks = iter(self._source)
        result = self._take_head(chunks)
        names = declared_columns(result["data"])
        columns = [item for item in names if self._wanted is None or item.name in self._wanted]
        self._fill(chunks)
        separator = Separator.of_rows(bytes(self._buffer[:MAX_HEAD]))
        if separator is None or not columns:
            raise _NotFramedError
        self._separator = separator
        self._decoder = self._first_decoder(columns)
        self._take_blocks()
        for chunk in chunks:
            self._buffer += chunk
            if len(self._buffer) >= self._block_size:
                self._take_blocks()
        rest = self._take_tail()
        while self._waiting:
            self._collect()
        table = settled_table(self._blocks, self._decoder.plans, self._source.spool)
        return decoded_result(table, result_info({**result, **rest}))

    def _take_head(self, chunks: Iterator[bytes]) -> dict[str, Any]:
        looked_at = 0
        for chunk in chunks:
            self._buffer += chunk
            # Looked at again only where it has grown by half, or chunks of a byte take for ever.
            if len(self._buffer) < looked_at * 3 // 2:
                continue
            looked_at = len(self._buffer)
            head = find_head(bytes(self._buffer))
            if head is not None:
                self._drop(head.length)
                return head.result
            if looked_at > MAX_HEAD:
                break
        head = find_head(bytes(self._buffer))
        if head is None:
            raise _NotFramedError
        self._drop(head.length)
        return head.result

    def _fill(self, chunks: Iterator[bytes]) -> None:
        """Have a block's worth of rows in the buffer, if there are so many."""
        while len(self._buffer) < self._block_size and (chunk := next(chunks, None)) is not None:
            self._buffer += chunk

    def _first_decoder(self, columns: Sequence[Column]) -> BlockDecoder:
        sample = self._sample()
        plans = [plan_column(item, [row.get(item.name) for row in sample])[0] for item in columns]
        return self._made_decoder(plans)

    def _made_decoder(self, plans: Sequence[ColumnPlan]) -> BlockDecoder:
        try:
            return BlockDecoder(plans)
        except ValueError:  # a column's name that msgspec cannot have in a struct, such as 'a"b'
            raise _NotFramedError from None

    def _sample(self) -> list[dict[str, Any]]:
        """Give the first rows as `json` reads them."""
        buffer = bytes(self._buffer[: self._block_size])
        matches = itertools.islice(self._separator.any.finditer(buffer), SAMPLE_ROWS)
        ends = [match.start() + 1 for match in matches]
        if not ends:
            tail = find_tail(bytes(self._buffer))
            ends = [tail[0]] if tail is not None else []
        rows = exact_rows(buffer[: ends[-1]]) if ends else None
        if rows is None:
            raise _NotFramedError
        return rows

    def _take_blocks(self) -> None:
        while len(self._buffer) >= self._block_size:
            found = self._separator.last_cut(self._buffer[: 2 * self._block_size])
            if found is None:
                return  # a row longer than that: wait for its end
            end, following = found
            self._submit(bytes(self._buffer[:end]))
            self._drop(following)

    def _take_tail(self) -> dict[str, Any]:
        tail = find_tail(bytes(self._buffer))
        if tail is None:
            raise _NotFramedError
        end, rest = tail
        self._submit(bytes(self._buffer[:end]))
        return rest

    def _submit(self, rows: bytes) -> None:
        block = Block(start=self._offset, end=self._offset + len(rows), plans=self._decoder.plans)
        self._waiting.append((block, self._pool.submit(self._decoder.decode, rows)))
        self._blocks.append(block)
        while len(self._waiting) > IN_FLIGHT:
            self._collect()

    def _collect(self) -> None:
        """Take the oldest block's columns, in order."""
        block, future = self._waiting.popleft()
        arrays = future.result()
        if arrays is not None:
            block.arrays = arrays
            self._rows += len(arrays[0])
            self._emit(block)
            return
        self._on_batch = None  # what follows is not of the batches' schema any more
        rows = exact_rows(self._source.read(block.start, block.end))
        if rows is None:
            raise _NotFramedError
        found = found_plans(block.plans, rows, first_row=self._rows)
        self._rows += len(rows)
        block.settle(found, len(rows))
        learned = [
            learned_plan(plan, new)
            for plan, (new, _) in zip(self._decoder.plans, found, strict=True)
        ]
        self._decoder = self._made_decoder(learned)

    def _emit(self, block: Block) -> None:
        if self._on_batch is not None:
            schema = pa.schema([plan.field for plan in block.plans])
            self._on_batch(pa.RecordBatch.from_arrays(block.arrays, schema=schema))

    def _drop(self, length: int) -> None:
        del self._buffer[:length]
        self._offset += length
