"""What a cell asks, done: read, explained, saved, or shown as inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchframe.client import current_client
from watchframe.display import provenance_line
from watchframe.errors import ArgumentError, WatchframeError
from watchframe.magics.asked import SavedQuery, Sql
from watchframe.magics.explaining import explanation_text
from watchframe.magics.reading_options import ReadArguments
from watchframe.magics.saving import save_sql
from watchframe.read import (
    Explanation,
    ReadOptions,
    explain_query,
    explain_sql,
    read_watch_query,
    read_watch_sql,
)

if TYPE_CHECKING:
    import pandas as pd


def read(what: SavedQuery | Sql, arguments: ReadArguments) -> pd.DataFrame:
    """Give the rows; raises as the read functions do."""
    if isinstance(what, SavedQuery):
        return read_watch_query(what.query, what.params, **arguments)
    return read_watch_sql(what.sql, what.source, what.params, **arguments)


def provenance(frame: pd.DataFrame) -> str:
    """Give the line on where a frame came from."""
    return provenance_line(frame.shape, frame.attrs["watchframe"])


def explained(what: SavedQuery | Sql, arguments: ReadArguments) -> str:
    """Give what `read` would do, in words."""
    options = ReadOptions(
        max_age=arguments["max_age"], cache=arguments["cache"], timeout=arguments["timeout"]
    )
    return explanation_text(_explanation(what, options))


def refused_sql(what: SavedQuery | Sql) -> str | None:
    """Give the SQL as the server rendered it, from what is known here; None where it is not."""
    try:
        return _explanation(what, ReadOptions(cache="only")).sql
    except WatchframeError:
        return what.sql if isinstance(what, Sql) else None


def saved(what: SavedQuery | Sql, title: str) -> str:
    """Save SQL that has run, and say what was done."""
    ran = _explanation(what, ReadOptions(cache="only"))
    if isinstance(what, SavedQuery) or ran.data_source_id is None:
        raise ArgumentError("--save needs SQL in the cell's body.")
    return str(save_sql(current_client(), title, what.sql, ran.data_source_id, ran.parameters))


def picker(what: SavedQuery | Sql, arguments: ReadArguments) -> object:
    """Give inputs for a saved query's parameters."""
    from watchframe.widgets import pick  # noqa: PLC0415 - only who picks pays for the widgets

    if isinstance(what, Sql):
        raise ArgumentError("--pick needs a saved query.")
    return pick(
        what.query,
        what.params,
        max_age=arguments["max_age"],
        timeout=arguments["timeout"],
    )


def query_search() -> object:
    """Give a search for the query, whose inputs are shown when one is chosen."""
    from watchframe.widgets import pick  # noqa: PLC0415 - as above

    return pick()


def _explanation(what: SavedQuery | Sql, options: ReadOptions) -> Explanation:
    if isinstance(what, SavedQuery):
        return explain_query(what.query, what.params, options)
    return explain_sql(what.sql, what.source, what.params, options)
