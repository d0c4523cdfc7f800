"""``watchframe list``: the saved queries."""

from __future__ import annotations

import json
from itertools import islice

import click

from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.output import write_rows
from watchframe.plain_text import escaped

_SHOWN = ("id", "name", "tags", "owner", "updated_at")


@click.command("list", short_help="List saved queries.")
@click.option("--search", metavar="WORDS", help="Only those in which the server finds this.")
@click.option("--mine", is_flag=True, help="Only your own, drafts among them.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only those with this tag.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), metavar="N", help="The newest N at most."
)
@click.option("--json", "is_json", is_flag=True, help="All that is known of them, as JSON.")
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
        click.echo(escaped(json.dumps(records, ensure_ascii=False, indent=2)))
        return
    shown = [
        {
            **{name: record[name] for name in _SHOWN},
            "tags": ", ".join(record["tags"]),  # type: ignore[arg-type]  # a list of texts above
            "updated_at": str(record["updated_at"] or "")[:16].replace("T", " "),
        }
        for record in records
    ]
    write_rows(_SHOWN, shown, numbers=("id",))
