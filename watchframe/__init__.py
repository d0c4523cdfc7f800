"""A saved Inverse Watch query is a function: call it and get a typed DataFrame.

Everything public is imported from here. The parts load when they are first used, so that
``import watchframe`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from watchframe.cache import ResultCache as ResultCache
    from watchframe.client import Client as Client
    from watchframe.client import connect as connect
    from watchframe.read import DashboardFrames as DashboardFrames
    from watchframe.read import SubmittedQuery as SubmittedQuery
    from watchframe.read import read_watch_dashboard as read_watch_dashboard
    from watchframe.read import read_watch_queries as read_watch_queries
    from watchframe.read import read_watch_query as read_watch_query
    from watchframe.read import read_watch_sql as read_watch_sql
    from watchframe.read import read_watch_sql_table as read_watch_sql_table
    from watchframe.read import read_watch_sweep as read_watch_sweep
    from watchframe.read import read_watch_table as read_watch_table
    from watchframe.read import submit_watch_query as submit_watch_query
    from watchframe.references import QueryReference as QueryReference
    from watchframe.widgets import ParameterPicker as ParameterPicker
    from watchframe.widgets import QueryPicker as QueryPicker
    from watchframe.widgets import link_pickers as link_pickers
    from watchframe.widgets import pick as pick

__version__ = "0.1.0"

#: Public name -> the module that has it.
_EXPORTS = {
    "Client": "watchframe.client",
    "DashboardFrames": "watchframe.read",
    "ParameterPicker": "watchframe.widgets",
    "QueryPicker": "watchframe.widgets",
    "QueryReference": "watchframe.references",
    "ResultCache": "watchframe.cache",
    "SubmittedQuery": "watchframe.read",
    "connect": "watchframe.client",
    "link_pickers": "watchframe.widgets",
    "pick": "watchframe.widgets",
    "read_watch_dashboard": "watchframe.read",
    "read_watch_queries": "watchframe.read",
    "read_watch_query": "watchframe.read",
    "read_watch_sql": "watchframe.read",
    "read_watch_sql_table": "watchframe.read",
    "read_watch_sweep": "watchframe.read",
    "read_watch_table": "watchframe.read",
    "submit_watch_query": "watchframe.read",
}

__all__ = [
    "Client",
    "DashboardFrames",
    "ParameterPicker",
    "QueryPicker",
    "QueryReference",
    "ResultCache",
    "SubmittedQuery",
    "connect",
    "link_pickers",
    "pick",
    "read_watch_dashboard",
    "read_watch_queries",
    "read_watch_query",
    "read_watch_sql",
    "read_watch_sql_table",
    "read_watch_sweep",
    "read_watch_table",
    "submit_watch_query",
]


def __getattr__(name: str) -> object:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'watchframe' has no attribute {name!r}")
    value = getattr(importlib.import_module(_EXPORTS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register ``%watch``; IPython calls it on ``%load_ext watchframe``."""
    from watchframe.magics.magic import load  # noqa: PLC0415 - only notebooks need IPython

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take ``%watch`` away again; IPython calls it on ``%unload_ext watchframe``."""
    from watchframe.magics.magic import unload  # noqa: PLC0415 - only notebooks need IPython

    unload(shell)
