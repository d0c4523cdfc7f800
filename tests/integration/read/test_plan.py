"""A read follows the plan that an explanation prints."""

import pytest

from watchframe import (
    Client,
    ReadPlan,
    ResultCache,
    explain_watch_query,
    explain_watch_sql,
    read_watch_query,
    read_watch_sql,
)
from watchframe.demo import DemoServer
from watchframe.errors import CacheMissError, ParameterValueError, WatchframeError

POLICIES = [
    {},
    {"max_age": 0},
    {"max_age": 0.000001},
    {"max_age": "1h"},
    {"cache": "refresh"},
    {"cache": "off"},
    {"cache": "off", "max_age": "1h"},
]


@pytest.fixture(scope="module")
def demo_server():
    with DemoServer(events=2_000) as server:
        yield server


@pytest.fixture
def demo(demo_server):
    demo_server.requests.clear()
    return demo_server


def asked(demo):
    seen = [f"{item.method} {item.path}" for item in demo.requests]
    demo.requests.clear()
    return seen


def made(client, text):
    return client.queries.create("planned", text, 1).id


def test_plan_after_edit_within_max_age_is_as_the_read(client, demo):
    query = made(client, "select 1 as x")
    read_watch_query(query, max_age="1h", client=client)
    client.queries.update(query, text="select 2 as x")
    asked(demo)
    plan = explain_watch_query(query, max_age="1h", client=client)
    assert (plan.decision.action, plan.sql) == ("use", "select 1 as x")
    assert read_watch_query(query, max_age="1h", client=client)["x"].item() == 1
    assert asked(demo) == []
    plan = explain_watch_query(query, client=client)
    assert (plan.decision.action, plan.sql) == ("fetch", "select 2 as x")
    assert read_watch_query(query, client=client)["x"].item() == 2


def test_plan_of_query_edited_before_fetch_is_new_sql(client, demo):
    query = made(client, "select 1 as x")
    with pytest.raises(CacheMissError):  # nothing is known here yet
        explain_watch_query(query, cache="only", client=client)
    assert explain_watch_query(query, max_age="1h", client=client).sql == "select 1 as x"
    client.queries.update(query, text="select 2 as x")
    asked(demo)
    plan = explain_watch_query(query, max_age="1h", client=client)
    assert asked(demo) == [f"GET /api/queries/{query}", "GET /api/queries"]
    assert plan.sql == "select 2 as x"
    assert plan.decision.action == "fetch"
    assert read_watch_query(query, max_age="1h", client=client)["x"].item() == 2


@pytest.mark.parametrize("given", POLICIES)
@pytest.mark.parametrize("is_stored", [True, False])
def test_plan_says_what_the_read_does(client, demo, given, is_stored):
    if is_stored:
        read_watch_query(13, {"kind": "repay"}, client=client)
    asked(demo)
    plan = explain_watch_query(13, {"kind": "repay"}, client=client, **given)
    assert isinstance(plan, ReadPlan)
    for_plan = asked(demo)
    # The list tells how long the last run took; it is asked where the read would ask for rows.
    listed = ["GET /api/queries"] if plan.decision.action == "fetch" else []
    assert for_plan in ([], ["GET /api/queries/13", *listed])
    frame = read_watch_query(13, {"kind": "repay"}, client=client, **given)
    facts = frame.attrs["watchframe"]
    posted = [item.body for item in demo.requests if item.path.endswith("/results")]
    assert (plan.decision.action == "use") == facts["from_cache"]
    assert plan.parameters == facts["parameters"]
    assert plan.cache_key == facts["cache_key"]
    assert [body["max_age"] for body in posted][:1] == [plan.server_max_age] * (
        plan.decision.action == "fetch"
    )


@pytest.mark.parametrize("given", POLICIES)
def test_plan_of_sql_says_what_the_read_does(client, demo, given):
    read_watch_sql("select 1 as x", "Lending", client=client)
    plan = explain_watch_sql("select 1 as x", "Lending", client=client, **given)
    frame = read_watch_sql("select 1 as x", "Lending", client=client, **given)
    assert (plan.decision.action == "use") == frame.attrs["watchframe"]["from_cache"]
    assert plan.url is None
    assert plan.label == "ad-hoc SQL on 'Lending'"


def test_plan_without_a_request_is_of_what_is_known_here(client, demo):
    read_watch_query(2, client=client)
    asked(demo)
    plan = explain_watch_query(2, cache="only", client=client)
    assert (plan.decision.action, plan.decision.reason) == ("use", "cache-only")
    with pytest.raises(CacheMissError):
        explain_watch_query(13, {"kind": "repay"}, cache="only", client=client)
    assert asked(demo) == []


def test_plan_of_a_miss_says_that_the_read_fails(client, demo):
    read_watch_query(13, {"kind": "repay"}, client=client)
    plan = explain_watch_query(13, {"kind": "borrow"}, cache="only", client=client)
    assert plan.decision.action == "fail"
    assert "then:        fails: there is no local copy" in str(plan)
    with pytest.raises(CacheMissError):
        read_watch_query(13, {"kind": "borrow"}, cache="only", client=client)


def test_plan_never_runs_a_dropdown(client, demo):
    for given in POLICIES:
        explain_watch_query(23, {"market": "WETH"}, client=client, **given)
    assert not any("dropdowns" in line or line.startswith("POST") for line in asked(demo))


def test_plan_with_unknown_dropdown_goes_as_the_read(client, demo):
    """No read needs a dropdown's values before the server has refused one."""
    plan = explain_watch_query(23, {"market": "WETH"}, client=client)
    assert plan.parameters["market"] == "WETH"
    read_watch_query(23, {"market": "WETH"}, client=client)
    asked(demo)
    for given in ({"cache": "only"}, {"max_age": "1h"}):
        again = explain_watch_query(23, {"market": "WETH"}, client=client, **given)
        assert (again.decision.action, again.sql) == ("use", plan.sql)
        read_watch_query(23, {"market": "WETH"}, client=client, **given)
    assert asked(demo) == []


def test_plan_refuses_a_value_that_a_known_dropdown_lacks(client):
    with pytest.raises(ParameterValueError):  # the server refuses it, and so the read lists them
        read_watch_query(23, {"market": "nothing"}, client=client)
    with pytest.raises(ParameterValueError):
        explain_watch_query(23, {"market": "nothing"}, client=client)


def test_plan_prints_as_lines_of_text(client, demo):
    plan = explain_watch_query(13, {"kind": "repay"}, cache="off", client=client)
    lines = str(plan).splitlines()
    assert lines[0] == f"asks:        {plan.label}, on {demo.url}"
    assert lines[1] == f"page:        {demo.url}/queries/13?p_kind=repay"
    assert lines[2] == 'parameters:  kind = "repay"'
    assert "local cache: neither looked into nor written" in lines
    assert lines[-1] == "then:        takes any result that the server has of it, or has it run"
    assert repr(plan) == str(plan)


def test_plan_is_no_decision_of_a_read(client, tmp_path):
    explain_watch_query(13, {"kind": "repay"}, client=client)
    decided = ResultCache(client.settings.cache_dir).decisions()["what"]
    assert not decided.str.startswith("query 13").any()
    read_watch_query(13, {"kind": "repay"}, client=client)
    decided = ResultCache(client.settings.cache_dir).decisions()["what"]
    assert decided.str.startswith("query 13").any()


def test_plan_off_leaves_nothing_in_the_local_cache(client):
    explain_watch_query(13, {"kind": "repay"}, cache="off", client=client)
    with pytest.raises(CacheMissError, match="definition of query 13"):
        explain_watch_query(13, {"kind": "repay"}, cache="only", client=client)


def test_plan_does_not_tell_the_key(demo, tmp_path):
    with Client(demo.url, demo.user_key, cache_dir=tmp_path) as client:
        assert demo.user_key not in repr(explain_watch_query(2, client=client))


def test_plan_names_parameters_that_a_read_asks_first(client):
    plan = explain_watch_query(23, {"market": "INV"}, client=client)
    assert "list the values of market" in str(plan)
    assert "dropdowns" not in str(explain_watch_query(13, client=client))


def test_plan_keeps_to_its_timeout(client, demo):
    demo.faults.add("GET /api/queries/13$", delay=5)
    with pytest.raises(WatchframeError, match=r"0\.2 s"):
        explain_watch_query(13, timeout=0.2, client=client)
