"""Where rows go: a table, JSON or a file."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

import click

from watchframe.command.atomic_file import atomic_file, check_writable
from watchframe.command.messages import note
from watchframe.display import provenance_line

if TYPE_CHECKING:
    import pyarrow as pa

_SUFFIXES = {
    ".arrow": "arrow",
    ".csv": "csv",
    ".feather": "arrow",
    ".json": "json",
    ".parquet": "parquet",
}
_BINARY = frozenset({"arrow", "parquet"})
#: What a table shows on a terminal.
_ROWS, _WIDEST = 40, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where rows go, and how.

    Attributes
    ----------
    path : pathlib.Path or None
        None for standard output.
    format : str
        ``"table"``, or a format of files.
    rows : int or None
        How many rows a table shows; None for all.
    widest : int or None
        How many signs of a cell a table shows; None for all.
    """

    path: Path | None
    format: str
    rows: int | None = None
    widest: int | None = None

    @classmethod
    def of(
        cls, *, output: str | None, format_: str | None, is_json: bool, rows: int | None
    ) -> Self:
        """Give the destination that the options name.

        Raises
        ------
        click.UsageError
            They do not go together, or no format is known.
        ArgumentError
            The file cannot be made.
        """
        if is_json and format_ not in (None, "json"):
            raise click.UsageError(f"--json and --format {format_} do not go together.")
        named = "json" if is_json else format_
        is_terminal = sys.stdout.isatty()
        if output in (None, "-"):
            chosen = named or ("table" if output is None else "csv")
            if chosen in _BINARY and is_terminal:
                raise click.UsageError(f"{chosen} is not for a terminal: give -o FILE.")
            shown = (_ROWS if is_terminal else None) if rows is None else rows or None
            widest = _WIDEST if is_terminal else None
            return cls(path=None, format=chosen, rows=shown, widest=widest)
        path = Path(str(output)).expanduser()
        chosen = named or _SUFFIXES.get(path.suffix.lower(), "")
        if not chosen:
            known = ", ".join(sorted(_SUFFIXES))
            raise click.UsageError(
                f"The name of {path} tells no format. It ends in {known}, or give --format."
            )
        check_writable(path)
        return cls(path=path, format=chosen, rows=rows or None)

    def write(self, table: pa.Table, *, is_quiet: bool) -> None:
        """Write the rows, and say on standard error what they are."""
        facts = json.loads(table.schema.metadata[b"watchframe"])
        line = provenance_line(table.shape, facts)
        if self.path is None:
            self._write_to(sys.stdout.buffer, table, encoding=sys.stdout.encoding)
            sys.stdout.flush()
        else:
            with atomic_file(self.path) as file:
                self._write_to(file, table, encoding="utf-8")
            line = f"{self.path}: {line}"
        hidden = table.num_rows - self.rows if self.rows and self.format == "table" else 0
        if hidden > 0:
            line += f" ({hidden:,} rows not shown: --rows 0 shows all)"
        if not is_quiet:
            note(line)

    def _write_to(self, file: BinaryIO, table: pa.Table, *, encoding: str) -> None:
        # What knows Arrow is loaded only where rows have come: help and completion are quick.
        from watchframe.command.file_formats import write_table  # noqa: PLC0415
        from watchframe.command.text_table import table_lines  # noqa: PLC0415

        if self.format != "table":
            write_table(self.format, table, file)
            return
        shown = table if self.rows is None else table.slice(0, self.rows)
        file.writelines(
            f"{line}\n".encode(encoding, "backslashreplace")
            for line in table_lines(shown, widest=self.widest)
        )
