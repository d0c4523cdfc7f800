"""Bytes on their way into the cache: in memory while they are few, then in a file."""

from __future__ import annotations

import contextlib
import os
import secrets
import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from watchframe.cache.file_lock import mark_in_use
from watchframe.cache.private_folder import FOLDER_MODE, open_private

#: Entries up to this many bytes lie in the index itself, larger ones each in a file.
INLINE_LIMIT = 64 * 1024


class Staging:
    """A sink that counts and checks what it is given; nobody sees it until the index takes it.

    Parameters
    ----------
    folder : Path
        Where its file lies; on the same file system as the entries.
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
        """Give all bytes, or None where they lie in a file."""
        return None if self._file is not None else b"".join(self._parts)

    def close_file(self) -> None:
        """Bring the file's last bytes to the system; raises OSError where the disk is full."""
        if self._file is not None:
            self._file.close()

    def moved_to(self, path: Path) -> None:
        """Put the file in its final place, whole."""
        if self.path is None:
            raise FileNotFoundError(path)
        self.path.replace(path)
        self.path = None

    def start_over(self) -> None:
        """Forget all bytes and take new ones."""
        self.discard()
        self._file, self.size, self.crc = None, 0, 0

    def discard(self) -> None:
        """Leave nothing behind; does nothing where the file was moved."""
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
