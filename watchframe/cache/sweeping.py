"""What killed processes leave behind: half-written files, and files that no entry names."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from watchframe.cache.file_lock import is_in_use, take_away_if_free
from watchframe.cache.private_folder import (
    LOCKS_FOLDER,
    STAGING_FOLDER,
    SWEPT_MARK,
    VALUE_FOLDER,
    open_or_replace,
)

if TYPE_CHECKING:
    from watchframe.cache.entry_index import EntryIndex

#: Between being made and being marked as in use, or being moved and being named, a file may seem
#: left behind: one younger than this many seconds is let be.
YOUNG = 60.0

#: Seconds between two sweeps that nobody asked for.
SWEEP_INTERVAL = 3600.0


def sweep_if_due(index: EntryIndex, folder: Path, now: float) -> int:
    """Sweep, unless some process did so lately."""
    mark = folder / SWEPT_MARK
    with contextlib.suppress(OSError):
        if 0 <= now - mark.stat().st_mtime < SWEEP_INTERVAL:
            return 0
    return sweep(index, folder)


def sweep(index: EntryIndex, folder: Path) -> int:
    """Remove what no living process writes and no entry names; return the number of files."""
    gone = 0
    for path in (folder / STAGING_FOLDER).glob("*.part"):
        gone += _is_old(path) and not is_in_use(path) and _unlink(path)
    known = index.value_files()
    for holder in _value_folders(folder):
        for path in holder.glob("*.val"):
            name = "/".join(path.parts[-3:])
            gone += name not in known and _is_old(path) and _unlink(path)
    for path in (folder / LOCKS_FOLDER).glob("*"):
        gone += _is_old(path) and take_away_if_free(path)
    for path in (*_value_folders(folder), *_real_folders(folder)):
        with contextlib.suppress(OSError):  # not empty
            path.rmdir()
    index.recount()
    _mark_swept(folder / SWEPT_MARK)
    return gone


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > YOUNG
    except OSError:
        return False


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True


def _value_folders(folder: Path) -> Iterator[Path]:
    """Yield the folders that hold entries, and none that a link leads to."""
    for first in _real_folders(folder):
        yield from _real_folders(first)


def _real_folders(folder: Path) -> list[Path]:
    with os.scandir(folder) as found:
        return [
            folder / item.name
            for item in found
            if VALUE_FOLDER.fullmatch(item.name) and item.is_dir(follow_symlinks=False)
        ]


def _mark_swept(mark: Path) -> None:
    with contextlib.suppress(OSError):
        os.close(open_or_replace(mark, os.O_WRONLY | os.O_CREAT))
        os.utime(mark)
