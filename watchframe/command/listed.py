"""Records as a table on standard output."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence


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
