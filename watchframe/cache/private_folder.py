"""The cache's folder: this user's alone, with a secret of its own."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
from pathlib import Path

from watchframe.errors import CacheError

#: The part of a cache folder that holds entries of this release's layout.
LAYOUT = "v1"

FOLDER_MODE = 0o700
FILE_MODE = 0o600

_SECRET_FILE = "principal.secret"  # noqa: S105 - a file's name
_SECRET_BYTES = 32


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
    """Give a descriptor of a file that only its owner may read, whatever the umask is.

    Raises
    ------
    OSError
        It cannot be opened; a symbolic link is not followed.
    """
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, FILE_MODE)


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
    """Give the secret; anything else in its place, such as a link, is taken away."""
    try:
        descriptor = open_private(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError:
        path.unlink(missing_ok=True)
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
