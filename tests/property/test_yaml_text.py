"""Queries' files come back as they were written, whatever stands in them."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from watchframe.admin.yaml_text import as_yaml

#: What YAML could take for something else, or for the end of a line.
AWKWARD = st.text(st.sampled_from("ab \n\t:#-'\"|>{}&*\r\x85\u2028é\ufeff\x07"), max_size=12)
TEXTS = st.one_of(AWKWARD, st.text(max_size=20))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
@example({"a": "\x85\n"})
@example({"a": " one\n  two \n\n"})
@example({"a": ["x\ny", ["x\ny"]]})
def test_yaml_round_trip(value):
    assert yaml.safe_load(as_yaml(value).encode()) == value


def test_yaml_of_several_lines():
    assert as_yaml({"enumOptions": "WETH\nINV"}) == "enumOptions: |-\n  WETH\n  INV\n"
