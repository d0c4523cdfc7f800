"""``watchframe query``: the rows of a saved query."""

from __future__ import annotations

from typing import Any

import click

from watchframe.command.completion import complete_query
from watchframe.command.connection import GlobalOptions, connect
from watchframe.command.destination import Destination
from watchframe.command.reading_options import read_arguments, reading_options
from watchframe.reference import parse_reference


@click.command(short_help="Run a saved query, and show or keep its rows.")
@click.argument("reference", metavar="QUERY", shell_complete=complete_query)
@reading_options
@click.pass_obj
def query(
    options: GlobalOptions,
    /,
    *,
    reference: str,
    output: str | None,
    format_: str | None,
    is_json: bool,
    rows: int | None,
    is_quiet: bool,
    **given: Any,
) -> None:
    """Run a saved query, and show or keep its rows.

    QUERY is its id, or the URL of its page, whose p_ values are parameters.
    """
    from watchframe.read import read_watch_table  # noqa: PLC0415 - help needs no reading

    asked = parse_reference(reference)
    destination = Destination.of(output=output, format_=format_, is_json=is_json, rows=rows)
    arguments = read_arguments(**given)
    client = connect(options, asked)
    is_silent = is_quiet or options.is_quiet
    progress = False if is_silent else None
    table = read_watch_table(asked, **arguments, client=client, progress=progress)
    destination.write(table, is_quiet=is_silent)
