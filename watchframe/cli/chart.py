"""``watchframe chart``: what is saved of a query, drawn into a file, or shown as text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
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
from watchframe.cli.output import Column, Destination, table_lines, write_listing, write_text
from watchframe.config.files import atomic_file, check_writable
from watchframe.display import provenance_line
from watchframe.errors import ArgumentError
from watchframe.plain_text import plain_text
from watchframe.references import parse_reference
from watchframe.vocabulary import check_together

if TYPE_CHECKING:
    from watchframe.drawing import Drawing
    from watchframe.models import Query, Visualization

#: What every type can be written as; beside them the images.
_TEXTS = (".html", ".json")


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
    from watchframe.drawing import MAX_POINTS  # noqa: PLC0415 - help needs no drawing
    from watchframe.read import ReadOptions, draw_frame, read_watch_query  # noqa: PLC0415 - likewise
    from watchframe.read.draw import chosen_visualization, saved_definition  # noqa: PLC0415 - likewise

    check_together(given)
    if is_json and output is not None:
        raise click.UsageError("--json and -o do not go together: give -o chart.json.")
    if (width or height) and (output is None or Path(output).suffix.lower() in _TEXTS):
        raise click.UsageError("--width and --height are of an image: give -o chart.png.")
    asked = parse_reference(reference)
    del reference  # it may hold a key
    path = None if output is None else _checked(Path(output).expanduser())
    shown = Destination.of(output=None, format_="table", is_json=False, rows=rows)
    chosen_values = filters_of(filters)
    arguments = read_arguments(**given)
    how: dict[str, Any] = {
        "max_age": arguments["max_age"],
        "cache": arguments["cache"],
        "timeout": arguments["timeout"],
        "progress": options.progress,
        "client": connect(options, asked),
    }
    wanted = " ".join(words) or asked.visualization_id
    query = saved_definition(asked, ReadOptions.resolve(asked, **how), wanted)
    if wanted is None and path is None:
        _write_list(query, is_json=is_json)
        return
    chosen, notes = chosen_visualization(query, wanted)
    if not is_json:
        _check_shown(chosen, path)
    _check_installed(chosen, ".json" if path is None else path.suffix.lower())
    table = read_watch_query(asked, arguments["params"], output="arrow", **how)
    max_points: int | None = MAX_POINTS
    if path is None and not is_json:  # no cell of a table is written that is not shown
        max_points = shown.rows and shown.rows * max(1, table.num_columns)
    drawing = draw_frame(table, chosen, filters=chosen_values, max_points=max_points)
    if path is not None:
        _write_file(drawing, path, width, height)
    elif is_json:
        write_text(drawing.to_json() + "\n")
    elif drawing.kind == "COUNTER":
        write_text(plain_text("null" if drawing.value is None else str(drawing.value)) + "\n")
    else:
        _write_table(list(_COLUMNS[drawing.kind](drawing.prepared)), shown.rows)
    if not options.is_quiet:
        head = f"{drawing.kind} {chosen.name!r}, "
        line = head + provenance_line(drawing.shape, drawing.provenance)
        note("\n".join([line if path is None else f"{path}: {line}", *notes, *drawing.notes]))


def _checked(path: Path) -> Path:
    """Return the path of a file that can be written, of a format that there is."""
    from watchframe.drawing.images import FORMATS  # noqa: PLC0415 - help needs no drawing

    known = (*_TEXTS, *FORMATS)
    if path.suffix.lower() not in known:
        raise ArgumentError(
            f"The name of {path} tells no format of a chart: it ends in {', '.join(known)}.",
            hint="watchframe query writes the rows.",
        )
    check_writable(path)
    return path


def _check_shown(chosen: Visualization, path: Path | None) -> None:
    """Refuse to draw a picture without a file, and to write what is none as an image."""
    from watchframe.charts.spec import PREPARED_BY  # noqa: PLC0415 - help needs no drawing
    from watchframe.drawing import FIGURES  # noqa: PLC0415 - likewise

    is_plot = _is_plot(chosen)
    # Of an unknown type, and of what cannot be drawn, the rows are shown.
    has_text = (
        chosen.type in ("COUNTER", *_COLUMNS)
        or chosen.type not in PREPARED_BY
        or (chosen.type in FIGURES and not is_plot)
    )
    label = f"{plain_text(chosen.name, keep='')!r} is a {chosen.type}"
    if path is None and not has_text:
        raise ArgumentError(f"{label}, which is drawn into a file.", hint="Give -o chart.html.")
    if path is not None and not is_plot and path.suffix.lower() not in _TEXTS:
        raise ArgumentError(
            f"{label}, which is no picture.",
            hint="Give -o chart.html" + (", or leave -o out to see it here." if has_text else "."),
        )


def _is_plot(chosen: Visualization) -> bool:
    """Whether it is drawn as a figure; what its options make impossible is a table."""
    from watchframe.charts import prepare  # noqa: PLC0415 - help needs no drawing
    from watchframe.drawing import FIGURES  # noqa: PLC0415 - likewise

    # No rows, and the one column without which a sankey is a table.
    saved, columns = {"type": chosen.type, "options": chosen.options}, [{"name": "value"}]
    return chosen.type in FIGURES and "header" not in prepare(saved, columns, [])


def _check_installed(chosen: Visualization, suffix: str) -> None:
    """Raise what drawing would where plotly, kaleido or a browser is missing, before the read."""
    from watchframe.drawing.figures import figure_of  # noqa: PLC0415 - help needs none
    from watchframe.drawing.images import image_of  # noqa: PLC0415 - likewise

    if suffix == ".html" or not _is_plot(chosen):  # without plotly, a page has the rows
        return
    figure_of("CHART", {"traces": [], "layout": {}})
    if suffix not in _TEXTS:
        # An empty one: the browser that it starts will draw the chart too.
        image_of({"data": [], "layout": {}}, "svg")


def _write_list(query: Query, *, is_json: bool) -> None:
    from watchframe.models.queries import in_order_of_tabs  # noqa: PLC0415 - help needs none

    records = [
        {"id": it.id, "name": it.name, "type": it.type, "url": query.url and f"{query.url}#{it.id}"}
        for it in in_order_of_tabs(query.visualizations)
    ]
    write_listing(("id", "name", "type", "url"), records, "json" if is_json else "table")


def _write_file(drawing: Drawing, path: Path, width: int | None, height: int | None) -> None:
    kind = path.suffix.lower()
    if kind == ".html":
        drawing.to_html(path)
    elif kind == ".json":
        with atomic_file(path) as file:
            file.write(drawing.to_json().encode())
    else:
        drawing.to_image(path, width=width, height=height)


def _write_table(columns: Sequence[Column], rows: int | None) -> None:
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
