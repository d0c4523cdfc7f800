import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchframe.cache import KeyParts, cache_key

#: A busy machine is no defect.
in_its_own_time = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
scalars = scalars.filter(lambda value: value not in (float("inf"), float("-inf")))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
parts = st.builds(
    KeyParts,
    server=st.text(max_size=5),
    principal=st.text(max_size=5),
    query_id=st.none() | st.integers(),
    data_source_id=st.none() | st.integers(),
    text_hash=st.text(max_size=5),
    parameters=st.dictionaries(st.text(max_size=3), values, max_size=3),
)


def exact(value: object) -> object:
    """Tell apart what Python calls equal: 1, 1.0 and True; 0.0 and -0.0."""
    if isinstance(value, dict):
        return frozenset((name, exact(item)) for name, item in value.items())
    if isinstance(value, list):
        return tuple(exact(item) for item in value)
    return type(value).__name__, repr(value)


def identity(of: KeyParts) -> tuple[object, ...]:
    return (
        of.server,
        of.principal,
        of.query_id,
        of.data_source_id,
        of.text_hash,
        exact(of.parameters),
    )


@pytest.mark.slow
@in_its_own_time
@given(parts, parts)
def test_keys_are_equal_exactly_for_equal_parts(one, other):
    assert (cache_key(one) == cache_key(other)) == (identity(one) == identity(other))


@in_its_own_time
@given(parts, st.randoms())
def test_key_does_not_depend_on_the_order_of_names(given_parts, chance):
    names = list(given_parts.parameters.items())
    chance.shuffle(names)
    facts = {name: getattr(given_parts, name) for name in KeyParts.__slots__}
    shuffled = KeyParts(**{**facts, "parameters": dict(names)})
    assert cache_key(shuffled) == cache_key(given_parts)
