"""Memory that is free, given back to the system."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Have the C library return what is free, where it is glibc; others do so by themselves.

    Between two blocks of rows glibc keeps what the workers took, and after the last one as well: a
    fifth of the body.
    """
    trim = getattr(_LIBRARY, "malloc_trim", None)
    if trim is not None:
        trim(0)


def _opened() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):  # on Windows there is none
        return None


_LIBRARY = _opened()
