"""``watchframe dashboard``: the rows of all queries of a dashboard."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchframe.cli.command import command
from watchframe.cli.completion import complete_dashboard
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.messages import note
from watchframe.cli.options import freshness_options, read_arguments, rows_option
from watchframe.cli.output import FILE_FORMATS, Destination
from watchframe.config.files import atomic_file, check_folder
from watchframe.display import provenance_line
from watchframe.plain_text import escaped, plain_text
from watchframe.references import parse_dashboard_reference
from watchframe.vocabulary import check_together

if TYPE_CHECKING:
    import pyarrow as pa

#: What a file's name is made of; a title may hold anything.
_NO_NAME = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 80


@command(short_help="Run all queries of a dashboard, and show or keep their rows.")
@click.argument("reference", metavar="DASHBOARD", shell_complete=complete_dashboard)
@freshness_options
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(file_okay=False),
    help="Write a file for each widget, called after its title, into this folder.",
)
@click.option(
    "--format",
    "format_",
    metavar="FORMAT",
    type=click.Choice(FILE_FORMATS),
    default="parquet",
    show_default=True,
    help=f"Of the files: {', '.join(FILE_FORMATS)}.",
)
@click.option(
    "--json", "is_json", is_flag=True, help="One JSON object with the rows by the widgets' titles."
)
@rows_option
@click.pass_obj
def dashboard(
    options: GlobalOptions,
    /,
    *,
    reference: str,
    output: str | None,
    format_: str,
    is_json: bool,
    rows: int | None,
    concurrency: int,
    **given: Any,
) -> None:
    """Run all queries of a dashboard side by side, and show or keep their rows.

    DASHBOARD is its id, its name, its slug, or the URL of its page, whose p_ values are parameters.
    The page of a shared dashboard needs no key. Without -p every widget has the values that it has
    on the page. Where some widgets fail, the others are shown or kept all the same; the errors
    follow, and the exit code is not 0.
    """
    from watchframe.read import (  # noqa: PLC0415 - help needs no reading
        Output,
        ReadOptions,
        dashboard_answers,
    )

    if is_json and output is not None:
        raise click.UsageError("--json and -o do not go together: give --format json.")
    check_together(given)
    asked = parse_dashboard_reference(reference)
    del reference  # it may hold a token
    folder = None if output is None else Path(output).expanduser()
    if folder is not None:
        check_folder(folder)
    shown = Destination.of(output=None, format_="table", is_json=False, rows=rows)
    arguments = read_arguments(**given)
    read_options = ReadOptions.resolve(
        asked,
        max_age=arguments["max_age"],
        cache=arguments["cache"],
        timeout=arguments["timeout"],
        progress=False if options.is_quiet else None,
        client=connect(options, asked),
    )
    read = dashboard_answers(
        asked, arguments["params"], read_options, shown=Output(), concurrency=concurrency
    )
    tables = {title: answer.labelled_table for title, answer in read.answers.items()}
    if is_json:
        _write_json(tables)
    elif folder is not None:
        _write_files(tables, folder, format_, is_quiet=options.is_quiet)
    else:
        _show(tables, shown, is_quiet=options.is_quiet)
    if read.failed is not None:
        raise read.failed


def _show(tables: Mapping[str, pa.Table], shown: Destination, *, is_quiet: bool) -> None:
    for number, (title, table) in enumerate(tables.items()):
        head = plain_text(title, keep="")
        click.echo(f"{chr(10) if number else ''}{head}\n{'=' * len(head)}")
        shown.write(table, is_quiet=is_quiet)


def _write_json(tables: Mapping[str, pa.Table]) -> None:
    from watchframe.cli.file_formats import json_lines  # noqa: PLC0415 - help needs no Arrow

    separator = "{"
    for title, table in tables.items():
        click.echo(f"{separator}\n{escaped(json.dumps(title, ensure_ascii=False))}: ", nl=False)
        click.echo("".join(json_lines(table)).rstrip(), nl=False)
        separator = ","
    click.echo("{}" if separator == "{" else "\n}")


def _write_files(
    tables: Mapping[str, pa.Table], folder: Path, format_: str, *, is_quiet: bool
) -> None:
    from watchframe.cli.file_formats import write_table  # noqa: PLC0415 - help needs no Arrow

    folder.mkdir(exist_ok=True)
    taken: set[str] = set()
    for title, table in tables.items():
        path = folder / f"{_file_name(title, taken)}.{format_}"
        with atomic_file(path) as file:
            remark = write_table(format_, table, file)
        if not is_quiet:
            facts = json.loads(table.schema.metadata[b"watchframe"])
            note(f"{path}: {provenance_line(table.shape, facts)}")
            if remark:
                note(remark)


def _file_name(title: str, taken: set[str]) -> str:
    """Return a name that no file system refuses, and that no other widget has."""
    name = _NO_NAME.sub("-", title).strip("-.").lower()[:_LONGEST_NAME] or "widget"
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found
