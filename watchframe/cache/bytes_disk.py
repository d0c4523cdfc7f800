"""How diskcache keeps our entries: as bytes, never pickled and never unpickled.

diskcache's own ``Disk`` pickles whatever is not text, number or bytes, and unpickles what a row
*says* is pickled: who can write the folder could run code in the reader (CVE-2025-69872, without a
fixed release). Here a row that says so is a damaged entry.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from pathlib import Path
from typing import Any, NoReturn

import diskcache
import pyarrow as pa

from watchframe.cache.private_folder import FOLDER_MODE
from watchframe.cache.staging import Staging
from watchframe.errors import CacheFormatError

_MODE_RAW, _MODE_BINARY = 1, 2
_FILENAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{28}\.val", re.ASCII)


class BytesDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache has no types
    """Keys are text, values are bytes: in the row while small, else in a file of their own."""

    def hash(self, key: object) -> NoReturn:
        raise _refusal(key)  # only diskcache's sharded FanoutCache asks for it

    def put(self, key: object) -> tuple[str, bool]:
        if not isinstance(key, str):
            raise _refusal(key)
        return key, True

    def get(self, key: object, raw: object) -> str:
        if not raw or not isinstance(key, str):
            raise CacheFormatError("A cache row's key is not plain text.")
        return key

    def store(
        self,
        value: object,
        read: bool,
        key: object = None,  # noqa: FBT001 - diskcache's signature
    ) -> tuple[int, int, str | None, sqlite3.Binary | None]:
        if not isinstance(value, Staging) or read:
            raise _refusal(value)
        inline = value.inline()
        if inline is not None:
            return value.size, _MODE_RAW, None, sqlite3.Binary(inline)
        filename, path = self.filename()
        Path(path).parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        value.close_file()
        value.moved_to(Path(path))
        return value.size, _MODE_BINARY, filename.replace(os.sep, "/"), None

    def fetch(self, mode: object, filename: object, value: object, read: object) -> pa.Buffer:
        """Give an entry's bytes, mapped into memory where they lie in a file.

        Raises
        ------
        CacheFormatError
            The row is not one that `store` writes; nothing of it was opened.
        FileNotFoundError
            The file is gone: the entry was replaced or evicted just now.
        """
        if mode == _MODE_RAW and isinstance(value, bytes):
            return pa.py_buffer(value)
        if (
            mode != _MODE_BINARY
            or not isinstance(filename, str)
            or not _FILENAME.fullmatch(filename)
        ):
            raise CacheFormatError("A cache row is not one that this library writes.")
        path = self.path_of(filename)
        if path.is_symlink() or path.stat().st_size == 0:
            raise CacheFormatError("A cache entry's file is empty or a link.")
        with pa.memory_map(str(path)) as file:
            return file.read_buffer()

    def remove(self, file_path: Any) -> None:
        """Take a value's file away; names that `store` does not give are left alone."""
        if isinstance(file_path, str) and _FILENAME.fullmatch(file_path):
            path = self.path_of(file_path)
            with contextlib.suppress(OSError):
                path.unlink()
            with contextlib.suppress(OSError):  # not empty: another entry lies there
                path.parent.rmdir()

    def path_of(self, filename: str) -> Path:
        return Path(self._directory) / filename


def _refusal(value: object) -> TypeError:
    return TypeError(f"The cache holds bytes under text keys, not {type(value).__name__}.")
