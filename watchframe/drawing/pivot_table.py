"""PIVOT as HTML: keys of rows and columns that span those below them, cells, totals, heat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from watchframe.charts.javascript import text_of
from watchframe.drawing.fragments import colored, fragment, scrolled
from watchframe.plain_text import html_text
from watchframe.reprs.words import shortened

_MOST_ROWS, _MOST_COLUMNS = 100, 50
_LONGEST = 160
_STYLE = """
.wf-drawn table.wf-drawn-table.wf-pivot :is(th, td) {
  border: 1px solid var(--wf-line); padding: 3px 8px;
}
.wf-drawn table.wf-drawn-table.wf-pivot th.wf-key { font-weight: 400; }
.wf-drawn table.wf-pivot thead th.wf-key { text-align: center; }
.wf-drawn table.wf-pivot td.wf-total { font-weight: 600; }
"""


def pivot_html(prepared: Mapping[str, Any]) -> str:
    """Return a PIVOT, of whatever renderer: its table, in the colors of a heatmap if it has any."""
    row_keys, col_keys = prepared["row_keys"], prepared["col_keys"]
    shown_rows, shown_cols = row_keys[:_MOST_ROWS], col_keys[:_MOST_COLUMNS]
    parts = _Parts(prepared, shown_rows, shown_cols)
    table = (
        '<table class="wf-drawn-table wf-pivot">'
        f"<thead>{parts.head()}</thead><tbody>{parts.body()}</tbody></table>"
    )
    note = None
    if len(row_keys) > len(shown_rows) or len(col_keys) > len(shown_cols):
        note = (
            f"the first {len(shown_rows):,} of {len(row_keys):,} rows, "
            f"and {len(shown_cols):,} of {len(col_keys):,} columns"
        )
    return fragment(scrolled(table), style=_STYLE, note=note)


class _Parts:
    """The rows of a pivot table's HTML."""

    def __init__(
        self,
        prepared: Mapping[str, Any],
        row_keys: Sequence[Sequence[Any]],
        col_keys: Sequence[Sequence[Any]],
    ) -> None:
        self._prepared = prepared
        self._row_names, self._col_names = prepared["row_names"], prepared["col_names"]
        self._row_keys, self._col_keys = row_keys, col_keys
        shown = prepared["options_resolved"]["rendererOptions"]["table"]
        # Without names in one direction, its totals are the values.
        self._has_row_totals = bool(shown["rowTotals"]) or not self._col_names
        self._has_col_totals = bool(shown["colTotals"]) or not self._row_names

    def head(self) -> str:
        """Return the keys of columns, level by level, and the names of the rows."""
        lines = []
        for level, name in enumerate(self._col_names):
            cells = []
            if level == 0 and self._row_names:
                width, height = len(self._row_names), len(self._col_names)
                cells.append(_head("", f' colspan="{width}" rowspan="{height}"'))
            cells.append(_head(name))
            for place, key in enumerate(self._col_keys):
                if span := _span(self._col_keys, place, level):
                    is_last = level == len(self._col_names) - 1 and self._row_names
                    rows = ' rowspan="2"' if is_last else ""
                    cells.append(_key(key[level], f' scope="col" colspan="{span}"{rows}'))
            if level == 0 and self._has_row_totals:
                height = len(self._col_names) + bool(self._row_names)
                cells.append(_head("Totals", f' rowspan="{height}"', "wf-total wf-right"))
            lines.append(cells)
        if self._row_names:
            cells = [_head(name) for name in self._row_names]
            # Beneath the names of columns; without these, above the totals.
            cells.append(_head("") if self._col_names else _head("Totals", "", "wf-total wf-right"))
            lines.append(cells)
        return "".join(f"<tr>{''.join(cells)}</tr>" for cells in lines)

    def body(self) -> str:
        """Return the rows of cells, and that of totals."""
        prepared, width = self._prepared, len(self._col_keys)
        colors = prepared["colors"] or {"cells": [], "row_totals": [], "col_totals": []}
        lines = []
        for place, key in enumerate(self._row_keys):
            cells = []
            for level, value in enumerate(key):
                if span := _span(self._row_keys, place, level):
                    is_last = level == len(self._row_names) - 1 and self._col_names
                    columns = ' colspan="2"' if is_last else ""
                    cells.append(_key(value, f' scope="row" rowspan="{span}"{columns}'))
            heat = _at(colors["cells"], place) or []
            cells += [
                _cell(cell, _at(heat, column))
                for column, cell in enumerate(prepared["cells"][place][:width])
            ]
            if self._has_row_totals:
                total = prepared["row_totals"][place]
                cells.append(_cell(total, _at(colors["row_totals"], place), "wf-total"))
            lines.append(cells)
        if self._has_col_totals:
            before = len(self._row_names) + bool(self._col_names)
            cells = [_head("Totals", f' colspan="{max(1, before)}"', "wf-total")]
            cells += [
                _cell(total, _at(colors["col_totals"], column), "wf-total")
                for column, total in enumerate(prepared["col_totals"][:width])
            ]
            if self._has_row_totals:
                cells.append(_cell(prepared["total"], None, "wf-total"))
            lines.append(cells)
        return "".join(f"<tr>{''.join(cells)}</tr>" for cells in lines)


def _span(keys: Sequence[Sequence[Any]], place: int, level: int) -> int:
    """Return how many keys from here on are the same down to a level; 0 if one before is too."""
    start = keys[place][: level + 1]
    if place and keys[place - 1][: level + 1] == start:
        return 0
    end = place + 1
    while end < len(keys) and keys[end][: level + 1] == start:
        end += 1
    return end - place


def _at(colors: Sequence[Any], place: int) -> Any:
    return colors[place] if place < len(colors) else None


def _head(text: str, attributes: str = "", kind: str = "") -> str:
    kind = f' class="{kind}"' if kind else ""
    tag = "th" if text else "td"
    return f"<{tag}{attributes}{kind}>{html_text(shortened(text, _LONGEST))}</{tag}>"


def _key(value: object, attributes: str) -> str:
    text = shortened(text_of(value), _LONGEST)
    return f'<th class="wf-key"{attributes}>{html_text(text)}</th>'


def _cell(cell: Mapping[str, Any], color: object, kind: str = "") -> str:
    text = shortened(cell["text"], 2 * _LONGEST)
    return f'<td class="wf-right {kind}"{colored(color)}>{html_text(text)}</td>'
