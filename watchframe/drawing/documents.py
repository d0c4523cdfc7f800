"""A drawing, or a dashboard, as a page of its own: one file, which loads nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watchframe.config.files import atomic_file, check_writable, is_special
from watchframe.display import provenance_html
from watchframe.drawing.board_tiles import board_html
from watchframe.drawing.figure_html import (
    CONFIG,
    figure_html,
    packed_plotly_script,
    plotly_script,
)
from watchframe.drawing.notebook_output import fragment_of, is_figure, plain_figure
from watchframe.errors import ArgumentError
from watchframe.plain_text import html_text
from watchframe.reprs.cards import link_html
from watchframe.reprs.words import words

if TYPE_CHECKING:
    from watchframe.drawing.board import Board
    from watchframe.drawing.drawing import Drawing

# The policy keeps the page from loading anything, whatever is in it. plotly.js needs `eval` for
# traces of WebGL, workers and images of its own making.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; worker-src blob:; font-src data:; base-uri 'none'; form-action 'none'"
)
_STYLE = """
:root { color-scheme: light dark; }
body {
  margin: 0 auto; padding: 16px 20px; max-width: 1200px; background: #fff; color: #222;
  font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
}
h1 { font-size: 1.3em; font-weight: 600; margin: 0 0 12px; overflow-wrap: anywhere; }
footer { color: #666; font-size: 0.93em; margin-top: 12px; overflow-wrap: anywhere; }
footer p { margin: 2px 0; }
a, body .wf-card a { color: #0b5cad; }
body .wf-card { --wf-muted: #666; }
@media (prefers-color-scheme: dark) {
  body { background: #16181c; color: #ddd; }
  footer { color: #9a9a9a; }
  a, body .wf-card a { color: #7db7f0; }
  body .wf-card { --wf-muted: #9a9a9a; }
}
@media print {
  :root { color-scheme: light; }
  body { background: none; color: #000; padding: 0; }
  a, body .wf-card a { color: inherit; }
  body .wf-card { --wf-muted: #555; }
  .wf-figure { break-inside: avoid; }
  .modebar { display: none; }
}
"""
# A figure is drawn for a width in pixels. So the page is made as wide as paper (`wf-paper`) before
# it is printed, and each figure is drawn again for its place. It is drawn from the start, because
# plotly.js animates the parts of a sankey when only its width changes. Paper does not scroll, so a
# table that is wider than its tile is made smaller.
_PRINTING = """<script>
for (const event of ["beforeprint", "afterprint"])
  addEventListener(event, () => {
    const toPaper = event === "beforeprint";
    document.documentElement.classList.toggle("wf-paper", toPaper);
    const boxes = [...document.querySelectorAll(".wf-figure.js-plotly-plot")];
    const sizes = boxes.map(
      box => toPaper ? { width: box.clientWidth, height: box.clientHeight } : {});
    boxes.forEach((box, at) => {
      const { width, height, ...layout } = box.layout;
      Plotly.newPlot(box, {
        data: box.data, layout: { ...layout, ...sizes[at], autosize: !toPaper }, config: %s
      });
    });
    for (const table of document.querySelectorAll(".wf-tile-body table")) {
      const room = table.closest(".wf-tile-body").clientWidth - 24;  // within its paddings
      table.style.zoom = toPaper ? Math.min(1, room / table.offsetWidth) : "";
    }
  });
</script>"""
# The width of A4 and of Letter within their margins.
_UPRIGHT = ".wf-paper body { width: 680px; }"
# A dashboard is laid out as on a screen, and made smaller for that width.
_BOARD = """
body { max-width: 1900px; }
.wf-board > .wf-card-head { display: none; }
.wf-paper body { width: 970px; }
.wf-paper .wf-board section.wf-tile { grid-template-rows: auto minmax(0, 1fr) auto; }
.wf-paper .wf-board :is(.wf-tile-head, .wf-tile-foot) { white-space: normal; flex-wrap: wrap; }
@page { margin: 10mm; }
@media print { body { width: 970px; zoom: 0.74; } }
"""


#: The suffixes of a page, by which browsers and mail programs know it.
PAGE_SUFFIXES = (".html", ".htm")
PRINT_IT = "For a PDF, open the page in a browser and print it."


def check_page(path: Path, otherwise: str) -> None:
    """Raise ArgumentError where no page can be made at `path`, before work is done for it.

    `otherwise` says how to get what another suffix asks for.
    """
    check_writable(path)
    if path.suffix.lower() not in PAGE_SUFFIXES and not is_special(path):
        raise ArgumentError(
            f"{path.name!r} is no name of a page: it ends in {' or '.join(PAGE_SUFFIXES)}.",
            hint=otherwise,
        )


def write_document(make: Callable[[], str], path: str | Path, otherwise: str) -> None:
    """Write the page that `make` returns to a file, whose old content stays until all is written.

    Raises
    ------
    ArgumentError
        As of `check_page`; then no page is made.
    OSError
        The file cannot be written.
    """
    path = Path(path).expanduser()
    check_page(path, otherwise)
    content = make().encode()
    with atomic_file(path) as file:
        file.write(content)


@dataclass(frozen=True, slots=True)
class FramedPage:
    """What `_display_` hands to marimo, which runs the scripts of such HTML, in a frame of its own.

    Of outputs as Jupyter knows them it shows the HTML, but runs no script.
    """

    html: str

    def _repr_html_(self) -> str:
        return self.html


def document_of(drawing: Drawing) -> str:
    """Return a page with the drawing, its notes, and where its rows come from."""
    title = drawing.visualization.name or drawing.kind
    scripts = ""
    if is_figure(drawing):
        figure = plain_figure(drawing)
        figure["layout"]["height"] = max(_HEIGHT, figure["layout"].get("height") or 0)
        meanwhile = "<p>The chart shows where scripts may run.</p>"
        body = figure_html(figure, name=title, meanwhile=meanwhile)
        scripts = plotly_script() + _PRINTING % json.dumps(CONFIG)
    else:
        body = fragment_of(drawing)
    notes = "".join(f"<p>{html_text(note)}</p>" for note in drawing.notes)
    footer = f"<footer>{notes}{_origin(drawing)}</footer>"
    head = f"<h1>{html_text(title)}</h1>"
    return _page(title, f"{head}\n{body}\n{footer}", style=_STYLE + _UPRIGHT, scripts=scripts)


def board_document(board: Board) -> str:
    """Return a page with a dashboard: its tiles on their grid, in one column where it is narrow.

    plotly.js is packed in it, so that a page of ten charts can be mailed.
    """
    dashboard = board.dashboard
    scripts = ""
    if any(map(is_figure, board.values())):
        scripts = packed_plotly_script() + _PRINTING % json.dumps(CONFIG)
    head = f"<h1>{link_html(dashboard.name, dashboard.url)}</h1>"
    body = board_html(dashboard, board.tiles, parameters=board.parameters)
    return _page(dashboard.name, f"{head}\n{body}", style=_STYLE + _BOARD, scripts=scripts)


def _page(title: str, body: str, *, style: str, scripts: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html_text(title)}</title>\n<style>{style}</style>\n{scripts}\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


#: CSS pixels, at least: a page has more room than a cell.
_HEIGHT = 520


def _origin(drawing: Drawing) -> str:
    """Return where the rows come from: the query, its parameters, and when it ran."""
    provenance = drawing.provenance
    if not provenance:
        return ""
    lines = [provenance_html(drawing.shape, provenance)]
    parameters = provenance.get("parameters")
    if isinstance(parameters, Mapping) and parameters:
        told = ", ".join(f"{name} = {value_words(value)}" for name, value in parameters.items())
        lines.append(f"<p>{html_text(told)}</p>")
    # The age in the line above is that of the moment when the page was made.
    retrieved = provenance.get("retrieved_at")
    if isinstance(retrieved, str):
        lines.append(f"<p>run at {html_text(words(datetime.fromisoformat(retrieved)))}</p>")
    return "".join(lines)


def value_words(value: object) -> str:
    """Return the value of a parameter; of a range its ends."""
    if isinstance(value, Mapping) and value.keys() == {"start", "end"}:
        return f"{words(value['start'])} to {words(value['end'])}"
    return words(value)
