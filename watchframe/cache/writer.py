"""Storing a result while it arrives, so that it is never in memory twice."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import pyarrow as pa

from watchframe.cache.entry_format import seal_result
from watchframe.cache.file_locks import mark_in_use
from watchframe.cache.private_files import FOLDER_MODE, open_private
from watchframe.cache.provenance import Provenance

logger = logging.getLogger(__name__)

_UNCOMPRESSED = pa.ipc.IpcWriteOptions(compression=None)  # docs/decisions/0031


class ResultWriter:
    """Takes a result's record batches; the entry becomes visible when it is finished, or never.

    Made by `ResultCache.open_writer`. Use it as a context manager: leaving the block without
    `finish` discards what was written. Its methods never raise for a failure of the cache itself
    (a full disk): then they do nothing, after one CacheWarning.

    Parameters
    ----------
    key : str
        The entry's key.
    staging : Staging or None
        Where the bytes go; None: the cache cannot be written.
    size_limit : int
        Bytes that an entry may have at most.
    store : callable
        Makes a whole entry of this provenance visible; returns whether it did.
    on_trouble : callable
        Called with what the disk raised.
    """

    def __init__(
        self,
        key: str,
        staging: Staging | None,
        *,
        size_limit: int,
        store: Callable[[str, Staging, Provenance], bool],
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

    def __repr__(self) -> str:
        return f"<ResultWriter of {self._key[:12]}…: {self._rows:,} rows>"

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
                # The types have changed: what was written is of no use; the whole table may be.
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
        """Make the entry visible; return whether that was done.

        Parameters
        ----------
        provenance : Provenance
            Where the rows came from.
        table : pyarrow.Table, optional
            The whole result, if the caller has it. Its schema, with the metadata that are known
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
            if self._schema is None or self._mixed:
                raise ValueError("There is no result of one schema to store.")
            if self._stream is not None:
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
        self._schema, self._stream, self._rows = table.schema, None, table.num_rows
        # A small one at once: Arrow writes some twenty pieces, and each would call Python.
        buffer = pa.BufferOutputStream() if table.nbytes <= INLINE_LIMIT else None
        sink = self._staging if buffer is None else buffer
        with pa.ipc.new_stream(sink, table.schema, options=_UNCOMPRESSED) as stream:
            for batch in table.to_batches():
                stream.write_batch(batch)
        if buffer is not None:
            self._staging.write(buffer.getvalue())

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
        return self._store(self._key, staging, provenance)

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


#: Entries up to this many bytes are stored in the index itself, larger ones each in a file.
INLINE_LIMIT = 64 * 1024


# Not `config.files.replaced_file`: small entries never become files, a file is locked while bytes
# arrive (a sweep removes those of killed processes), and the index makes an entry visible, so a
# file that a power cut emptied is found by its checksum and needs no fsync.
class Staging:
    """A sink for an entry's bytes, with size and checksum; invisible until the index takes it.

    Parameters
    ----------
    folder : Path
        Where its file is made; on the same file system as the entries.
    """

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self.crc = 0
        self.path: Path | None = None
        self.closed = False  # asked for by pyarrow
        self._folder = folder
        self._parts: list[bytes] = []
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.discard()

    def write(self, data: bytes) -> int:
        """Take bytes; raises OSError where the disk does."""
        view = memoryview(data).cast("B")
        self.crc = zlib.crc32(view, self.crc)
        self.size += view.nbytes
        if self._file is not None:
            self._file.write(view)
            return view.nbytes
        self._parts.append(bytes(view))
        if self.size > INLINE_LIMIT:
            self._spill()
        return view.nbytes

    def flush(self) -> None:
        """Do nothing; asked for by pyarrow."""

    def inline(self) -> bytes | None:
        """Return all bytes, or None where they are in a file."""
        return None if self._file is not None else b"".join(self._parts)

    def close_file(self) -> None:
        """Write the file's last bytes; raises OSError where the disk is full."""
        if self._file is not None:
            self._file.close()

    def moved_to(self, path: Path) -> None:
        """Put the file in its final place, whole."""
        if self.path is None:
            raise FileNotFoundError(path)
        self.path.replace(path)
        self.path = None

    def start_over(self) -> None:
        """Discard all bytes and begin again."""
        self.discard()
        self._file, self.size, self.crc = None, 0, 0

    def discard(self) -> None:
        """Delete the file, unless it was moved."""
        self._parts.clear()
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        if self.path is not None:
            with contextlib.suppress(OSError):
                self.path.unlink()
            self.path = None

    def _spill(self) -> None:
        self._folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        path = self._folder / f"{secrets.token_hex(12)}.part"
        descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        self.path = path
        mark_in_use(descriptor)
        self._file = os.fdopen(descriptor, "wb", buffering=1 << 18)
        for part in self._parts:
            self._file.write(part)
        self._parts.clear()
