"""A uint256 survives from the server's SQL to the frame."""

import pandas as pd
import pytest
from example_counts import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from watchframe import Client, read_watch_sql
from watchframe.demo import DemoServer

pytestmark = pytest.mark.slow

UINT256 = st.integers(0, 2**256 - 1) | st.sampled_from([0, 2**53 + 1, 2**63, 2**64, 2**256 - 1])


@pytest.fixture(scope="module")
def small_client():
    with DemoServer(events=10) as server, Client(server.url, server.user_key) as client:
        yield client


@settings(max_examples=examples(40), deadline=None)
@given(amounts=st.lists(st.none() | UINT256, min_size=1, max_size=6))
@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_uint256_of_server_sql_is_an_exact_int(small_client, backend, amounts):
    rows = ", ".join(
        f"({n}, {'null' if value is None else repr(str(value))}::bignum)"
        for n, value in enumerate(amounts)
    )
    frame = read_watch_sql(
        f"select amount from (values {rows}) as t(n, amount) order by n",
        "Lending",
        cache="off",
        dtype_backend=backend,
        client=small_client,
    )
    got = [None if pd.isna(value) else value for value in frame["amount"]]
    assert got == amounts
    if max(filter(None, amounts), default=0) >= 2**63:
        assert all(type(value) is int for value in got if value is not None)
