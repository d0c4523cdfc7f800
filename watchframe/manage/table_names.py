"""Which query reads which table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchframe.client import Client, current_client
from watchframe.display import ProgressLine
from watchframe.manage.query_file import sources_by_id
from watchframe.manage.sql_tables import check_sqlglot, tables_of
from watchframe.models import DataSource, Query

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("query_id", "query_name", "data_source", "schema", "table", "error")

Row = tuple[int, str, str | None, str | None, str | None, str | None]


def find_table_names(
    *, client: Client | None = None, search: str | None = None, progress: bool | None = None
) -> pd.DataFrame:
    """Tell which saved query reads or writes which table.

    The text is parsed in its data source's dialect; nothing is run. Names of common table
    expressions (``with``) are not tables. A name with a parameter in it stands as in the query:
    ``events_{{ chain }}``. What stands in a ``{{# x }}`` section counts, whether `x` is set or not.

    Parameters
    ----------
    client : Client, optional
        By default that of `watchframe.connect`.
    search : str, optional
        Only the queries in which the server finds this.
    progress : bool or None
        Whether to show how far it is, where it takes over a second; None shows it where a person is
        watching.

    Returns
    -------
    pandas.DataFrame
        One row per query and table: query_id (Int64), and as strings query_name, data_source,
        schema (missing where the query names none), table, error. Of a text that cannot be parsed
        there is a row that says why in ``error`` and has no table, beside the tables of what could
        be read; one that uses no table has no row.

    Raises
    ------
    ConfigurationError
        sqlglot is not installed.
    ServerError
        One of its kinds.
    """
    import pandas as pd  # noqa: PLC0415 - not every job here makes a frame

    check_sqlglot()
    asked = client or current_client()
    sources = sources_by_id(asked)
    with ProgressLine("Reading queries", progress=progress) as line:
        rows = [
            row
            for query in line.counted(asked.queries.list(search=search))
            for row in _rows(query, sources.get(query.data_source_id or 0))
        ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {"query_id": "Int64"} | dict.fromkeys(COLUMNS[1:], "string")
    )
    return frame.sort_values(["query_id", "schema", "table"], ignore_index=True)


def _rows(query: Query, source: DataSource | None) -> list[Row]:
    if source is None:
        name = None if query.data_source_id is None else str(query.data_source_id)
        return [(query.id, query.name, name, None, None, "Its data source is not known.")]
    if source.syntax not in ("", "sql"):
        words = f"Its text is {source.syntax}, not SQL."
        return [(query.id, query.name, source.name, None, None, words)]
    tables, errors = tables_of(query.text, source.type)
    found: list[Row] = [
        (query.id, query.name, source.name, item.schema or None, item.table, None)
        for item in sorted(tables)
    ]
    return found + [(query.id, query.name, source.name, None, None, words) for words in errors]
