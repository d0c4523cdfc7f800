"""The cache's folder: this user's alone, with a secret of its own.

While the folder was open to others, another user may have put links, pipes or files of their own
into it; a restored backup may hold such things too. They are never opened, but removed.
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
import sys
import time
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from watchframe.config.files import open_regular
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
    """Give the folder for entries within `directory`, made if need be, as its owner's alone.

    Raises
    ------
    CacheError
        The folder is another user's: who could write into it could answer queries.
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
    if os.name == "posix":
        if status.st_uid != os.geteuid():
            raise CacheError(f"{folder} belongs to another user.", hint="Choose a folder of yours.")
        if stat.S_IMODE(status.st_mode) != FOLDER_MODE:
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
        if os.name == "posix" and stat.S_IMODE(status.st_mode) & ~FILE_MODE:
            os.fchmod(descriptor, FILE_MODE)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def open_or_replace(path: Path, flags: int) -> int:
    """Return a descriptor as `open_private` does, of a new file in place of a planted thing.

    Raises
    ------
    OSError
        It cannot be opened, or what stands there cannot be removed.
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
    """Remove a planted thing, not what it may lead to; warn that this was done.

    Raises
    ------
    OSError
        It cannot be removed.
    """
    remove(path)
    warnings.warn(
        f"A part of the local cache in {path.parent} was removed: {error.strerror}.",
        CacheWarning,
        stacklevel=2,
    )


def remove(path: Path) -> None:
    """Remove what stands at `path`, if anything does: a folder with all in it, a link alone.

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
    if os.name == "posix" and stat.S_IMODE(path.lstat().st_mode) & ~mode:
        path.chmod(mode)


def _check_status(path: Path, status: os.stat_result, kind: int) -> None:
    if stat.S_IFMT(status.st_mode) != kind:
        wanted = "folder" if kind == stat.S_IFDIR else "regular file"
        raise PlantedError(errno.EINVAL, f"{path.name} is not a {wanted}", str(path))
    if os.name == "posix" and status.st_uid != os.geteuid():
        raise PlantedError(errno.EPERM, f"{path.name} belongs to another user", str(path))


def read_or_make_secret(folder: Path) -> bytes:
    """Give the folder's own random secret; of many that ask at once, all get the same.

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
            os.link(draft, path)  # unlike a rename, this loses to whoever was first
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
    """Give a name for the holder of `api_key` that says nothing about the key.

    It is a hash keyed with the folder's secret, so names from two folders cannot be compared.
    """
    return hashlib.blake2b(api_key.encode(), key=secret, digest_size=16).hexdigest()


if sys.platform != "win32":
    import fcntl

#: The time of last access that says: the time of last change is the end of a turn.
_NOTE = 0

_held: set[int] = set()


def try_lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock named `path`, or None where another one holds it.

    Raises
    ------
    OSError
        The file cannot be made, or the file system knows no locks.
    """
    descriptor = open_or_replace(path, os.O_RDWR | os.O_CREAT)
    try:
        if _lock(descriptor) and _is_named(path, descriptor):
            _held.add(descriptor)
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def unlock(path: Path, descriptor: int, *, note_end: bool = False) -> None:
    """Free a lock that `try_lock` gave, and take its file away.

    With `note_end` the file stays, and tells the next holder when that was (`noted_end`).
    """
    if descriptor not in _held:
        return  # this is a forked child: the lock is its parent's
    _held.discard(descriptor)
    with contextlib.suppress(OSError):
        if note_end:
            # In its times, not in its bytes: those could not be written to a full disk.
            os.utime(descriptor, ns=(_NOTE, time.time_ns()))
        else:
            # First the name, then the lock: who locks the nameless file sees that and tries again.
            path.unlink()
    os.close(descriptor)


def noted_end(descriptor: int) -> float:
    """Give when an earlier holder of this lock ended and noted it, in seconds since 1970, or 0."""
    status = os.fstat(descriptor)
    return status.st_mtime if status.st_atime_ns == _NOTE else 0.0


def take_away_if_free(path: Path) -> bool:
    """Take away a lock's file that a killed holder, or a note, has left; say whether that is so."""
    with contextlib.suppress(OSError):
        descriptor = try_lock(path)
        if descriptor is not None:
            unlock(path, descriptor)
            return True
    return False


@contextlib.contextmanager
def locked_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock named `path` within the block; False where another one holds it."""
    descriptor = try_lock(path)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            unlock(path, descriptor)


def mark_in_use(descriptor: int) -> None:
    """Lock an open file for as long as it is open, where the file system can."""
    with contextlib.suppress(OSError):
        _lock(descriptor)


def is_in_use(path: Path) -> bool:
    """Whether a living process has marked the file; True where that cannot be told."""
    try:
        descriptor = open_private(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        return not _lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        raise OSError("This system has no flock.")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_named(path: Path, descriptor: int) -> bool:
    """Whether the locked file is still the one at `path`, and not one that a holder took away."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    locked = os.fstat(descriptor)
    return (named.st_ino, named.st_dev) == (locked.st_ino, locked.st_dev)


def _forget_in_child() -> None:
    # A forked child shares its parent's open files: it would keep the locks of a parent that died.
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)


#: Entries up to this many bytes lie in the index itself, larger ones each in a file.
INLINE_LIMIT = 64 * 1024


# Not `config.files.replaced_file`: small entries never become files, a file is locked while bytes
# arrive (a sweep takes away those of killed processes), and it is the index that makes an entry
# visible, so a file that a power cut emptied is found out by its checksum and needs no fsync.
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
