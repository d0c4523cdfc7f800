"""The names that name a query."""

from __future__ import annotations

from watchframe.magics.call_completion import by_name
from watchframe.read.saved_names import NamedQuery


def offered(*names, wanted=""):
    queries = [NamedQuery(id=number, name=name) for number, name in enumerate(names, 1)]
    return list(by_name(queries, wanted))


def test_by_name_begins_with_what_is_typed():
    assert offered("All borrows", "Borrows", "x", wanted="borr") == [
        ("Borrows", "2"),
        ("All borrows", "1"),
    ]


def test_by_name_leaves_out_what_names_no_query():
    """Of these a read would take another query, or none."""
    odd = ["twice", "twice", "", " ", "2023", "https://host/queries/42", " outer ", "a\x1b[2J"]
    assert offered(*odd, "Proposal #12") == [("Proposal #12", "9")]
