"""Whole processes that freeze or replay, as ``WATCHFRAME_FREEZE`` and ``WATCHFRAME_REPLAY`` ask."""

from __future__ import annotations

import atexit
import os
import sys

from watchframe.errors import LockError
from watchframe.read.lock_freeze import freeze
from watchframe.read.lock_replay import replay

_freeze: freeze | None = None


def begin(frozen: str | None, replayed: str | None) -> None:
    """Begin to note and to answer the reads of this process, by the files of those names.

    The lock is written when the process ends; where there was an error that nothing caught, in a
    notebook one of any cell, the old one stays.

    Raises
    ------
    ArgumentError, LockError
        As of `freeze` and `replay`.
    """
    global _freeze  # noqa: PLW0603 - the environment is that of the process
    if replayed is not None:
        replay(replayed).begin()
    if frozen is not None:
        begun = freeze(frozen)
        begun.begin()
        _freeze = begun
        atexit.register(_at_exit, os.getpid())


def end() -> int:
    """Write the lock of this process now; return how many results it holds.

    Raises
    ------
    LockError
        As of `freeze`; also where nothing was read.
    """
    global _freeze
    begun, _freeze = _freeze, None
    if begun is None:
        raise LockError("Nothing was read in this process: no lock was written.")
    return begun.end()


def _at_exit(process: int) -> None:
    global _freeze  # noqa: PLW0603 - as above
    if _freeze is None or os.getpid() != process:
        return
    # Python, and IPython in a notebook's kernel, keep there what ended the program or a cell.
    if getattr(sys, "last_type", None) is not None:
        _freeze.give_up()
        _freeze = None
        sys.stderr.write("watchframe: there was an error, so that the lock was not written.\n")
        return
    try:
        end()
    except LockError as error:
        sys.stderr.write(f"watchframe: {error}\n")
