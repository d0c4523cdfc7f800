"""Freeze and replay: the same reads have the same rows, or an error that says what is gone."""

import datetime as dt
import json
import threading

import pandas as pd
import pytest

from watchframe import (
    Client,
    ResultCache,
    connect,
    draw_watch_query,
    freeze,
    read_watch_dashboard,
    read_watch_local,
    read_watch_queries,
    read_watch_query,
    read_watch_sql,
    read_watch_sweep,
    replay,
    submit_watch_query,
)
from watchframe.demo import DemoServer
from watchframe.errors import LockError, NotFoundError, NotInLockError, ResultGoneError
from watchframe.read import pipeline

MARCH = {"markets": ["WETH", "WBTC"], "period": (dt.date(2024, 3, 1), dt.date(2024, 3, 31))}


@pytest.fixture
def lock(tmp_path):
    """Where the lock is."""
    return tmp_path / "report.lock"


@pytest.fixture
def own(tmp_path):
    """A demo server of the test's own, which it may stop, and its client."""
    with DemoServer() as server, client_of(server, tmp_path / "cache") as client:
        yield server, client


def client_of(server, cache):
    return Client(server.url, server.user_key, cache_dir=cache, timezone="UTC", max_retries=0)


def other_client(client, cache):
    """Return a client of the same server, with an empty cache."""
    settings = client.settings
    return Client(settings.url, settings.api_key, cache_dir=cache, timezone="UTC", max_retries=0)


def report(client):
    """Return the frames of reads of every kind."""
    frames = [
        read_watch_query(1, MARCH, client=client),
        read_watch_query("Borrows by market", {"period": "d_last_7_days"}, client=client),
        read_watch_query(1, MARCH, client=client, columns=["day"], cache="refresh"),
        read_watch_sql("select {{ a }} as a, null as nothing", 1, {"a": 3}, client=client),
        read_watch_sweep(13, [{"kind": "borrow"}, {"kind": "repay"}], client=client),
        read_watch_sweep(
            1, {"period": ("2024-01-01", "2024-03-31")}, split={"period": "1M"}, client=client
        ),
        submit_watch_query(13, {"kind": "repay"}, client=client).result(),
        *read_watch_queries([1, (13, {"kind": "borrow"})], client=client),
    ]
    return [frame for frame in frames if isinstance(frame, pd.DataFrame)]


def assert_same(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_every_kind_of_read_is_the_same_again_offline(own, lock):
    server, client = own
    with freeze(lock):
        first = report(client)
    server.close()
    with replay(lock):
        assert_same(report(client), first)


def test_rows_come_from_the_server_by_id_where_the_cache_is_empty(demo, client, lock, tmp_path):
    with freeze(lock):
        first = read_watch_query(1, MARCH, client=client)
    demo.requests.clear()
    with replay(lock), other_client(client, tmp_path / "other") as other:
        second = read_watch_query(1, MARCH, client=other, max_age=0)
        third = read_watch_query(1, MARCH, client=other, max_age=0)
    assert_same([second, third], [first, first])
    assert second.attrs["watchframe"]["source"] == "server cache"
    assert third.attrs["watchframe"]["from_cache"]  # it was kept under its id
    asked = [request.path.partition("?")[0] for request in demo.requests]
    id_ = first.attrs["watchframe"]["query_result_id"]
    assert len(asked) == 1
    assert f"/results/{id_}" in asked[0] or f"/query_results/{id_}" in asked[0]


def test_a_newer_result_in_the_cache_is_not_taken(client, lock):
    live = {"sql": "select random() as number", "data_source": 1, "client": client}
    with freeze(lock):
        first = read_watch_sql(**live)
    newer = read_watch_sql(**live, max_age=0)
    assert not newer.equals(first)
    with replay(lock):
        again = read_watch_sql(**live)
    assert_same([again], [first])
    assert again.attrs["watchframe"]["retrieved_at"] == first.attrs["watchframe"]["retrieved_at"]


def test_a_past_result_is_found_offline(lock, tmp_path):
    live = {"sql": "select random() as number", "data_source": 1}
    with DemoServer() as server:
        client = Client(
            server.url, server.user_key, cache_dir=tmp_path / "cache", history="30d", max_retries=0
        )
        with freeze(lock):
            first = read_watch_sql(**live, client=client)
        assert not read_watch_sql(**live, max_age=0, client=client).equals(first)
    with client, replay(lock):
        assert_same([read_watch_sql(**live, client=client)], [first])


def test_a_result_that_is_gone_is_named(own, lock):
    server, client = own
    with freeze(lock):
        frame = read_watch_query(1, MARCH, client=client)
    ResultCache(client.settings.cache_dir).clear()
    server.close()
    with replay(lock), pytest.raises(ResultGoneError) as caught:
        read_watch_query(1, MARCH, client=client)
    error, id_ = caught.value, frame.attrs["watchframe"]["query_result_id"]
    assert (error.query_id, error.query_result_id) == (1, id_)
    assert f"Result {id_} of query 1 'Borrows by market', {len(frame)} rows" in error.message
    assert "not in the local cache" in error.message


def test_cache_only_asks_no_server(demo, client, lock, tmp_path):
    with freeze(lock):
        read_watch_query(1, MARCH, client=client)
    demo.requests.clear()
    with (
        replay(lock),
        other_client(client, tmp_path / "other") as other,
        pytest.raises(ResultGoneError, match="the server may not be asked"),
    ):
        read_watch_query(1, MARCH, client=other, cache="only")
    assert demo.requests == []


def test_a_read_that_the_lock_does_not_have_is_an_error(demo, client, lock):
    with freeze(lock):
        read_watch_query(1, MARCH, client=client)
    demo.requests.clear()
    with replay(lock):
        with pytest.raises(NotInLockError, match="does not hold query 13") as caught:
            read_watch_query(13, {"kind": "repay"}, client=client)
        assert "freeze('report.lock')" in str(caught.value)
        with pytest.raises(NotInLockError, match="1 other read of that query"):
            read_watch_query(1, {**MARCH, "markets": ["WETH"]}, client=client)
        with pytest.raises(NotInLockError):
            read_watch_sql("select 1 as one", 1, client=client)
    assert demo.requests == []


def test_the_same_question_in_other_words_is_the_same(client, lock, tmp_path):
    with freeze(lock):
        first = read_watch_query(1, MARCH, client=client)
    texts = {"markets": ["WETH", "WBTC"], "period": {"start": "2024-03-01", "end": "2024-03-31"}}
    with replay(lock):
        assert_same([read_watch_query(1, texts, client=client)], [first])
        address = f"{client.server}/queries/1?p_period=2024-03-01--2024-03-31"
        markets = {"markets": texts["markets"]}
        assert_same([read_watch_query(address, markets, client=client)], [first])
    with replay(lock), other_client(client, tmp_path / "other") as other:  # nothing is known there
        named = read_watch_query("Borrows by market", MARCH, client=other)
    assert_same([named], [first])


def test_another_server_is_another_question(client, lock, tmp_path):
    with freeze(lock):
        read_watch_query(1, MARCH, client=client)
    with DemoServer() as server, client_of(server, tmp_path / "elsewhere") as other:
        words = f"on {server.url}, but on {client.server}"
        with replay(lock), pytest.raises(NotInLockError, match=words):
            read_watch_query(1, MARCH, client=other)


def test_dynamic_dates_are_the_days_of_then(client, lock, monkeypatch):
    with freeze(lock):
        first = read_watch_query(1, {"period": "d_last_7_days"}, client=client)
        swept = read_watch_sweep(
            1, {"period": "d_last_30_days"}, split={"period": "14D"}, client=client
        )

    class Later(dt.datetime):
        @classmethod
        def now(cls, zone=None):
            return dt.datetime.now(zone) + dt.timedelta(days=40)

    monkeypatch.setattr(pipeline, "datetime", Later)
    monkeypatch.setattr("watchframe.read.pieces.datetime", Later)
    with replay(lock):
        again = read_watch_query(1, {"period": "d_last_7_days"}, client=client)
        swept_again = read_watch_sweep(
            1, {"period": "d_last_30_days"}, split={"period": "14D"}, client=client
        )
    assert_same([again, swept_again], [first, swept])
    assert again.attrs["watchframe"]["parameters"] == first.attrs["watchframe"]["parameters"]


def test_different_answers_to_one_question_come_in_their_order(client, lock):
    live = {"sql": "select random() as number", "data_source": 1, "client": client, "max_age": 0}
    with freeze(lock):
        first = [read_watch_sql(**live) for _ in range(3)]
    assert len({frame["number"][0] for frame in first}) == 3
    with replay(lock):
        assert_same([read_watch_sql(**live) for _ in range(3)], first)
        with pytest.raises(NotInLockError, match="holds 3 different answers"):
            read_watch_sql(**live)
    with replay(lock):
        assert_same([read_watch_sql(**live)], first[:1])


def test_reads_side_by_side_get_the_results_of_their_places(client, lock):
    sql = "SELECT * FROM query_13 a, cached_query_13 b LIMIT 1"

    def results():
        sources = read_watch_local(sql, max_age=0, client=client).attrs["watchframe"]["sources"]
        return {source["table"]: source["query_result_id"] for source in sources}

    read_watch_query(13, client=client)
    with freeze(lock):
        first = results()  # the one that runs ends last
    assert first["query_13"] != first["cached_query_13"]
    with replay(lock):
        assert results() == first


def test_a_chart_and_a_dashboard_are_drawn_again_offline(own, lock):
    server, client = own

    def drawn():
        board = read_watch_dashboard(1, client=client)
        return [draw_watch_query(1, None, MARCH, client=client).frame, *board.values()]

    with freeze(lock):
        first = drawn()
    server.close()
    with replay(lock):
        second = drawn()
    assert len(first) > 1
    for one, other in zip(first, second, strict=True):
        assert one.equals(other)


def test_two_freezes_of_the_same_state_are_equal_to_the_byte(client, lock, tmp_path):
    report(client)
    texts = []
    for name in ("one.lock", "two.lock"):
        with freeze(tmp_path / name):
            for _ in range(2):
                read_watch_query(1, MARCH, client=client)
            read_watch_sweep(13, [{"kind": "borrow"}, {"kind": "repay"}], client=client)
        texts.append((tmp_path / name).read_bytes())
    assert texts[0] == texts[1]


def test_a_lock_holds_no_key_no_rows_no_sql_and_no_paths(demo, client, lock, tmp_path):
    with freeze(lock):
        address = f"{demo.url}/api/queries/1/results.json?api_key={demo.query_key(1)}"
        read_watch_query(address, client=client)
        read_watch_query(1, MARCH, client=client)
        read_watch_sql("select 'secret row' as a_column", 1, client=client)
    text = lock.read_text()
    assert demo.user_key not in text
    assert demo.query_key(1) not in text
    assert "api_key" not in text
    assert "secret row" not in text
    assert "select" not in text.lower()
    assert str(tmp_path) not in text
    read = json.loads(text)["reads"][-1]
    assert set(read["answers"][0]) >= {"query_result_id", "sql", "rows", "row_hash", "parameters"}


def test_under_a_querys_key_the_cache_has_the_rows(own, lock):
    server, _ = own
    address = f"{server.url}/api/queries/13/results.json?api_key={server.query_key(13)}"
    with freeze(lock):
        first = read_watch_query(address, {"kind": "repay"})
    server.close()
    with replay(lock):
        assert_same([read_watch_query(address, {"kind": "repay"})], [first])


def test_one_result_by_its_address(own, lock):
    server, client = own
    id_ = read_watch_query(1, client=client).attrs["watchframe"]["query_result_id"]
    address = f"{server.url}/api/queries/1/results/{id_}.json"
    with freeze(lock):
        first = read_watch_query(address, client=client)
    server.close()
    with replay(lock):
        again = read_watch_query(address, client=client)
    assert_same([again], [first])
    one, other = (frame.attrs["watchframe"] for frame in (again, first))
    assert {**one, "source": None, "from_cache": None} == {
        **other,
        "source": None,
        "from_cache": None,
    }


def test_a_warm_cache_makes_the_same_lock_as_an_empty_one(client, lock):
    texts = []
    for _ in range(2):
        with freeze(lock):
            draw_watch_query("Borrows by market", client=client)
            read_watch_query("borrows BY market", client=client)
        texts.append(lock.read_bytes())
    assert texts[0] == texts[1]


def test_query_by_id_and_by_name_keep_their_own_answers(client, lock):
    sides = (1, "Borrows by market")
    with freeze(lock):
        first = [read_watch_query(side, client=client, max_age=0) for side in sides]
    with replay(lock):
        again = [read_watch_query(side, client=client) for side in reversed(sides)]
    ids = [frame.attrs["watchframe"]["query_result_id"] for frame in (*first, *again)]
    assert ids[0] != ids[1]
    assert ids == [ids[0], ids[1], ids[1], ids[0]]


def test_a_cancelled_read_does_not_hold_the_freeze(client, lock):
    with freeze(lock):
        slow = submit_watch_query(50, {"seconds": 60}, client=client, max_age=0)
        read_watch_query(13, {"kind": "repay"}, client=client)
        slow.cancel()
    assert len(json.loads(lock.read_text())["reads"]) == 1


def test_an_error_within_leaves_the_old_lock(client, lock):
    with freeze(lock):
        read_watch_query(1, MARCH, client=client)
    before = lock.read_bytes()
    with pytest.raises(NotFoundError), freeze(lock):
        read_watch_query(99_999, {"after": read_watch_query(13, client=client)}, client=client)
    assert lock.read_bytes() == before
    assert [path.name for path in lock.parent.iterdir() if path.name != "cache"] == [lock.name]


def test_nothing_read_leaves_the_old_lock(client, lock):
    with freeze(lock):
        read_watch_query(1, MARCH, client=client)
    before = lock.read_bytes()
    with pytest.raises(LockError, match="Nothing was read"), freeze(lock):
        pass
    assert lock.read_bytes() == before


def test_freezes_within_freezes_note_both(client, tmp_path):
    outer, inner = tmp_path / "outer.lock", tmp_path / "inner.lock"
    with freeze(outer):
        read_watch_query(1, MARCH, client=client)
        with freeze(inner):
            read_watch_query(13, {"kind": "repay"}, client=client)
    assert len(json.loads(outer.read_text())["reads"]) == 2
    assert [read["asked"]["query"] for read in json.loads(inner.read_text())["reads"]] == [13]


def test_a_part_of_a_lock_is_frozen_within_its_replay(client, lock, tmp_path):
    live = {"sql": "select random() as number", "data_source": 1, "client": client}
    with freeze(lock):
        first = read_watch_sql(**live)
        read_watch_query(1, MARCH, client=client)
    part = tmp_path / "part.lock"
    with replay(lock), freeze(part):
        read_watch_sql(**live)
    read_watch_sql(**live, max_age=0)
    with replay(part):
        assert_same([read_watch_sql(**live)], [first])
    (kept,) = json.loads(part.read_text())["reads"]
    assert kept in json.loads(lock.read_text())["reads"]


def test_the_inner_replay_answers(client, tmp_path):
    live = {"sql": "select random() as number", "data_source": 1, "client": client}
    frames = []
    for name in ("one.lock", "two.lock"):
        with freeze(tmp_path / name):
            frames.append(read_watch_sql(**live, max_age=0))
    with replay(tmp_path / "one.lock"):
        with replay(tmp_path / "two.lock"):
            assert_same([read_watch_sql(**live)], frames[1:])
        assert_same([read_watch_sql(**live)], frames[:1])


def test_the_end_waits_for_what_was_submitted(demo, client, lock):
    with freeze(lock):
        submitted = [
            submit_watch_query(13, {"kind": kind}, client=client, max_age=0)
            for kind in ("borrow", "repay")
        ]
    assert all(handle.done() for handle in submitted)
    assert len(json.loads(lock.read_text())["reads"]) == 2


def test_threads_freeze_the_same_file_at_the_same_time(client, lock):
    def work(kind):
        with freeze(lock):
            read_watch_query(13, {"kind": kind}, client=client)

    threads = [threading.Thread(target=work, args=(kind,)) for kind in ("borrow", "repay")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with replay(lock):  # whole, and of one of them at least
        kinds = []
        for kind in ("borrow", "repay"):
            try:
                read_watch_query(13, {"kind": kind}, client=client)
                kinds.append(kind)
            except NotInLockError:
                pass
    assert kinds


def test_rows_kept_nowhere_come_by_their_id(demo, client, lock):
    with freeze(lock):
        first = read_watch_query(1, MARCH, client=client, cache="off", columns=["day", "market"])
    with replay(lock):
        again = read_watch_query(1, MARCH, client=client, cache="off", columns=["day", "market"])
    assert_same([again], [first])


def test_connected_reads_are_frozen_too(demo, lock, tmp_path):
    connect(demo.url, demo.user_key, cache_dir=tmp_path / "cache")
    with freeze(str(lock)):
        first = read_watch_query(13, {"kind": "repay"})
    with replay(str(lock)):
        assert_same([read_watch_query(13, {"kind": "repay"})], [first])


def test_warnings_are_given_again(client, lock, recwarn):
    sql = "select 9007199254740993.0::double as large"
    with freeze(lock):
        read_watch_sql(sql, 1, client=client)
    given = [str(item.message) for item in recwarn.list]
    recwarn.clear()
    with replay(lock):
        read_watch_sql(sql, 1, client=client)
    assert given
    assert [str(item.message) for item in recwarn.list] == given
