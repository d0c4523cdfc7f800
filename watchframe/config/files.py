"""Files that are read safely, and files that are replaced as a whole."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from watchframe.caller_warnings import is_silent, warn_caller
from watchframe.errors import ArgumentError, ConfigurationWarning
from watchframe.plain_text import shell_text

#: Flags that some systems do not have. Without O_NONBLOCK, to open a pipe waits for its other end.
_CAREFULLY = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)


#: Whether files have an owner and a mode. On Windows the access list of the folder decides instead.
HAS_MODES = hasattr(os, "geteuid")
#: Whether a file that is open can be neither deleted nor replaced, as on Windows.
OPEN_FILES_STAY = os.name == "nt"
#: Seconds to wait there for a program that has the file open only for a moment.
PATIENCE = 1.0

_LARGEST_CONFIG = 1_000_000
_OTHERS = stat.S_IRGRP | stat.S_IROTH
_warned_of: set[Path] = set()


def open_regular(path: Path, flags: int, mode: int = 0o600) -> int:
    """Return a descriptor of a regular file, at once.

    Parameters
    ----------
    path : Path
        The last part of it must not be a symbolic link.
    flags : int
        As of `os.open`.
    mode : int
        Of a file that is created.

    Raises
    ------
    OSError
        It cannot be opened, or is a link, a folder, a pipe, a socket or a device.
    """
    if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
        raise OSError(errno.ELOOP, "It is a symbolic link", str(path))
    descriptor = os.open(path, flags | _CAREFULLY, mode)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is not a regular file", str(path))
    return descriptor


def read_regular(path: Path, *, limit: int) -> bytes:
    """Return a regular file's bytes.

    Raises
    ------
    OSError
        As `open_regular`, or it holds more than `limit` bytes.
    """
    with os.fdopen(open_regular(path, os.O_RDONLY), "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"It holds more than {limit:,} bytes", str(path))
    return content


def read_config(path: Path) -> bytes:
    """Return the bytes of a file of settings; links to it are followed.

    Raises
    ------
    OSError
        As `read_regular`, or its links lead in a circle.
    """
    return read_regular(resolve_links(path), limit=_LARGEST_CONFIG)


def resolve_links(path: Path) -> Path:
    """Return `path` without symbolic links; raises OSError where they lead in a circle."""
    with contextlib.suppress(RuntimeError):  # a circle, up to Python 3.12
        found = path.resolve()
        if not found.is_symlink():  # from 3.13 on, a link that is left is part of a circle
            return found
    raise OSError(errno.ELOOP, "Its links lead in a circle", str(path))


def warn_if_readable(path: Path) -> None:
    """Warn, once per file, that other users may read a key in it; only POSIX modes say so."""
    if not HAS_MODES or path in _warned_of or not path.stat().st_mode & _OTHERS:
        return
    if is_silent():
        return
    _warned_of.add(path)
    warn_caller(
        ConfigurationWarning(
            f"{path} holds an API key, and other users of this machine may read it. "
            f"Close it to them: chmod 600 {shell_text(str(path))}"
        )
    )


def check_writable(path: Path) -> None:
    """Raise ArgumentError where no file can be made at `path`, before work is done for it."""
    if path.is_dir():
        raise ArgumentError(f"{path} is a folder.", hint="Name a file in it.")
    try:
        folder = resolve_links(path).parent
    except OSError:
        raise ArgumentError(f"{path} is a link in a circle.", hint="Remove it.") from None
    if not folder.is_dir():
        command = f"Make it: mkdir -p {shell_text(str(folder))}" if os.name != "nt" else "Make it."
        raise ArgumentError(f"There is no folder {folder}.", hint=command)
    if not os.access(folder, os.W_OK) and not is_special(path):
        raise ArgumentError(f"No file can be written into {folder}.", hint="Choose another folder.")


def check_folder(path: Path) -> None:
    """Raise ArgumentError where no files can be made in the folder `path`, which may be missing.

    Its parent must be there.
    """
    check_writable(path / "file" if path.is_dir() else path)


@contextlib.contextmanager
def replaced_file(target: Path, *, mode: int | None = None) -> Iterator[BinaryIO]:
    """Open a new file that takes the place of `target` when the block ends without an error.

    A reader sees the old content or the new one, never a part. A link, a pipe or a device at
    `target` is replaced as well, and after an error nothing is left of the new file.

    Parameters
    ----------
    target : Path
        Its folder must be there.
    mode : int, optional
        Of the new file; without it, the mode of the file that it replaces, or the usual one.

    Raises
    ------
    OSError
        The new file cannot be made; or, on Windows, another program has the old one open.
    """
    # Made by us and not by tempfile, whose files have another mode than the usual one.
    draft = target.with_name(_draft_name(target, f"{secrets.token_hex(6)}.part"))
    try:
        descriptor = open_regular(
            draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode
        )
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave an empty file under the name
        if mode is None:
            _copy_mode(target, draft)
        _take_place(draft, target)
    except BaseException:
        with contextlib.suppress(OSError):  # which would hide the reason
            draft.unlink(missing_ok=True)
        raise


def delete_drafts(target: Path) -> None:
    """Delete the new files that killed processes have left beside `target`.

    To be called while no other process can be writing one.
    """
    parts = re.compile(rf"{re.escape(_draft_name(target, ''))}[0-9a-f]{{12}}\.part")
    for path in target.parent.iterdir():
        if parts.fullmatch(path.name):
            with contextlib.suppress(OSError):
                path.unlink()


def _draft_name(target: Path, end: str) -> str:
    return f".{target.name[:50]}.{end}"


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that a user named for writing: as `replaced_file`, at the end of its links.

    A device or a pipe is written to directly.
    """
    if is_special(path):
        with path.open("wb") as file:
            yield file
    else:
        with replaced_file(resolve_links(path)) as file:
            yield file


def write_atomically(path: Path, content: bytes) -> bool:
    """Replace the content of `path`, as `replaced_file`, and return whether it was another one.

    Its folder is made if need be.

    Raises
    ------
    OSError
        It cannot be written; the old content is still there.
    """
    with contextlib.suppress(OSError):  # what is no regular file is replaced
        if read_regular(path, limit=len(content)) == content:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with replaced_file(path) as file:
        file.write(content)
    return True


def is_special(path: Path) -> bool:
    """Whether it is a device, a pipe or a socket."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _take_place(draft: Path, target: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            draft.replace(target)
        except PermissionError as error:
            if not OPEN_FILES_STAY:
                raise
            if time.monotonic() > until:
                words = "It cannot be replaced: another program may have it open"
                raise OSError(error.errno, words, str(target)) from error
            time.sleep(0.02)
        else:
            return


def _copy_mode(source: Path, target: Path) -> None:
    if not HAS_MODES:
        return
    with contextlib.suppress(FileNotFoundError):
        mode = source.lstat().st_mode
        if stat.S_ISREG(mode):
            target.chmod(mode & 0o777)
