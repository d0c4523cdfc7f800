"""What stands at the cursor. ``|`` marks it in these cells."""

from __future__ import annotations

import pytest

from watchframe.magics.completion import find_cursor


def at(marked):
    before = marked[: marked.index("|")]
    lines = before.split("\n")
    return find_cursor(marked.replace("|", "", 1), len(lines) - 1, len(lines[-1]))


@pytest.mark.parametrize(
    ("cell", "kind", "fragment"),
    [
        ("%watch |", "query", ""),
        ("%watch 4|", "query", "4"),
        ("df = %watch 4|", "query", "4"),
        ("for x in y:\n    %watch 4|", "query", "4"),
        ("%%watch 4|", "query", "4"),
        ("\n%%watch 4|", "query", "4"),
        ("%watch 42 |", "option", ""),
        ("%watch 42 --re|", "option", "--re"),
        ("%watch --re|", "option", "--re"),
        ("%watch --source x |", "option", ""),
        ("%watch 42 --dtype-backend |", "option value", ""),
        ("%watch 42 --dtype-backend=py|", "option value", "py"),
        ("%%watch --source 'Len|", "option value", "'Len"),
        ("%watch 42 -p |", "parameter", ""),
        ("%watch 42 -p ma|", "parameter", "ma"),
        ("%watch 42 -p market=W|", "value", "W"),
        ("%watch 42 -p markets=[WETH,I|", "value", "I"),
        ("%watch 42 -p markets=[WETH, I|", "value", "I"),
        ("%watch 42 -p markets=[WETH, |", "value", ""),
        ("%watch 42 -p markets=[WETH, INV] --re|", "option", "--re"),
        ("%watch 42 -p market='New Y|", "value", "'New Y"),
        ("%watch 42 --chart |", "option value", ""),
        ("%watch 42 --chart 'Bor|", "option value", "'Bor"),
        ("%watch 42 --chart=Bor|", "option value", "Bor"),
        ("%watch 42 --chart --f|", "option", "--f"),
        ("%watch 42 --chart Borrows |", "option", ""),
        ("%watch --chart 4|", "query", "4"),
        ("%watch --chart 42 |", "option", ""),
        ("%watch 42 --filter ma|", "option value", "ma"),
        ("%%watch 42\nma|", "parameter", "ma"),
        ("%%watch 42\n|", "parameter", ""),
        ("%%watch 42 -o df\nmarket: W|", "value", "W"),
        ("%%watch 42\nmarkets: [WETH, I|", "value", "I"),
        ("%%watch 42\nmarkets:\n  - W|", "value", "W"),
    ],
)
def test_find_cursor_in_the_magic(cell, kind, fragment):
    found = at(cell)
    assert (found.kind, found.fragment) == (kind, fragment)
    assert cell[: cell.index("|")].endswith(found.fragment)


@pytest.mark.parametrize(
    "cell",
    [
        "%wat|",
        "%%wat|",
        "%%watch|",
        "print('%watch ') |",
        "x = 1 # %watch |",
        "%watcher 4|",
        "%%time\n42 --re|",
        "%%watch --source Lending\nselect * from ev|",
        "%%watch\nselect 1|",
        "%%watch 42\n# mar|",
        "%watch 42 # --re|",
        "%watch 42 # |",
        "|",
    ],
)
def test_find_cursor_outside_the_magic(cell):
    assert at(cell) is None


def test_find_cursor_in_a_line_knows_the_query():
    assert at("%watch 42 -p |").query == "42"
    assert at("%watch 42 -p a=1 -p |").present == {"a"}
    assert at("%watch 42 --refresh -o df |").present == {"refresh", "out"}
    assert at("%watch 42 -p 'my market=W|").parameter == "my market"
    assert at("%watch 42 --chart |").query == at("%watch 42 --chart=|").query == "42"
    assert at("%watch --chart 42 -p |").query == "42"
    assert at("%watch --chart Borrows 42 -p |").query == "42"
    assert at("%watch 42 --chart -p a=1 -p |").present == {"a"}


def test_find_cursor_in_a_body_knows_the_query():
    found = at("%%watch -o df https://h/queries/42\nmarkets: [a]\nperiod:\n  start: x\n|")
    assert found.query == "https://h/queries/42"
    assert {"markets", "period"} <= found.present
    assert found.is_body
    assert at("%%watch 42\nmarkets:\n- a\n- b|").parameter == "markets"


@pytest.mark.parametrize(
    ("cell", "fragment", "typed", "open_quote"),
    [
        (r"%watch 42 -p dir=C:\ne|", r"C:\ne", r"C:\ne", ""),
        (r"%watch 42 -p market=New\ Y|", r"New\ Y", "New Y", ""),
        (r'%watch 42 -p dir="C:\\ne|', r'"C:\\ne', r"C:\ne", ""),
        (r"%watch 42 -p 'dir=C:\ne|", r"C:\ne", r"C:\ne", "'"),
        (r'%watch 42 -p "dir"=C:\ne|', r"C:\ne", r"C:\ne", ""),
        (r"%%watch 42 --source Lend\ i|", r"Lend\ i", "Lend i", ""),
        (r"%watch 42 --source=Lend\ i|", r"Lend\ i", "Lend i", ""),
        ("%%watch 42\ndir: C:\\\\ne|", "C:\\\\ne", "C:\\\\ne", ""),
        ("%watch 42 -p #=a|", "a", "a", ""),
    ],
)
def test_find_cursor_reads_quotes_and_backslashes(cell, fragment, typed, open_quote):
    found = at(cell)
    assert (found.fragment, found.typed, found.open_quote) == (fragment, typed, open_quote)
