"""A result as a file: lossy, as the real server writes it.

Dates and times are in the organisation's display format (day first, without seconds).
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

from watchframe.demo.store import StoredResult


def as_csv(result: StoredResult) -> bytes:
    """Give the ``.csv`` (recording 026)."""
    return _separated(result, ",")


def as_tsv(result: StoredResult) -> bytes:
    """Give the ``.tsv``."""
    return _separated(result, "\t")


def _separated(result: StoredResult, delimiter: str) -> bytes:
    columns = result.data["columns"]
    names = [column["name"] for column in columns]
    kinds = {column["name"]: column["type"] for column in columns}
    out = io.StringIO()
    writer = csv.DictWriter(out, names, delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    for row in result.data["rows"]:
        writer.writerow({name: _shown(row.get(name), kinds[name]) for name in names})
    return out.getvalue().encode()


def _shown(value: Any, kind: str | None) -> Any:
    if isinstance(value, str) and kind in ("date", "datetime"):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return moment.strftime("%d/%m/%y" if kind == "date" else "%d/%m/%y %H:%M")
    return value
