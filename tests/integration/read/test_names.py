"""Queries that are read by their names, over real HTTP."""

from urllib.parse import parse_qs

import pytest

from watchframe import (
    Client,
    ResultCache,
    explain_watch_query,
    read_watch_queries,
    read_watch_query,
    read_watch_sweep,
    submit_watch_query,
    watch_query,
)
from watchframe.client import listing, names
from watchframe.demo import DemoServer
from watchframe.errors import (
    AuthenticationError,
    CacheMissError,
    NotFoundError,
    QueryReferenceError,
)

KIND = {"kind": "repay"}
LIST = "GET /api/queries"


@pytest.fixture(scope="module")
def own_server():
    """A server of this file's own, on which each test makes queries of other names."""
    with DemoServer(events=500) as server:
        yield server


@pytest.fixture
def own(own_server):
    own_server.requests.clear()
    return own_server


@pytest.fixture
def user(own, tmp_path):
    with Client(own.url, own.user_key, cache_dir=tmp_path / "own") as client:
        yield client


def asked(demo):
    """What was asked since the last call, in short."""
    seen = [f"{item.method} {item.path.partition('?')[0]}" for item in demo.requests]
    demo.requests.clear()
    return seen


def query_id(frame):
    return frame.attrs["watchframe"]["query_id"]


@pytest.mark.parametrize(
    "name",
    [
        "Events of one kind by month",
        "events OF one kind by month",
        "  Events of  one kind\tby month\n",
    ],
)
def test_name_reads_the_query_however_it_is_spelled(client, name):
    assert query_id(read_watch_query(name, KIND, client=client)) == 13


def test_name_is_taken_by_every_function(client):
    name = "Events of one kind by month"
    assert explain_watch_query(name, KIND, client=client).parameters == KIND
    assert query_id(submit_watch_query(name, KIND, client=client).result()) == 13
    frames = read_watch_queries([(name, KIND), "market totals"], client=client)
    assert [query_id(frame) for frame in frames] == [13, 2]
    assert watch_query(name, client=client).id == 13
    swept = read_watch_sweep(name, [{"kind": "borrow"}, KIND], client=client)
    assert set(swept["kind"]) == {"borrow", "repay"}


def test_exact_name_wins_over_others_that_differ_in_case(user):
    upper, lower = (user.queries.create(name, "select 1 as a", 1) for name in ("DAILY", "daily"))
    assert user.queries.get("DAILY").id == upper.id
    assert user.queries.get("daily").id == lower.id
    accented = [
        user.queries.create(name, "select 1 as a", 1) for name in ("CAF\u00c9", "caf\u00e9")
    ]
    assert user.queries.get("cafe\u0301").id == accented[1].id
    with pytest.raises(QueryReferenceError, match="2 queries are called 'Daily'") as caught:
        user.queries.get("Daily")
    assert f"{upper.id} 'DAILY' (Admin)" in str(caught.value)
    assert "Give the id" in caught.value.hint


@pytest.mark.parametrize(
    ("saved", "asked_for"),
    [
        ("Caf\u00e9 - volume/day (v2)", "cafe\u0301 -  volume/day (V2)"),  # NFC, NFD
        ("STRASSE", "stra\u00dfe"),
        ("\u65e5\u672c \U0001f4c8", "\u65e5\u672c \U0001f4c8"),
        ("\U0001f4c8", "\U0001f4c8"),
        (" payers ", "Payers"),
    ],
)
def test_name_is_found_where_the_search_does_not_find_it(user, saved, asked_for):
    made = user.queries.create(saved, "select 1 as a", 1)
    assert query_id(read_watch_query(asked_for, client=user)) == made.id


def test_search_gets_words_and_finding_others_does_not_end_it(own, user):
    made = user.queries.create("Lenders -day/night (or)", "select 1 as a", 1)
    user.queries.create("Other", "select 2 as a", 1, description="lenders day night or")
    asked(own)
    assert user.queries.get("lenders -DAY/night (or)").id == made.id
    assert parse_qs(own.requests[0].query)["q"] == ["lenders DAY night or"]


def test_unknown_name_is_refused_with_the_nearest_ones(client):
    with pytest.raises(QueryReferenceError, match="No query is called 'Borows by markt'") as caught:
        read_watch_query("Borows by markt", client=client)
    assert caught.value.hint.startswith("Did you mean 1 'Borrows by market' (Admin)")
    assert "find_watch_queries" in caught.value.hint
    with pytest.raises(QueryReferenceError) as caught:
        read_watch_query("borrow", client=client)
    assert "1 'Borrows by market' (Admin)" in caught.value.hint
    with pytest.raises(QueryReferenceError) as caught:
        read_watch_query("zzz", client=client)
    assert caught.value.hint.startswith("Look for it with find_watch_queries")


def test_error_names_six_queries_at_most(user):
    for number in range(9):
        user.queries.create(f"Ledger {number}", "select 1 as a", 1)
    with pytest.raises(QueryReferenceError) as caught:
        user.queries.get("Ledger")
    assert caught.value.hint.count("'Ledger ") == 6
    assert "and 3 more" in caught.value.hint


def test_archived_query_is_named_and_not_read(user):
    made = user.queries.create("Old lenders", "select 1 as a", 1)
    read_watch_query("Old lenders", client=user)
    user.queries.archive(made.id)
    with pytest.raises(QueryReferenceError, match="is archived") as caught:
        read_watch_query("old lenders", client=user)
    assert f"{made.id} 'Old lenders'" in str(caught.value)
    newer = user.queries.create("Old lenders", "select 1 as a", 1)
    assert query_id(read_watch_query("Old lenders", client=user)) == newer.id


def test_known_name_is_looked_up_once(client, demo):
    name = "Events of one kind by month"
    read_watch_query(name, KIND, client=client)
    assert LIST in asked(demo)
    again = read_watch_query(name, KIND, max_age="1h", client=client)
    assert asked(demo) == []
    assert again.attrs["watchframe"]["from_cache"]
    read_watch_query(name, KIND, cache="only", client=client)
    assert asked(demo) == []
    read_watch_query(name, KIND, client=client)
    assert asked(demo) == ["GET /api/queries/13"]
    read_watch_query(name, KIND, cache="refresh", client=client)
    assert LIST in asked(demo)


def test_unknown_name_needs_the_server(client, demo):
    with pytest.raises(CacheMissError, match="the id of query 'Market totals'"):
        read_watch_query("Market totals", cache="only", client=client)
    assert demo.requests == []


def test_known_name_of_a_renamed_query_is_looked_up_again(own, user):
    first = user.queries.create("Lenders", "select 1 as a", 1)
    read_watch_query("Lenders", client=user)
    user.queries.update(first.id, name="Lenders (old)")
    second = user.queries.create("Lenders", "select 2 as a", 1)
    asked(own)
    frame = read_watch_query("lenders", client=user)
    assert (query_id(frame), frame["a"].tolist()) == (second.id, [2])
    user.queries.update(second.id, name="LENDERS")
    assert query_id(read_watch_query("lenders", client=user)) == second.id
    user.queries.update(second.id, name="Lenders (new)")
    with pytest.raises(QueryReferenceError):
        read_watch_query("lenders", client=user)
    # Its definition is known by now under its other name, so that no copy will do.
    with pytest.raises(CacheMissError, match="the id of query 'lenders'"):
        read_watch_query("lenders", cache="only", client=user)


@pytest.mark.parametrize("options", [{}, {"max_age": 0}, {"cache": "refresh"}])
def test_known_name_gives_way_to_a_newer_one_that_is_spelled_as_asked(user, options):
    asked_for = f"daily volume {len(options)} {options.get('max_age')}"
    older = user.queries.create(asked_for.title(), "select 1 as a", 1)
    assert query_id(read_watch_query(asked_for, client=user)) == older.id
    newer = user.queries.create(asked_for, "select 2 as a", 1)
    assert query_id(read_watch_query(asked_for, max_age="1h", client=user)) == older.id
    assert query_id(read_watch_query(asked_for, client=user, **options)) == newer.id


def test_name_and_id_share_one_entry_of_the_cache(demo, tmp_path):
    """Also where the ring has a key for the query, of which the name alone does not tell."""
    with Client(
        demo.url, demo.user_key, query_keys={13: demo.query_key(13)}, cache_dir=tmp_path
    ) as client:
        read_watch_query("Events of one kind by month", KIND, client=client)
        asked(demo)
        read_watch_query(13, KIND, max_age="1h", client=client)
        read_watch_query("Events of one kind by month", KIND, max_age="1h", client=client)
        assert asked(demo) == []
        with ResultCache(tmp_path) as store:
            assert store.entries()["query_id"].tolist() == [13]


def test_entry_of_a_name_is_that_of_the_querys_own_key(demo, tmp_path):
    ring = {number: demo.query_key(number) for number in (2, 13, 33)}
    with Client(demo.url, query_keys=ring, cache_dir=tmp_path) as client:
        read_watch_query("Market totals", client=client)
        alone = client.with_keys(query_keys={2: ring.pop(2)})
        assert query_id(read_watch_query(2, cache="only", client=alone)) == 2
        without = client.with_keys(query_keys=ring)
        with pytest.raises(CacheMissError, match="the id of query 'Market totals'"):
            read_watch_query("Market totals", cache="only", client=without)


def test_key_of_another_does_not_see_what_a_name_read(demo, tmp_path):
    with Client(demo.url, demo.user_key, cache_dir=tmp_path) as client:
        read_watch_query("Market totals", client=client)
    with (
        Client(demo.url, demo.query_key(2), cache_dir=tmp_path) as limited,
        pytest.raises(CacheMissError),
    ):
        read_watch_query("Market totals", cache="only", client=limited)


def test_ring_of_query_keys_knows_the_names_of_its_queries(demo, tmp_path):
    ring = {number: demo.query_key(number) for number in (2, 13)} | {33: "wrong"}
    with Client(demo.url, query_keys=ring, cache_dir=tmp_path) as client:
        assert query_id(read_watch_query("market TOTALS", client=client)) == 2
        asked(demo)
        read_watch_query("market TOTALS", max_age="1h", client=client)
        assert asked(demo) == []
        with pytest.raises(QueryReferenceError, match="None of the queries whose keys") as caught:
            read_watch_query("Borrows by market", client=client)
    assert "2 'Market totals'" in str(caught.value)
    assert "Only a user's key finds a query by its name" in caught.value.hint
    assert demo.query_key(2) not in str(caught.value)


def test_single_query_key_says_what_a_name_needs(demo, tmp_path):
    with (
        Client(demo.url, demo.query_key(2), cache_dir=tmp_path) as client,
        pytest.raises(AuthenticationError) as caught,
    ):
        read_watch_query("Market totals", client=client)
    assert "which finds no names" in caught.value.message
    assert "Only a user's key finds a query by its name" in caught.value.hint


def test_name_works_without_a_cache(client, demo):
    assert query_id(read_watch_query("Market totals", cache="off", client=client)) == 2
    sets = [{"kind": "borrow"}, KIND]
    asked(demo)
    read_watch_sweep("Events of one kind by month", sets, cache="off", client=client)
    assert asked(demo).count(LIST) == 1


def test_unknown_id_points_to_the_search(client):
    with pytest.raises(NotFoundError) as caught:
        read_watch_query(987_654, client=client)
    assert "find_watch_queries" in caught.value.hint


def test_list_is_looked_through_up_to_a_bound(own, user, monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    monkeypatch.setattr(names, "LOOKED_THROUGH", 5)
    with pytest.raises(QueryReferenceError, match="No query of the newest 5 is called"):
        user.queries.get("No (such) query")
    assert asked(own).count(LIST) == 1 + 3  # the search, and three pages
