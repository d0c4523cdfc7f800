"""A plugin of pytest that makes this system as poor as Windows: `pytest -p like_windows ...`.

What POSIX alone has is taken away before `watchframe` is imported: `fcntl`, owners and modes, the
hooks of `fork`, `O_NOFOLLOW`, `os.utime` of an open file. In its place there is a `msvcrt` whose
lock behaves as Windows' does; and a file that this process has open, or mapped into its memory, can
be neither deleted nor replaced while a test runs.

What it cannot show: other separators of paths, access lists, the console, C libraries on Windows.
"""

import errno
import fcntl
import importlib
import importlib.util
import os
import shutil
import sys
import types
from pathlib import Path

import pytest

# What others need of POSIX they take now: only the project's own modules are to find it missing.
for _name in ("IPython", "diskcache", "pandas", "pyarrow.csv", "requests", "zoneinfo"):
    importlib.import_module(_name)

PACKAGE = Path(__file__).resolve().parents[3] / "watchframe"
LOCKED_BYTE = 0x7FFF_FFFE

#: What `locking` was asked for: the modes, in order.
locking_calls = []


def _locking(descriptor, mode, count):
    """Lock a byte of an open file, or release it, as `msvcrt.locking` does."""
    assert (os.lseek(descriptor, 0, os.SEEK_CUR), count) == (LOCKED_BYTE, 1)
    locking_calls.append(mode)
    operation = {
        msvcrt.LK_NBLCK: fcntl.LOCK_EX | fcntl.LOCK_NB,
        msvcrt.LK_UNLCK: fcntl.LOCK_UN,
    }[mode]
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        raise PermissionError(errno.EACCES, "Permission denied") from None


msvcrt = types.ModuleType("msvcrt")
msvcrt.LK_UNLCK, msvcrt.LK_NBLCK, msvcrt.locking = 0, 2, _locking


def _take_away():
    for name in ("register_at_fork", "geteuid", "fchmod", "O_NOFOLLOW", "O_NONBLOCK"):
        delattr(os, name)
    os.supports_fd = os.supports_fd - {os.utime, os.chmod}
    shutil._use_fd_functions = False
    true_utime = os.utime

    def utime(path, *arguments, **named):
        if isinstance(path, int):
            raise TypeError("utime: path should be string, bytes or os.PathLike, not int")
        return true_utime(path, *arguments, **named)

    os.supports_fd = os.supports_fd - {true_utime}
    os.utime = utime


def _import_as_on_windows():
    # It decides by `sys.platform`, which nothing else may see changed.
    name = "watchframe.cache.system_locks"
    spec = importlib.util.spec_from_file_location(name, PACKAGE / "cache/system_locks.py")
    module = importlib.util.module_from_spec(spec)
    before, sys.platform = sys.platform, "win32"
    sys.modules["msvcrt"] = msvcrt
    try:
        spec.loader.exec_module(module)
    finally:
        sys.platform = before
        del sys.modules["msvcrt"]
    sys.modules[name] = module
    # `os.name` decides about the classes of paths too, so what follows from it is set by itself.
    files = importlib.import_module("watchframe.config.files")
    assert not files.HAS_MODES
    files.OPEN_FILES_STAY = True


def open_here(path):
    """Return whether this process has the file open, or mapped into its memory."""
    try:
        wanted = os.lstat(path)
    except OSError:
        return False
    key = (wanted.st_dev, wanted.st_ino)
    for link in Path("/proc/self/fd").iterdir():
        try:
            found = link.stat()
        except OSError:
            continue
        if (found.st_dev, found.st_ino) == key:
            return True
    full = os.path.realpath(path)
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    return any(line.endswith(f" {full}") for line in maps.splitlines())


#: Paths that could not be deleted or replaced, because they were open.
refused = []
#: Whether a test runs: what pytest itself deletes between tests is not the project's.
_guard = types.SimpleNamespace(is_up=False)


def _refuse_open_files():
    def guarded(function, count):
        def wrapper(*arguments, **named):
            if _guard.is_up and not named:
                for path in arguments[:count]:
                    if open_here(path):
                        refused.append(str(path))
                        raise PermissionError(errno.EACCES, "Access is denied", str(path))
            return function(*arguments, **named)

        return wrapper

    for name, count in (("unlink", 1), ("remove", 1), ("replace", 2), ("rename", 2)):
        setattr(os, name, guarded(getattr(os, name), count))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol():
    _guard.is_up = True
    try:
        return (yield)
    finally:
        _guard.is_up = False


def pytest_report_header():
    return "as on Windows: no fcntl, no fork, no modes; open files stay"


assert not any(name.split(".")[0] == "watchframe" for name in sys.modules), "it came too late"
_take_away()
_import_as_on_windows()
_refuse_open_files()
