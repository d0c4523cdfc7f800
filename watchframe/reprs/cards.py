"""Cards: what is known of a thing, told once and shown as HTML, as text, and in one line."""

from __future__ import annotations

import io
import itertools
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from watchframe.plain_text import html_text, plain_text
from watchframe.reprs.markdown import markdown_html
from watchframe.reprs.style import NO_FORMULAS, style_tag
from watchframe.reprs.words import LONGEST, shortened, words

#: The columns of a text, where the values of a table are cut.
_TEXT_WIDTH = 40
_WIDTH = 100
#: The characters of a value that does not wrap.
_SHORT = 30
_ADDRESSES = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Link:
    """A value whose text leads to a page, where the page is known."""

    text: object
    url: str | None

    def __str__(self) -> str:
        return words(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under the names of their columns, of which those without a value are left out.

    `note` says which rows are not shown.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    title: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        filled = [any(words(row[at]) for row in self.rows) for at in range(len(self.columns))]
        object.__setattr__(self, "columns", [*itertools.compress(self.columns, filled)])
        rows = [[*itertools.compress(row, filled)] for row in self.rows]
        object.__setattr__(self, "rows", rows)

    def html(self) -> str:
        """Return it as HTML."""
        head = "".join(f'<th scope="col">{html_text(name)}</th>' for name in self.columns)
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self.rows)
        title = f"<caption>{html_text(self.title)}</caption>" if self.title else ""
        note = f'<div class="wf-card-note">{html_text(self.note)}</div>' if self.note else ""
        return (
            f'<div class="wf-card-scroll"><table class="wf-card-table wf-card-rows">{title}'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}"
        )

    def text(self) -> str:
        """Return it as lines of text, of which none ends in spaces."""
        from rich.console import Console  # noqa: PLC0415 - loads when a table is shown
        from rich.table import Table as Grid  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        grid = Grid(box=None, padding=(0, 2, 0, 0), header_style=None)
        for at, name in enumerate(self.columns):
            is_number = any(_is_number(row[at]) for row in self.rows)
            grid.add_column(Text(plain_text(name, keep="")), no_wrap=True,
                            justify="right" if is_number else "left")  # fmt: skip
        for row in self.rows:
            grid.add_row(*(Text(_table_text(value)) for value in row))
        screen = io.StringIO()
        # In a kernel it would publish the table as an output of its own.
        console = Console(
            file=screen, width=10_000, color_system=None, force_jupyter=False, force_terminal=False
        )
        console.print(grid)
        lines = [line.rstrip() for line in screen.getvalue().splitlines()]
        title = [f"{plain_text(self.title, keep='')}:"] if self.title else []
        return "\n".join([*title, *lines, *filter(None, [plain_text(self.note, keep="")])])


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is shown of one thing.

    Attributes
    ----------
    noun : str
        What it is, with its number where it has one: ``Query 42``.
    name : str
        Its name, which leads to `url`.
    url : str or None
        Its page.
    labels : sequence of str
        Such as ``draft``.
    summary : str
        What one line says of it beside the name.
    description : str
        Its author's words, in Markdown.
    facts : mapping of str to object
        Values by their labels; those without a value are left out.
    tables : sequence of Table
    code : str
        A text of code, such as SQL.
    note : str
        A remark at the end.
    """

    noun: str
    name: str = ""
    url: str | None = None
    labels: Sequence[str] = ()
    summary: str = ""
    description: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    code: str = ""
    note: str = ""

    def line(self) -> str:
        """Return it in one line, as a repr: ``<Query 42 'Borrows by market'>``."""
        head = f"{self.noun} {self.name!r}" if self.name else self.noun
        summary = f": {shortened(self.summary)}" if self.summary else ""
        return plain_text(f"<{head}{summary}>", keep="")

    def text(self) -> str:
        """Return it as lines of text."""
        is_page = self.name == self.url
        name = self.name if is_page else repr(self.name)
        head = f"{self.noun} {name}" if self.name else self.noun
        parts = [plain_text(head + "".join(f" ({label})" for label in self.labels), keep="")]
        parts += [plain_text(self.url, keep="")] if self.url and not is_page else []
        if self.description.strip():
            parts += ["", textwrap.indent(_wrapped(self.description), "  ")]
        facts = {name: words(value) for name, value in self.facts.items()}
        facts = {plain_text(name, keep=""): text for name, text in facts.items() if text}
        width = max(map(len, facts), default=0) + 2
        if facts:
            parts += ["", *(f"  {name:<{width}}{shortened(text)}" for name, text in facts.items())]
        for table in self.tables:
            if table.rows:
                parts += ["", textwrap.indent(table.text(), "  ")]
        if self.note:
            parts += ["", plain_text(self.note)]
        return "\n".join(parts)

    def html(self) -> str:
        """Return it as HTML that needs nothing else, for light and dark pages."""
        name = link_html(self.name, self.url) if self.name else ""
        if not self.name and self.url:
            name = link_html(self.url, self.url)
        labels = "".join(f"<span>{html_text(label)}</span>" for label in self.labels)
        parts = [
            style_tag(),
            f'<div class="wf-card-head">{html_text(self.noun)} <b>{name}</b>{labels}</div>',
        ]
        if self.description.strip():
            parts.append(f'<div class="wf-card-about">{markdown_html(self.description)}</div>')
        facts = "".join(
            f'<tr><th scope="row">{html_text(name)}</th>{_cell(value, aligned=False)}</tr>'
            for name, value in self.facts.items()
            if words(value)
        )
        parts += (
            [f'<table class="wf-card-table wf-card-facts"><tbody>{facts}</tbody></table>']
            if facts
            else []
        )
        parts += [table.html() for table in self.tables if table.rows]
        if self.code:
            code = f"<pre>{html_text(self.code)}</pre>"
            parts.append(f"<details><summary>SQL</summary>{code}</details>")
        if self.note:
            parts.append(f'<div class="wf-card-note">{html_text(self.note)}</div>')
        return f'<div class="wf-card {NO_FORMULAS}">{"".join(parts)}</div>'

    def bundle(self) -> dict[str, str]:
        """Return it for IPython's ``_repr_mimebundle_``."""
        return {"text/plain": self.text(), "text/html": self.html()}


def link_html(text: str, url: str | None) -> str:
    """Return a link to a web page; the text alone where there is none."""
    if not url or not url.lower().startswith(_ADDRESSES):
        return html_text(text)
    # JupyterLab would open a page of its own origin in its own tab.
    return f'<a href="{html_text(url)}" target="_blank" rel="noopener">{html_text(text)}</a>'


def _cell(value: object, *, aligned: bool = True) -> str:
    text = words(value)
    shown, title = html_text(shortened(text)), ""
    if len(text) > LONGEST:
        title = f' title="{html_text(shortened(text, 10 * LONGEST))}"'
    if isinstance(value, Link):
        shown = link_html(shortened(text), value.url)
    kind = "wf-card-short" if len(text) <= _SHORT else ""
    if aligned and _is_number(value):
        kind += " wf-card-number"
    return f'<td class="{kind}"{title}>{shown}</td>'


def _is_number(value: object) -> bool:
    inner = value.text if isinstance(value, Link) else value
    return isinstance(inner, int | float) and not isinstance(inner, bool)


def _table_text(value: object) -> str:
    """Return a value for a table of text, where numbers keep all their digits."""
    text = words(value)
    return text if _is_number(value) else shortened(text, _TEXT_WIDTH)


def _wrapped(text: str) -> str:
    lines = plain_text(shortened(text.strip(), 10 * LONGEST)).splitlines()
    return "\n".join(textwrap.fill(line, _WIDTH) for line in lines)
