"""``watchframe diff-results``: what differs between two results."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchframe.cli.command import command
from watchframe.cli.completion import complete_query
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.messages import FAILED, USAGE, note, show_error
from watchframe.cli.options import read_arguments, result_options, rows_option
from watchframe.cli.output import (
    LISTING_FORMATS,
    SUFFIXES,
    Column,
    Destination,
    table_lines,
    write_json,
    write_text,
)
from watchframe.errors import ArgumentError, WatchframeError
from watchframe.references import parse_reference
from watchframe.reprs.words import counted
from watchframe.vocabulary import check_together

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from watchframe.cli.options import ReadArguments
    from watchframe.differences import Difference

#: ``42@2026-11-01``: a reference and a moment. An address may have @ elsewhere.
_AT_MOMENT = re.compile(r"(?P<reference>.+)@(?P<moment>\d{4}-\d\d-\d\d[^@/]*|d_\w+)", re.DOTALL)


@command("diff-results", short_help="Show what differs between two results.")
@click.argument("before", metavar="BEFORE", shell_complete=complete_query)
@click.argument("after", metavar="AFTER", shell_complete=complete_query)
@click.option(
    "--on",
    "on",
    multiple=True,
    metavar="COLUMN",
    help="A column that tells the rows apart; several make one key. Without it whole rows are "
    "compared.",
)
@result_options
@click.option(
    "--format",
    "format_",
    metavar="FORMAT",
    type=click.Choice(LISTING_FORMATS),
    default="table",
    help=f"{', '.join(LISTING_FORMATS)}. As csv and tsv, each row that differs is there whole.",
)
@click.option("--json", "is_json", is_flag=True, help="The same as --format json.")
@rows_option
@click.pass_context
def diff_results(
    ctx: click.Context,
    /,
    *,
    before: str,
    after: str,
    on: tuple[str, ...],
    format_: str,
    is_json: bool,
    rows: int | None,
    **given: Any,
) -> None:
    """Show what differs between two results: rows added, removed, and changed.

    BEFORE and AFTER are files (.parquet, .arrow, .csv, .tsv, .json), or queries as in watchframe
    query; 42@2026-11-01 is the newest result of that day that the cache keeps. A -p is for both.
    The columns of CSV get the types of the other side.

    Ends with 0 where nothing differs, with 1 where anything does, and with 2 where they could not
    be compared.
    """
    options: GlobalOptions = ctx.obj
    if is_json and format_ not in ("table", "json"):
        raise click.UsageError(f"--json and --format {format_} do not go together.")
    try:
        found = _difference(options, (before, after), on, given)
    except (WatchframeError, OSError) as error:
        show_error(error, is_debug=options.is_debug)
        ctx.exit(USAGE)
    _write(found, "json" if is_json else format_, rows)
    if not options.is_quiet:
        summary = found.summary
        note(f"{summary[:1].upper()}{summary[1:]}.")
    if found:
        ctx.exit(FAILED)


def _difference(
    options: GlobalOptions,
    named: tuple[str, str],
    on: tuple[str, ...],
    given: Mapping[str, Any],
) -> Difference:
    from watchframe.differences import diff  # noqa: PLC0415 - help needs none of it
    from watchframe.file_formats import UNTYPED, with_types_of  # noqa: PLC0415 - likewise

    check_together(given)
    arguments = read_arguments(**given)
    formats = [SUFFIXES.get(Path(name).suffix.lower(), "") for name in named]
    tables = [
        _stored_rows(name, format_) if format_ else _result_rows(options, name, arguments)
        for name, format_ in zip(named, formats, strict=True)
    ]
    for side, other in ((0, 1), (1, 0)):
        if formats[side] in UNTYPED and formats[other] not in UNTYPED:
            tables[side] = with_types_of(tables[side], tables[other])
    before, after = tables
    return diff(before, after, on=on or None)


def _stored_rows(name: str, format_: str) -> pa.Table:
    from watchframe.file_formats import read_table  # noqa: PLC0415 - help needs none of it

    return read_table(format_, Path(name).expanduser())


def _result_rows(options: GlobalOptions, name: str, arguments: ReadArguments) -> pa.Table:
    """Return the rows of a query: as of a read now, or as they were at a moment."""
    from watchframe import read  # noqa: PLC0415 - help needs no reading

    at = _AT_MOMENT.fullmatch(name)
    if at is not None:
        asked = parse_reference(at["reference"])
        return read.read_past(
            asked,
            at["moment"],
            arguments["params"],
            output=read.Output("arrow"),
            client=connect(options, asked),
        )
    if Path(name).is_file():
        known = ", ".join(sorted(SUFFIXES))
        raise ArgumentError(
            f"The name of the file {name} tells no format.", hint=f"It ends in {known}."
        )
    asked = parse_reference(name)
    return read.read_watch_query(
        asked,
        arguments["params"],
        output="arrow",
        max_age=arguments["max_age"],
        cache=arguments["cache"],
        timeout=arguments["timeout"],
        client=connect(options, asked),
        progress=options.progress,
    )


def _write(found: Difference, format_: str, rows: int | None) -> None:
    if format_ == "json":
        write_json(_facts(found))
    elif format_ == "table":
        most = Destination.of(output=None, format_="table", is_json=False, rows=rows).rows
        write_text("".join(f"{line}\n" for line in _lines(found, most)))
    else:
        from watchframe.file_formats import write_table  # noqa: PLC0415 - help needs none of it

        write_table(format_, _table(found.to_frame()), sys.stdout.buffer)
        sys.stdout.flush()


def _lines(found: Difference, most: int | None) -> Iterator[str]:
    """Yield the tables of what changed, was added and was removed, each under its head."""
    tables = {"Changed": found.changed_values, "Added": found.added, "Removed": found.removed}
    filled = {head: frame for head, frame in tables.items() if len(frame)}
    for at, (head, frame) in enumerate(filled.items()):
        hidden = 0 if most is None else max(len(frame) - most, 0)
        remark = f" ({counted(hidden, 'row')} not shown: --rows 0 shows all)" if hidden else ""
        yield from ("",) * bool(at)
        yield f"{head}{remark}:"
        yield from table_lines(_columns(frame.iloc[:most]), is_terminal=sys.stdout.isatty())


def _columns(frame: pd.DataFrame) -> list[Column]:
    from watchframe.differences.difference import exact_value  # noqa: PLC0415 - as above

    columns = []
    for name in frame.columns:
        values = list(frame[name].astype(object))
        columns.append(
            Column(
                name=str(name),
                texts=[str(exact_value(value)) for value in values],
                is_number=any(type(value) in (int, float) for value in values),
            )
        )
    return columns


def _facts(found: Difference) -> dict[str, object]:
    return {
        "on": list(found.on),
        "added": _records(found.added),
        "removed": _records(found.removed),
        "changed": _records(found.changed_values),
        "columns_added": list(found.columns_added),
        "columns_removed": list(found.columns_removed),
        "types_changed": {str(name): list(kinds) for name, kinds in found.types_changed.items()},
        "unchanged": found.unchanged,
    }


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    names = list(map(str, frame.columns))
    rows = frame.astype(object).itertuples(index=False, name=None)
    return [dict(zip(names, map(_json_value, row), strict=True)) for row in rows]


def _table(frame: pd.DataFrame) -> pa.Table:
    """Return a frame as a table; Python's objects are texts in it."""
    import pyarrow as pa  # noqa: PLC0415 - help needs none of it

    columns = {}
    for name in frame.columns:
        series = frame[name]
        if series.dtype == object:
            values = map(_json_value, series)
            columns[str(name)] = pa.array(
                [
                    json.dumps(value)
                    if isinstance(value, dict | list | bool)
                    else None
                    if value is None
                    else str(value)
                    for value in values
                ],
                pa.string(),
            )
        else:
            columns[str(name)] = pa.Array.from_pandas(series)
    return pa.table(columns)


def _json_value(value: Any) -> object:
    """Return a value as JSON has it; integers beyond 64 bits are texts, as in files of rows."""
    value = value.item() if hasattr(value, "item") and not hasattr(value, "isoformat") else value
    match value:
        case bool() | str() | dict() | list():
            found: object = value
        case int():
            found = value if -(2**63) <= value < 2**63 else str(value)
        case _ if _is_missing(value):
            found = None
        case float():
            found = value if math.isfinite(value) else str(value)
        case date():
            found = value.isoformat()
        case _:
            found = str(value)
    return found


def _is_missing(value: Any) -> bool:
    import pandas as pd  # noqa: PLC0415 - help needs none of it

    return bool(pd.api.types.is_scalar(value) and pd.isna(value))
