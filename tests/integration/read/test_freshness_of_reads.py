"""Which reads ask the server, and what for: every row of the rules of freshness, over real HTTP."""

import threading
import time
from dataclasses import replace

import msgspec
import pytest

from watchframe import Client, ResultCache, read_watch_query
from watchframe.cache import Policy
from watchframe.demo import DemoServer
from watchframe.errors import CacheMissError, CacheWarning, ConnectError, ResponseError
from watchframe.models import ParameterDefinition
from watchframe.read import ReadOptions, answer_query

TOTALS = 2
KIND = 13


@pytest.fixture(scope="module")
def small_server():
    """A server whose saved queries may be edited by these tests."""
    with DemoServer(events=2_000) as server:
        yield server


@pytest.fixture
def demo(small_server):
    small_server.faults.clear()
    small_server.requests.clear()
    yield small_server
    small_server.faults.clear()


def asked(demo):
    """What was asked since the last call, in short."""
    seen = [f"{item.method} {item.path}" for item in demo.requests]
    demo.requests.clear()
    return seen


def runs(seen):
    return [line for line in seen if line.startswith("POST") and line.endswith("/results")]


def source(frame):
    return frame.attrs["watchframe"]["source"]


def test_fresh_local_copy_is_returned_without_any_request(client, demo):
    first = read_watch_query(KIND, {"kind": "repay"}, max_age="1h", client=client)
    asked(demo)
    again = read_watch_query(KIND, {"kind": "repay"}, max_age=3600, client=client)
    assert asked(demo) == []
    assert source(again) == "local cache"
    assert again.attrs["watchframe"]["from_cache"] is True
    assert again.equals(first)


def test_other_parameters_are_another_result(client, demo):
    read_watch_query(KIND, {"kind": "repay"}, max_age="1h", client=client)
    asked(demo)
    other = read_watch_query(KIND, {"kind": "deposit"}, max_age="1h", client=client)
    assert len(runs(asked(demo))) == 1
    assert other.attrs["watchframe"]["parameters"] == {"kind": "deposit"}


@pytest.mark.slow
def test_copy_older_than_max_age_asks_with_that_max_age(client, demo):
    read_watch_query(TOTALS, max_age="1h", client=client)
    asked(demo)
    time.sleep(1.2)
    read_watch_query(TOTALS, max_age=1, client=client)
    posted = [item.body for item in demo.requests if item.method == "POST"]
    assert [body["max_age"] for body in posted] == [1]


def test_max_age_zero_always_runs(client, demo):
    read_watch_query(TOTALS, client=client)
    asked(demo)
    again = read_watch_query(TOTALS, max_age=0, client=client)
    assert source(again) == "executed"
    assert [item.body["max_age"] for item in demo.requests if item.method == "POST"] == [0]


def test_refresh_runs_and_stores(client, demo):
    read_watch_query(TOTALS, max_age="1h", client=client)
    renewed = read_watch_query(TOTALS, max_age="1h", cache="refresh", client=client)
    assert source(renewed) == "executed"
    asked(demo)
    again = read_watch_query(TOTALS, max_age="1h", client=client)
    assert asked(demo) == []
    result_id = "query_result_id"
    assert again.attrs["watchframe"][result_id] == renewed.attrs["watchframe"][result_id]


def test_off_neither_reads_nor_stores(client, demo):
    read_watch_query(TOTALS, cache="off", client=client)
    with pytest.raises(CacheMissError):
        read_watch_query(TOTALS, cache="only", client=client)


def test_only_makes_no_request_and_misses_in_words(client, demo):
    with pytest.raises(CacheMissError, match="definition of query 2"):
        read_watch_query(TOTALS, cache="only", client=client)
    read_watch_query(TOTALS, client=client)
    asked(demo)
    assert source(read_watch_query(TOTALS, cache="only", client=client)) == "local cache"
    with pytest.raises(CacheMissError):
        read_watch_query(KIND, {"kind": "repay"}, cache="only", client=client)
    assert asked(demo) == []


def test_without_max_age_one_request_confirms_the_latest(client, demo):
    read_watch_query(TOTALS, client=client)
    asked(demo)
    again = read_watch_query(TOTALS, client=client)
    assert asked(demo) == [f"GET /api/queries/{TOTALS}"]
    assert source(again) == "local cache"


def test_without_max_age_newer_result_is_fetched_not_run(client, demo, tmp_path):
    read_watch_query(TOTALS, client=client)
    with Client(demo.url, demo.user_key, cache_dir=tmp_path / "other") as colleague:
        newer = read_watch_query(TOTALS, max_age=0, client=colleague)
    again = read_watch_query(TOTALS, client=client)
    assert source(again) == "server cache"
    result_id = "query_result_id"
    assert again.attrs["watchframe"][result_id] == newer.attrs["watchframe"][result_id]


def test_edited_query_never_gets_rows_of_the_old_text(client):
    query = client.queries.create("edited", "select 1 as x", 1)
    assert read_watch_query(query.id, client=client)["x"].item() == 1
    client.queries.update(query, text="select 2 as x")
    assert read_watch_query(query.id, client=client)["x"].item() == 2


def test_value_newly_allowed_passes_an_old_definition(client):
    text = "select '{{ p }}' as x"
    parameter = ParameterDefinition(name="p", type="enum", title="P", enum_options=("a",))
    query = client.queries.create("allowed", text, 1, parameters=[parameter])
    read_watch_query(query.id, {"p": "a"}, max_age="1d", client=client)
    wider = msgspec.structs.replace(parameter, enum_options=("a", "b"))
    client.queries.update(query, text=text, parameters=[wider])
    assert read_watch_query(query.id, {"p": "b"}, max_age="1d", client=client)["x"].item() == "b"


def test_local_copy_answers_only_by_fresh_definition(client):
    query = client.queries.create("aging", "select 1 as x", 1)
    options = ReadOptions.resolve(client=client, max_age=0.001)
    options = replace(options, policy=Policy(max_age=3600))
    assert answer_query(query.id, None, options).table.to_pylist() == [{"x": 1}]
    client.queries.update(query.id, text="select 2 as x")
    assert answer_query(query.id, None, options).table.to_pylist() == [{"x": 2}]


def test_execution_rests_on_a_definition_that_was_just_read(client, demo, tmp_path):
    """Under a query key nothing in the result shows of which text its rows are."""
    market = ParameterDefinition(name="m", type="enum", title="M", enum_options=("a",))
    query = client.queries.create("reverted", "select '{{ m }} old' as x", 1, parameters=[market])
    key = demo.query_key(query.id)
    with Client(demo.url, key, cache_dir=tmp_path / "limited") as limited:
        read_watch_query(query.id, {"m": "a"}, client=limited)
        client.queries.update(query.id, text="select '{{ m }} new' as x")
        new = read_watch_query(query.id, {"m": "a"}, max_age=0, client=limited)
        client.queries.update(query.id, text=query.text)
        old = read_watch_query(query.id, {"m": "a"}, client=limited)
    assert (new["x"].item(), old["x"].item()) == ("a new", "a old")


@pytest.mark.slow
def test_identical_reads_at_the_same_time_run_once(client, demo):
    frames = []
    threads = [
        threading.Thread(
            target=lambda: frames.append(
                read_watch_query(50, {"seconds": 1.5}, max_age="1h", client=client)
            )
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(frames) == 6
    assert len(runs(asked(demo))) == 1


def test_entries_of_one_key_are_invisible_to_another(client, demo, tmp_path):
    read_watch_query(TOTALS, max_age="1h", client=client)
    with (
        Client(demo.url, demo.query_key(TOTALS), cache_dir=tmp_path / "cache") as other,
        pytest.raises(CacheMissError),
    ):
        read_watch_query(TOTALS, cache="only", client=other)


@pytest.fixture
def away(tmp_path):
    """A client with a result in its cache, whose server has gone away."""
    with DemoServer(events=1_000) as server:
        client = Client(server.url, server.user_key, cache_dir=tmp_path / "away", max_retries=0)
        read_watch_query(TOTALS, client=client)
    yield client
    client.close()


def test_server_away_error_names_stale_copy_and_remedy(away):
    with pytest.raises(ConnectError) as caught:
        read_watch_query(TOTALS, client=away)
    assert 'cache="only"' in caught.value.hint
    assert " s old" in caught.value.hint
    assert len(read_watch_query(TOTALS, cache="only", client=away))


def test_server_away_error_omits_age_of_a_future_copy(away):
    """This machine's clock was set back by an hour after the copy had been stored."""
    settings = away.settings
    store = ResultCache(settings.cache_dir, clock=lambda: time.time() - 3600)
    with pytest.raises(ConnectError) as caught:
        answer_query(TOTALS, None, ReadOptions.resolve(client=away, max_age="7d", store=store))
    assert caught.value.hint.startswith("A copy of unknown age is in the local cache")
    store.close()


def test_server_away_without_a_copy_raises_plainly(away):
    with pytest.raises(ConnectError) as caught:
        read_watch_query(KIND, client=away)
    assert "cache" not in caught.value.hint


def test_stale_if_error_takes_the_copy_with_a_warning(away):
    settings = away.settings
    with (
        Client(
            settings.url,
            settings.api_key,
            cache_dir=settings.cache_dir,
            max_retries=0,
            stale_if_error=True,
        ) as forgiving,
        pytest.warns(CacheWarning, match="copy .* old") as caught,
    ):
        assert source(read_watch_query(TOTALS, client=forgiving)) == "local cache"
    assert caught[0].filename == __file__
    assert "Hint:" not in str(caught[0].message)  # it is for those who have no rows


def test_gateway_error_after_a_run_names_the_stale_copy(demo, tmp_path):
    with Client(demo.url, demo.user_key, cache_dir=tmp_path, max_retries=0) as client:
        read_watch_query(TOTALS, client=client)
        demo.faults.add("POST .*/results", status=502)
        with pytest.raises(ResponseError) as caught:
            read_watch_query(TOTALS, max_age=0, client=client)
    assert 'cache="only"' in caught.value.hint
