"""``watchframe query``: the rows of a saved query."""

from __future__ import annotations

from typing import Any

import click

from watchframe.command.completion import complete_query
from watchframe.command.connection import GlobalOptions, connect
from watchframe.command.destination import Destination
from watchframe.command.reading_options import (
    many_options,
    parameter_sets,
    read_arguments,
    reading_options,
    split_of,
)
from watchframe.reference import parse_reference


@click.command(short_help="Run a saved query, and show or keep its rows.")
@click.argument("reference", metavar="QUERY", shell_complete=complete_query)
@reading_options
@many_options
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
    each: tuple[str, ...],
    split: str | None,
    concurrency: int,
    **given: Any,
) -> None:
    """Run a saved query, and show or keep its rows.

    QUERY is its id, or the URL of its page, whose p_ values are parameters.
    """
    from watchframe.read import read_watch_table  # noqa: PLC0415 - help needs no reading

    if each and split is not None:
        raise click.UsageError("--each and --split do not go together.")
    asked = parse_reference(reference)
    destination = Destination.of(output=output, format_=format_, is_json=is_json, rows=rows)
    arguments = read_arguments(**given)
    params = parameter_sets(arguments["params"], each)
    pieces = split_of(split)
    client = connect(options, asked)
    table = read_watch_table(
        asked,
        params,
        max_age=arguments["max_age"],
        cache=arguments["cache"],
        timeout=arguments["timeout"],
        columns=arguments["columns"],
        split=pieces,
        concurrency=concurrency,
        client=client,
        progress=False if options.is_quiet else None,
    )
    destination.write(table, is_quiet=options.is_quiet)
