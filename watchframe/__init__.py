"""A saved Inverse Watch query is a function: call it and get a typed DataFrame.

Everything public is imported from here; ``__init__.pyi`` names it. The parts load when they are
first used, so that ``import watchframe`` costs next to nothing.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__version__ = "0.1.0"
_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Load a public name; IPython is given what can stand in a call of it."""
    found: object = _load(name)
    ipython = sys.modules.get("IPython")
    shell = getattr(ipython, "get_ipython", lambda: None)()
    if shell is not None:
        with contextlib.suppress(ImportError):  # an IPython that is too old for it
            _offer_completions(shell)
    return found


@functools.cache  # once: %unload_ext may have taken it away since
def _offer_completions(shell: InteractiveShell) -> None:
    from watchframe.magics.completion import offer_completions  # noqa: PLC0415 - only IPython has it

    offer_completions(shell)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register ``%watch``; IPython calls it on ``%load_ext watchframe``."""
    from watchframe.magics.magic import load  # noqa: PLC0415 - only notebooks need IPython

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take ``%watch`` away again; IPython calls it on ``%unload_ext watchframe``."""
    from watchframe.magics.magic import unload  # noqa: PLC0415 - only notebooks need IPython

    unload(shell)
