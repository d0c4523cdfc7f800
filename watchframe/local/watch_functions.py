"""Functions of SQLite and of Inverse Watch's Query Results source that DuckDB does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def register_watch_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the functions of the fork."""
