"""In which call the cursor is. ``|`` marks it in these cells."""

from __future__ import annotations

import pytest

from watchframe.magics.calls import find_call, literal


def at(marked):
    return find_call(marked.partition("|")[0])


@pytest.mark.parametrize(
    ("cell", "callee", "argument", "place", "fragment"),
    [
        ("f(|", "f", 0, "argument", ""),
        ("f(4|", "f", 0, "argument", "4"),
        ("x = a.f(na|", "a.f", 0, "argument", "na"),
        ("await a.f('Bor|", "a.f", 0, "argument", "Bor"),
        ("return f(|", "f", 0, "argument", ""),
        ("f(1, |", "f", 1, "argument", ""),
        ("f(1, market=|", "f", "market", "argument", ""),
        ("f(markets=['a', 'b|", "f", "markets", "value", "b"),
        ("f(1, {|", "f", 1, "key", ""),
        ('f(1, {"ma|', "f", 1, "key", "ma"),
        ('f(1, {"market": |', "f", 1, "value", ""),
        ('f(1, {"market": "New Y|', "f", 1, "value", "New Y"),
        ('f(1, {"markets": ["a", "b|', "f", 1, "value", "b"),
        ('f(1, params={"a": 1, "|', "f", "params", "key", ""),
        ('f(1, [{"a": 1}, {"|', "f", 1, "key", ""),
        ('f(g(1, 2), {"a": (3, [4]), "|', "f", 1, "key", ""),
        ('f(1, {"a": g("|', "g", 0, "argument", ""),
        ('f(\n    1,  # the "query\n    {\n        "|', "f", 1, "key", ""),
        ("f('it\\'s, (', |", "f", 1, "argument", ""),
        ('f("""a\n"b", """, |', "f", 1, "argument", ""),
        ("f('''a\nb|", "f", 0, "argument", "a\nb"),
        ("open('unfinished\nf('|", "f", 0, "argument", ""),
        ('!echo "\nf(|', "f", 0, "argument", ""),
        ("x = %watch it's\nf(|", "f", 0, "argument", ""),
        ("x = 5 % f(|", "f", 0, "argument", ""),
        ("x = [1, 2)\nf(|", "f", 0, "argument", ""),
    ],
)
def test_find_call_in_an_argument(cell, callee, argument, place, fragment):
    found = at(cell)
    assert found is not None
    assert (".".join(found.callee), found.argument) == (callee, argument)
    assert (found.place, found.fragment) == (place, fragment)


@pytest.mark.parametrize(
    "cell",
    [
        "|",
        "f|",
        "f()|",
        'f("a"|',
        'f("a" "b|',
        "f(1 + |",
        "f(x.|",
        "f(lambda: |",
        "f(1, {1 + |",
        'f(1, {"a": {"b|',
        'f(1, {"a": -|',
        'f(1, {"a": "b" + "|',
        'f(1, {x: "|',
        "f(  # |",
        "f()(|",
        "(|",
        "print[|",
        "if (|",
        "f(f'|",
        "f(b'|",
        "%watch f(|",
        "!f(|",
        "x = !f(|",
        "f(**{'|",
    ],
)
def test_find_call_elsewhere(cell):
    assert at(cell) is None


def test_find_call_knows_what_is_given():
    found = at('f(42, "x", query=q, params={"a": 1, "b": "|')
    assert literal(found.given(0, "nothing")) == 42
    assert found.given(2, "query")[0].text == "q"
    assert found.given(3, "other") is None
    assert (found.present, found.key) == ({"a"}, "b")
    assert at("f(a=1, b=2, |").present == {"a", "b"}


@pytest.mark.parametrize(
    ("cell", "quote", "typed", "is_raw"),
    [
        (r'f("C:\\ne|', '"', r"C:\ne", False),
        (r'f(r"C:\ne|', '"', r"C:\ne", True),
        ("f('it\\'s|", "'", "it's", False),
        ('f("C:\\|', '"', "C:\\", False),
        ("f(4|", "", "4", False),
    ],
)
def test_find_call_reads_the_string(cell, quote, typed, is_raw):
    found = at(cell)
    assert (found.quote, found.typed, found.is_raw) == (quote, typed, is_raw)


def test_literal_only():
    item = at("f(g('x'), 'a', f'{b}', |").arguments
    assert [literal(each) for each in item] == [None, "a", None]
