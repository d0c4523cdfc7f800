"""A page of a result as an HTML table: every value exact, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from watchframe.plain_text import html_text
from watchframe.widgets.table_cells import value_texts
from watchframe.widgets.table_columns import Rows, is_number

_LONGEST_TEXT = 160


def table_html(shown: Rows, rows: Sequence[int], *, caption: str = "") -> str:
    """Return some rows as HTML, with each column's name and its dtype.

    Parameters
    ----------
    shown : Rows
    rows : sequence of int
        The numbers of the rows to show, in that order.
    caption : str
        For screen readers.
    """
    fields = list(shown.table.schema)
    head = "".join(
        f'<th scope="col"{_number(field)}>{html_text(field.name)}'
        f'<span class="wf-dtype">{html_text(dtype)}</span></th>'
        for field, dtype in zip(fields, shown.dtypes, strict=True)
    )
    page = shown.table.take(pa.array(rows, pa.int64()))
    columns = map(value_texts, fields, page.columns)
    body = "".join(
        "<tr>" + "".join(map(_cell, fields, row)) + "</tr>" for row in zip(*columns, strict=True)
    )
    return (
        f'<div class="wf-scroll"><table class="wf-table" aria-label="{html_text(caption)}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(field: pa.Field, text: str | None) -> str:
    if text is None:
        return f'<td class="{"wf-number " if is_number(field) else ""}wf-null">null</td>'
    if len(text) <= _LONGEST_TEXT or is_number(field):
        return f"<td{_number(field)}>{html_text(text)}</td>"
    cut = text[:_LONGEST_TEXT]
    return f'<td title="{html_text(text[: 10 * _LONGEST_TEXT])}">{html_text(cut)}…</td>'


def _number(field: pa.Field) -> str:
    return ' class="wf-number"' if is_number(field) else ""
