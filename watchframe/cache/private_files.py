"""The cache's folder: this user's alone, with a secret of its own.

Another user may have put links, pipes or files into the folder while it was open to others, and a
restored backup may hold such things too. They are removed, never opened.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

from watchframe.caller_warnings import warn_caller
from watchframe.config.files import HAS_MODES, open_regular
from watchframe.errors import CacheError, CacheWarning

#: The part of a cache folder that holds entries of this release's layout.
LAYOUT = "v1"

FOLDER_MODE = 0o700
FILE_MODE = 0o600

#: What it holds: SQLite's index, larger entries by the first digits of their names, bytes on
#: their way in, locks, the mark of the last sweep.
DATABASE_FILES = ("cache.db", "cache.db-wal", "cache.db-shm", "cache.db-journal")
VALUE_FOLDER = re.compile(r"[0-9a-f]{2}", re.ASCII)
STAGING_FOLDER = "staging"
LOCKS_FOLDER = "locks"
REBUILD_LOCK = "rebuild.lock"
SWEPT_MARK = "swept"

_SECRET_FILE = "principal.secret"  # noqa: S105 - a file's name
_SECRET_BYTES = 32
_FILES = frozenset({*DATABASE_FILES, REBUILD_LOCK, SWEPT_MARK, _SECRET_FILE})


class PlantedError(OSError):
    """Something in the private folder is a link, a pipe, or another user's."""


def make_private(directory: Path) -> Path:
    """Return the folder for entries within `directory`, made if need be, as its owner's alone.

    Raises
    ------
    CacheError
        The folder is another user's, who could forge results.
    OSError
        It cannot be made.
    """
    folder = directory / LAYOUT
    folder.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=FOLDER_MODE)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise CacheError(f"{folder} is not a folder.", hint="Choose another cache folder.")
    if not _is_own(status):
        raise CacheError(f"{folder} belongs to another user.", hint="Choose a folder of yours.")
    # On Windows, `mkdir` with this mode has made an access list of this user and administrators.
    if HAS_MODES and stat.S_IMODE(status.st_mode) != FOLDER_MODE:
        folder.chmod(FOLDER_MODE)
    return folder


def open_private(path: Path, flags: int) -> int:
    """Return a descriptor of a file that only its owner may read, whatever the umask is.

    Raises
    ------
    PlantedError
        It is not a regular file of this user.
    OSError
        It cannot be opened.
    """
    try:
        descriptor = open_regular(path, flags, FILE_MODE)
    except OSError:
        check_own(path)  # says more where that is why
        raise
    try:
        status = os.fstat(descriptor)
        _check_status(path, status, stat.S_IFREG)
        if HAS_MODES and stat.S_IMODE(status.st_mode) & ~FILE_MODE:
            os.chmod(descriptor, FILE_MODE)  # noqa: PTH101 - of the open file, whatever its name is
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def open_or_replace(path: Path, flags: int) -> int:
    """Return a descriptor as `open_private` does, of a new file in place of a planted thing.

    Raises
    ------
    OSError
        It cannot be opened, or what is there cannot be removed.
    """
    try:
        return open_private(path, flags)
    except PlantedError as error:
        remove_planted(path, error)
        return open_private(path, flags)


def check_own(path: Path, kind: int = stat.S_IFREG) -> None:
    """Raise PlantedError where `path` is there and not a `kind` (as `stat` has it) of this user."""
    with contextlib.suppress(FileNotFoundError):
        _check_status(path, path.lstat(), kind)


def check_parts(folder: Path) -> None:
    """Remove, with a warning each, what was planted in place of the private folder's parts.

    What is no part of it is left alone. Modes that are too wide are narrowed.

    Raises
    ------
    PlantedError
        It is one of the index's files: nothing that the index says can be believed.
    OSError
        It cannot be removed.
    """
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 - at each opening: a Path costs more
        is_folder = name in (STAGING_FOLDER, LOCKS_FOLDER) or VALUE_FOLDER.fullmatch(name)
        if not is_folder and name not in _FILES:
            continue
        path = folder / name
        try:
            check_own(path, stat.S_IFDIR if is_folder else stat.S_IFREG)
        except PlantedError as error:
            if name in DATABASE_FILES:
                raise
            remove_planted(path, error)
            continue
        # Not by a descriptor: to close one of a database's file would free SQLite's locks on it.
        with contextlib.suppress(FileNotFoundError):
            _narrow(path, FOLDER_MODE if is_folder else FILE_MODE)


def remove_planted(path: Path, error: PlantedError) -> None:
    """Remove a planted file or link (not its target), with a warning.

    Raises
    ------
    OSError
        It cannot be removed.
    """
    remove(path)
    warn_caller(
        CacheWarning(f"A part of the local cache in {path.parent} was removed: {error.strerror}.")
    )


def remove(path: Path) -> None:
    """Remove what is at `path`, if anything: a folder with its content, a link alone.

    Raises
    ------
    OSError
        It cannot be removed.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _narrow(path: Path, mode: int) -> None:
    if HAS_MODES and stat.S_IMODE(path.lstat().st_mode) & ~mode:
        path.chmod(mode)


def _check_status(path: Path, status: os.stat_result, kind: int) -> None:
    if stat.S_IFMT(status.st_mode) != kind:
        wanted = "folder" if kind == stat.S_IFDIR else "regular file"
        raise PlantedError(errno.EINVAL, f"{path.name} is not a {wanted}", str(path))
    if not _is_own(status):
        raise PlantedError(errno.EPERM, f"{path.name} belongs to another user", str(path))


def _is_own(status: os.stat_result) -> bool:
    """Whether it is this user's; True where that is unknown."""
    own_id: Callable[[], int] | None = getattr(os, "geteuid", None)
    return own_id is None or status.st_uid == own_id()


def read_or_make_secret(folder: Path) -> bytes:
    """Return the folder's own random secret; concurrent callers get the same one.

    Raises
    ------
    OSError
        It can be neither read nor written.
    """
    path = folder / _SECRET_FILE
    known = _read_secret(path)
    if known is not None:
        return known
    draft = folder / f"{_SECRET_FILE}.{secrets.token_hex(8)}"
    descriptor = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # unlike a rename, this fails where another process was first
    finally:
        draft.unlink()
    known = _read_secret(path)
    if known is None:
        raise OSError(f"{path} cannot be kept.")
    return known


def _read_secret(path: Path) -> bytes | None:
    """Return the secret; anything else in its place, such as a link, is removed."""
    try:
        descriptor = open_private(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except PlantedError as error:
        remove_planted(path, error)
        return None
    with os.fdopen(descriptor, "rb") as file:
        known = file.read(_SECRET_BYTES + 1)
    if len(known) == _SECRET_BYTES:
        return known
    path.unlink(missing_ok=True)
    return None


def principal_of(api_key: str, secret: bytes) -> str:
    """Return a name for the holder of `api_key` that reveals nothing about the key.

    It is a hash keyed with the folder's secret, so names from two folders cannot be compared.
    """
    return hashlib.blake2b(api_key.encode(), key=secret, digest_size=16).hexdigest()
