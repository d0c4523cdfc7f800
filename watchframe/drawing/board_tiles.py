"""The tiles of a dashboard, and their HTML: a grid, or one below the other where it is narrow."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from watchframe.charts.javascript import text_of
from watchframe.display.messages import error_lines
from watchframe.display.provenance import age_words
from watchframe.drawing.board_layout import COLUMNS, MARGIN, NARROW, ROW, Place, places
from watchframe.drawing.figure_html import figure_html
from watchframe.drawing.notebook_output import fragment_of, is_figure, plain_figure
from watchframe.hints import Face
from watchframe.models import Dashboard, Widget
from watchframe.plain_text import html_text, plain_text
from watchframe.reprs import MOST_ROWS
from watchframe.reprs.cards import link_html
from watchframe.reprs.markdown import markdown_html
from watchframe.reprs.style import NO_FORMULAS, style_tag
from watchframe.reprs.words import shortened, words

if TYPE_CHECKING:
    from watchframe.drawing.drawing import Drawing


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tile:
    """A widget of a dashboard, with what it shows.

    Attributes
    ----------
    widget : Widget
    title : str
        By which it is found on the board; unique among those that are drawn.
    place : Place
    content : Drawing, Exception, str or None
        What is shown: a visualization; why there is none; Markdown; or that it is still being read.
    parameters : mapping of str to str
        Values that hold for this widget alone, chosen or fixed, by their labels, as shown.
    url : str or None
        The page of its query, where its visualization is opened.
    """

    widget: Widget
    title: str
    place: Place
    content: Drawing | Exception | str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None

    def __repr__(self) -> str:
        return plain_text(f"<Tile {self.title!r}>", keep="")

    @property
    def retrieved_at(self) -> datetime | None:
        """When the query ran whose result it shows."""
        found = getattr(self.content, "provenance", {}).get("retrieved_at")
        return datetime.fromisoformat(found) if isinstance(found, str) else None


def board_html(
    dashboard: Dashboard,
    tiles: Sequence[Tile],
    *,
    parameters: Mapping[str, str] | None = None,
) -> str:
    """Return a dashboard as a fragment of HTML, which needs plotly.js where it has figures.

    Parameters
    ----------
    dashboard : Dashboard
    tiles : sequence of Tile
    parameters : mapping of str to str, optional
        The values that widgets share, by their labels, as shown.
    """
    now = datetime.now(UTC)
    head = (
        f'{heading_html(dashboard)}<div class="wf-board-facts">{_values_html(parameters or {})}'
        f"<span>shown at {html_text(words(now))}</span></div>"
    )
    body = "".join(
        f'<div class="wf-tile-place" style="{_css_of(tile.place)}">{tile_html(tile, now)}</div>'
        for tile in tiles
    )
    if not tiles:
        body = '<div class="wf-card-note">It has no widgets.</div>'
    grid = f'<div class="wf-card wf-board {NO_FORMULAS}">{head}<div class="wf-tiles">{body}</div>'
    return f"{_each_style_once(f'{style_tag()}{BOARD_STYLE}{grid}')}</div>"


def heading_html(dashboard: Dashboard) -> str:
    """Return what stands above a dashboard: its name, with its page."""
    noun = f"Dashboard {dashboard.id}" if dashboard.id else "Shared dashboard"
    return (
        f'<div class="wf-card-head">{noun} <b>{link_html(dashboard.name, dashboard.url)}</b></div>'
    )


#: The CSS of a board and its tiles, as an element. A tile fills its place (`wf-tile-place`).
BOARD_STYLE = f"""<style>
.wf-card.wf-board {{ container: wf-board / inline-size; max-width: none; }}
/* Notebook 7 puts high outputs into a box of 24em, which scrolls and has a shadow within. */
[data-notebook] .jp-mod-outputsScrolled .jp-Cell-outputArea:has(.wf-board) {{
  max-height: none; overflow-y: visible; resize: none;
}}
[data-notebook] .jp-mod-outputsScrolled .jp-Cell-outputArea:has(.wf-board)::after {{
  display: none;
}}
.wf-board .wf-board-facts {{ color: var(--wf-muted); margin-bottom: 10px; }}
.wf-board .wf-board-facts > span {{ margin-right: 1.2em; display: inline-block; }}
.wf-board :is(.wf-board-facts, .wf-tile-foot) b {{ font-weight: 600; color: var(--wf-text); }}
.wf-board .wf-tiles {{
  display: grid; grid-template-columns: repeat({COLUMNS}, minmax(0, 1fr));
  grid-auto-rows: {ROW - MARGIN}px; gap: {MARGIN}px;
}}
.wf-board .wf-tile-place {{
  grid-column: var(--wf-column); grid-row: var(--wf-row); min-width: 0; min-height: 0;
}}
.wf-board .wf-tile {{
  box-sizing: border-box; height: 100%; display: flex; flex-direction: column; overflow: hidden;
  border: 1px solid var(--wf-line); border-radius: 4px;
}}
/* Its rows are fixed: a figure is drawn as soon as it stands in a page, before the foot does. */
.wf-board section.wf-tile {{ display: grid; grid-template-rows: 32px minmax(0, 1fr) 26px; }}
.wf-board section.wf-tile:has(.wf-tile-text) {{ display: block; overflow: auto; }}
.wf-board .wf-tile-head {{
  flex: none; padding: 8px 12px 4px; line-height: 20px; font-weight: 600;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
}}
.wf-board .wf-tile-head span {{ color: var(--wf-muted); font-weight: 400; margin-left: 0.6em; }}
.wf-board .wf-tile-body {{
  flex: 1 1 0; min-height: 0; overflow: auto; padding: 0 12px; display: flex;
  flex-direction: column;
}}
.wf-board .wf-tile-body > * {{ flex: none; }}
.wf-board .wf-tile-body > .wf-figure {{ flex: 1 1 0; min-height: 0; margin: 0 -8px; }}
.wf-board .wf-tile-body > .wf-card {{ max-width: none; }}
.wf-board .wf-tile-body > .wf-card:has(.wf-counter) {{ margin: auto; width: 100%; }}
.wf-board .wf-tile-body table.wf-drawn-table:not(.wf-pivot, .wf-cohort) {{ width: 100%; }}
.wf-board .wf-tile-body .wf-counter {{ display: block; padding: 0; }}
.wf-board .wf-tile-body > .wf-card:has(.wf-words) {{
  flex: 1 1 0; min-height: 60px; display: flex; flex-direction: column;
}}
.wf-board .wf-tile-body svg.wf-words {{
  flex: 1 1 0; min-height: 0; max-height: none; max-width: none !important;
}}
.wf-board .wf-tile-foot {{
  flex: none; padding: 2px 12px 6px; line-height: 18px; font-size: 0.88em; color: var(--wf-muted);
  white-space: nowrap; overflow: hidden; display: flex; gap: 0.4em;
}}
.wf-board .wf-tile-foot > span {{ overflow: hidden; text-overflow: ellipsis; }}
.wf-board .wf-tile-foot > span:last-child {{ flex: none; max-width: 100%; }}
.wf-board .wf-tile-foot > span:not(:first-child)::before {{ content: "· "; white-space: pre; }}
.wf-board .wf-tile-text {{ padding: 10px 12px; display: block; }}
.wf-board .wf-tile-text :is(h1, h2, h3, h4, h5, h6, p, ul, ol, pre) {{
  margin: 0 0 8px; line-height: 1.3; font-weight: 600; font-size: 1em; color: inherit;
}}
.wf-board .wf-tile-text :is(p, ul, ol) {{ font-weight: 400; line-height: 1.5; }}
.wf-board .wf-tile-text h1 {{ font-size: 1.6em; }}
.wf-board .wf-tile-text h2 {{ font-size: 1.35em; }}
.wf-board .wf-tile-text h3 {{ font-size: 1.15em; }}
.wf-board .wf-tile-error {{
  border-left: 3px solid #d9534f; padding: 4px 10px; white-space: pre-wrap;
}}
.wf-board .wf-tile-error pre {{ white-space: pre-wrap; padding: 4px 8px; }}
@media screen {{
  @container wf-board (max-width: {NARROW}px) {{
    .wf-board .wf-tiles {{ grid-template-columns: minmax(0, 1fr); grid-auto-rows: auto; }}
    .wf-board .wf-tile-place {{ grid-column: 1; grid-row: auto; height: var(--wf-height); }}
    .wf-board .wf-tile-place:has(.wf-tile-text) {{ height: auto; }}
  }}
}}
@media print {{
  .wf-board .wf-tiles {{ grid-auto-rows: minmax({ROW - MARGIN}px, auto); }}
  .wf-board .wf-tile-place {{ break-inside: avoid; }}
  .wf-board section.wf-tile {{ grid-template-rows: auto 1fr auto; }}
  .wf-board .wf-tile-body {{ overflow: clip visible; }}
  .wf-board :is(.wf-tile-head, .wf-tile-foot) {{ white-space: normal; flex-wrap: wrap; }}
  /* Paper does not scroll. Where scripts run, they make a wide table smaller (`wf-paper`). */
  html:not(.wf-paper) .wf-board .wf-tile-body table :is(th, td, .wf-wide) {{
    white-space: normal !important; overflow-wrap: anywhere !important; min-width: 0;
  }}
}}
</style>"""


def tile_html(tile: Tile, now: datetime) -> str:
    """Return a tile as HTML that fills its place: title, content, foot; it needs `BOARD_STYLE`."""
    if is_text(tile):
        return f'<section class="wf-tile">{content_html(tile, "python")}</section>'
    filtered = replace(tile, parameters={**tile.parameters, **_choices(tile.content)})
    return (
        f'<section class="wf-tile" aria-label="{html_text(tile.title)}">{head_html(tile)}'
        f"{content_html(tile, 'python')}{foot_html(filtered, now)}</section>"
    )


def _choices(content: Drawing | Exception | str | None) -> dict[str, str]:
    """Return what filters leave of the rows that are shown, by their labels."""
    filters = () if content is None or isinstance(content, Exception | str) else content.filters
    return {
        item.label: shortened(
            ", ".join(
                words(value) if isinstance(value, datetime) else text_of(value)
                for value in item.current
            )
        )
        for item in filters
        if not item.multiple or len(item.current) < len(item.values)
    }


def is_text(tile: Tile) -> bool:
    """Whether it is a text, which has neither title nor foot."""
    return tile.widget.visualization is None and isinstance(tile.content, str)


def content_html(tile: Tile, face: Face) -> str:
    """Return what a tile shows below its title."""
    content = tile.content
    if isinstance(content, str) and is_text(tile):
        return f'<div class="wf-tile-body wf-tile-text">{markdown_html(content)}</div>'
    body = (
        '<p class="wf-card-note" role="status">Reading …</p>'
        if content is None
        else markdown_html(content)
        if isinstance(content, str)
        else _error_html(content, face)
        if isinstance(content, Exception)
        else _drawing_html(content, tile.title, face)
    )
    return f'<div class="wf-tile-body">{body}</div>'


def tile_figure(drawing: Drawing, place: Place) -> dict[str, Any]:
    """Return the figure of a plot as plain values, as high as its place has room for."""
    figure = plain_figure(drawing)
    figure["layout"]["height"] = place.height - AROUND
    return figure


def laid_out(tiles: Sequence[Tile]) -> list[Tile]:
    """Return tiles row by row, of which those of automatic height are as high as their content."""
    by_id = {tile.widget.id: tile for tile in tiles}
    heights = {
        number: rows
        for number, tile in by_id.items()
        if tile.place.auto_height and (rows := _rows_of(tile.content)) is not None
    }
    found = places([tile.widget for tile in tiles], heights)
    return [replace(by_id[number], place=place) for number, place in found.items()]


#: The heights in CSS pixels of what is around the content of a tile, with its border, and of the
#: row of a table; and the most rows of a table that a tile makes room for.
AROUND, _TABLE_ROW, _MOST_TABLE_ROWS = 62, 28, 25
#: The rows of the grid that an error takes.
_ERROR_ROWS = 5


def _rows_of(content: Drawing | Exception | str | None) -> int | None:
    """Return how many rows of the grid a content of automatic height takes, where that is known."""
    if isinstance(content, Exception):
        return _ERROR_ROWS
    if content is None or isinstance(content, str):
        return None
    if content.kind == "DETAILS":
        lines: float = len(content.prepared["header"]) + 1
    elif content.kind == "TABLE":
        total = content.prepared["total"]
        lines = min(total, _MOST_TABLE_ROWS) + (1.5 if total and total <= MOST_ROWS else 2.5)
    else:
        return None
    height = AROUND + _TABLE_ROW * (lines + len(content.notes))
    return math.ceil((height + MARGIN) / ROW)


def _css_of(place: Place) -> str:
    """Return a place as the variables that `BOARD_STYLE` looks at."""
    return (
        f"--wf-column: {place.column + 1} / span {place.columns}; "
        f"--wf-row: {place.row + 1} / span {place.rows}; --wf-height: {place.height}px"
    )


def head_html(tile: Tile) -> str:
    """Return a tile's title, with the page of its query."""
    query = tile.widget.query
    of_query = ""
    if query is not None and query.name and query.name != tile.title:
        of_query = f" <span>{html_text(query.name)}</span>"
    return (
        f'<div class="wf-tile-head" role="heading" aria-level="3" title="{html_text(tile.title)}">'
        f"{link_html(tile.title, tile.url)}{of_query}</div>"
    )


def foot_html(tile: Tile, now: datetime) -> str:
    """Return the values that hold for a tile alone, and the age of its rows."""
    ran = tile.retrieved_at
    age = ""
    if ran is not None:
        seconds = (now - ran).total_seconds()
        old = f", {age_words(seconds)} old" if seconds >= _OLD else ""
        age = f"<span>{html_text(words(ran))}{old}</span>"
    values = _values_html(tile.parameters)
    return f'<div class="wf-tile-foot">{values}{age}</div>'


#: Seconds after which an age is told.
_OLD = 60


def _values_html(values: Mapping[str, str]) -> str:
    return "".join(
        f"<span>{html_text(label)}: <b>{html_text(value)}</b></span>"
        for label, value in values.items()
    )


def _drawing_html(drawing: Drawing, title: str, face: Face) -> str:
    try:
        return _drawn_html(drawing, title)
    except Exception as error:  # noqa: BLE001 - of one tile: the others are shown
        return _error_html(error, face)


def _drawn_html(drawing: Drawing, title: str) -> str:
    notes = "".join(f'<div class="wf-card-note">{html_text(note)}</div>' for note in drawing.notes)
    if not is_figure(drawing):
        return fragment_of(drawing) + notes
    figure = plain_figure(drawing)
    figure["layout"].pop("height", None)  # it fills its tile
    meanwhile = '<p class="wf-card-note">A chart, which shows where scripts run.</p>'
    return notes + figure_html(figure, name=title, meanwhile=meanwhile)


def _error_html(error: Exception, face: Face) -> str:
    first, *more = error_lines(error, face)
    lines = "".join(
        f"<div>{html_text(line)}</div>"
        if line.startswith("Hint: ")
        else f"<pre>{html_text(line)}</pre>"
        for line in more
    )
    name = html_text(type(error).__name__)
    return f'<div class="wf-tile-error"><b>{name}</b>: {html_text(first)}{lines}</div>'


#: What fragments bring along. Texts of the data have no `<` of their own.
_STYLE_ELEMENT = re.compile(r"<style>.*?</style>", re.DOTALL)


def _each_style_once(html: str) -> str:
    """Return HTML without the elements of CSS that stand in it before."""
    seen: set[str] = set()

    def kept(found: re.Match[str]) -> str:
        is_new = found[0] not in seen
        seen.add(found[0])
        return found[0] if is_new else ""

    return _STYLE_ELEMENT.sub(kept, html)
