"""``watchframe queries``, ``dashboards``, ``data-sources``, ``tables``: what is on a server."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import click

from watchframe.cli.command import command
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.messages import note
from watchframe.cli.options import WholeNumber, json_option, search_option
from watchframe.cli.output import LISTING_FORMATS, write_frame, write_listing
from watchframe.errors import WatchframeError

F = TypeVar("F", bound=Callable[..., Any])

_FORMATS = (
    click.option(
        "--format",
        "format_",
        metavar="FORMAT",
        type=click.Choice(LISTING_FORMATS),
        default="table",
        help=f"{', '.join(LISTING_FORMATS)}. All but the table have every detail.",
    ),
    click.option("--json", "is_json", is_flag=True, help="The same as --format json."),
)
_CHOSEN = (
    click.option("--search", metavar="WORDS", help="Only those in which the server finds this."),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only those with this tag."),
    click.option("--mine", is_flag=True, help="Only your own, drafts among them."),
    click.option("--favorite", is_flag=True, help="Only those that you marked as favorites."),
    click.option(
        "-n", "--limit", type=WholeNumber(min=1), metavar="N", help="The newest N at most."
    ),
)


def _with(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


listing_options = _with(*_FORMATS)


@command(short_help="List saved queries.")
@_with(*_CHOSEN, *_FORMATS)
@click.pass_obj
def queries(options: GlobalOptions, /, *, format_: str, is_json: bool, **chosen: Any) -> None:
    """List saved queries with their links, newest first.

    Archived ones are in no list, and still run.
    """
    client = connect(options)
    records = [
        {
            "id": query.id,
            "name": query.name,
            "description": query.description,
            "tags": list(query.tags),
            "owner": query.owner,
            "data_source_id": query.data_source_id,
            "is_draft": query.is_draft,
            "created_at": _moment(query.created_at),
            "updated_at": _moment(query.updated_at),
            "url": query.url,
        }
        for query in _chosen(client.queries.list, **chosen)
    ]
    if not records and not options.is_quiet:
        from watchframe.client.names import nothing_found  # noqa: PLC0415 - help needs none of it

        with contextlib.suppress(WatchframeError):  # the list is right without it
            note(nothing_found(client.queries, chosen["search"] or "", chosen["tags"]))
    write_list(
        ("id", "name", "tags", "owner", "updated_at", "url"), records, format_, is_json=is_json
    )


@command(short_help="List dashboards.")
@_with(*_CHOSEN, *_FORMATS)
@click.pass_obj
def dashboards(options: GlobalOptions, /, *, format_: str, is_json: bool, **chosen: Any) -> None:
    """List dashboards with their links, newest first."""
    records = [
        {
            "id": item.id,
            "slug": item.slug,
            "name": item.name,
            "tags": list(item.tags),
            "owner": item.owner,
            "is_draft": item.is_draft,
            "created_at": _moment(item.created_at),
            "updated_at": _moment(item.updated_at),
            "url": item.url,
        }
        for item in _chosen(connect(options).dashboards.list, **chosen)
    ]
    write_list(
        ("id", "name", "tags", "owner", "updated_at", "url"), records, format_, is_json=is_json
    )


@command("data-sources", short_help="List data sources.")
@listing_options
@click.pass_obj
def data_sources(options: GlobalOptions, /, *, format_: str, is_json: bool) -> None:
    """List the data sources that your key may see, for --source of watchframe sql."""
    records = [
        {
            "id": source.id,
            "name": source.name,
            "type": source.type,
            "syntax": source.syntax,
            "is_paused": source.is_paused,
            "is_view_only": source.is_view_only,
            "url": source.url,
        }
        for source in connect(options).data_sources.list()
    ]
    write_list(("id", "name", "type", "syntax", "url"), records, format_, is_json=is_json)


def _chosen(
    listed: Callable[..., Iterable[Any]],
    *,
    search: str | None,
    tags: tuple[str, ...],
    mine: bool,
    favorite: bool,
    limit: int | None,
) -> Iterable[Any]:
    if mine and favorite:
        raise click.UsageError(
            "--mine and --favorite do not go together: the server has no such list."
        )
    return islice(listed(search=search, tags=tags, is_mine=mine, is_favorite=favorite), limit)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def write_list(
    shown: Sequence[str], records: Sequence[Mapping[str, object]], format_: str, *, is_json: bool
) -> None:
    """Write records in a format of `listing_options`; a table has the fields `shown` alone."""
    if is_json and format_ not in ("table", "json"):
        raise click.UsageError(f"--json and --format {format_} do not go together.")
    write_listing(shown, records, "json" if is_json else format_)


@command(short_help="List the tables that saved queries use.")
@search_option
@json_option
@click.pass_obj
def tables(options: GlobalOptions, *, search: str | None, is_json: bool) -> None:
    """List which saved query uses which table, by a parser of its data source's SQL.

    Nothing is run. A query that cannot be parsed has a line that says why.
    """
    from watchframe.admin import find_table_names  # noqa: PLC0415 - help needs none of it

    found = find_table_names(client=connect(options), search=search, progress=options.progress)
    write_frame(found, is_json=is_json)
