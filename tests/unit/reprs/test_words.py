"""Values as people read them."""

import pytest

from watchframe.reprs.words import first_few


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], ""),
        (["a", "b"], "'a', 'b'"),
        (["a", "b", "c"], "'a', 'b' and 1 more"),
        (["a"] * 1_236, "'a', 'a' and 1,234 more"),
    ],
)
def test_first_few_say_how_many_more(items, expected):
    assert first_few(items, 2, repr) == expected
