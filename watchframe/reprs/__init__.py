"""How values show themselves to people: cards and tables, in HTML and as text."""

from watchframe.reprs.cards import Card, Link, Table
from watchframe.reprs.shown import MOST_ROWS, CodeText, Printer, Shown, record_table
from watchframe.reprs.words import counted, noun_of, size_words, words

__all__ = [
    "MOST_ROWS",
    "Card",
    "CodeText",
    "Link",
    "Printer",
    "Shown",
    "Table",
    "counted",
    "noun_of",
    "record_table",
    "size_words",
    "words",
]
