"""Where the bytes of entries lie: in the index's row, or in a file of their own."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import stat
from pathlib import Path
from typing import Any, NoReturn

import diskcache
import pyarrow as pa

from watchframe.cache.private_files import (
    FOLDER_MODE,
    PlantedError,
    check_own,
    open_private,
    remove,
    remove_planted,
)
from watchframe.cache.writer import Staging
from watchframe.errors import CacheFormatError

_MODE_RAW, _MODE_BINARY = 1, 2
_FILENAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{28}\.val", re.ASCII)


class BytesDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache has no types
    """Keys are text, values are bytes: in the row while small, else in a file of their own."""

    def __init__(self, directory: str, **_settings: object) -> None:
        # The settings are what the database says; none of them is used here.
        super().__init__(directory)

    def hash(self, key: object) -> NoReturn:
        """Refuse: only diskcache's sharded FanoutCache asks for it."""
        raise _refusal(key)

    def put(self, key: object) -> tuple[str, bool]:
        """Return the key as the database has it; raises TypeError where it is not text."""
        if not isinstance(key, str):
            raise _refusal(key)
        return key, True

    def get(self, key: object, raw: object) -> str:
        """Return the key of a row; raises CacheFormatError where it is not text."""
        if not raw or not isinstance(key, str):
            raise CacheFormatError("A cache row's key is not plain text.")
        return key

    def store(
        self,
        value: object,
        read: object,  # noqa: ARG002 - diskcache's signature
        key: object = None,  # noqa: ARG002 - likewise
    ) -> tuple[int, int, str | None, sqlite3.Binary | None]:
        """Put staged bytes in their final place; return the row's size, mode, filename and value.

        Raises TypeError for anything else, which diskcache would have pickled.
        """
        if not isinstance(value, Staging):
            raise _refusal(value)
        inline = value.inline()
        if inline is not None:
            return value.size, _MODE_RAW, None, sqlite3.Binary(inline)
        filename, path = self.filename()
        for folder in _folders_of(Path(path)):
            try:
                check_own(folder, stat.S_IFDIR)
            except PlantedError as error:
                remove_planted(folder, error)
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        value.close_file()
        value.moved_to(Path(path))
        return value.size, _MODE_BINARY, filename.replace(os.sep, "/"), None

    def fetch(
        self,
        mode: object,
        filename: object,
        value: object,
        read: object = None,  # noqa: ARG002 - diskcache's signature
    ) -> pa.Buffer:
        """Return an entry's bytes, mapped into memory where they lie in a file.

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
        try:
            for folder in _folders_of(path):
                check_own(folder, stat.S_IFDIR)
            # Arrow opens it by its name, so this checks first that it may be opened.
            os.close(open_private(path, os.O_RDONLY))
        except PlantedError as error:
            raise CacheFormatError(
                f"A cache entry's file cannot be used: {error.strerror}."
            ) from None
        if path.stat().st_size == 0:
            raise CacheFormatError("A cache entry's file is empty.")
        with pa.memory_map(str(path)) as file:
            return file.read_buffer()

    def remove(self, file_path: Any) -> None:
        """Remove a value's file; names that `store` does not return are left alone."""
        if isinstance(file_path, str) and _FILENAME.fullmatch(file_path):
            path = self.path_of(file_path)
            with contextlib.suppress(OSError):
                for folder in _folders_of(path):
                    check_own(folder, stat.S_IFDIR)  # else a file elsewhere would be removed
                remove(path)
            with contextlib.suppress(OSError):  # not empty: another entry lies there
                path.parent.rmdir()

    def path_of(self, filename: str) -> Path:
        """Return where the file of that name lies."""
        return Path(self._directory) / filename


def _folders_of(path: Path) -> tuple[Path, Path]:
    return path.parent.parent, path.parent


def _refusal(value: object) -> TypeError:
    return TypeError(f"The cache holds bytes under text keys, not {type(value).__name__}.")
