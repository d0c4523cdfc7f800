"""TABLE and DETAILS as HTML: the header, and the first rows, each value as it was prepared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from watchframe.drawing.fragments import (
    LONGEST_TEXT,
    aligned,
    fragment,
    head_cell,
    safe_html,
    table_of,
    titled,
    value_html,
)
from watchframe.plain_text import html_text
from watchframe.reprs import MOST_ROWS
from watchframe.reprs.cards import link_html
from watchframe.reprs.words import shortened

Prepared = Mapping[str, Any]

#: The rows of details that are shown, of which only the first one at once.
_MOST_DETAILS = 10
_SHORT_JSON = 80
_STYLE = """
.wf-drawn details pre { max-width: 60em; }
"""


def table_html(prepared: Prepared) -> str:
    """Return a TABLE, or what is a table in place of another type."""
    header, cells = prepared["header"], prepared["cells"]
    head = [
        head_cell(column["title"], column["align"], title=column["description"])
        for column in header
    ]
    html_columns = _html_columns(prepared)
    rows = [
        [
            f"<td{aligned(column['align'])}>{_cell(cell, column['name'] in html_columns)}</td>"
            for column, cell in zip(header, row, strict=True)
        ]
        for row in cells[:MOST_ROWS]
    ]
    total = prepared["total"]
    caption = f"the first {MOST_ROWS} of {total:,} rows" if total > MOST_ROWS else ""
    if not total:
        caption = "no rows"
    return fragment(table_of(head, rows, caption=caption), style=_STYLE)


def details_html(prepared: Prepared) -> str:
    """Return DETAILS: the first row as names and values, and the next ones to open."""
    cells = prepared["cells"]
    total = prepared["total"]
    html_columns = _html_columns(prepared)
    tables = [
        _details_of(
            prepared["header"],
            row,
            html_columns,
            f"row {number:,} of {total:,}" if total > 1 else "",
        )
        for number, row in enumerate(cells[:_MOST_DETAILS], 1)
    ]
    body = tables[0] if tables else '<div class="wf-card-note">no rows</div>'
    if len(tables) > 1:
        body += (
            f"<details><summary>rows 2 to {len(tables)} of {total:,}</summary>"
            f"{''.join(tables[1:])}</details>"
        )
    return fragment(body, style=_STYLE)


def _details_of(
    header: Sequence[Mapping[str, Any]], row: Sequence[Any], html_columns: set[str], caption: str
) -> str:
    rows = [
        [
            head_cell(column["title"], scope="row", title=column["description"]),
            f"<td{aligned(column['align'])}>{_cell(cell, column['name'] in html_columns)}</td>",
        ]
        for column, cell in zip(header, row, strict=True)
    ]
    return table_of([], rows, caption=caption)


def _html_columns(prepared: Prepared) -> set[str]:
    """Return the names of columns whose texts are HTML, as their author says."""
    columns = prepared.get("options_resolved", {}).get("columns", [])
    return {column["name"] for column in columns if column.get("allowHTML")}


def _cell(cell: Mapping[str, Any], is_html: bool) -> str:  # noqa: FBT001 - of one caller's columns
    if "href" in cell:
        link = link_html(shortened(str(cell["text"]), LONGEST_TEXT), str(cell["href"]))
        return f"<span{titled(cell['title'])}>{link}</span>" if "title" in cell else link
    if "src" in cell:
        # Nothing is loaded from elsewhere: its address leads there.
        return link_html(shortened(str(cell.get("text") or cell["src"])), str(cell["src"]))
    if "value" in cell:
        return _json(cell["value"])
    text = cell.get("text")
    return safe_html(text) if is_html and isinstance(text, str) else value_html(text)


def _json(value: object) -> str:
    compact = json.dumps(value, ensure_ascii=False)
    if len(compact) <= _SHORT_JSON:
        return f"<code>{html_text(compact)}</code>"
    whole = shortened(json.dumps(value, ensure_ascii=False, indent=2), 10 * LONGEST_TEXT)
    return (
        f"<details><summary><code>{html_text(shortened(compact, _SHORT_JSON))}</code></summary>"
        f"<pre>{html_text(whole)}</pre></details>"
    )
