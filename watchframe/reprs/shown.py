"""`Shown`: values that show themselves as a card, in notebooks, consoles and messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from watchframe.plain_text import plain_text
from watchframe.reprs.cards import Card, Link, Table
from watchframe.reprs.words import label_of, noun_of, words

#: The columns of a table at most, and its rows.
MOST_COLUMNS = 8
MOST_ROWS = 50
#: The attributes that one line tells of a thing without an id.
_MOST_TOLD = 4
#: The attributes that name a thing, the first one that it has.
_NAMES = ("name", "title", "trigger", "query_name")


class Printer(Protocol):
    """What IPython passes to ``_repr_pretty_``."""

    indentation: int

    def text(self, obj: str) -> None:
        """Write `obj`."""


class CodeText(str):
    """A text of code, such as SQL, that a cell shows as its lines."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:  # noqa: FBT001, ARG002 - IPython's
        printer.text(repr(self) if printer.indentation else plain_text(self))


class Shown:
    """A value that shows itself as a card; `card` says what stands on it.

    Its repr is one line, for lists and messages. ``print`` and IPython show the whole card.
    """

    __slots__ = ()

    def facts(self) -> Mapping[str, object]:
        """Return what may be shown of it, by attribute."""
        names: Iterable[str] = getattr(self, "__struct_fields__", ())
        names = names or getattr(self, "__dataclass_fields__", ())
        return {name: getattr(self, name) for name in names if not name.startswith("_")}

    def card(self) -> Card:
        """Return what is shown of it: its attributes, those that are true as labels."""
        facts = {name: value for name, value in self.facts().items() if not is_empty(value)}
        noun = noun_of(type(self)).capitalize()
        number = facts.pop("id", None)
        named = next((name for name in _NAMES if name in facts), None)
        flags = [name for name, value in facts.items() if value is True]
        known = {label_of(name): shown_value(value) for name, value in facts.items()
                 if name not in flags and name != named and value is not False}  # fmt: skip
        labels = [label_of(name) for name in flags]
        told = [*labels, *(f"{name} {words(value)}" for name, value in known.items())]
        return Card(
            noun=noun if number is None else f"{noun} {number}",
            name=str(facts[named]) if named else "",
            url=getattr(self, "url", None),
            labels=labels,
            summary=", ".join(told[:_MOST_TOLD]) if number is None else "",
            facts=known,
        )

    def __repr__(self) -> str:
        return self.card().line()

    def __str__(self) -> str:
        return self.card().text()

    def _repr_pretty_(self, printer: Printer, cycle: bool) -> None:  # noqa: FBT001, ARG002 - IPython's
        # Within a list, a tuple or a dict, one line.
        printer.text(repr(self) if printer.indentation else str(self))

    def _repr_html_(self) -> str:
        return self.card().html()


def is_empty(value: object) -> bool:
    """Whether there is nothing to show."""
    return value is None or (isinstance(value, str | Sequence | Mapping) and not value)


def shown_value(value: object) -> object:
    """Return a value for a cell: a thing by its name, which leads to its page."""
    if isinstance(value, Shown):
        card = value.card()
        return Link(card.name or card.noun, card.url)
    if isinstance(value, tuple | list):
        return [shown_value(item) for item in value]
    return value


def record_table(
    records: Iterable[object], *, columns: Sequence[str] = (), title: str = "", total: int = 0
) -> Table:
    """Return a table with a row for each of `records`, whose names lead to their pages.

    Parameters
    ----------
    records : iterable of object
    columns : sequence of str
        The attributes to show, where they have a value in any row; by default the first of all.
    title : str
    total : int
        How many there are, where these are only the first.
    """
    found = list(records)
    shown = found[:MOST_ROWS]
    rows = [_row(record) for record in shown]
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    if not columns:
        names = [name for name in names if any(_value(row.get(name)) for row in rows)]
        names = names[:MOST_COLUMNS]
    total = max(total, len(found))
    return Table(
        columns=[label_of(name) for name in names],
        rows=[[_value(row.get(name)) for name in names] for row in rows],
        title=title,
        note=f"the first {len(shown):,} of {total:,}" if len(shown) < total else "",
    )


def _row(record: object) -> Mapping[str, object]:
    if not isinstance(record, Shown):
        return {"value": record}
    facts = dict(record.facts())
    url = getattr(record, "url", None)
    named = next((name for name in _NAMES if facts.get(name)), "id" if "id" in facts else None)
    if url and named:
        facts[named] = Link(facts[named], url)
    return facts


def _value(value: object) -> object:
    return "" if value is False else shown_value(value)
