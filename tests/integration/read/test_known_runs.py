"""An explanation tells how earlier runs went, by what is known here and on the server."""

import json

import pytest

from watchframe import Client, explain_watch_query, read_watch_query
from watchframe.demo import DemoServer


@pytest.fixture
def demo():
    """A server of the test's own: others' runs would be told of."""
    with DemoServer(events=2_000) as server:
        yield server


WETH, WBTC = {"markets": ["WETH"]}, {"markets": ["WBTC"]}


def test_nothing_is_told_where_nothing_ran(client, demo):
    plan = explain_watch_query(2, client=client)
    assert (plan.runs, plan.is_on_server) == (None, False)
    assert "last run" not in str(plan)
    assert str(plan).endswith("has the server run it, for it has no result of it")


def test_run_that_only_the_server_knows(client, demo):
    read_watch_query(2, cache="off", client=client)
    plan = explain_watch_query(2, client=client)
    last = plan.runs.last
    assert (last.rows, last.bytes, last.has_same_values) == (None, None, True)
    assert last.runtime_s > 0
    assert plan.runs.runtimes_s == ()
    assert str(plan).endswith("takes the result that the server has; executes nothing")
    plan = explain_watch_query(2, max_age="1h", client=client)
    assert "takes what the server has, for its result is" in str(plan)
    plan = explain_watch_query(2, max_age=1e-6, client=client)
    assert "has the server run it" in str(plan)
    read_watch_query(2, max_age=0, cache="off", client=client)


def test_run_of_the_same_values_is_told_with_rows_and_bytes(client, demo):
    for params in (WETH, WBTC, WETH):
        frame = read_watch_query(1, params, max_age=0, client=client)
    read_watch_query(1, WBTC, max_age=0, client=client)
    plan = explain_watch_query(1, WETH, max_age=0, client=client)
    last = plan.runs.last
    assert (last.rows, last.has_same_values) == (len(frame), True)
    facts = frame.attrs["watchframe"]
    assert last.runtime_s == facts["runtime_s"]
    entries = client_cache(client).entries().set_index("key")
    assert last.bytes == entries.loc[facts["cache_key"], "bytes"]
    assert len(plan.runs.runtimes_s) == 2
    assert list(plan.runs.runtimes_s) == sorted(plan.runs.runtimes_s)
    assert "half of 2 known runs at most" in str(plan)
    assert "half of 2 known runs at most" in plan._repr_html_()


def client_cache(client):
    from watchframe.read.options import local_cache  # noqa: PLC0415 - of this test alone

    return local_cache(client.settings)


def test_run_of_other_values_says_so(client):
    read_watch_query(1, WETH, client=client)
    plan = explain_watch_query(1, WBTC, client=client)
    assert plan.runs.last.has_same_values is False
    assert "perhaps with other values" in str(plan)


def test_query_key_is_told_what_is_known_here_alone(demo, tmp_path):
    with Client(
        demo.url, query_keys={13: demo.query_key(13)}, cache_dir=tmp_path, timezone="UTC"
    ) as client:
        read_watch_query(13, client=client)
        demo.requests.clear()
        plan = explain_watch_query(13, max_age=0, client=client)
        assert plan.runs.last.rows is not None
        assert "/api/queries" not in [item.path for item in demo.requests]


def test_edited_query_has_no_known_runs_here(client, demo):
    query = client.queries.create("planned", "select 1 as x", 1).id
    read_watch_query(query, client=client)
    client.queries.update(query, text="select 2 as x")
    plan = explain_watch_query(query, client=client)
    assert plan.runs is None or plan.runs.runtimes_s == ()


def test_plan_is_json(client):
    read_watch_query(1, WETH, client=client)
    for given in ({"max_age": 0}, {"cache": "only"}, {"cache": "off"}):
        told = explain_watch_query(1, WETH, client=client, **given).to_json()
        assert json.loads(json.dumps(told)) == told
        assert told["parameters"]["markets"] == ["WETH"]
    nothing = explain_watch_query(2, client=client).to_json()
    assert (nothing["last_run"], nothing["runtimes_s"]) == (None, [])
