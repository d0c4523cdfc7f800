"""Records as a table, or as JSON, on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def write_rows(
    names: Sequence[str],
    records: Sequence[Mapping[str, object]],
    *,
    numbers: Collection[str] = (),
) -> None:
    """Write one line per record under the names; `numbers` stand at the right."""
    from watchframe.command.text_table import aligned_lines  # noqa: PLC0415 - help needs no Arrow

    columns = [[str(record[name]) for record in records] for name in names]
    widest = 60 if sys.stdout.isatty() else None
    is_right = [name in numbers for name in names]
    for line in aligned_lines(names, columns, is_right=is_right, widest=widest):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def write_records(
    names: Sequence[str], records: Sequence[Mapping[str, object]], *, is_json: bool
) -> None:
    """Write records as JSON, or as a table; a table of none is nothing."""
    if is_json:
        sys.stdout.write(json.dumps(list(records), ensure_ascii=False, indent=2) + "\n")
        sys.stdout.flush()
    elif records:
        numbers = [name for name in names if isinstance(records[0][name], int)]
        shown = [
            {name: "" if record[name] is None else record[name] for name in names}
            for record in records
        ]
        write_rows(names, shown, numbers=numbers)


def write_frame(frame: pd.DataFrame, *, is_json: bool) -> None:
    """Write the rows of a report as JSON, or as a table; what is missing is null, or blank."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
    records = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
    write_records(list(map(str, frame.columns)), records, is_json=is_json)


def _plain(value: object) -> object:
    """Give a number as Python's own, which JSON knows."""
    return value.item() if hasattr(value, "item") else value
