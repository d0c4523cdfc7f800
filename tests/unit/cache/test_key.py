from dataclasses import replace
from types import MappingProxyType

import pytest

from watchframe.cache import KeyParts, cache_key

PARTS = KeyParts(
    server="https://watch.example",
    principal="alice",
    query_id=42,
    data_source_id=1,
    text_hash="aa",
    parameters={"market": ["WETH", "DAI"], "day": "2024-01-02"},
)


def test_key_of_known_parts_is_the_documented_hash():
    """A changed hash makes every stored result a miss: raise KEY_VERSION when that is meant."""
    assert cache_key(PARTS) == "6461260c4735b638a55e86ce4f8456cd39616daa1faae19cd24a755d0d99ef00"


@pytest.mark.parametrize(
    "change",
    [
        {"server": "https://watch.example/org"},
        {"principal": "bob"},
        {"query_id": 43},
        {"query_id": None},
        {"data_source_id": 2},
        {"data_source_id": None},
        {"text_hash": "ab"},
        {"parameters": {}},
        {"parameters": {"market": ["DAI", "WETH"], "day": "2024-01-02"}},
        {"parameters": {"market": ["WETH", "DAI"], "day": "2024-01-03"}},
        {"parameters": {"market": "WETH,DAI", "day": "2024-01-02"}},
    ],
)
def test_key_of_one_differing_part_is_another(change):
    assert cache_key(replace(PARTS, **change)) != cache_key(PARTS)


@pytest.mark.parametrize(
    ("one", "other"), [(1, "1"), (1, 1.0), (True, 1), (None, "null"), ([], {}), ("", None)]
)
def test_key_of_lookalike_values_is_another(one, other):
    keys = {cache_key(replace(PARTS, parameters={"p": value})) for value in (one, other)}
    assert len(keys) == 2


def test_key_keeps_neighboring_parts_apart():
    """Parts without names between them would be spelled alike."""
    one = replace(PARTS, server="ab", principal="c")
    other = replace(PARTS, server="a", principal="bc")
    assert cache_key(one) != cache_key(other)


def test_key_of_names_in_another_order_is_the_same():
    turned = dict(reversed(PARTS.parameters.items()))
    assert cache_key(replace(PARTS, parameters=turned)) == cache_key(PARTS)


def test_key_of_read_only_mapping_is_the_same():
    view = MappingProxyType(dict(PARTS.parameters))
    assert cache_key(replace(PARTS, parameters=view)) == cache_key(PARTS)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}, b"x"])
def test_key_of_parameter_not_json_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        cache_key(replace(PARTS, parameters={"p": value}))


def test_key_of_lone_surrogate_is_made():
    assert len(cache_key(replace(PARTS, parameters={"p": "\ud800"}))) == 64
