"""``watchframe history``: the results of a query that this machine keeps."""

from __future__ import annotations

import click

from watchframe.cli.command import command
from watchframe.cli.completion import complete_query
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.lists import listing_options, write_list
from watchframe.cli.options import parameters_of, params_option
from watchframe.references import parse_reference

_SHOWN = ("retrieved_at", "rows", "columns", "runtime_s", "query_result_id", "bytes")


@command(short_help="List the results of a query that this machine keeps.")
@click.argument("reference", metavar="QUERY", shell_complete=complete_query)
@params_option
@listing_options
@click.pass_obj
def history(
    options: GlobalOptions,
    *,
    reference: str,
    params: tuple[str, ...],
    format_: str,
    is_json: bool,
) -> None:
    """List the results of a query that this machine keeps, newest first, without a request.

    They are those of these values of the parameters, of the query's SQL as it was last read here.
    Past ones are kept if the setting history says so (WATCHFRAME_HISTORY=30d). To read one:
    watchframe query QUERY --at MOMENT.
    """
    from watchframe import read  # noqa: PLC0415 - help needs no reading

    asked = parse_reference(reference)
    frame = read.list_past(asked, parameters_of(params), client=connect(options, asked))
    plain = frame.astype(object).where(frame.notna(), None)
    records = [
        {**{str(name): value for name, value in row.items()}, "retrieved_at": moment.isoformat()}
        for row, moment in zip(plain.to_dict(orient="records"), frame["retrieved_at"], strict=True)
    ]
    write_list(_SHOWN, records, format_, is_json=is_json)
