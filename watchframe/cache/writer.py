"""Storing a result while it arrives, so that it is never held twice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

import pyarrow as pa

from watchframe.cache.entry_format import seal_result
from watchframe.cache.private_files import Staging
from watchframe.cache.provenance import Provenance

logger = logging.getLogger(__name__)

_UNCOMPRESSED = pa.ipc.IpcWriteOptions(compression=None)  # docs/decisions/0032


class ResultWriter:
    """Takes a result's record batches; the entry is seen once it is finished, or never.

    Made by `ResultCache.open_writer`. Use it as a context manager: leaving the block without
    `finish` discards what was written. Its methods never raise for the cache's own troubles (a full
    disk): then they do nothing, after one CacheWarning.

    Parameters
    ----------
    key : str
        The entry's key.
    staging : Staging or None
        Where the bytes go; None: the cache cannot be written.
    size_limit : int
        Bytes that an entry may have at most.
    store : callable
        Makes a whole entry visible; says whether it did.
    on_trouble : callable
        Told of what the disk refused.
    """

    def __init__(
        self,
        key: str,
        staging: Staging | None,
        *,
        size_limit: int,
        store: Callable[[str, Staging], bool],
        on_trouble: Callable[[Exception], None],
    ) -> None:
        self._key = key
        self._staging = staging
        self._size_limit = size_limit
        self._store = store
        self._on_trouble = on_trouble
        self._stream: pa.RecordBatchStreamWriter | None = None
        self._schema: pa.Schema | None = None
        self._rows = 0
        self._mixed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.abort()

    def write(self, batch: pa.RecordBatch) -> None:
        """Take the next rows; all batches have the columns and types of the first."""
        if self._staging is None or self._mixed:
            return
        try:
            if self._schema is None or self._stream is None:
                self._start(batch.schema, self._staging)
            elif not batch.schema.equals(self._schema):
                # The types were settled anew: what lies here is of no use, the whole table may be.
                self._mixed = True
                return
            self._stream.write_batch(batch)  # type: ignore[union-attr]  # _start made it
            self._rows += batch.num_rows
        except OSError as error:
            self._give_up(error)
            return
        if self._staging.size > self._size_limit:
            self._refuse_size(self._staging.size)

    def finish(self, provenance: Provenance, *, table: pa.Table | None = None) -> bool:
        """Make the entry visible, and say whether that was done.

        Parameters
        ----------
        provenance : Provenance
            Where the rows came from.
        table : pyarrow.Table, optional
            The whole result, if it is at hand. Its schema, with the metadata that were settled
            after the last row, becomes the entry's; and where the batches do not add up to it, it
            is written instead.

        Raises
        ------
        ValueError
            There is neither a batch nor a table; or the batches differ and there is no table.
        """
        if self._staging is None:
            return False
        try:
            if table is not None and not self._adds_up_to(table):
                self._start_over(table)
            if self._schema is None or self._mixed or self._stream is None:
                raise ValueError("There is no result of one schema to store.")
            self._stream.close()
            return self._seal(
                self._staging, table.schema if table is not None else self._schema, provenance
            )
        except OSError as error:
            self._give_up(error)
            return False
        finally:
            self.abort()

    def abort(self) -> None:
        """Discard what was written; does nothing after `finish`."""
        if self._staging is not None:
            self._staging.discard()
            self._staging = None
        self._stream = None

    def _start(self, schema: pa.Schema, staging: Staging) -> None:
        self._schema = schema
        self._stream = pa.ipc.new_stream(staging, schema, options=_UNCOMPRESSED)

    def _adds_up_to(self, table: pa.Table) -> bool:
        return (
            not self._mixed
            and self._schema is not None
            and self._schema.equals(table.schema)
            and self._rows == table.num_rows
        )

    def _start_over(self, table: pa.Table) -> None:
        if self._staging is None:
            return
        logger.debug("cache: %.12s: the batches are not the whole result; writing it", self._key)
        self._staging.start_over()
        self._mixed = False
        self._start(table.schema, self._staging)
        self._rows = table.num_rows
        for batch in table.to_batches():
            self._stream.write_batch(batch)  # type: ignore[union-attr]  # _start made it

    def _seal(self, staging: Staging, schema: pa.Schema, provenance: Provenance) -> bool:
        end = seal_result(
            self._key,
            schema,
            provenance,
            rows=self._rows,
            body_length=staging.size,
            body_crc=staging.crc,
        )
        staging.write(end)
        if staging.size > self._size_limit:
            self._refuse_size(staging.size)
            return False
        staging.close_file()
        return self._store(self._key, staging)

    def _refuse_size(self, size: int) -> None:
        logger.info(
            "cache: %.12s: not stored: %d bytes are more than the cache may have (%d)",
            self._key,
            size,
            self._size_limit,
        )
        self.abort()

    def _give_up(self, error: Exception) -> None:
        self.abort()
        self._on_trouble(error)
