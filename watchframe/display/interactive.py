"""Whether a person is watching."""

from __future__ import annotations

import sys


def is_interactive() -> bool:
    """Whether a person is watching this process: a terminal, or a notebook that somebody has open.

    Under ``nbconvert --execute`` and papermill there is a kernel but nobody to watch it. Such
    runners tell the kernel that nobody can answer ``input()``; a notebook in a browser tells it
    the opposite. (``allow_stdin`` of an ``execute_request``, in the Jupyter messaging protocol.)
    """
    kernel = ipython_kernel()
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return sys.stderr is not None and sys.stderr.isatty()


def ipython_kernel() -> object | None:
    """Give IPython's kernel where this process is one."""
    ipython = sys.modules.get("IPython")
    if ipython is None:
        return None
    shell = ipython.get_ipython()
    return getattr(shell, "kernel", None)
