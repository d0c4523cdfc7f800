"""Saved Query Results queries are run here with the server's own answer."""

from __future__ import annotations

import pandas as pd
import pytest

from watchframe import Client, read_watch_query
from watchframe.demo import DemoServer
from watchframe.errors import ArgumentError


@pytest.fixture(scope="module")
def fork():
    with (
        DemoServer(events=200, version="fork") as server,
        Client(server.url, server.user_key) as client,
    ):
        yield client


@pytest.mark.parametrize(("query", "params"), [(81, {"events": 2}), (82, None)])
def test_the_rows_are_the_servers(fork, query, params) -> None:
    read_watch_query(2, client=fork, cache="off")
    there = read_watch_query(query, params, client=fork, cache="off")
    here = read_watch_query(query, params, client=fork, cache="off", run_locally=True)
    pd.testing.assert_frame_equal(here, there, check_exact=True)
    facts = here.attrs["watchframe"]
    assert facts["query_id"] == query
    assert [source["query_id"] for source in facts["sources"]] == [2]


def test_large_integers_are_numbers(fork) -> None:
    with pytest.warns(UserWarning, match="declared integer"):
        there = read_watch_query(80, client=fork, cache="off")
    here = read_watch_query(80, client=fork, cache="off", run_locally=True)
    assert here["value"].tolist() == [int(text) for text in there["value"]]
    assert here["digits"].tolist() == there["digits"].tolist()


def test_a_query_of_another_data_source_is_refused(fork) -> None:
    with pytest.raises(ArgumentError, match="Query 2 runs on the data source 'Lending'"):
        read_watch_query(2, client=fork, run_locally=True)
