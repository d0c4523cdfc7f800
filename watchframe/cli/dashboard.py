"""``watchframe dashboard``: the rows of all queries of a dashboard, or its page as a file."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchframe.cli.command import command
from watchframe.cli.completion import complete_dashboard
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.messages import note
from watchframe.cli.options import (
    filters_of,
    filters_option,
    freshness_options,
    read_arguments,
    rows_option,
)
from watchframe.cli.output import FILE_FORMATS, Destination
from watchframe.config.files import atomic_file, check_folder
from watchframe.display import provenance_line
from watchframe.plain_text import escaped, plain_text
from watchframe.references import parse_dashboard_reference
from watchframe.reprs.words import counted
from watchframe.vocabulary import check_together

if TYPE_CHECKING:
    import pyarrow as pa

    from watchframe.read import ReadOptions
    from watchframe.references import DashboardReference

#: What a file's name is made of; a title may hold anything.
_NO_NAME = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 80


@command(short_help="Run all queries of a dashboard: their rows, or its page as a file.")
@click.argument("reference", metavar="DASHBOARD", shell_complete=complete_dashboard)
@freshness_options
@filters_option
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write the dashboard as its page shows it to this .html file, which is replaced when all "
    "is well; '-' is standard output. It needs nothing else, not even a network.",
)
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
    page: str | None,
    filters: tuple[str, ...],
    output: str | None,
    format_: str,
    is_json: bool,
    rows: int | None,
    concurrency: int,
    **given: Any,
) -> None:
    """Run all queries of a dashboard side by side: show or keep their rows, or what is seen.

    DASHBOARD is its id, its name, its slug, or the URL of its page, whose p_ values are parameters.
    The page of a shared dashboard needs no key. Without -p every widget has the values that it has
    on the page. Where some widgets fail, the others are shown or kept all the same (in the page of
    --html, errors stand in their places); the errors follow, and the exit code is not 0.
    """
    from watchframe.read import (  # noqa: PLC0415 - help needs no reading
        Output,
        ReadOptions,
        dashboard_answers,
    )

    if is_json and output is not None:
        raise click.UsageError("--json and -o do not go together: give --format json.")
    if page is not None and (is_json or output is not None):
        raise click.UsageError("--html goes with neither -o nor --json: it is a page, not rows.")
    if filters and page is None:
        raise click.UsageError("--filter chooses what --html shows; give both, or none.")
    check_together(given)
    asked = parse_dashboard_reference(reference)
    del reference  # it may hold a token
    folder = None if output is None else Path(output).expanduser()
    if folder is not None:
        check_folder(folder)
    path = None if page in (None, "-") else Path(str(page)).expanduser()
    if path is not None:
        from watchframe.drawing.documents import PRINT_IT, check_page  # noqa: PLC0415 - likewise

        check_page(path, PRINT_IT)
    chosen_values = filters_of(filters)
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
    if page is not None:
        params = arguments["params"]
        _write_page(
            path,
            asked,
            params,
            read_options,
            filters=chosen_values,
            concurrency=concurrency,
            is_quiet=options.is_quiet,
        )
        return
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


def _write_page(
    path: Path | None,
    asked: DashboardReference,
    params: Mapping[str, object],
    options: ReadOptions,
    *,
    filters: Mapping[str, object],
    concurrency: int,
    is_quiet: bool,
) -> None:
    from watchframe.drawing.documents import board_document  # noqa: PLC0415 - help needs no drawing
    from watchframe.read.board import drawn_board  # noqa: PLC0415 - help needs no reading
    from watchframe.read.widget_queries import dashboard_words  # noqa: PLC0415 - likewise

    board = drawn_board(asked, params, options, filters=filters, concurrency=concurrency)
    if path is None:
        # Bytes, for a page says of itself that it is UTF-8.
        sys.stdout.buffer.write(board_document(board).encode())
        sys.stdout.flush()
    else:
        board.to_html(path)
    if not is_quiet:
        line = f"{dashboard_words(board.dashboard)}, {counted(len(board), 'visualization')}"
        note(line if path is None else f"{path}: {line}")
    if board.errors:
        total = counted(len(board) + len(board.errors), "widget")
        # Widgets that ask the same have one error.
        different = {id(error): error for error in board.errors.values()}
        raise ExceptionGroup(
            f"{len(board.errors)} of {total} could not be shown", [*different.values()]
        )


def _show(tables: Mapping[str, pa.Table], shown: Destination, *, is_quiet: bool) -> None:
    for number, (title, table) in enumerate(tables.items()):
        head = plain_text(title, keep="")
        click.echo(f"{chr(10) if number else ''}{head}\n{'=' * len(head)}")
        shown.write(table, is_quiet=is_quiet)


def _write_json(tables: Mapping[str, pa.Table]) -> None:
    from watchframe.file_formats import json_lines  # noqa: PLC0415 - help needs no Arrow

    separator = "{"
    for title, table in tables.items():
        click.echo(f"{separator}\n{escaped(json.dumps(title, ensure_ascii=False))}: ", nl=False)
        click.echo("".join(json_lines(table)).rstrip(), nl=False)
        separator = ","
    click.echo("{}" if separator == "{" else "\n}")


def _write_files(
    tables: Mapping[str, pa.Table], folder: Path, format_: str, *, is_quiet: bool
) -> None:
    from watchframe.file_formats import write_table  # noqa: PLC0415 - help needs no Arrow

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
