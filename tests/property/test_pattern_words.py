"""Patterns are told in words only where each of their parts is known, and nothing ever raises."""

from __future__ import annotations

import re
import warnings

from hypothesis import assume, example, given
from hypothesis import strategies as st

from watchframe.parameters.pattern_words import pattern_words

_SIGNS = st.text(alphabet="ab0-9[](){}|^$.*+?\\dwsDbAZ,:<=!P# \n/&~", max_size=14)
_CLASSES = ["[0-9]", "[a-f]", "\\d", "\\w", "[^a-z]", ".", "[A-Z_-]", "a", "x y", "\\.", "-"]
_TIMES = ["", "?", "*", "+", "{2}", "{1,3}", "{,2}", "{2,}", "+?"]
_UNKNOWN = ["(?=a)", "(?i:a)", "\\b", "a++", "(?P=n)", "\\1", "(?#x)", "\\D", "(?<!a)", "\\Z"]


@given(st.one_of(st.text(max_size=20), _SIGNS))
@example("[" * 2000)
@example("(" * 20_000)
def test_words_are_of_patterns_that_python_takes(pattern):
    if pattern_words(pattern) is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of sets of another meaning
            re.compile(pattern)


_PARTS = st.lists(
    st.tuples(st.sampled_from(_CLASSES), st.sampled_from(_TIMES)).map(
        lambda found: f"(?:{found[0]}){found[1]}"
    ),
    min_size=1,
    max_size=3,
)


@given(_PARTS, st.sampled_from(_UNKNOWN), st.integers(0, 3))
def test_one_unknown_part_leaves_the_pattern_without_words(parts, unknown, place):
    assume(pattern_words("".join(parts)))
    parts.insert(place, unknown)
    assert pattern_words("".join(parts)) is None
    assert pattern_words("|".join(parts)) is None
