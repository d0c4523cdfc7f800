"""A result as a file: lossy, as the real server writes it.

Dates and times are in the organisation's display format (day first, without seconds).
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

from watchframe.demo import xlsx_file
from watchframe.demo.store import StoredResult

#: What is made of a result besides its JSON, and how that is called.
CONTENT_TYPES = {
    "csv": "text/csv; charset=UTF-8",
    "tsv": "text/tab-separated-values; charset=UTF-8",
    "xlsx": xlsx_file.CONTENT_TYPE,
}


def as_file(result: StoredResult, filetype: str) -> bytes:
    """Give the ``.csv`` (recording 026), ``.tsv`` or ``.xlsx``."""
    columns = result.data["columns"]
    rows = [
        [column["name"] for column in columns],
        *(
            [_shown(row.get(column["name"]), column["type"]) for column in columns]
            for row in result.data["rows"]
        ),
    ]
    if filetype == "xlsx":
        return xlsx_file.workbook(rows)
    out = io.StringIO()
    csv.writer(out, delimiter="," if filetype == "csv" else "\t").writerows(rows)
    return out.getvalue().encode()


def _shown(value: Any, kind: str | None) -> Any:
    if isinstance(value, str) and kind in ("date", "datetime"):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return moment.strftime("%d/%m/%y" if kind == "date" else "%d/%m/%y %H:%M")
    return value
