"""``watchframe sql``: the rows of SQL that is not saved."""

from __future__ import annotations

import sys
from typing import Any

import click

from watchframe.command.completion import complete_data_source
from watchframe.command.connection import GlobalOptions, connect
from watchframe.command.destination import Destination
from watchframe.command.reading_options import read_arguments, reading_options
from watchframe.errors import ArgumentError

#: Under which name the context holds the statement, so that an error can show its line.
STATEMENT = "watchframe.statement"


@click.command(short_help="Run SQL on a data source, and show or keep its rows.")
@click.argument("statement", metavar="SQL")
@click.option(
    "-d",
    "--data-source",
    required=True,
    metavar="NAME",
    shell_complete=complete_data_source,
    help="Where it runs: a name or an id.",
)
@reading_options
@click.pass_context
def sql(
    ctx: click.Context,
    /,
    *,
    statement: str,
    data_source: str,
    output: str | None,
    format_: str | None,
    is_json: bool,
    rows: int | None,
    **given: Any,
) -> None:
    """Run SQL on a data source, and show or keep its rows.

    SQL may hold {{ name }} where parameters go: the server puts them in as they are, without any
    quoting. - reads it from standard input.
    """
    from watchframe.read import read_watch_sql_table  # noqa: PLC0415 - help needs no reading
    from watchframe.read.written_options import data_source as source  # noqa: PLC0415 - likewise

    options: GlobalOptions = ctx.obj
    text = sys.stdin.read() if statement == "-" else statement
    if not text.strip():
        raise ArgumentError("There is no SQL.", hint="Give it in quotes, or - and on stdin.")
    ctx.meta[STATEMENT] = text
    destination = Destination.of(output=output, format_=format_, is_json=is_json, rows=rows)
    arguments = read_arguments(**given)
    client = connect(options)
    progress = False if options.is_quiet else None
    table = read_watch_sql_table(
        text, source(data_source), **arguments, client=client, progress=progress
    )
    destination.write(table, is_quiet=options.is_quiet)
