from __future__ import annotations

import re

import pytest

from watchframe.parameters.pattern_words import pattern_words


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("0x[0-9a-fA-F]{40}", "0x and 40 hexadecimal digits"),
        ("0x[0-9a-f]{4,64}", "0x and 4 to 64 lowercase hexadecimal digits"),
        ("[a-zA-Z]{3}-\\d{4}", "3 letters, a dash, 4 digits"),
        ("^(a|b c)$", "one of: a, b c"),
        ("(?:Americas|Europe)?", "nothing, or one of: Americas, Europe"),
        ("latest|[0-9]+", "latest, or 1 or more digits"),
        ("(\\d{2}-){3}\\d", "3 times (2 digits and a dash) and a digit"),
        (
            "[A-Z_][A-Z0-9_]*",
            "a capital letter or _ and any number of capital letters, digits or _",
        ),
        ("[^,\\s]+?", "1 or more characters other than white space or a comma"),
        ("5.?[.]", "“5”, optionally a character of any kind, a dot"),
        ("a{,3}[b-e]", "up to 3 times “a” and a character of b to e"),
        ("", "nothing"),
    ],
)
def test_pattern_in_words(pattern, words):
    assert pattern_words(pattern) == words


@pytest.mark.parametrize(
    "pattern",
    [
        *("(?i)a", "(?=a)b", "(?!a)b", "(?<=a)b", "\\bfoo", "(a)\\1", "a++", "a$b", "a^b", "(^a)"),
        *("[[a]", "[a--b]", "\\Aa", "\\Da", "\\x41", "[z-a]", "[\\w-z]", "(", ")", "[", "a{3,1}"),
        *("a**", "a{2}{3}", "\\", "*", "(" * 50 + ")" * 50, "abc|" * 60, "(?P<n>a)(?P=n)"),
    ],
)
def test_pattern_with_anything_else_has_no_words(pattern):
    assert pattern_words(pattern) is None


def test_endless_pattern_has_no_words():
    assert pattern_words(f"a{{{'9' * 5000}}}") is None  # Python makes no such number of a text


def test_words_have_every_literal_of_the_pattern():
    words = pattern_words("ETH-[0-9]{2}(USDC|WBTC):x y")
    assert words is not None
    for literal in ("ETH-", "2 digits", "USDC", "WBTC", ":x y"):
        assert re.search(re.escape(literal), words)
