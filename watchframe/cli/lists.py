"""``watchframe list`` and ``tables``: the saved queries, and the tables that they use."""

from __future__ import annotations

from itertools import islice

import click

from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.options import json_option, quiet_option, search_option, tags_option
from watchframe.cli.output import write_frame, write_json, write_records

_SHOWN = ("id", "name", "tags", "owner", "updated_at")


@click.command("list", short_help="List saved queries.")
@search_option
@click.option("--mine", is_flag=True, help="Only your own, drafts among them.")
@tags_option
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), metavar="N", help="The newest N at most."
)
@json_option
@click.pass_obj
def list_queries(
    options: GlobalOptions,
    *,
    search: str | None,
    mine: bool,
    tags: tuple[str, ...],
    limit: int | None,
    is_json: bool,
) -> None:
    """List saved queries, newest first.

    Archived ones are in no list, and still run.
    """
    client = connect(options)
    found = islice(client.queries.list(search=search, tags=tags, is_mine=mine), limit)
    records = [
        {
            "id": query.id,
            "name": query.name,
            "description": query.description,
            "tags": list(query.tags),
            "owner": query.owner,
            "data_source_id": query.data_source_id,
            "is_draft": query.is_draft,
            "created_at": query.created_at.isoformat() if query.created_at else None,
            "updated_at": query.updated_at.isoformat() if query.updated_at else None,
            "url": f"{client.server}/queries/{query.id}",
        }
        for query in found
    ]
    if is_json:
        write_json(records)
        return
    for record in records:
        record["tags"] = ", ".join(record["tags"])  # type: ignore[arg-type]  # a list of texts
        record["updated_at"] = str(record["updated_at"] or "")[:16].replace("T", " ")
    write_records(_SHOWN, records, numbers=("id",))


@click.command(short_help="List the tables that saved queries use.")
@search_option
@json_option
@quiet_option
@click.pass_obj
def tables(options: GlobalOptions, *, search: str | None, is_json: bool) -> None:
    """List which saved query uses which table, by a parser of its data source's SQL.

    Nothing is run. A query that cannot be parsed has a line that says why.
    """
    from watchframe.admin import find_table_names  # noqa: PLC0415 - help needs none of it

    found = find_table_names(client=connect(options), search=search, progress=options.progress)
    write_frame(found, is_json=is_json)
