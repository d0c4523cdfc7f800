"""``watchframe export``, ``diff`` and ``import``: saved queries as files, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchframe.cli.command import command
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.messages import FAILED, note
from watchframe.cli.options import (
    ids_option,
    json_option,
    search_option,
    tags_option,
)
from watchframe.cli.output import write_report
from watchframe.errors import ArgumentError
from watchframe.plain_text import plain_text

if TYPE_CHECKING:
    from watchframe.admin import QueryDifference

_FOLDER = click.argument("folder", metavar="FOLDER", type=click.Path(file_okay=False))


@command("export", short_help="Write saved queries as files, for version control.")
@_FOLDER
@search_option
@tags_option
@ids_option
@click.option(
    "--prune", is_flag=True, help="Also remove the files of queries that are archived by now."
)
@json_option
@click.pass_obj
def export_command(
    options: GlobalOptions,
    *,
    folder: str,
    search: str | None,
    tags: tuple[str, ...],
    ids: tuple[int, ...],
    prune: bool,
    is_json: bool,
) -> None:
    """Write saved queries as files that a version control system can compare.

    Each is two files: its SQL, byte by byte, and all else as YAML. What has not changed is not
    touched. What was edited in the files and not imported is overwritten.
    """
    if folder.isascii() and folder.isdigit() and not Path(folder).exists():
        raise ArgumentError(
            f"{folder} is no folder, and could be a query's id.",
            hint=f"Write watchframe export FOLDER --id {folder}, or ./{folder} for such a folder.",
        )
    from watchframe.admin import export_queries  # noqa: PLC0415 - help needs none of it

    done = export_queries(
        folder,
        client=connect(options),
        search=search,
        tags=tags,
        ids=ids or None,
        prune=prune,
        progress=options.progress,
    )
    records = [
        {"id": item.query_id, "action": item.action, "name": item.name, "file": str(item.path)}
        for item in done
    ]
    changed = [record for record in records if record["action"] != "unchanged"]
    write_report(("id", "action", "name", "file"), records if is_json else changed, is_json=is_json)
    _say_counts(options, (item.action for item in done), folder)


@command("diff", short_help="Show what an import of files would change.")
@_FOLDER
@ids_option
@click.option(
    "--exit-code", "tells_by_code", is_flag=True, help="End with 1 where anything differs."
)
@click.pass_context
def diff_command(
    ctx: click.Context, *, folder: str, ids: tuple[int, ...], tells_by_code: bool
) -> None:
    """Show how the files of queries differ from what the server has; nothing is written.

    A line with - is the server's, one with + the file's.
    """
    from watchframe.admin import diff_queries  # noqa: PLC0415 - help needs none of it

    options: GlobalOptions = ctx.obj
    found = diff_queries(folder, connect(options), ids=ids or None)
    _show(found)
    if not options.is_quiet and not found:
        note(f"Nothing differs from {folder}.")
    if found and tells_by_code:
        ctx.exit(FAILED)


@command("import", short_help="Write the files of queries back to the server.")
@_FOLDER
@ids_option
@click.option(
    "--dry-run", is_flag=True, help="Only show the differences, and what would be written."
)
@click.option(
    "--create-missing",
    is_flag=True,
    help="Create the queries that the server does not have; otherwise each is an error.",
)
@click.option(
    "--overwrite",
    is_flag=True,
    help="Also write those that were edited on the server since the export.",
)
@json_option
@click.pass_obj
def import_command(
    options: GlobalOptions,
    *,
    folder: str,
    ids: tuple[int, ...],
    dry_run: bool,
    create_missing: bool,
    overwrite: bool,
    is_json: bool,
) -> None:
    """Write a folder's queries to the server, only what differs.

    A query that was edited on the server since the export is not overwritten, but an error, which
    comes after all others were written.
    """
    from watchframe.admin import diff_queries, import_queries  # noqa: PLC0415 - as above

    client = connect(options)
    if dry_run and not is_json:
        _show(diff_queries(folder, client, ids=ids or None))
    done = import_queries(
        folder,
        client=client,
        ids=ids or None,
        dry_run=dry_run,
        create_missing=create_missing,
        overwrite=overwrite,
        progress=options.progress,
    )
    records = [
        {
            "id": item.query_id,
            "action": f"would be {item.action}"
            if dry_run and item.action != "unchanged"
            else item.action,
            "name": item.name,
            "fields": list(item.fields) if is_json else ", ".join(item.fields),
            "file": str(item.path),
        }
        for item in done
    ]
    changed = [record for record in records if record["action"] != "unchanged"]
    if is_json or (changed and not dry_run):
        names = ("id", "action", "name", "fields", "file")
        write_report(names, records if is_json else changed, is_json=is_json)
    _say_counts(options, (str(record["action"]) for record in records), folder)


def _show(found: Sequence[QueryDifference]) -> None:
    for item in found:
        words = {
            "changed": "",
            "conflict": " (edited on the server since the export)",
            "missing": " (the server does not have it)",
        }[item.kind]
        click.echo(plain_text(f"# {item.name}{words}\n{item.diff}"), nl=False)


def _say_counts(options: GlobalOptions, actions: Iterable[str], folder: str) -> None:
    counts = ", ".join(f"{number:,} {action}" for action, number in Counter(actions).items())
    if not options.is_quiet:
        note(f"{folder}: {counts or 'no queries'}")
