"""A file that is there whole, or as it was before."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from watchframe.errors import ArgumentError


def check_writable(path: Path) -> None:
    """Raise ArgumentError where a file cannot be made at `path`, before work is done for it."""
    if path.is_dir():
        raise ArgumentError(f"{path} is a folder.", hint="Give a file's name in it.")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise ArgumentError(f"There is no folder {folder}.", hint=f"Make it: mkdir -p {folder}")
    if not os.access(folder, os.W_OK) and not _is_special(path):
        raise ArgumentError(f"Nothing may be written into {folder}.", hint="Choose another folder.")


def check_folder(path: Path) -> None:
    """Raise ArgumentError where files cannot be made in a folder at `path`, itself still to make.

    Its parent must be there.
    """
    check_writable(path / "file" if path.is_dir() else path)


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to, which takes the place of `path` when the block ends without error.

    It is made beside `path`; after an error nothing is left of it. A device or a pipe is written to
    directly.
    """
    if _is_special(path):
        with path.open("wb") as file:
            yield file
        return
    target = path.resolve()  # what a link leads to is replaced, not the link
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        unfinished.chmod(_mode(target))
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _mode(target: Path) -> int:
    """Give the file's present mode, or that of any new file of this user."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
