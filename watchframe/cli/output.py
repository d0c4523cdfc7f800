"""Where rows and reports go: files, or standard output with tables, by rich on a terminal."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

import click

from watchframe.cli.messages import note
from watchframe.config.files import atomic_file, check_writable
from watchframe.plain_text import escaped, plain_text

# Help and completion load this module: pyarrow, pandas and rich come with the first row.
if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: What --format takes for a list of the server's.
LISTING_FORMATS = ("table", "csv", "tsv", "json")
#: What --format takes besides "table".
FILE_FORMATS = ("csv", "tsv", "json", "parquet", "arrow", "xlsx")

#: The endings of files' names, and the format of each.
SUFFIXES = {
    ".arrow": "arrow",
    ".csv": "csv",
    ".feather": "arrow",
    ".json": "json",
    ".parquet": "parquet",
    ".tsv": "tsv",
    ".xlsx": "xlsx",
}
_BINARY = frozenset({"arrow", "parquet", "xlsx"})
#: Rows of a table on a terminal, where --rows does not say it.
_TERMINAL_ROWS = 40
#: Rows above which a terminal gets plain text too: rich takes 0.2 ms a cell.
_MANY_ROWS = 1_000
#: Columns of a terminal that a text takes at most, and at least where there is too little room.
_WIDEST, _NARROWEST = 60, 8
_GAP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where rows go, and how.

    Attributes
    ----------
    path : pathlib.Path or None
        None for standard output.
    format : str
        ``"table"``, or a format of `write_table`.
    rows : int or None
        How many rows a table shows; None for all.
    """

    path: Path | None
    format: str
    rows: int | None = None

    @classmethod
    def of(
        cls, *, output: str | None, format_: str | None, is_json: bool, rows: int | None
    ) -> Self:
        """Return the destination that the options name.

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
        if output in (None, "-"):
            is_terminal = sys.stdout.isatty()
            chosen = named or ("table" if output is None else "csv")
            if chosen in _BINARY and is_terminal:
                raise click.UsageError(f"{chosen} is not for a terminal: give -o FILE.")
            shown = (_TERMINAL_ROWS if is_terminal else None) if rows is None else rows or None
            return cls(path=None, format=chosen, rows=shown)
        path = Path(str(output)).expanduser()
        chosen = named or SUFFIXES.get(path.suffix.lower(), "")
        if not chosen:
            known = ", ".join(sorted(SUFFIXES))
            raise click.UsageError(
                f"The name of {path} tells no format. It ends in {known}, or give --format."
            )
        check_writable(path)
        return cls(path=path, format=chosen, rows=rows or None)

    def write(self, table: pa.Table, *, is_quiet: bool) -> None:
        """Write the rows, and say on standard error what they are."""
        from watchframe.display import provenance_line  # noqa: PLC0415 - see above

        facts = json.loads(table.schema.metadata[b"watchframe"])
        line = provenance_line(table.shape, facts)
        if self.path is None:
            remark = self._write_to(sys.stdout.buffer, table, encoding=sys.stdout.encoding)
            sys.stdout.flush()
        else:
            with atomic_file(self.path) as file:
                remark = self._write_to(file, table, encoding="utf-8")
            line = f"{self.path}: {line}"
        hidden = table.num_rows - self.rows if self.rows and self.format == "table" else 0
        if hidden > 0:
            line += f" ({hidden:,} rows not shown: --rows 0 shows all)"
        if not is_quiet:
            note("\n".join(filter(None, (line, remark))))

    def _write_to(self, file: BinaryIO, table: pa.Table, *, encoding: str) -> str:
        if self.format != "table":
            from watchframe.file_formats import write_table  # noqa: PLC0415 - see above

            return write_table(self.format, table, file)
        shown = table if self.rows is None else table.slice(0, self.rows)
        is_terminal = self.path is None and sys.stdout.isatty()
        file.writelines(
            f"{line}\n".encode(encoding, "backslashreplace")
            for line in table_lines(_columns_of(shown), is_terminal=is_terminal)
        )
        return ""


def _columns_of(table: pa.Table) -> list[Column]:
    import pyarrow as pa  # noqa: PLC0415 - see above

    from watchframe.decode.typing_rules import INTEGER, encoding_of  # noqa: PLC0415 - see above

    columns = list[Column]()
    for field, values in zip(table.schema, table.columns, strict=True):
        texts = values.cast(pa.string()).to_pylist()
        is_exact = encoding_of(field) == INTEGER
        columns.append(
            Column(
                name=field.name,
                texts=["null" if text is None else text for text in texts],
                is_number=is_exact
                or pa.types.is_integer(field.type)
                or pa.types.is_floating(field.type),
                may_cut=pa.types.is_string(field.type),
            )
        )
    return columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of texts.

    Attributes
    ----------
    name : str
    texts : sequence of str
    is_number : bool
        Numbers stand at the right.
    may_cut : bool
        Whether a terminal with too little room gets a part of each text; never of numbers.
    """

    name: str
    texts: Sequence[str]
    is_number: bool = False
    may_cut: bool = True


def table_lines(columns: Sequence[Column], *, is_terminal: bool) -> Iterator[str]:
    """Yield the lines of a table, its head first.

    Off a terminal every text is whole, however long. On a terminal, texts are cut to its width.
    """
    shown = [
        Column(
            name=plain_text(column.name, keep=""),
            texts=[plain_text(text, keep="") for text in column.texts],
            is_number=column.is_number,
            may_cut=column.may_cut and not column.is_number,
        )
        for column in columns
    ]
    if is_terminal and shown and len(shown[0].texts) <= _MANY_ROWS:
        return _terminal_lines(shown)
    return _plain_lines(shown)


def write_records(
    names: Sequence[str],
    records: Sequence[Mapping[str, object]],
    *,
    numbers: Collection[str] = (),
    whole: Collection[str] = (),
) -> None:
    """Write one line per record under the names.

    Columns of integers and `numbers` stand at the right; the texts of `whole` are never cut.
    """
    columns = [
        Column(
            name=name,
            texts=["" if record[name] is None else str(record[name]) for record in records],
            is_number=name in numbers or (bool(records) and isinstance(records[0][name], int)),
            may_cut=name not in whole,
        )
        for name in names
    ]
    lines = table_lines(columns, is_terminal=sys.stdout.isatty())
    write_text("".join(f"{line}\n" for line in lines))


def write_listing(
    names: Sequence[str], records: Sequence[Mapping[str, object]], format_: str
) -> None:
    """Write what a list of the server has: all of it, or as a table those fields in `names`."""
    if format_ == "json":
        write_json(records)
        return
    texts = [
        {name: ", ".join(value) if isinstance(value, list) else value for name, value in it.items()}
        for it in records
    ]
    if format_ == "table":
        for record in texts:
            if "updated_at" in record:
                record["updated_at"] = str(record["updated_at"] or "")[:16].replace("T", " ")
        write_records(names, texts, numbers=("id",), whole=("url",))
        return
    file = io.StringIO()
    writer = csv.writer(file, delimiter="\t" if format_ == "tsv" else ",", lineterminator="\n")
    writer.writerow(texts[0] if texts else names)
    writer.writerows(
        [plain_text(value, keep="") if isinstance(value, str) else value for value in it.values()]
        for it in texts
    )
    write_text(file.getvalue())


def write_report(
    names: Sequence[str], records: Sequence[Mapping[str, object]], *, is_json: bool
) -> None:
    """Write records as JSON, or as a table; no table where there are none."""
    if is_json:
        write_json(records)
    elif records:
        write_records(names, records)


def write_frame(frame: pd.DataFrame, *, is_json: bool) -> None:
    """Write the rows of a frame as JSON, or as a table; missing values are null, or blank."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict(orient="records")
    records = [{str(name): _python(value) for name, value in row.items()} for row in rows]
    write_report(list(map(str, frame.columns)), records, is_json=is_json)


def write_json(value: Mapping[str, object] | Iterable[Mapping[str, object]]) -> None:
    """Write a value as JSON in visible characters."""
    plain = value if isinstance(value, Mapping) else list(value)
    write_text(escaped(json.dumps(plain, ensure_ascii=False, indent=2)) + "\n")


def write_text(text: str) -> None:
    """Write to standard output, with what its encoding does not have written out."""
    encoding = sys.stdout.encoding
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def _python(value: object) -> object:
    """Return a number of numpy as Python's own, which JSON knows."""
    return value.item() if hasattr(value, "item") else value


def _plain_lines(columns: Sequence[Column]) -> Iterator[str]:
    from rich.cells import cell_len  # noqa: PLC0415 - see above

    def padded(text: str, width: int, *, is_right: bool) -> str:
        spaces = " " * (width - cell_len(text))
        return spaces + text if is_right else text + spaces

    widths = _widths(columns)
    heads = [column.name for column in columns]
    rules = ["-" * width for width in widths]
    sides = [column.is_number for column in columns]
    for row in (heads, rules, *zip(*(column.texts for column in columns), strict=True)):
        cells = zip(row, widths, sides, strict=True)
        yield (" " * _GAP).join(padded(*cell[:2], is_right=cell[2]) for cell in cells).rstrip()


def _terminal_lines(columns: Sequence[Column]) -> Iterator[str]:
    from rich import box  # noqa: PLC0415 - see above
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    console = Console(highlight=False)
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
        header_style="" if console.no_color else "bold",
    )
    needed = 0
    for column, width in zip(columns, _widths(columns), strict=True):
        needed += (min(width, _NARROWEST) if column.may_cut else width) + _GAP
        table.add_column(
            Text(column.name, no_wrap=True, overflow="ellipsis"),
            justify="right" if column.is_number else "left",
            no_wrap=not column.may_cut,
            max_width=_WIDEST if column.may_cut else None,
        )
    for row in zip(*(column.texts for column in columns), strict=True):
        table.add_row(*(Text(text, no_wrap=True, overflow="ellipsis") for text in row))
    # Numbers keep all their digits: where that is too wide for the terminal, its lines are too.
    console.width = max(console.width, needed - _GAP)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        yield line.rstrip()


def _widths(columns: Sequence[Column]) -> list[int]:
    from rich.cells import cell_len  # noqa: PLC0415 - see above

    return [max(map(cell_len, (column.name, *column.texts))) for column in columns]
