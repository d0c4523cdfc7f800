"""The fast path: a body decoded block by block beside its download.

The reading thread cuts the rows into blocks; two workers turn blocks into Arrow arrays; no thread
outlives the call. The body also goes to a temporary file, so that what the fast path cannot read
is read again from there by the exact path, and is never requested a second time.
"""

from __future__ import annotations

import ctypes
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import IO, Any

import pyarrow as pa

from watchframe.decode.blocks import (
    Block,
    NotFramedError,
    RowReader,
    agreed_column,
    completed_table,
    exact_rows,
    found_plans,
    has_no_value,
    merged,
    read_again,
    rows_again,
    table_of_blocks,
)
from watchframe.decode.column_plan import ColumnPlan, chosen_columns, keys_of
from watchframe.decode.compiled_rows import POOL
from watchframe.decode.damage import damage_in, error_of_tail
from watchframe.decode.exact import (
    DecodedResult,
    declared_columns,
    decode_exactly,
    decoded_result,
    result_info,
)
from watchframe.decode.framing import AmbiguousError, Cutter, find_head, find_tail
from watchframe.decode.typing_rules import (
    AWARE,
    DECLARED_TYPES,
    INTEGER,
    NAIVE,
    TypedColumn,
    encoding_of,
    field_metadata,
    times_of_texts,
)
from watchframe.models import Column


def give_back() -> None:
    """Have the C library return what is free, where it is glibc; others do so by themselves.

    Between two blocks of rows glibc keeps what the workers took, and after the last one as well: a
    fifth of the body.
    """
    trim = getattr(_LIBRARY, "malloc_trim", None)
    if trim is not None:
        trim(0)


def _opened() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):  # on Windows there is none
        return None


_LIBRARY = _opened()


#: Read as text until the declared type says that it is a time.
_FROM_TEXT = {"datetime": (NAIVE, AWARE), "date": (pa.date32(),)}


def declared_late(
    blocks: Sequence[Block],
    plans: Sequence[ColumnPlan],
    columns: Sequence[Column],
    spool: IO[bytes],
) -> pa.Table:
    """Return the table of blocks that were read by their values alone, as `columns` declare it."""
    places = {plan.column.name: number for number, plan in enumerate(plans)}
    typed: list[TypedColumn | None] = []
    for column in columns:
        place = places.get(column.name)
        found = None if place is None else agreed_column(blocks, place)
        typed.append(None if found is None else _redeclared(found, column))
    missing = [column for column, found in zip(columns, typed, strict=True) if found is None]
    return completed_table(typed, read_again(blocks, missing, spool))


def _redeclared(found: TypedColumn, column: Column) -> TypedColumn | None:
    """Return the column by its declared type; None where its values have to be read again."""
    array, declared = found.array, DECLARED_TYPES.get(column.type or "")
    encoding = encoding_of(found.field)
    is_wide = encoding == INTEGER and column.type == "integer"
    if declared is None or is_wide:
        return _column(column, array, encoding)
    if array.null_count == len(array):
        return _column(column, pa.chunked_array([pa.nulls(len(array), declared)]))
    if encoding is not None:
        return None
    return _cast(column, array, _possible_types(array.type, column))


def _possible_types(found: pa.DataType, column: Column) -> Sequence[pa.DataType]:
    """Return the types that a column of type `found` may have in truth, being declared so."""
    declared = DECLARED_TYPES[column.type or ""]
    if found == declared or (found == pa.int64() and declared == pa.float64()):
        return (declared,)
    return _FROM_TEXT.get(column.type or "", ()) if found == pa.string() else ()


def _cast(
    column: Column, array: pa.ChunkedArray, types: Sequence[pa.DataType]
) -> TypedColumn | None:
    for type_ in types:
        is_time = pa.types.is_temporal(type_)
        try:
            cast = times_of_texts(array, type_) if is_time else array.cast(type_)
            return _column(column, cast)
        except pa.ArrowInvalid:  # another zone, or not exactly
            continue
    return None


def _column(column: Column, array: pa.ChunkedArray, encoding: bytes | None = None) -> TypedColumn:
    metadata = field_metadata(column.type, encoding, None)
    return TypedColumn(field=pa.field(column.name, array.type, metadata=metadata), array=array)


class Spooled:
    """The chunks of a body, which are also written to `spool` as they pass.

    Parameters
    ----------
    chunks : iterable of bytes
    spool : binary file
    """

    def __init__(self, chunks: Iterable[bytes], spool: IO[bytes]) -> None:
        self._chunks = iter(chunks)
        self.spool = spool

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.spool.write(chunk)
            yield chunk

    def read(self, start: int, end: int) -> bytes:
        """Return a part of what has passed."""
        here = self.spool.tell()
        self.spool.seek(start)
        part = self.spool.read(end - start)
        self.spool.seek(here)
        return part

    def whole(self) -> bytes:
        """Read the rest, and return the whole body."""
        for _ in self:
            pass
        return self.read(0, self.spool.tell())


OnBatch = Callable[[pa.RecordBatch], None]

#: Bytes that are written to the file at once, unless more arrive at once.
SPOOL_BUFFER = 64 << 10
#: Bytes of rows that are decoded at once.
BLOCK_SIZE = 1 << 20
#: Bytes within which the head must end.
MAX_HEAD = 16 << 20
#: Bytes of the largest piece of memory that a worker takes for a moment.
LARGEST_TEMPORARY = 4 * BLOCK_SIZE
WORKERS = 2
#: Blocks that wait or are worked on.
IN_FLIGHT = 3
#: Blocks of whose columns larger ones are made.
MERGED = 16
#: Merged blocks after which the system gets back what is free: it costs as much as a block or two.
GIVE_BACK_AFTER = 2


def decode_streaming(
    chunks: Iterable[bytes],
    *,
    columns: Sequence[str] | None = None,
    on_batch: OnBatch | None = None,
    block_size: int = BLOCK_SIZE,
) -> DecodedResult:
    """Return the table of a body, decoding beside its arrival; as `decode_query_result`."""
    # glibc hands blocks of this size straight back to the system, and zeroes new ones for each use,
    # until it has seen one freed: without this, half of the time would go there.
    pa.allocate_buffer(LARGEST_TEMPORARY, memory_pool=POOL)
    with tempfile.TemporaryFile(buffering=SPOOL_BUFFER, prefix="watchframe-body-") as spool:
        source = Spooled(chunks, spool)
        pool = ThreadPoolExecutor(WORKERS, "watchframe-decode")
        try:
            return _Stream(source, pool, columns, on_batch, block_size).decode()
        except NotFramedError:
            return decode_exactly(source.whole(), columns=columns)
        finally:
            pool.shutdown(cancel_futures=True)
            give_back()


class _Stream:
    def __init__(
        self,
        source: Spooled,
        pool: Executor,
        wanted: Sequence[str] | None,
        on_batch: OnBatch | None,
        block_size: int,
    ) -> None:
        self._source = source
        self._pool = pool
        self._wanted = wanted
        self._on_batch = on_batch
        self._block_size = self._enough = block_size
        self._blocks: list[Block] = []
        self._waiting: deque[tuple[Block, Future[list[pa.Array] | None]]] = deque()
        self._buffer = bytearray()
        self._offset = 0  # of the buffer's first byte in the body
        self._rows = 0
        self._merged = 0  # blocks at the beginning that stay as they are

    def decode(self) -> DecodedResult:
        chunks = iter(self._source)
        result = self._take_head(chunks)
        data = result["data"]
        is_late = "columns" not in data
        if is_late:
            self._on_batch = None  # the batches' schema is not known yet
        self._fill(chunks)
        start = bytes(self._buffer)
        declared = [] if is_late else declared_columns(data)
        self._reader = RowReader(start, declared, self._wanted)
        self._cutter = Cutter(start)
        del start
        self._take_blocks()
        for chunk in chunks:
            self._buffer += chunk
            self._take_blocks()
        rest = self._take_rest()
        if "columns" in rest["data"]:
            if not is_late:  # twice
                raise NotFramedError
            declared = declared_columns(rest["data"])
        plans, spool = self._reader.plans, self._source.spool
        for block in self._blocks:
            block.widen(plans)
        shown = chosen_columns(declared, self._keys(declared), self._wanted)
        if is_late:
            table = declared_late(self._blocks, plans, shown, spool)
        else:
            table = table_of_blocks(self._blocks, plans, spool)
        said = {**result, **rest, "data": {**data, **rest["data"]}}
        return decoded_result(table, declared, result_info(said))

    def _keys(self, declared: Sequence[Column]) -> list[str]:
        """Return the plans' columns that are keys of any row, or declared."""
        names = [plan.column.name for plan in self._reader.plans]
        if self._wanted is None:
            return names
        known = {column.name for column in declared}
        doubtful = {
            name
            for number, name in enumerate(names)
            if name not in known and has_no_value(self._blocks, number)
        }
        if doubtful:  # null in each row, or in none: only the rows can tell
            for rows in rows_again(self._blocks, self._source.spool):
                doubtful -= keys_of(rows).keys()
        return [name for name in names if name not in doubtful]

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
            raise NotFramedError
        self._drop(head.length)
        return head.result

    def _fill(self, chunks: Iterator[bytes]) -> None:
        """Have a block's worth of rows in the buffer, if there are so many."""
        while len(self._buffer) < self._block_size and (chunk := next(chunks, None)) is not None:
            self._buffer += chunk
        blank = len(self._buffer) - len(self._buffer.lstrip())
        self._drop(blank)

    def _take_blocks(self) -> None:
        while len(self._buffer) >= self._enough:
            size = max(2 * self._block_size, self._enough)
            found = self._cutter.last_cut(self._buffer, size)
            if found is None:
                # A long row, or none begins with that key any more. Looked at again only where
                # it has grown by half, as above.
                self._cutter.counts = True
                self._enough = len(self._buffer) * 3 // 2 + 1
                continue
            self._enough = self._block_size
            end, following = found
            with memoryview(self._buffer) as view:
                rows = bytes(view[:end])
            start = self._offset
            self._drop(following)
            self._submit(rows, start)

    def _take_rest(self) -> dict[str, Any]:
        while True:
            tail = bytes(self._buffer)
            try:
                end, rest = find_tail(tail)
            except AmbiguousError:
                raise NotFramedError from None
            except (ValueError, RecursionError) as error:
                if self._collect_all():  # an error in an earlier block comes first
                    self._take_blocks()
                    continue
                raise error_of_tail(tail, error, self._offset) from None
            start = self._offset
            self._drop(end)
            is_cut_again = self._submit(tail[:end].rstrip(), start) or self._collect_all()
            if not is_cut_again:
                return rest
            self._take_blocks()

    def _submit(self, rows: bytes, start: int) -> bool:
        """Submit a block to the decoder; return whether an earlier one has to be cut again."""
        decoder = self._reader.decoder
        block = Block(start=start, end=start + len(rows), plans=self._reader.plans)
        self._waiting.append((block, self._pool.submit(decoder.decode, rows)))
        self._blocks.append(block)
        return len(self._waiting) > IN_FLIGHT and self._collect()

    def _collect_all(self) -> bool:
        """Collect all submitted blocks; return whether one has to be cut again."""
        while self._waiting:
            if self._collect():
                return True
        return False

    def _collect(self) -> bool:
        """Collect the oldest block's columns; return whether it has to be cut again."""
        block, future = self._waiting.popleft()
        arrays = future.result()
        if arrays is not None:
            block.arrays = arrays
            self._rows += len(arrays[0])
            self._emit(block)
            self._merge()
            return False
        text = self._source.read(block.start, block.end)
        rows = exact_rows(text)
        if rows is None:
            error = damage_in(text, offset=block.start, first_row=self._rows)
            if error is not None:
                raise error
            self._cut_again(block)
            return True
        self._on_batch = None  # what follows has another schema than the batches
        self._reader.add_columns(rows)
        block.plans = self._reader.plans
        found = found_plans(block.plans, rows, first_row=self._rows)
        self._rows += len(rows)
        block.replace_columns(found, len(rows))
        self._reader.learn(new for new, _ in found)
        return False

    def _cut_again(self, block: Block) -> None:
        """Go back to where `block` begins: it was cut within a nested object."""
        if self._cutter.counts:
            raise NotFramedError
        self._cutter.counts = True
        del self._blocks[-len(self._waiting) - 1 :]
        self._waiting.clear()
        self._buffer[:0] = self._source.read(block.start, self._offset)
        self._offset, self._enough = block.start, self._block_size

    def _merge(self) -> None:
        """Make one block of the last ones that are done, where they are many of the same plans."""
        done = len(self._blocks) - len(self._waiting)
        recent = self._blocks[self._merged : done]
        if len(recent) < MERGED:
            return
        if all(block.plans == recent[0].plans for block in recent):
            recent = self._blocks[self._merged : done] = [merged(recent)]
        self._merged += len(recent)
        if self._merged % GIVE_BACK_AFTER == 0:
            give_back()

    def _emit(self, block: Block) -> None:
        if self._on_batch is not None:
            schema = pa.schema([plan.field for plan in block.plans])
            self._on_batch(pa.RecordBatch.from_arrays(block.arrays, schema=schema))

    def _drop(self, length: int) -> None:
        del self._buffer[:length]
        self._offset += length
