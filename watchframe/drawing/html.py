"""Drawings that are no plot, as HTML: a fragment for each type, on light and on dark pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from watchframe.charts.javascript import shown_text
from watchframe.drawing.fragments import colored, fragment, head_cell, table_of, titled
from watchframe.drawing.pivot_table import pivot_html
from watchframe.drawing.tables import details_html, table_html
from watchframe.drawing.word_cloud import word_cloud_html
from watchframe.plain_text import html_text

Prepared = Mapping[str, Any]


def html_of(kind: str, prepared: Prepared) -> str:
    """Return what is prepared of a visualization of a type that `FRAGMENTS` has, as HTML.

    It needs nothing else and loads nothing. Texts of the data are no markup in it, and links lead
    to web pages only. What it leaves out it says; the ``note`` of what is prepared is not in it.
    """
    return FRAGMENTS[kind](prepared)


def counter_html(prepared: Prepared) -> str:
    """Return a COUNTER: its value in large letters, the target, and its label."""
    counter = prepared["counter"]
    if not counter:
        return fragment('<div class="wf-card-note">no rows</div>')
    value, target, label = (
        shown_text(counter.get(name)) for name in ("counterValue", "targetValue", "counterLabel")
    )
    trend, arrow, words = "", "", ""
    if counter.get("showTrend"):
        is_up = counter["trendPositive"]
        trend = f" wf-{'good' if is_up else 'bad'}"
        arrow = f'<span aria-hidden="true" class="wf-arrow">{"▲" if is_up else "▼"}</span>'
        words = (
            f' aria-label="{html_text(value)}, {"at or above" if is_up else "below"} the target"'
        )
    size = next(size for length, size in _VALUE_SIZES if len(value) <= length)
    # Digits and the arrow in one line where the place is narrow, but not smaller than the label.
    fitting = f"max(1.3em, min({size}em, (100cqi - 48px) / {0.6 * len(value) + 1:.1f}))"
    below = (
        f'<div class="wf-target"{titled(counter.get("targetValueTooltip"))}>'
        f"({html_text(target)})</div>"
        if target
        else ""
    )
    return fragment(
        f'<div class="wf-place"><div class="wf-counter{trend}"><div class="wf-value" '
        f'style="font-size: {size}em; font-size: {fitting}"'
        f"{titled(counter.get('counterValueTooltip'))}{words}>{html_text(value)}{arrow}</div>"
        f'{below}<div class="wf-caption">{html_text(label)}</div></div></div>',
        style=_COUNTER_STYLE,
    )


#: The sizes of letters, by the longest value that has them.
_VALUE_SIZES = ((10, 4.0), (14, 3.2), (20, 2.4), (40, 1.8), (10**9, 1.2))
_COUNTER_STYLE = """
.wf-drawn .wf-place { container-type: inline-size; }
.wf-drawn .wf-counter { display: inline-block; text-align: center; padding: 14px 24px; }
.wf-drawn .wf-value { line-height: 1.15; font-variant-numeric: tabular-nums; }
.wf-drawn .wf-target { color: var(--wf-muted); font-size: 1.3em; }
.wf-drawn .wf-caption { font-size: 1.3em; margin-top: 2px; }
.wf-drawn .wf-arrow { font-size: 0.4em; margin-left: 0.4em; vertical-align: 0.5em; }
.wf-drawn .wf-good .wf-value { color: #3b9a3b; }
.wf-drawn .wf-bad .wf-value { color: #d9534f; }
"""


def cohort_html(prepared: Prepared) -> str:
    """Return a COHORT: a row for each time, its stages in the colors of their shares."""
    options = prepared["options_resolved"]
    titles, rows = prepared["stage_titles"], prepared["cells"]
    head = [
        head_cell(shown_text(options["timeColumnTitle"])),
        head_cell(shown_text(options["peopleColumnTitle"]), "right"),
        *(head_cell(title, "center") for title in titles[:_MOST_STAGES]),
    ]
    body = [
        [
            f'<th scope="row" class="wf-time">{html_text(row["time"])}</th>',
            f'<td class="wf-right">{html_text(row["people"])}</td>',
            *(
                f'<td class="wf-center"{colored(stage.get("color"))}{titled(hover)}>'
                f"{html_text(stage['text'])}</td>"
                for stage, hover in zip(row["stages"][:_MOST_STAGES], hovers, strict=False)
            ),
        ]
        for row, hovers in zip(rows[:_MOST_ROWS], prepared["hovers"], strict=False)
    ]
    note = None
    if len(rows) > _MOST_ROWS or len(titles) > _MOST_STAGES:
        note = (
            f"the first {min(_MOST_ROWS, len(rows)):,} of {len(rows):,} rows, "
            f"and {min(_MOST_STAGES, len(titles)):,} of {len(titles):,} stages"
        )
    table = table_of(head, body, caption="" if rows else "no rows", kind="wf-cohort")
    return fragment(table, style=_COHORT_STYLE, note=note)


_MOST_ROWS, _MOST_STAGES = 100, 60
_COHORT_STYLE = """
.wf-drawn table.wf-drawn-table.wf-cohort th.wf-time { font-weight: 400; }
.wf-drawn table.wf-cohort :is(th.wf-time, td.wf-center) { white-space: nowrap; }
"""


def funnel_html(prepared: Prepared) -> str:
    """Return a FUNNEL: a bar for each step, with its shares of the largest and of the last one."""
    options = prepared["options_resolved"]
    head = [
        head_cell(shown_text(options["stepCol"]["displayAs"])),
        head_cell(shown_text(options["valueCol"]["displayAs"]), "center"),
        head_cell("% Max", "right"),
        head_cell("% Previous", "right"),
    ]
    body = [
        [
            f'<th scope="row" class="wf-step">{html_text(step["step"])}</th>',
            _bar(step["pctMax"], text["value"]),
            f'<td class="wf-right">{html_text(text["pctMax"])}</td>',
            f'<td class="wf-right">{html_text(text["pctPrevious"])}</td>',
        ]
        for step, text in zip(prepared["steps"], prepared["text"], strict=True)
    ]
    table = table_of(head, body, caption="" if body else "no steps", kind="wf-funnel")
    return fragment(table, style=_FUNNEL_STYLE)


def _bar(percent: object, text: str) -> str:
    """Return the cell of a value: a bar in its middle that fills so much of it, and the text."""
    share = min(100.0, max(0.0, percent)) if isinstance(percent, int | float) else 0.0
    return (
        f'<td class="wf-center wf-bars"><div class="wf-step-bar" style="width: {share:.2f}%"></div>'
        f'<span class="wf-amount">{html_text(text)}</span></td>'
    )


_FUNNEL_STYLE = """
.wf-drawn table.wf-funnel { width: 100%; max-width: 60em; }
.wf-drawn table.wf-drawn-table.wf-funnel th.wf-step { font-weight: 400; min-width: 5em; }
.wf-drawn table.wf-drawn-table.wf-funnel thead th { white-space: normal; }
.wf-drawn table.wf-funnel td.wf-bars { position: relative; width: 55%; min-width: 6em; }
.wf-drawn .wf-step-bar {
  background: rgba(90, 130, 255, 0.55); height: 1.9em; margin: 0 auto; border-radius: 2px;
}
.wf-drawn .wf-amount { position: absolute; inset: 6px 0 auto; text-align: center; }
"""


#: What makes the HTML of a visualization that is no plot, by its type.
FRAGMENTS: Mapping[str, Callable[[Prepared], str]] = {
    "COHORT": cohort_html,
    "COUNTER": counter_html,
    "DETAILS": details_html,
    "FUNNEL": funnel_html,
    "PIVOT": pivot_html,
    "TABLE": table_html,
    "WORD_CLOUD": word_cloud_html,
}
