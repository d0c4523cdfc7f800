"""Whether a person is watching this process, and IPython's shell and kernel."""

from __future__ import annotations

import os
import sys
from typing import Any


def is_interactive() -> bool:
    """Return whether a person is watching this process: in a terminal, or in an open notebook.

    ``nbconvert --execute`` and papermill run a kernel that no person watches. They tell it that
    ``input()`` will not be answered, and a browser tells it the opposite (``allow_stdin`` of an
    ``execute_request`` in the Jupyter messaging protocol). Voilà runs a notebook as these do, but
    shows its widgets to a person.
    """
    kernel = ipython_kernel()
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False)) or _is_voila()
    return sys.stderr is not None and sys.stderr.isatty()


def _is_voila() -> bool:
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def is_ipython_terminal() -> bool:
    """Return whether this process is IPython in a terminal, which shows texts alone."""
    return ipython_shell() is not None and ipython_kernel() is None


def ipython_shell() -> Any:
    """Return IPython's shell, or None where this process has none."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def ipython_kernel() -> object | None:
    """Return IPython's kernel, or None where this process is not one."""
    return getattr(ipython_shell(), "kernel", None)
