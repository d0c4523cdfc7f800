"""``watchframe chart``: what is saved of a query, drawn into a file, or shown as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchframe.cli.command import command
from watchframe.cli.completion import complete_query, complete_visualization
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.messages import note
from watchframe.cli.options import (
    WholeNumber,
    drawing_options,
    filters_of,
    read_arguments,
    rows_option,
)
from watchframe.cli.output import (
    Column,
    Destination,
    table_lines,
    write_json,
    write_records,
    write_text,
)
from watchframe.config.files import atomic_file, check_writable
from watchframe.references import parse_reference
from watchframe.vocabulary import check_together

if TYPE_CHECKING:
    from watchframe.drawing import Drawing
    from watchframe.models import Visualization

_TEXTS = (".html", ".json")
_IMAGES = (".png", ".svg", ".pdf", ".jpg", ".webp")


@command(short_help="Draw a saved chart into a file.")
@click.argument("reference", metavar="QUERY", shell_complete=complete_query)
@click.argument("words", metavar="[NAME]", nargs=-1, shell_complete=complete_visualization)
@drawing_options
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Write to this file, which is replaced when all is well: .html needs nothing else, not "
    "even a network; .png, .svg, .pdf, .jpg and .webp need a Chrome; .json is plotly's, and of "
    "what is no plot its texts.",
)
@click.option("--width", type=WholeNumber(min=1), metavar="N", help="Of an image, in pixels.")
@click.option("--height", type=WholeNumber(min=1), metavar="N", help="Of an image, in pixels.")
@click.option("--json", "is_json", is_flag=True, help="As JSON: the list, or what NAME shows.")
@rows_option
@click.pass_obj
def chart(
    options: GlobalOptions,
    /,
    *,
    reference: str,
    words: tuple[str, ...],
    output: str | None,
    width: int | None,
    height: int | None,
    is_json: bool,
    rows: int | None,
    filters: tuple[str, ...],
    **given: Any,
) -> None:
    """Draw what is saved of a query as it is seen on its page: a chart, a counter, a table.

    QUERY is its id, its name in quotes, or the address of its page. NAME is the visualization's
    name, a part of it that no other has, or its id. With -o and without NAME the first chart is
    drawn. Without -o, a counter shows its value and a table its texts; without NAME too, what is
    saved is listed.
    """
    from watchframe.drawing.figures import FIGURES  # noqa: PLC0415 - help needs no drawing
    from watchframe.read.draw import draw_watch_query  # noqa: PLC0415 - likewise

    check_together(given)
    asked = parse_reference(reference)
    path = None if output is None else _checked(Path(output).expanduser())
    name = " ".join(words)
    shown = Destination.of(output=None, format_="table", is_json=False, rows=rows)
    chosen = filters_of(filters)
    arguments = read_arguments(**given)
    client = connect(options, asked)
    TODO
    drawing = draw_watch_query(
        asked,
        int(name) if name.isascii() and name.isdigit() else name or None,
        arguments["params"],
        filters=chosen,
        max_age=arguments["max_age"],
        cache=arguments["cache"],
        timeout=arguments["timeout"],
        client=client,
        progress=options.progress,
    )


def _checked(path: Path) -> Path:
    """Return the path of a file that can be written, of a format that there is."""
    if path.suffix.lower() not in (*_TEXTS, *_IMAGES):
        known = ", ".join((*_TEXTS, *_IMAGES))
        raise click.UsageError(
            f"The name of {path} tells no format that a chart has: {known}. For the rows alone: "
            "watchframe query."
        )
    check_writable(path)
    return path


def _write_list(found: Sequence[Visualization], *, is_json: bool) -> None:
    names = ("id", "name", "type", "url")
    records = [{"id": it.id, "name": it.name, "type": it.type, "url": it.url} for it in found]
    if is_json:
        write_json(records)
    else:
        write_records(names, records, whole=("url",))


def _write_file(drawing: Drawing, path: Path, width: int | None, height: int | None) -> None:
    if path.suffix.lower() in _IMAGES:
        drawing.to_image(path, width=width, height=height)
        return
    text = drawing.to_json() if path.suffix.lower() == ".json" else drawing.to_html()
    with atomic_file(path) as file:
        file.write(str(text).encode())


def _write_texts(columns: Sequence[Column], rows: int | None) -> None:
    shown = [replace(column, texts=column.texts[:rows]) for column in columns]
    lines = table_lines(shown, is_terminal=sys.stdout.isatty())
    write_text("".join(f"{line}\n" for line in lines))


def _table_columns(prepared: Mapping[str, Any]) -> Iterator[Column]:
    for at, head in enumerate(prepared["header"]):
        texts = [str(row[at].get("text") or "") for row in prepared["cells"]]
        is_number = head["displayAs"] == "number"
        yield Column(name=str(head["title"]), texts=texts, is_number=is_number)


def _pivot_columns(prepared: Mapping[str, Any]) -> Iterator[Column]:
    for at, name in enumerate(prepared["row_names"]):
        texts = [*(str(key[at]) for key in prepared["row_keys"]), "" if at else "Totals"]
        yield Column(name=name, texts=texts)
    whole = [*prepared["row_totals"], prepared["total"]]
    for at, key in enumerate(prepared["col_keys"]):
        cells = [*(row[at] for row in prepared["cells"]), prepared["col_totals"][at]]
        yield _numbers(" ".join(map(str, key)), [cell["text"] for cell in cells])
    yield _numbers("Totals", [cell["text"] for cell in whole])


def _cohort_columns(prepared: Mapping[str, Any]) -> Iterator[Column]:
    titles, rows = prepared["options_resolved"], prepared["cells"]
    yield Column(name=str(titles["timeColumnTitle"]), texts=[row["time"] for row in rows])
    yield _numbers(str(titles["peopleColumnTitle"]), [row["people"] for row in rows])
    for at, title in enumerate(prepared["stage_titles"]):
        yield _numbers(title, [row["stages"][at]["text"] for row in rows])


def _numbers(name: str, texts: Sequence[str]) -> Column:
    return Column(name=name, texts=texts, is_number=True)


#: The columns of what a terminal can show, by the type.
_COLUMNS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Column]]] = {
    "COHORT": _cohort_columns,
    "DETAILS": _table_columns,
    "PIVOT": _pivot_columns,
    "TABLE": _table_columns,
}
