"""Details: each row as its columns' names and values, one row a page."""

from __future__ import annotations

from watchframe.charts.data import Data, Options, Prepared
from watchframe.charts.table import prepared_columns, resolved_columns


def prepare_details(options: Options, data: Data) -> Prepared:
    """Return the ``header`` and the ``cells`` of all rows, of the columns that are visible."""
    columns = resolved_columns(options.get("columns"), data, {"alignContent": "left"})
    return prepared_columns({**options, "columns": columns}, data)
