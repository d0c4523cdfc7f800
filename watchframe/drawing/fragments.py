"""Parts of HTML that drawings are made of: their style, tables, links, values that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html.parser import HTMLParser

from watchframe.charts.colors import BLACK_OR_WHITE, parse_color, text_color_on
from watchframe.plain_text import html_text
from watchframe.reprs.cards import link_html
from watchframe.reprs.style import NO_FORMULAS, style_tag
from watchframe.reprs.words import shortened

#: The characters of a text that are shown in a cell; the page shows all.
LONGEST_TEXT = 1_000
# What cards have (`wf-card`) is in their own style: the page's colors, links, scrollbars, notes.
# Two classes and two elements win over JupyterLab's own rules for tables.
_STYLE = """
.wf-drawn table.wf-drawn-table {
  border-collapse: collapse; border: 0; margin: 4px 0; font-size: 1em; color: inherit;
  font-variant-numeric: tabular-nums; table-layout: auto;
}
.wf-drawn table.wf-drawn-table caption {
  caption-side: top; text-align: left; color: var(--wf-muted); padding: 2px 0; white-space: nowrap;
}
.wf-drawn table.wf-drawn-table :is(th, td) {
  border: 0; border-bottom: 1px solid var(--wf-line); padding: 4px 10px; text-align: left;
  vertical-align: top; line-height: inherit; max-width: 32em; background: none;
  overflow-wrap: normal;
}
.wf-drawn table.wf-drawn-table th { font-weight: 600; color: inherit; }
.wf-drawn table.wf-drawn-table thead th { white-space: nowrap; vertical-align: bottom; }
.wf-drawn table.wf-drawn-table tr:is(:nth-child(odd), :nth-child(even)) { background: none; }
.wf-drawn table.wf-drawn-table tbody tr:hover { background: var(--wf-back); }
.wf-drawn table.wf-drawn-table :is(th, td).wf-right { text-align: right; white-space: nowrap; }
.wf-drawn table.wf-drawn-table :is(th, td).wf-center { text-align: center; }
.wf-drawn :is(td, .wf-step-bar) { print-color-adjust: exact; }
.wf-drawn .wf-null { color: var(--wf-muted); font-style: italic; }
.wf-drawn .wf-wide { display: inline-block; min-width: 16em; overflow-wrap: anywhere; }
"""
_ALIGNED = {"right": ' class="wf-right"', "center": ' class="wf-center"'}


def fragment(body: str, *, style: str = "", note: object = None) -> str:
    """Return a drawing's HTML, which needs nothing else.

    Parameters
    ----------
    body : str
        HTML.
    style : str
        CSS of its own.
    note : object
        A sentence to show below it, if there is one.
    """
    below = f'<div class="wf-card-note">{html_text(str(note))}</div>' if note else ""
    return (
        f"{style_tag()}<style>{_STYLE}{style}</style>"
        f'<div class="wf-card wf-drawn {NO_FORMULAS}">{body}{below}</div>'
    )


def scrolled(table: str) -> str:
    """Return a table in a box that scrolls sideways where it is too narrow, also by keyboard."""
    return f'<div class="wf-card-scroll" tabindex="0">{table}</div>'


def table_of(
    head: Iterable[str], rows: Iterable[Iterable[str]], *, caption: str = "", kind: str = ""
) -> str:
    """Return a table of cells that are HTML (``<th>`` and ``<td>``); `kind` is a class for CSS."""
    title = f"<caption>{html_text(caption)}</caption>" if caption else ""
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return scrolled(
        f'<table class="wf-drawn-table {kind}">{title}<thead><tr>{"".join(head)}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def head_cell(
    text: object, where: object = "left", *, scope: str = "col", title: object = ""
) -> str:
    """Return the cell at the head of a column, or of a row."""
    return f'<th scope="{scope}"{aligned(where)}{titled(title)}>{html_text(str(text))}</th>'


def titled(text: object) -> str:
    """Return the attribute of an element that shows a text on hovering; none without a text."""
    return f' title="{html_text(str(text))}"' if text else ""


def aligned(where: object) -> str:
    """Return the attribute of a cell whose text is not at its left."""
    return _ALIGNED.get(where, "") if isinstance(where, str) else ""


def colored(color: object) -> str:
    """Return the attribute of a cell with a background, on which its text is read; or none."""
    background = parse_color(color)
    if background is None:
        return ""
    text = text_color_on(background.hex, BLACK_OR_WHITE)
    return f' style="background: {background.hex}; color: {text}"'


def value_html(value: object) -> str:
    """Return a cell's text; the mark of a value that is missing, where it is that."""
    if isinstance(value, Mapping):
        return f'<span class="wf-null">{html_text(str(value.get("text", "null")))}</span>'
    if value is None:
        return ""
    text = shortened(str(value), LONGEST_TEXT)
    shown = html_text(text)
    return f'<span class="wf-wide">{shown}</span>' if len(text) > _LONGEST_LINE else shown


#: A longer text wraps, and is not squeezed by its neighbors.
_LONGEST_LINE = 40


def safe_html(text: str) -> str:
    """Return HTML of the data as its text, its links to web pages, and its emphasis."""
    reader = _SafeHtml()
    reader.feed(shortened(text, LONGEST_TEXT * 4))
    reader.close()
    return reader.html()


class _SafeHtml(HTMLParser):
    """Collects text; of tags only those that can do nothing, and all of them closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[str] = []
        self._link: tuple[str, list[str]] | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "a" and self._link is None:
            self._link = (given.get("href") or "").strip(), []
        elif tag == "img":
            source = (given.get("src") or "").strip()
            self._add(link_html(shortened(given.get("alt") or source), source))
        elif tag in _BREAKS:
            self._add("<br>" if tag == "br" or self._parts else "")
        elif tag in _EMPHASIS and self._link is None:
            self._open.append(tag)
            self._add(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "a":
            self._close_link()
        elif tag in self._open:
            while self._open:
                last = self._open.pop()
                self._add(f"</{last}>")
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            if self._link is not None:
                self._link[1].append(data)
            else:
                self._parts.append(html_text(data))

    def html(self) -> str:
        """Return what was collected."""
        self._close_link()
        return "".join([*self._parts, *(f"</{tag}>" for tag in reversed(self._open))])

    def _add(self, made: str) -> None:
        if self._link is None and not self._hidden:
            self._parts.append(made)

    def _close_link(self) -> None:
        if self._link is not None:
            address, texts = self._link
            self._link = None
            self._add(link_html("".join(texts) or address, address))


_HIDDEN = frozenset({"script", "style"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr"})
_EMPHASIS = frozenset({"b", "strong", "i", "em", "u", "s", "code", "small", "sub", "sup"})
