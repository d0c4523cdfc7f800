"""What a cell shows of a drawing, and what a saved notebook holds of it.

An output holds the same picture in several forms, of which each place takes the best one that it
knows: docs/decisions/0070-charts-in-outputs.md.
"""

from __future__ import annotations

import base64
import functools
import json
import textwrap
from collections.abc import Collection, Iterable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from watchframe.config import chart_images_in_use
from watchframe.drawing.dark_colors import with_seen_colors
from watchframe.drawing.figure_html import CONFIG, figure_html, packed_plotly_script
from watchframe.drawing.figures import FIGURES, figure_values
from watchframe.drawing.html import html_of
from watchframe.drawing.images import HEIGHT, WITHIN, FigureError, image_of
from watchframe.drawing.plotly_once import carries_plotly, is_colab
from watchframe.drawing.plotly_texts import escaped
from watchframe.errors import ArgumentError, ConfigurationError
from watchframe.interactive import ipython_kernel, is_interactive, is_ipython_terminal
from watchframe.plain_text import html_text
from watchframe.reprs.style import NO_FORMULAS

if TYPE_CHECKING:
    from watchframe.drawing.drawing import Drawing

PLOTLY, HTML, PNG, PLAIN = (
    "application/vnd.plotly.v1+json",
    "text/html",
    "image/png",
    "text/plain",
)
#: Seconds that an output waits for its image while a person does, too.
_IMAGE_WITHIN = 10.0
#: The characters of a line of notes in a figure, which wraps none: they fit into 400 pixels.
_LINE = 66
#: Lines of notes in a figure at most, and their height in CSS pixels; what plotly leaves to a plot.
_MOST_LINES, _LINE_HEIGHT, _LEAST_HEIGHT = 10, 16, 80


def mimebundle(
    drawing: Drawing,
    include: Collection[str] | None = None,
    exclude: Collection[str] | None = None,
) -> dict[str, Any]:
    """Return the forms of a drawing by their media types, as IPython asks for them.

    Parameters
    ----------
    drawing : Drawing
    include, exclude : collection of str, optional
        The media types that are wanted, and those that are not.
    """
    wanted = functools.partial(is_wanted, include=include, exclude=exclude)
    bundle: dict[str, Any] = {PLAIN: repr(drawing)}
    if is_ipython_terminal():
        bundle[PLAIN] += '\nTo look at it: .to_html("chart.html") or .to_image("chart.png")'
    elif not is_figure(drawing):
        bundle[HTML] = fragment_of(drawing) + notes_html(drawing.notes)
    else:
        figure = noted_figure(drawing)
        if not is_colab():  # which takes the HTML
            bundle[PLOTLY] = {**figure, "config": CONFIG}
        image = _image(figure) if wanted(PNG) or wanted(HTML) else None
        if image is not None:
            bundle[PNG] = image
        if wanted(HTML):
            bundle[HTML] = _figure_html(drawing, figure, image)
    return {kind: content for kind, content in bundle.items() if wanted(kind)}


def is_wanted(kind: str, include: Collection[str] | None, exclude: Collection[str] | None) -> bool:
    """Whether a media type is asked for, as IPython asks."""
    return (not include or kind in include) and kind not in (exclude or ())


def is_figure(drawing: Drawing) -> bool:
    """Whether it shows as a figure: it is a plot, and plotly is installed."""
    return drawing.kind in FIGURES and find_spec("plotly") is not None


def fragment_of(drawing: Drawing) -> str:
    """Return the HTML of what is no figure: of a plot without plotly its rows."""
    if drawing.kind not in FIGURES:
        return html_of(drawing.kind, drawing.prepared)
    return html_of("TABLE", drawing.rows_as_table())


def notes_html(notes: Iterable[str]) -> str:
    """Return sentences for below a fragment, whose style they use."""
    return "".join(
        f'<div class="wf-card {NO_FORMULAS}">'
        f'<div class="wf-card-note">{html_text(note)}</div></div>'
        for note in notes
    )


def plain_figure(drawing: Drawing) -> dict[str, Any]:
    """Return the figure as plain values, with what a caller has changed of ``.figure``.

    Its colors are seen on light and on dark pages.

    Raises
    ------
    ArgumentError
        As of `Drawing.figure`.
    """
    figure: dict[str, Any]
    if is_figure(drawing) and not drawing.has_figure:
        figure = figure_values(drawing.kind, drawing.prepared)
    else:
        figure = json.loads(drawing.figure.to_json())
    return {**figure, "data": [with_seen_colors(trace) for trace in figure["data"]]}


def noted_figure(drawing: Drawing) -> dict[str, Any]:
    """Return the figure as plain values, with the notes above it.

    They are part of the figure: JupyterLab shows nothing else of an output, and a picture of which
    some points are left out says so wherever it goes.
    """
    figure = plain_figure(drawing)
    layout = figure["layout"]
    layout.setdefault("height", HEIGHT)
    if drawing.notes and "title" not in layout:
        lines = [line for note in drawing.notes for line in textwrap.wrap(note, _LINE)]
        if len(lines) > _MOST_LINES:
            lines = [*lines[: _MOST_LINES - 1], "... (the drawing's .notes has all)"]
        # Where long labels want all the space, plotly fails if a title takes what is left.
        layout["minreducedheight"] = _LEAST_HEIGHT + _LINE_HEIGHT * len(lines)
        layout["title"] = {
            "text": "<br>".join(map(escaped, lines)),
            "font": {"size": 12},
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"l": 8, "t": 8, "b": 8},
            "automargin": True,
        }
    return figure


def _image(figure: Mapping[str, Any]) -> str | None:
    """Return the figure as a PNG in base64, where outputs have one and a Chromium draws it."""
    global _has_no_chromium  # noqa: PLW0603 - found out once
    if _has_no_chromium or not _has_images():
        return None
    try:
        patience = _IMAGE_WITHIN if is_interactive() else WITHIN
        content = image_of(figure, "png", timeout=patience)
    except FigureError:
        return None
    except ArgumentError:  # none is found, or it does not answer: the next one would wait as long
        _has_no_chromium = True
        return None
    return base64.b64encode(content).decode()


_has_no_chromium = False


def _has_images() -> bool:
    """Whether outputs hold an image: as the setting says, else in unattended runs."""
    try:
        setting = chart_images_in_use()
    except ConfigurationError:
        setting = None
    if setting is not None:
        return setting
    return ipython_kernel() is not None and not is_interactive()


def _figure_html(drawing: Drawing, figure: Mapping[str, Any], image: str | None) -> str:
    """Return the figure as HTML, and plotly.js where the document does not have it yet."""
    name = drawing.visualization.name or drawing.kind
    meanwhile = (
        f'<img alt="{html_text(name)}" src="data:image/png;base64,{image}">'
        if image is not None
        else f"<p>{html_text(name)}: a chart, which shows where scripts run. Trust this notebook; "
        "if it does not show then, restart the kernel and run all cells.</p>"
    )
    element = figure_html(figure, name=name, meanwhile=meanwhile)
    return f"{element}\n{packed_plotly_script()}" if carries_plotly() else element
