"""What shows this process's output: a notebook, a terminal, or nobody."""

from __future__ import annotations

import sys


def is_interactive() -> bool:
    """Return whether a person is watching this process: in a terminal, or in an open notebook.

    ``nbconvert --execute`` and papermill run a kernel that no person watches. They tell it that
    ``input()`` will not be answered, and a browser tells it the opposite (``allow_stdin`` of an
    ``execute_request`` in the Jupyter messaging protocol).
    """
    kernel = ipython_kernel()
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stderr is not None and sys.stderr.isatty()


def ipython_kernel() -> object | None:
    """Return IPython's kernel, or None where this process is not one."""
    ipython = sys.modules.get("IPython")
    if ipython is None:
        return None
    shell = ipython.get_ipython()
    return getattr(shell, "kernel", None)
